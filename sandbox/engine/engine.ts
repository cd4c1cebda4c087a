import { Callbacks } from "./callbacks.ts";
import type { Context } from "./context.ts";
import { deleteAll, mayDelete, mayDeleteUnasked } from "./deletion.ts";
import { isHeldBy, withDependents, withoutReferences } from "./dependencies.ts";
import { Deployment } from "./deployment.ts";
import type { Diagnostic, EngineEvent, Step } from "./events.ts";
import { Hooks } from "./hooks.ts";
import { Ledger } from "./ledger.ts";
import { lock } from "./lock.ts";
import { startProgram } from "./program.ts";
import type { ProviderFactory, Tools } from "./providers/provider.ts";
import { PROVIDERS, Providers } from "./providers.ts";
import { type Failure, Reporter } from "./reporter.ts";
import { serve } from "./server.ts";
import { type ResourceState, StateStore } from "./state.ts";
import { targetMatcher } from "./targets.ts";
import { Teardown } from "./teardown.ts";
import { mask, type Properties, secret, type Value } from "./values.ts";

export interface EngineOptions {
  /** Folder of the Pulumi project. */
  programDir: string;
  project: string;
  stack: string;
  /** The stack's configuration by full key (`project:key`); objects as JSON. */
  config: Record<string, string>;
  /** Keys of `config` that are secret. */
  secretKeys: string[];
  /** Where the stack's state lives. Its secrets are sealed with `PULUMI_CONFIG_PASSPHRASE`. */
  stateFile: string;
  /** Environment of the program and of the tools; this process's own by default. */
  env?: NodeJS.ProcessEnv;
  /** Path of the kubeconfig that the program, the tools and providers without one of their own see. */
  kubeconfig: string;
  tools: Tools;
  /** Providers besides the engine's own, or in their place, by package. */
  providers?: Record<string, ProviderFactory>;
  onEvent?: (event: EngineEvent) => void;
  /** Ends the run between two resources; what has begun comes to its end, without waiting for readiness. */
  signal?: AbortSignal;
}

export interface DestroyOptions extends EngineOptions {
  /** URNs to delete, with `*` and `**` as in Pulumi; everything when left out. */
  targets?: string[];
  /** Also delete what depends on the targets, or is below them. */
  targetDependents?: boolean;
  /**
   * Run the program first, for its hooks, its checks and its providers' settings. Nothing that it registers is
   * created or changed, and nothing is deleted when it fails.
   */
  runProgram?: boolean;
  /** Only say what would be deleted. */
  preview?: boolean;
}

export interface Result {
  steps: Step[];
  /** What the program exports, with secrets masked. */
  outputs: Record<string, Value>;
  diagnostics: Diagnostic[];
  /** Empty when the run did what it should. */
  failed: Failure[];
}

/** How long a program that was told to stop may take before it is ended. */
const GRACE_MS = 5000;

/** Says what {@link up} would do. Changes nothing, neither in the cluster nor in the state. */
export function preview(options: EngineOptions): Promise<Result> {
  return deploy(options, true);
}

/** Runs the program and makes the cluster what it registers; then deletes what it no longer registers. */
export function up(options: EngineOptions): Promise<Result> {
  return deploy(options, false);
}

/**
 * Deletes what the state holds, or the targets among it, after or without running the program. Without it, a
 * stack with hooks for deletions is refused as a whole.
 */
export function destroy(options: DestroyOptions): Promise<Result> {
  const isPreview = options.preview ?? false;
  return inRun(options, isPreview, async (context) => {
    if (options.runProgram) {
      const isTarget = options.targets ? targetMatcher(options.targets) : () => true;
      const deployment = new Deployment(context, new Teardown(isTarget));
      await withProgram(options, context, deployment, () => deleteTargets(options, context));
    } else if (mayDeleteUnasked(context)) {
      await deleteTargets(options, context);
    }
    return {};
  });
}

async function deleteTargets(options: DestroyOptions, context: Context): Promise<void> {
  const { resources } = context.ledger;
  const condemned = condemnedBy(options, resources);
  const refused = refuseOrphans(context, resources, condemned);
  if (!mayDelete(context, condemned) || refused) return;
  await deleteAll(context, condemned);
  if (context.preview) return;
  const left = new Set(context.ledger.resources.map((each) => each.urn));
  const gone = new Set([...condemned].map((each) => each.urn).filter((urn) => !left.has(urn)));
  await context.ledger.rewrite((resource) => withoutReferences(resource, gone));
}

function condemnedBy(options: DestroyOptions, resources: ResourceState[]): Set<ResourceState> {
  if (!options.targets) return new Set(resources);
  const matches = targetMatcher(options.targets);
  const targets = new Set(resources.filter(({ urn }) => matches(urn)));
  return options.targetDependents ? withDependents(resources, targets) : targets;
}

/** A child without its parent, or a resource without its provider, could never be deleted afterwards. */
function refuseOrphans(
  context: Context,
  resources: ResourceState[],
  condemned: ReadonlySet<ResourceState>,
): boolean {
  let refused = false;
  for (const owner of condemned) {
    for (const held of resources.filter((each) => !condemned.has(each) && isHeldBy(each, owner.urn))) {
      refused = true;
      context.reporter.failRun({
        urn: held.urn,
        message: `${held.urn} would be left without ${owner.urn}; name it as a target too, or add target dependents`,
      });
    }
  }
  return refused;
}

function deploy(options: EngineOptions, isPreview: boolean): Promise<Result> {
  return inRun(options, isPreview, async (context) => {
    const deployment = new Deployment(context);
    await withProgram(options, context, deployment, () => deployment.deleteRemaining());
    return deployment.outputs;
  });
}

/** Runs the program, and `conclude` once it has registered all that it has, while it is there to answer hooks. */
async function withProgram(
  options: EngineOptions,
  context: Context,
  deployment: Deployment,
  conclude: () => Promise<void>,
): Promise<void> {
  const server = await serve(deployment, context.reporter);
  try {
    warnOfPending(context);
    await runProgram(options, context, deployment, server.address, conclude);
  } finally {
    server.close();
  }
}

function warnOfPending(context: Context): void {
  for (const { urn, operation } of context.ledger.pending) {
    context.reporter.log({
      severity: "warning",
      urn,
      message: `an earlier run was interrupted while ${operation} it`,
    });
  }
}

async function runProgram(
  options: EngineOptions,
  context: Context,
  deployment: Deployment,
  address: string,
  conclude: () => Promise<void>,
): Promise<void> {
  const { reporter, signal } = context;
  const errors: string[] = [];
  const program = startProgram({
    directory: options.programDir,
    project: options.project,
    stack: options.stack,
    address,
    preview: context.preview,
    config: options.config,
    secretKeys: options.secretKeys,
    env: environment(options),
    onLine: (stream, message) => {
      if (stream === "stderr") errors.push(message);
      reporter.log({ severity: "info", message });
    },
  });
  const watch = setInterval(() => {
    if (!deployment.stopped || deployment.waiting) return;
    clearInterval(watch);
    setTimeout(() => program.stop("SIGKILL"), GRACE_MS).unref();
  }, 100);
  try {
    const early = await Promise.race([deployment.programDone, program.ended]);
    await deployment.idle();
    if (!early && !signal.aborted && reporter.failed.length === 0) await conclude();
    deployment.release();
    const status = await program.ended;
    if (status !== 0 && !signal.aborted && reporter.failed.length === 0) {
      reporter.failRun({ message: `the program ended with ${status}: ${errors.slice(-20).join("\n")}` });
    }
  } finally {
    clearInterval(watch);
    deployment.release();
  }
}

/** The program and the tools see the run's cluster and no other, and not the passphrase. */
function environment(options: EngineOptions): NodeJS.ProcessEnv {
  const { PULUMI_CONFIG_PASSPHRASE: _, ...env } = options.env ?? process.env;
  return { ...env, KUBECONFIG: options.kubeconfig };
}

async function inRun(
  options: EngineOptions,
  isPreview: boolean,
  action: (context: Context) => Promise<Properties>,
): Promise<Result> {
  const { project, stack, stateFile } = options;
  const unlock = isPreview ? () => {} : lock(`${stateFile}.lock`);
  const callbacks = new Callbacks();
  try {
    const passphrase = (options.env ?? process.env).PULUMI_CONFIG_PASSPHRASE;
    if (passphrase === undefined) {
      throw new Error("no passphrase for the state's secrets: set PULUMI_CONFIG_PASSPHRASE");
    }
    const store = StateStore.open(stateFile, { project, stack }, passphrase);
    const reporter = new Reporter(options.onEvent);
    for (const key of options.secretKeys) reporter.protect(secret(options.config[key] ?? null));
    for (const resource of store.loaded.resources) reporter.protect([resource.inputs, resource.outputs]);
    const context: Context = {
      callbacks,
      hooks: new Hooks(callbacks),
      project,
      stack,
      preview: isPreview,
      signal: options.signal ?? new AbortController().signal,
      ledger: new Ledger(store, !isPreview),
      reporter,
      providers: new Providers(
        { ...PROVIDERS, ...options.providers },
        {
          programDir: options.programDir,
          kubeconfig: options.kubeconfig,
          tools: options.tools,
          env: environment(options),
        },
        options.config,
      ),
    };
    const outputs = await action(context);
    if (context.signal.aborted) {
      reporter.failRun({ message: "the run was interrupted; the next one goes on where it ended" });
    }
    return {
      steps: reporter.steps,
      outputs: mask(outputs) as Properties,
      diagnostics: reporter.diagnostics,
      failed: reporter.failed,
    };
  } finally {
    callbacks.close();
    unlock();
  }
}
