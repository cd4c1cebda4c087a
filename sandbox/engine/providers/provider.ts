import type { Severity } from "../events.ts";
import type { Properties } from "../values.ts";

/** What every operation is told about its resource. */
export interface Operand {
  urn: string;
  type: string;
  name: string;
  /** Compute what would happen; change nothing. */
  preview: boolean;
  /** Ends waits early; what was begun is then reported as not ready. */
  signal: AbortSignal;
  log(severity: Severity, message: string): void;
}

export interface CheckOperand extends Operand {
  inputs: Properties;
  /** Inputs of the last run; undefined for a new resource and for a replacement. */
  old?: Properties;
}

export interface Diff {
  /** Paths of the inputs that differ; empty when nothing does. */
  paths: string[];
  /** Those of them that only a new resource can have. */
  replaces: string[];
  /** Whether the old one must be gone before the new one can be there. */
  deleteBeforeReplace: boolean;
}

export interface DiffOperand extends Operand {
  old: { inputs: Properties; outputs: Properties };
  inputs: Properties;
  ignoreChanges: string[];
}

export interface CreateOperand extends Operand {
  inputs: Properties;
  /** Seconds. */
  timeout?: number;
  /** An earlier run was interrupted while it created this very resource: what is there is taken, not refused. */
  resume: boolean;
}

export interface ReadOperand extends Operand {
  id: string;
  inputs: Properties;
}

export interface UpdateOperand extends DiffOperand {
  id: string;
  timeout?: number;
}

export interface DeleteOperand extends Operand {
  id: string;
  old: { inputs: Properties; outputs: Properties };
  timeout?: number;
}

/** A component that the provider builds: it registers children and answers when they are done. */
export interface ConstructOperand extends Operand {
  inputs: Properties;
  register(child: Child): Promise<{ urn: string; id?: string }>;
}

export interface Child {
  type: string;
  name: string;
  inputs: Properties;
  dependencies: string[];
}

/**
 * Manages the resources of one package. Properties come with secret marks and, in previews, with unknowns;
 * what goes back carries the marks of what must stay secret.
 */
export interface Provider {
  check(operand: CheckOperand): Promise<Properties>;
  diff(operand: DiffOperand): Diff;
  /** @throws NotReadyError when the resource is there but did not become ready. */
  create(operand: CreateOperand): Promise<{ id?: string; outputs: Properties }>;
  /** Undefined when there is no such resource. */
  read(operand: ReadOperand): Promise<{ inputs: Properties; outputs: Properties } | undefined>;
  /** @throws NotReadyError when the resource was changed but did not become ready. */
  update(operand: UpdateOperand): Promise<Properties>;
  delete(operand: DeleteOperand): Promise<void>;
  construct(operand: ConstructOperand): Promise<Properties>;
  /** What one of the package's functions returns; absent where it has none. */
  invoke?(token: string, inputs: Properties): Promise<Properties>;
}

/** Where a run takes place: what providers may use of this machine. */
export interface Surroundings {
  /** Relative paths in inputs start here. */
  programDir: string;
  /** Path of the kubeconfig for providers that name none. */
  kubeconfig: string;
  tools: Tools;
  /** Environment of the tools. */
  env: NodeJS.ProcessEnv;
}

/** Paths of the tools that providers run. */
export interface Tools {
  kubectl?: string;
  kustomize: string;
  helm: string;
}

/** Makes a package's provider from the inputs of its provider resource. */
export type ProviderFactory = (surroundings: Surroundings, config: Properties) => Provider;

/** The resource exists, but is not (yet) what it should be: kept in the state, updated by the next run. */
export class NotReadyError extends Error {
  readonly id: string;
  readonly outputs: Properties;

  constructor(message: string, id: string, outputs: Properties) {
    super(message);
    this.name = "NotReadyError";
    this.id = id;
    this.outputs = outputs;
  }
}
