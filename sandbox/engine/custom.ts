import { type Context, inStep, operand, providerOf } from "./context.ts";
import { destroy } from "./deletion.ts";
import { parseDuration } from "./duration.ts";
import type { Step } from "./events.ts";
import type { Goal } from "./goal.ts";
import { runHooks } from "./hooks.ts";
import { contains, ignoreChanges, parsePath } from "./property-path.ts";
import { type Diff, NotReadyError, type Operand, type Provider } from "./providers/provider.ts";
import type { ResourceState } from "./state.ts";
import { carrySecrets, markSecret, type Properties } from "./values.ts";

/** One resource that a provider manages, on its way from what it was to what the program wants. */
interface Change {
  context: Context;
  goal: Goal;
  /** What the state will hold, less what only the provider knows. */
  desired: Omit<ResourceState, "id" | "inputs" | "outputs">;
  provider: Provider;
  operand: Operand;
}

/** The parts of a resource's state that follow from the goal alone. */
export function desiredState(urn: string, goal: Goal): Change["desired"] {
  const { options } = goal;
  return {
    urn,
    type: goal.type,
    custom: goal.custom,
    ...(goal.parent ? { parent: goal.parent } : {}),
    ...(options.provider ? { provider: options.provider } : {}),
    dependencies: [...options.dependsOn].sort(),
    propertyDependencies: goal.propertyDependencies,
    protect: options.protect ?? false,
    retainOnDelete: options.retainOnDelete ?? false,
    ...(options.deletedWith ? { deletedWith: options.deletedWith } : {}),
    ...(options.importId ? { importId: options.importId } : {}),
    ...(options.timeouts.delete ? { deleteTimeout: parseDuration(options.timeouts.delete) } : {}),
    ...(Object.keys(options.hooks).length > 0 ? { hooks: options.hooks } : {}),
  };
}

/**
 * Imports, creates, updates or replaces the resource, or finds that nothing is to be done.
 *
 * @param old the resource as the last run left it.
 * @throws Error when the provider refuses; the state then holds what is there.
 */
export async function applyCustom(
  context: Context,
  urn: string,
  goal: Goal,
  old: ResourceState | undefined,
): Promise<ResourceState> {
  const desired = desiredState(urn, goal);
  const change: Change = {
    context,
    goal,
    desired,
    provider: providerOf(context, desired),
    operand: operand(context, desired),
  };
  const { importId } = goal.options;
  if (importId && (!old || old.external || (old.importId ?? old.id) !== importId)) {
    return converge(change, await adopt(change, old), { imported: true });
  }
  if (!old || old.external || old.pendingReplacement) return create(change, "create", { gone: old });
  return converge(change, old, { imported: false });
}

/** Brings under management what is there already, without touching it. */
async function adopt(change: Change, old: ResourceState | undefined): Promise<ResourceState> {
  const { context, goal, provider } = change;
  const id = goal.options.importId;
  return inStep(context, step(change, "import"), async () => {
    const found = await provider.read({ ...change.operand, id, inputs: {} });
    if (!found) throw new Error(`resource '${id}' does not exist, so it cannot be imported`);
    const before = old && !old.external ? { condemned: old } : { gone: old };
    return record(change, before, id, found.inputs, found.outputs);
  });
}

/** Updates or replaces what differs from the goal. */
async function converge(
  change: Change,
  old: ResourceState,
  { imported }: { imported: boolean },
): Promise<ResourceState> {
  const { context, goal, provider } = change;
  const ignored = ignoreChanges(goal.inputs, old.inputs, goal.options.ignoreChanges);
  if (ignored.failed.length > 0) {
    change.operand.log(
      "info",
      `cannot ignore changes in added or removed elements of ${ignored.failed.join(", ")}`,
    );
  }
  const inputs = await provider.check({ ...change.operand, inputs: ignored.inputs, old: old.inputs });
  context.reporter.protect(inputs);
  const diff = withReplaceOnChanges(
    provider.diff({ ...change.operand, old, inputs, ignoreChanges: goal.options.ignoreChanges }),
    goal.options.replaceOnChanges,
  );
  if (diff.replaces.length > 0) return replace(change, old, diff);
  if (diff.paths.length > 0 || old.initErrors) return update(change, old, inputs, diff);
  return imported ? old : same(change, old, inputs);
}

function withReplaceOnChanges(diff: Diff, replaceOnChanges: string[]): Diff {
  const forced = replaceOnChanges.map(parsePath);
  const replaces = diff.paths.filter((path) => forced.some((each) => contains(each, parsePath(path))));
  return { ...diff, replaces: [...new Set([...diff.replaces, ...replaces])] };
}

/** Options and secret marks may differ even so. */
async function same(change: Change, old: ResourceState, inputs: Properties): Promise<ResourceState> {
  return inStep(change.context, step(change, "same"), () =>
    record(change, { gone: old }, old.id, inputs, carrySecrets(old.outputs, inputs)),
  );
}

/** What the new state takes the place of: gone with it, or deleted at the end of the run. */
type Predecessor = { gone: ResourceState | undefined } | { condemned: ResourceState };

async function create(
  change: Change,
  operation: "create" | "replace",
  old: Predecessor,
  diff?: string[],
): Promise<ResourceState> {
  const { context, desired, goal, provider } = change;
  const inputs = await provider.check({ ...change.operand, inputs: goal.inputs });
  context.reporter.protect(inputs);
  return inStep(context, step(change, operation, diff), async () => {
    const subject = { urn: desired.urn, type: desired.type };
    await runHooks(context, "beforeCreate", desired.hooks, { ...subject, new: { inputs } });
    const resume = context.ledger.isPending(desired.urn, "creating");
    await context.ledger.begin({ urn: desired.urn, operation: "creating" });
    let created: ResourceState;
    try {
      const { id, outputs } = await provider.create({
        ...change.operand,
        inputs,
        ...timeout(goal.options.timeouts.create),
        resume,
      });
      created = await record(change, old, id, inputs, outputs);
    } catch (error) {
      await settle(change, old, inputs, error);
      throw error;
    }
    await runHooks(context, "afterCreate", desired.hooks, { ...subject, ...known(created), new: created });
    return created;
  });
}

async function update(
  change: Change,
  old: ResourceState,
  inputs: Properties,
  diff: Diff,
): Promise<ResourceState> {
  const { context, desired, goal, provider } = change;
  return inStep(context, step(change, "update", diff.paths), async () => {
    const subject = { urn: desired.urn, type: desired.type, ...known(old), old };
    await runHooks(context, "beforeUpdate", desired.hooks, { ...subject, new: { inputs } });
    await context.ledger.begin({ urn: desired.urn, operation: "updating" });
    let updated: ResourceState;
    try {
      const outputs = await provider.update({
        ...change.operand,
        id: old.id ?? "",
        old,
        inputs,
        ignoreChanges: goal.options.ignoreChanges,
        ...timeout(goal.options.timeouts.update),
      });
      updated = await record(change, { gone: old }, old.id, inputs, outputs);
    } catch (error) {
      await settle(change, { gone: old }, inputs, error);
      throw error;
    }
    await runHooks(context, "afterUpdate", desired.hooks, { ...subject, new: updated });
    return updated;
  });
}

async function replace(change: Change, old: ResourceState, diff: Diff): Promise<ResourceState> {
  const { context, desired, goal } = change;
  const why = `${diff.replaces.join(", ")} cannot be changed in place`;
  if (old.protect && desired.protect) {
    throw new Error(`${why}, and the resource is protected; take \`protect\` off it to have it replaced`);
  }
  if (goal.options.importId) {
    const message = `${why}, and an imported resource is not replaced; correct the program, or drop \`import\``;
    if (!context.preview) throw new Error(message);
    change.operand.log("warning", message);
  }
  if (goal.options.deleteBeforeReplace ?? diff.deleteBeforeReplace) {
    let gone = old;
    await destroy(context, old, {
      alone: true,
      gone: () => {
        gone = context.ledger.amend(old, { pendingReplacement: true });
        return context.ledger.save();
      },
    });
    return create(change, "replace", { gone }, diff.paths);
  }
  return create(change, "replace", { condemned: old }, diff.paths);
}

async function record(
  change: Change,
  old: Predecessor,
  id: string | undefined,
  inputs: Properties,
  outputs: Properties,
  initErrors?: string[],
): Promise<ResourceState> {
  const { desired, goal } = change;
  const { ledger, reporter } = change.context;
  const state = {
    ...desired,
    ...(id === undefined ? {} : { id }),
    inputs,
    outputs: secretOutputs(goal, outputs),
    ...(initErrors ? { initErrors } : {}),
  };
  reporter.protect(state.outputs);
  if ("condemned" in old) ledger.amend(old.condemned, { condemned: true });
  await ledger.record(state, "gone" in old ? old.gone : undefined);
  return state;
}

/** Takes down what a failed operation left behind. */
async function settle(change: Change, old: Predecessor, inputs: Properties, error: unknown): Promise<void> {
  if (error instanceof NotReadyError) {
    await record(change, old, error.id, inputs, error.outputs, [error.message]);
  } else if (!change.context.signal.aborted) {
    // An interrupted operation stays noted: nobody knows how far it came.
    await change.context.ledger.abandon(change.desired.urn);
  }
}

function secretOutputs(goal: Goal, outputs: Properties): Properties {
  return markSecret(outputs, goal.options.additionalSecretOutputs);
}

function known({ id }: ResourceState): { id?: string } {
  return id === undefined ? {} : { id };
}

function timeout(duration: string): { timeout?: number } {
  return duration ? { timeout: parseDuration(duration) } : {};
}

function step(change: Change, operation: Step["operation"], diff?: string[]): Step {
  const { urn, type } = change.desired;
  return { urn, type, operation, ...(diff ? { diff } : {}) };
}
