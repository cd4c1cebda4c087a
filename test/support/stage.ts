import { strict as assert } from "node:assert";
import type { Phase } from "../../components/cluster/phase.ts";
import type { Outcome, Progress, Step } from "../../sandbox/pulumi/events.ts";
import { openWorkspace, type Workspace } from "../../sandbox/pulumi/workspace.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import type { StackConfig } from "../../sandbox/stacks.ts";
import { prepared, useResource } from "./cluster.ts";

/** A sandbox and the program on it. Both exist only inside a hook or test. */
export interface Stage {
  sandbox(): Sandbox;
  workspace(): Workspace;
  /** Sets the workspace's config to the stack's config in a phase, and returns the config. */
  configure(phase: Phase, edit?: (config: StackConfig) => void): Promise<StackConfig>;
}

/**
 * Provides the surrounding suite with a separate sandbox and the program on it.
 *
 * @param prepare Prepares the cluster before the program's first run.
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

/** The operations of a run in the order in which they finish, without unchanged resources. */
export async function changesOf(
  act: (onProgress: (progress: Progress) => void) => Promise<Outcome>,
): Promise<Outcome & { changes: Step[] }> {
  const changes: Step[] = [];
  const outcome = await act(({ state, ...step }) => {
    if (state === "done" && step.operation !== "same") changes.push(step);
  });
  return { ...outcome, changes };
}

/** Returns the outcome of a run. Fails if the run had errors. */
export function succeeded<T extends Outcome>(outcome: T): T {
  assert.deepEqual(outcome.errors, []);
  return outcome;
}

/** The errors of a refused run, as one text. Fails if the run succeeded. */
export function refusal({ errors }: Outcome): string {
  assert.notDeepEqual(errors, [], "the run was not refused");
  return errors.join("\n");
}

/** Checks that a preview has no changes, and returns its outcome. Otherwise fails with the changes and their fields. */
export async function assertAtRest(workspace: Workspace): Promise<Outcome> {
  const { changes, ...outcome } = await changesOf((onProgress) => workspace.preview(onProgress));
  succeeded(outcome);
  const texts = changes.map(({ operation, urn, diff }) => `${operation} ${urn}: ${diff.join(", ")}`);
  assert.deepEqual(texts, []);
  return outcome;
}
