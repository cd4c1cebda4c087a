import { type Context, inStep } from "./context.ts";
import { desiredState } from "./custom.ts";
import { needs } from "./dependencies.ts";
import type { Step } from "./events.ts";
import type { Goal } from "./goal.ts";
import type { ResourceState } from "./state.ts";
import { isProviderType } from "./urn.ts";

/**
 * What becomes of the resources that a program registers while its stack is destroyed. It runs for its hooks and
 * for what its providers are to be configured with, so nothing that a provider manages is created, changed or
 * imported: what the state has stays as it is, under the options that the program gives it now, and what it does
 * not have is unknown to the program.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go `destroyMode`
 */
export class Teardown {
  readonly #isTarget: (urn: string) => boolean;
  readonly #skipped = new Set<string>();

  /** @param isTarget whether a component or a provider may be brought to what the program wants. */
  constructor(isTarget: (urn: string) => boolean) {
    this.#isTarget = isTarget;
  }

  isSkipped(urn: string): boolean {
    return this.#skipped.has(urn);
  }

  /** @returns undefined for components and providers that are registered as ever. */
  async register(
    context: Context,
    urn: string,
    goal: Goal,
    old: ResourceState | undefined,
  ): Promise<ResourceState | undefined> {
    const desired = desiredState(urn, goal);
    const unmanaged = !goal.custom || isProviderType(goal.type);
    // What a provider builds below a component is only registered, and so found in its place, by building it.
    const asEver = unmanaged && (this.#isTarget(urn) || (goal.remote && old !== undefined));
    const waits = [...needs(desired), ...(goal.parent ? [goal.parent] : [])].some((need) =>
      this.isSkipped(need),
    );
    if (!waits && asEver) return undefined;
    if (waits || !old) {
      this.#skipped.add(urn);
      return { ...desired, inputs: goal.inputs, outputs: old?.outputs ?? {} };
    }
    const step: Step = { urn, type: goal.type, operation: "same" };
    return inStep(context, step, async () => {
      const state = { ...desired, ...kept(old) };
      await context.ledger.record(state, old);
      return state;
    });
  }
}

/** What is there is what it was, whatever the program wants it to be. */
function kept(old: ResourceState): Pick<ResourceState, "inputs" | "outputs"> & Partial<ResourceState> {
  const { id, inputs, outputs, external, initErrors, pendingReplacement } = old;
  return {
    inputs,
    outputs,
    ...(id === undefined ? {} : { id }),
    ...(external ? { external } : {}),
    ...(initErrors ? { initErrors } : {}),
    ...(pendingReplacement ? { pendingReplacement } : {}),
  };
}
