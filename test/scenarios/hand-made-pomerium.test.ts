import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import type { Outcome, Progress } from "../../sandbox/pulumi/workspace.ts";
import { type HandMade, makeByHand } from "../support/hand-made/hand-made.ts";
import { stored } from "../support/snapshot.ts";
import { refusal, succeeded, useStage } from "../support/stage.ts";
import { type StoreWatch, watchStore } from "../support/store-watch.ts";

type Stored = Awaited<ReturnType<typeof stored>>;

/** What must not be touched at all: everybody's session is in it. */
const untouched = [
  "namespaces /pomerium",
  "persistentvolumeclaims pomerium/pomerium-pvc-data",
  "persistentvolumes /pomerium-pv-data",
  "secrets pomerium/bootstrap",
];

const ingress = "ingresses home-assistant/home-assistant-pomerium-ingress";

/** A cluster where somebody has set up Pomerium by hand. */
describe("on a cluster where somebody has set up Pomerium by hand", function () {
  this.timeout(600_000);
  let made: HandMade;
  let original: Stored;
  let taken: Stored;
  let store: StoreWatch;

  after(() => store?.stop());
  const { sandbox, workspace, configure } = useStage("alfred", async ({ cluster }) => {
    made = await makeByHand(cluster);
  });
  before(() => configure("coexist"));

  it("a second route to an app's host is refused, with the command that removes it", async () => {
    const text = refusal(await workspace().preview());
    assert.match(text, /apps\.verify\.host +Ingress pomerium\/verify is a route for verify\.very/);
    const { api, contexts } = sandbox().cluster;
    const [context] = contexts;
    assert.ok(
      text.includes(`kubectl --context ${context} --namespace pomerium delete ingress verify\n`),
      text,
    );
    const metadata = { name: "verify", namespace: "pomerium" };
    await api.delete({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata });
  });

  it("a preview says of each object whether it is taken over as it is or changed, and replaces none", async () => {
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

  it("everything is taken over in one run, and nothing is made anew", async () => {
    original = await stored(sandbox().cluster.api);
    store = await watchStore(sandbox().cluster.api);
    succeeded(await workspace().up());
    await store.stop();
    taken = await stored(sandbox().cluster.api);
    for (const [name, { metadata }] of original)
      assert.equal(taken.get(name)?.metadata.uid, metadata.uid, name);
  });

  it("what the sessions depend on is not even written to", () => {
    for (const name of untouched)
      assert.equal(
        taken.get(name)?.metadata.resourceVersion,
        original.get(name)?.metadata.resourceVersion,
        name,
      );
  });

  it("the store is never open twice: the Deployment has stopped before the StatefulSet starts", () => {
    assert.ok(store.stopped !== undefined && store.started !== undefined, "both were seen");
    assert.ok(store.stopped < store.started);
    assert.deepEqual(store.together, []);
  });

  it("the proxy's Service keeps its address within the cluster", () => {
    const address = (objects: Stored): string =>
      (
        objects.get("services pomerium/pomerium-proxy") as KubernetesObject & {
          spec: { clusterIP: string };
        }
      ).spec.clusterIP;
    assert.match(address(original), /^10\./);
    assert.equal(address(taken), address(original));
  });

  it("an app that was open to the internet by hand is closed as the stack file says", () => {
    const annotation = "ingress.pomerium.io/allow_public_unauthenticated_access";
    assert.equal(original.get(ingress)?.metadata.annotations?.[annotation], "true");
    assert.equal(taken.get(ingress)?.metadata.annotations?.[annotation], undefined);
  });

  it("settings that the stack file does not know are gone with the hand that made them", () => {
    const { spec } = taken.get("pomerium /global") as KubernetesObject & { spec: object };
    assert.ok(!("passIdentityHeaders" in spec));
    assert.doesNotMatch(JSON.stringify(spec), /X-Made-By/);
  });

  it("the next preview is empty", async () => {
    const operations = await operationsOf((onProgress) => workspace().preview(onProgress));
    assert.deepEqual(
      [...operations].filter(([, [operation]]) => operation !== "same"),
      [],
    );
  });

  it("no secret reaches the state in plain, neither the hand-made nor what kubectl kept of it", async () => {
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

/** What a run does to each resource, in order, by its logical name. */
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
