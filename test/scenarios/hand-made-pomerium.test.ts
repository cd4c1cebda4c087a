import { strict as assert } from "node:assert";
import { patchForce } from "../../components/cluster/forced.ts";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import type { Outcome, Progress } from "../../sandbox/pulumi/events.ts";
import { type HandMade, makeByHand } from "../support/hand-made/hand-made.ts";
import { type Stored, stored } from "../support/snapshot.ts";
import { changesOf, refusal, succeeded, useStage } from "../support/stage.ts";
import { type StoreWatch, watchStore } from "../support/store-watch.ts";

type Objects = Awaited<ReturnType<typeof stored>>;

/** Objects that must not be written to, because everybody's sessions depend on them. */
const untouched = [
  "namespaces /pomerium",
  "persistentvolumeclaims pomerium/pomerium-pvc-data",
  "persistentvolumes /pomerium-pv-data",
  "secrets pomerium/bootstrap",
];

const ingress = "ingresses home-assistant/home-assistant-pomerium-ingress";

/** Takes over a cluster where somebody has set up Pomerium by hand. */
describe("on a cluster where somebody has set up Pomerium by hand", function () {
  this.timeout(600_000);
  let made: HandMade;
  let original: Objects;
  let taken: Objects;
  let store: StoreWatch;

  after(() => store?.stop());
  const { sandbox, workspace, configure } = useStage("alfred", async ({ cluster }) => {
    made = await makeByHand(cluster);
  });
  before(() => configure("coexist"));

  it("a second route to an app's host is refused with the command that removes it", async () => {
    const text = refusal(await workspace().preview());
    assert.match(text, /apps\.verify\.host +Ingress pomerium\/verify is a second route for verify\.very/);
    const { api, contexts } = sandbox().cluster;
    const [context] = contexts;
    const command = `kubectl --context ${context} delete ingress --namespace pomerium verify\n`;
    assert.ok(text.includes(command), text);
    const metadata = { name: "verify", namespace: "pomerium" };
    await api.delete({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata });
  });

  it("the preview says for each object whether it is adopted or changed, and replaces none", async () => {
    const operations = await operationsOf((onProgress) => workspace().preview(onProgress));
    for (const name of ["pomerium-namespace", "pomerium-bootstrap", "pomerium-foundation:pomerium-pv-data"])
      assert.deepEqual(operations.get(name), ["import"], name);
    for (const name of [
      "pomerium-settings",
      "pomerium-identity-provider",
      "pomerium-workload:pomerium/pomerium-proxy",
      "home-assistant-ingress",
      "audiobookshelf-ingress",
      "verify-service-deployment",
      "verify-service-service",
    ])
      assert.deepEqual(operations.get(name), ["import", "update"], name);
    assert.deepEqual(operations.get("grafana-ingress"), ["create"]);
  });

  it("one run takes over all objects, and replaces none", async () => {
    original = await stored(sandbox().cluster.api);
    store = await watchStore(sandbox().cluster.api);
    succeeded(await workspace().up());
    await store.stop();
    taken = await stored(sandbox().cluster.api);
    for (const [name, { metadata }] of original)
      assert.equal(taken.get(name)?.metadata.uid, metadata.uid, name);
  });

  it("the objects that sessions depend on are not written to", () => {
    for (const name of untouched)
      assert.equal(
        taken.get(name)?.metadata.resourceVersion,
        original.get(name)?.metadata.resourceVersion,
        name,
      );
  });

  it("fields of others are overwritten only in objects that the program takes over and changes", () => {
    const isForced = ([, { metadata }]: [string, Stored]) => metadata.annotations?.[patchForce] === "true";
    const forced = [...taken].filter(isForced).map(([name]) => name);
    for (const name of forced) assert.ok(original.has(name), `${name} is new`);
    for (const name of untouched) assert.ok(!forced.includes(name), `${name} is adopted unchanged`);
    for (const name of [
      ingress,
      "pomerium /global",
      "services pomerium/pomerium-proxy",
      "deployments pomerium/verify",
    ])
      assert.ok(forced.includes(name), `${name} is taken over`);
  });

  it("two pods never have the store open: the Deployment stops before the StatefulSet starts", () => {
    assert.ok(
      store.stopped !== undefined && store.started !== undefined,
      "the watch has missed the Deployment's stop or the StatefulSet's start",
    );
    assert.ok(store.stopped < store.started);
    assert.deepEqual(store.together, []);
  });

  it("the proxy's Service keeps its cluster IP", () => {
    const address = (objects: Objects): string =>
      (
        objects.get("services pomerium/pomerium-proxy") as KubernetesObject & {
          spec: { clusterIP: string };
        }
      ).spec.clusterIP;
    assert.match(address(original), /^10\./);
    assert.equal(address(taken), address(original));
  });

  it("an app that somebody has made public is restricted as the stack file says", () => {
    const annotation = "ingress.pomerium.io/allow_public_unauthenticated_access";
    assert.equal(original.get(ingress)?.metadata.annotations?.[annotation], "true");
    assert.equal(taken.get(ingress)?.metadata.annotations?.[annotation], undefined);
  });

  it("hand-made settings that are not in the stack file are removed", () => {
    const { spec } = taken.get("pomerium /global") as KubernetesObject & { spec: object };
    assert.ok(!("passIdentityHeaders" in spec));
    assert.doesNotMatch(JSON.stringify(spec), /X-Made-By/);
  });

  it("the next preview is empty", async () => {
    const { changes } = succeeded(await changesOf((onProgress) => workspace().preview(onProgress)));
    assert.deepEqual(changes, []);
  });

  it("no secret is in plain text in the state, neither from the hand-made Secrets nor from kubectl's copies", async () => {
    const state = await workspace().state();
    const texts = [
      ...made.texts,
      ...sandbox()
        .config("coexist")
        .secrets.map(({ value }) => value),
    ];
    const values = [
      ...Object.values(made.bootstrap),
      ...texts.flatMap((text) => [text, Buffer.from(text).toString("base64")]),
    ];
    for (const value of values) assert.ok(!state.includes(value), value);
  });
});

/** The operations of a run on each resource, in order, by logical name. */
async function operationsOf(
  act: (onProgress: (progress: Progress) => void) => Promise<Outcome>,
): Promise<Map<string, string[]>> {
  const operations = new Map<string, string[]>();
  succeeded(
    await act(({ name, operation, state }) => {
      if (state !== "begun") operations.set(name, [...(operations.get(name) ?? []), operation]);
    }),
  );
  return operations;
}
