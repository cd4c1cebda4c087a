import { strict as assert } from "node:assert";
import { makeByHand } from "../support/hand-made/hand-made.ts";
import { assertAtRest, succeeded, useStage } from "../support/stage.ts";

interface Workload {
  metadata: { uid: string };
  spec: { replicas: number; strategy?: { rollingUpdate?: { maxSurge: number } } };
  status?: { readyReplicas?: number };
}

const own = "/namespaces/pomerium";

/** Moves a hand-made Pomerium to another storage, and then through the other ones. */
describe("sessions that move to another storage", function () {
  this.timeout(600_000);

  const { sandbox, workspace, configure } = useStage("alfred", async ({ cluster }) => {
    await makeByHand(cluster);
    // A second route to an app's host, which a run refuses.
    const metadata = { name: "verify", namespace: "pomerium" };
    await cluster.api.delete({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata });
  });

  const keepIn = (storage: object, secrets: { path: string[]; value: string }[] = []) =>
    configure("coexist", (config) => {
      Object.assign(config.values.pomerium as object, { storage });
      config.secrets.push(...secrets);
    });
  const find = <T>(path: string): Promise<T | undefined> => sandbox().cluster.api.find<T>(path);
  const deployment = () => find<Workload>(`/apis/apps/v1${own}/deployments/pomerium`);
  const statefulSet = () => find<Workload>(`/apis/apps/v1${own}/statefulsets/pomerium`);
  const budget = () => find(`/apis/policy/v1${own}/poddisruptionbudgets/pomerium`);
  const storage = async () =>
    (await find<{ spec: { storage?: object } }>("/apis/ingress.pomerium.io/v1/pomerium/global"))?.spec
      .storage;
  const said = async (): Promise<string> => succeeded(await workspace().preview()).messages.join("\n");

  it("from a folder of the node to PostgreSQL: the preview says what is lost, and the Deployment is taken over in place", async () => {
    const before = await deployment();
    await keepIn({ postgres: { replicas: 2 } }, [
      {
        path: ["pomerium", "storage", "postgres", "connection"],
        value: "postgresql://pomerium:sandbox@db.example.org/pomerium",
      },
    ]);
    const text = await said();
    assert.match(text, /sessions are .* now, and this run keeps them in PostgreSQL; nothing is copied/);
    assert.match(text, /taken over, changed where it differs: .*Deployment pomerium\/pomerium/);
    assert.doesNotMatch(text, /stopped, and left without pods/);
    succeeded(await workspace().up());
    const after = await deployment();
    assert.equal(after?.metadata.uid, before?.metadata.uid);
    assert.deepEqual([after?.spec.replicas, after?.status?.readyReplicas], [2, 2]);
    assert.ok(await budget());
    assert.equal(await statefulSet(), undefined);
    assert.deepEqual(await storage(), { postgres: { secret: "pomerium/pomerium-storage" } });
    await assertAtRest(workspace());
  });

  it("to the folder of the node: one pod of a StatefulSet, and no Deployment and no budget any more", async () => {
    await configure("coexist");
    assert.match(
      await said(),
      /sessions are in PostgreSQL now, and this run keeps them on the volume of the claim/,
    );
    succeeded(await workspace().up());
    const after = await statefulSet();
    assert.deepEqual([after?.spec.replicas, after?.status?.readyReplicas], [1, 1]);
    assert.equal(await deployment(), undefined);
    assert.equal(await budget(), undefined);
    assert.deepEqual(await storage(), { file: { path: "/data/databroker" } });
    await assertAtRest(workspace());
  });

  it("to memory: one pod of a Deployment that stops before the next starts, and Pomerium's own warning", async () => {
    await keepIn({ memory: {} });
    assert.match(await said(), /keeps them in memory; nothing is copied, so everybody has to sign in again/);
    succeeded(await workspace().up());
    const after = await deployment();
    assert.deepEqual([after?.spec.replicas, after?.spec.strategy?.rollingUpdate?.maxSurge], [1, 0]);
    assert.equal(await statefulSet(), undefined);
    assert.equal(await storage(), undefined);
    assert.match(await said(), /warning: storage: please specify a persistent storage backend/);
  });

  it("to a PostgreSQL that does not answer is refused where the stack asks for the check", async () => {
    const connection = "postgresql://pomerium:hunter2@127.0.0.1:9/pomerium";
    await keepIn({ postgres: { verify: true } }, [
      { path: ["pomerium", "storage", "postgres", "connection"], value: connection },
    ]);
    const { errors } = await workspace().preview();
    assert.match(errors.join("\n"), /storage\.postgres\.connection +nothing answers at the port/);
    assert.doesNotMatch(errors.join("\n"), /hunter2/);
  });

  it("to a cluster of Pomeriums is refused on a cluster with fewer nodes than members", async () => {
    await keepIn({ cluster: {} });
    assert.match(
      (await workspace().preview()).errors.join("\n"),
      /storage\.cluster +needs 3 nodes, one for each pod/,
    );
  });
});
