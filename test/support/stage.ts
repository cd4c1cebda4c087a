import { strict as assert } from "node:assert";
import type { Phase } from "../../components/cluster/phase.ts";
import type { Outcome, Runner } from "../../sandbox/runner/runner.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import type { StackConfig } from "../../sandbox/stacks.ts";
import { sharedTools, useResource } from "../sandbox/support.ts";

/** What a suite needs to know of a runner: how to make one. */
export type MakeRunner = (sandbox: Sandbox, stack: string) => Promise<Runner>;

/** A sandbox and the program's runner on it; both are there inside a hook or test only. */
export interface Stage {
  sandbox(): Sandbox;
  runner(): Runner;
  /** Gives the runner the stack's config in a phase, and returns it. */
  configure(phase: Phase, edit?: (config: StackConfig) => void): Promise<StackConfig>;
}

/**
 * Gives the surrounding suite a sandbox of its own, and a runner on it, for as long as it lasts.
 *
 * @param prepare Done to the cluster before anything of the program's.
 */
export function useStage(
  makeRunner: MakeRunner,
  stack: string,
  prepare: (sandbox: Sandbox) => Promise<void> = async () => {},
): Stage {
  let sandbox: Sandbox | undefined;
  let runner: Runner | undefined;
  const opened = useResource(async () => {
    sandbox = await openSandbox(stack, await sharedTools());
    await prepare(sandbox);
    runner = await makeRunner(sandbox, stack);
    return { sandbox, runner };
  });
  after(async () => {
    await runner?.close();
    await sandbox?.stop();
  });
  return {
    sandbox: () => opened().sandbox,
    runner: () => opened().runner,
    configure: async (phase, edit = () => {}) => {
      const config = structuredClone(opened().sandbox.config(phase));
      edit(config);
      await opened().runner.configure(config);
      return config;
    },
  };
}

/** The outcome of a run that did what it should. */
export function succeeded<T extends Outcome>(outcome: T): T {
  assert.deepEqual(outcome.errors, []);
  return outcome;
}

/** Why a run was refused. */
export function refusal({ errors }: Outcome): string {
  assert.notDeepEqual(errors, [], "it was not refused");
  return errors.join("\n");
}

/** That the program has nothing to do. */
export async function assertAtRest(runner: Runner): Promise<void> {
  assert.deepEqual(Object.keys(succeeded(await runner.preview()).counts), ["same"]);
}
