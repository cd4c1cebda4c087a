import { strict as assert } from "node:assert";
import { ownComment } from "../../components/tunnels/live.ts";
import { openWorkspace, type Workspace } from "../../sandbox/pulumi/workspace.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { prepared } from "../support/cluster.ts";
import { assertAtRest, refusal, succeeded, useStage } from "../support/stage.ts";

/** A cluster that a stack has brought to coexist. */
describe("a stack and its cluster that lose each other", function () {
  this.timeout(400_000);
  const { sandbox, workspace, configure } = useStage("alfred");
  const open = async ({ cluster, env }: Sandbox, more: Record<string, string> = {}): Promise<Workspace> =>
    openWorkspace((await prepared()).pulumi, {
      stack: "alfred",
      kubeconfig: cluster.kubeconfig,
      env: { ...env, ...more },
    });
  const secret = () =>
    sandbox().cluster.api.find<{ metadata: { uid: string }; data: object }>(
      "/api/v1/namespaces/pomerium/secrets/bootstrap",
    );

  it("find each other again when the state is lost: everything is imported, and nobody is signed out", async () => {
    await configure("coexist");
    succeeded(await workspace().up());
    const before = await secret();
    // By hand, as the documentation says: nothing imports a DNS record.
    const account = sandbox().cloudflare.state;
    account.records = account.records.filter(({ comment }) => comment !== ownComment);
    // The lost state is still the owner of the fields.
    const empty = await open(sandbox(), { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" });
    try {
      await empty.configure(sandbox().config("coexist"));
      const { counts } = succeeded(await empty.up());
      assert.ok((counts.import ?? 0) > 20, JSON.stringify(counts));
      const after = await secret();
      assert.deepEqual([after?.metadata.uid, after?.data], [before?.metadata.uid, before?.data]);
      await assertAtRest(empty);
    } finally {
      await empty.close();
    }
  });

  it("are not joined by a new UID in the stack file when the cluster was rebuilt, but by an empty state", async () => {
    const rebuilt = await openSandbox("alfred", (await prepared()).tools);
    try {
      await workspace().configure(rebuilt.config("coexist"));
      assert.match(refusal(await workspace().up()), /unable to replace resource .*cluster.*protect/s);
      assert.equal(await rebuilt.cluster.api.find("/api/v1/namespaces/pomerium"), undefined);
      const empty = await open(rebuilt);
      try {
        await empty.configure(rebuilt.config("coexist"));
        succeeded(await empty.up());
        await assertAtRest(empty);
      } finally {
        await empty.close();
      }
    } finally {
      await rebuilt.stop();
    }
  });
});
