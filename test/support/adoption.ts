import { strict as assert } from "node:assert";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import type { Runner } from "../../sandbox/runner/runner.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { useTools } from "../sandbox/support.ts";
import type { MakeRunner } from "./program.ts";
import { stored } from "./snapshot.ts";

const secret = "secrets pomerium/bootstrap";

/** A bootstrap Secret as `kubectl apply` leaves it: with a copy of itself in an annotation. */
function handMade(): KubernetesObject & { data: Record<string, string> } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ type: "sec1", format: "pem" }).toString();
  const data = {
    shared_secret: randomBytes(32).toString("base64"),
    cookie_secret: randomBytes(32).toString("base64"),
    signing_key: Buffer.from(pem).toString("base64"),
  };
  const object = { apiVersion: "v1", kind: "Secret", type: "Opaque", data };
  const metadata = { name: "bootstrap", namespace: "pomerium" };
  const annotation = JSON.stringify({ ...object, metadata });
  return {
    ...object,
    metadata: {
      ...metadata,
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": annotation },
    },
  } as KubernetesObject & { data: Record<string, string> };
}

/** A cluster where somebody has begun by hand. */
export function adoptionSuite(makeRunner: MakeRunner): void {
  const tools = useTools();
  describe("on a cluster where somebody has begun by hand", function () {
    this.timeout(240_000);
    const made = handMade();
    let sandbox: Sandbox;
    let runner: Runner;

    before(async () => {
      sandbox = await openSandbox("alfred", tools());
      await sandbox.cluster.apply([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "pomerium", labels: { team: "home" } } },
        made,
      ]);
      runner = await makeRunner(sandbox, "alfred");
      await runner.configure(sandbox.config("coexist"));
    });
    after(async () => {
      await runner?.close();
      await sandbox?.stop();
    });

    it("namespace and bootstrap secret are adopted as they are, so that every session goes on", async () => {
      const before = await stored(sandbox.cluster.api);
      const outcome = await runner.up();
      assert.deepEqual(outcome.errors, []);
      const after = await stored(sandbox.cluster.api);
      for (const name of [secret, "namespaces /pomerium"])
        assert.equal(
          after.get(name)?.metadata.resourceVersion,
          before.get(name)?.metadata.resourceVersion,
          name,
        );
    });

    it("the next preview is empty", async () => {
      const { counts, errors } = await runner.preview();
      assert.deepEqual(errors, []);
      assert.deepEqual(Object.keys(counts), ["same"]);
    });

    it("what kubectl kept of the secret in an annotation does not reach the state in plain", async () => {
      const state = await runner.state();
      for (const [key, value] of Object.entries(made.data)) assert.ok(!state.includes(value), key);
    });
  });
}
