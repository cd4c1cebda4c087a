import { strict as assert } from "node:assert";
import type { Phase } from "../../components/cluster/phase.ts";
import {
  type Outcome,
  openWorkspace,
  type Progress,
  type Step,
  type Workspace,
} from "../../sandbox/pulumi/workspace.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import type { StackConfig } from "../../sandbox/stacks.ts";
import { prepared, useResource } from "./cluster.ts";

/** A sandbox and the program on it; both are there inside a hook or test only. */
export interface Stage {
  sandbox(): Sandbox;
  workspace(): Workspace;
  /** Gives the workspace the stack's config in a phase, and returns it. */
  configure(phase: Phase, edit?: (config: StackConfig) => void): Promise<StackConfig>;
}

/**
 * Gives the surrounding suite a sandbox of its own, and the program on it, for as long as it lasts.
 *
 * @param prepare Done to the cluster before anything of the program's.
 */
export function useStage(
  stack: string,
  prepare: (sandbox: Sandbox) => Promise<void> = async () => {},
): Stage {
  let sandbox: Sandbox | undefined;
  let workspace: Workspace | undefined;
  const opened = useResource(async () => {
    const { tools, pulumi } = await prepared();
    sandbox = await openSandbox(stack, tools);
    await prepare(sandbox);
    const { cluster, env } = sandbox;
    workspace = await openWorkspace(pulumi, { stack, kubeconfig: cluster.kubeconfig, env });
    return { sandbox, workspace };
  });
  after(async () => {
    await workspace?.close();
    await sandbox?.stop();
  });
  return {
    sandbox: () => opened().sandbox,
    workspace: () => opened().workspace,
    configure: async (phase, edit = () => {}) => {
      const config = structuredClone(opened().sandbox.config(phase));
      edit(config);
      await opened().workspace.configure(config);
      return config;
    },
  };
}

/** What a run does to the resources that do not stay the same, in the order in which it is done with them. */
export async function changesOf(
  act: (onProgress: (progress: Progress) => void) => Promise<Outcome>,
): Promise<Outcome & { changes: Step[] }> {
  const changes: Step[] = [];
  const outcome = await act(({ state, ...step }) => {
    if (state === "done" && step.operation !== "same") changes.push(step);
  });
  return { ...outcome, changes };
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
export async function assertAtRest(workspace: Workspace): Promise<void> {
  assert.deepEqual(Object.keys(succeeded(await workspace.preview()).counts), ["same"]);
}
