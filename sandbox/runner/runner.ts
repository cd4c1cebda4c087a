import type { StackConfig } from "../stacks.ts";

/** What a run did, or would do, to one resource. */
export interface Step {
  operation: string;
  /** `kubernetes:core/v1:Secret`. */
  type: string;
  /** Logical name. */
  name: string;
}

/** Progress of one resource while a run lasts. */
export type Progress = Step & { state: "begun" | "done" | "failed" };

export interface Outcome {
  /** How many resources each operation concerned; the unchanged ones under `same`. */
  counts: Record<string, number>;
  /** What the program exports, with secrets masked. */
  outputs: Record<string, unknown>;
  /** What the program and the engine had to say, in order. */
  messages: string[];
  /** Why the run failed; empty when it did not. */
  errors: string[];
}

export interface DestroyOptions {
  /** URNs, with `*` and `**` as in Pulumi; all when absent. */
  targets?: string[];
  /** Also what depends on the targets. Default: false. */
  targetDependents?: boolean;
  /** Run the program first, so that its hooks can be asked; without it a stack that has any is refused. */
  runProgram?: boolean;
}

/** Runs the unmodified program for one stack: the installed Pulumi CLI, or the stand-in for its engine. */
export interface Runner {
  /** What it is, for people: `pulumi v3.259.0`. */
  readonly engine: string;
  /** The config of the runs that follow. */
  configure(config: StackConfig): Promise<void>;
  preview(onProgress?: (progress: Progress) => void): Promise<Outcome>;
  /** @param signal Interrupts it, as Ctrl-C does: what has begun comes to its end, nothing more begins. */
  up(onProgress?: (progress: Progress) => void, signal?: AbortSignal): Promise<Outcome>;
  destroy(options?: DestroyOptions, onProgress?: (progress: Progress) => void): Promise<Outcome>;
  /** The state as it stands on disk, secrets encrypted. */
  state(): Promise<string>;
  /** Forgets the state. */
  close(): Promise<void>;
}

/** Where a runner works. */
export interface RunnerOptions {
  stack: string;
  kubeconfig: string;
  /** Environment of the program and its providers, beside this process's own. */
  env?: Record<string, string>;
}

/** `type` and `name` of a URN. */
export function parts(urn: string): { type: string; name: string } {
  const [, , types = "", name = ""] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name };
}
