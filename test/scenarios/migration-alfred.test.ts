import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { probe } from "../support/ingress-writes.ts";
import { useMigration, withErin } from "../support/migration.ts";
import { isLeaving, nginx, onlyIngressNginx, snapshot } from "../support/retirement.ts";
import { type Stored, stored, wanted } from "../support/snapshot.ts";
import { assertAtRest, refusal, succeeded } from "../support/stage.ts";

const backend = {
  path: "/",
  pathType: "Prefix",
  backend: { service: { name: "kubernetes", port: { number: 443 } } },
};

/** Installed from a manifest. At each step, what must not happen is refused. */
describe("the migration of alfred", function () {
  this.timeout(240_000);
  const { api, sandbox, workspace, configure, ...migration } = useMigration("alfred");
  const all = () => snapshot(api(), () => true);

  migration.planCoexist();

  it("another cluster than the stack's is refused before anything is written", async () => {
    const before = await wanted(api());
    await configure("coexist", (config) => {
      Object.assign(config.values.cluster as object, { uid: "11111111-2222-3333-4444-555555555555" });
    });
    const text = refusal(await workspace().up());
    assert.match(text, /this stack means the cluster 11111111-2222-3333-4444-555555555555/);
    assert.ok(
      text.includes(sandbox().cluster.uid),
      "the refusal does not name the cluster that the context leads to",
    );
    assert.doesNotMatch(text, /\n +at /, "the refusal has a stack trace, which does not help its reader");
    assert.deepEqual(await wanted(api()), before);
  });

  it("a stack file with a mistake is refused before anything is written", async () => {
    const before = await wanted(api());
    await configure("coexist", (config) => {
      const app = (config.values.apps as Record<string, { service: object }>)["home-assistant"]!;
      app.service = { name: "home-assistant-svc", port: 8123 };
    });
    assert.match(
      refusal(await workspace().up()),
      /apps\.home-assistant\.service\.port +Service home-assistant\/home-assistant-svc has no port 8123/,
    );
    assert.deepEqual(await wanted(api()), before);
  });

  migration.reachCoexist();
  migration.planCutover();

  it("a field that somebody else has come to own, of an object that the program made, stops the run until it is given back", async () => {
    const policy = "ingress.pomerium.io/policy";
    const theirs = "- allow: { or: [{ email: { is: admin-user@gmail.com } }] }";
    const isOpenToAlice = ([name, { metadata }]: [string, Stored]): boolean =>
      name.startsWith("ingresses ") && (metadata.annotations?.[policy] ?? "").includes("alice@gmail.com");
    const [, { metadata }] = [...(await stored(api()))].find(isOpenToAlice)!;
    const { name, namespace = "" } = metadata;
    const taken = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name, namespace } };

    await api().apply({ ...taken, metadata: { ...taken.metadata, annotations: { [policy]: theirs } } });
    await configure("coexist", withErin);
    const text = refusal(await workspace().up());
    assert.match(text, /conflict with "sandbox".*: \.metadata\.annotations\.ingress\.pomerium\.io\/policy/s);
    const live = await api().request<KubernetesObject>("GET", await api().path(taken));
    assert.equal(live.metadata.annotations?.[policy], theirs);

    await api().apply(taken);
    succeeded(await workspace().up());
    await configure("coexist");
    succeeded(await workspace().up());
  });

  it("a route that Pomerium refuses fails the run with the name of the Ingress and the reason", async () => {
    await configure("coexist", ({ values }) => {
      const { grafana } = values.apps as Record<string, { route?: object }>;
      assert.ok(grafana);
      grafana.route = { ...grafana.route, set_request_headers_secret: "there-is-no-such-secret" };
    });
    const why = refusal(await workspace().up());
    assert.match(why, /Ingress monitoring\/grafana-pomerium-ingress: .*there-is-no-such-secret/);
    assert.match(why, /the route before the change stays in force/);
  });

  it("a route that Pomerium refuses fails the next run too, although Pulumi has nothing left to change in the Ingress", async () => {
    assert.match(refusal(await workspace().up()), /grafana-pomerium-ingress/);
  });

  it("the next run succeeds after the route is corrected", async () => {
    await configure("coexist");
    succeeded(await workspace().up());
  });

  migration.reachCutover();

  it("coexist takes cutover back", async () => {
    await configure("coexist");
    succeeded(await workspace().up());
    await assertAtRest(workspace());
  });

  it("retired cannot follow coexist directly, and the refusal says which phase comes first", async () => {
    const before = await all();
    await configure("retired");
    const text = refusal(await workspace().up());
    assert.match(text, /coexist/);
    assert.match(text, /pulumi config set .*phase cutover/);
    assert.deepEqual(await all(), before);
  });

  it("a plain destroy is refused before anything is deleted, and the refusal says that ingress-nginx stays", async () => {
    const before = await all();
    await configure("coexist");
    assert.match(refusal(await workspace().destroy()), /ingress-nginx stays until the phase is retired/);
    assert.deepEqual(await all(), before);
  });

  it("a destroy that runs the program is refused and deletes nothing of ingress-nginx, and the next run restores the rest", async () => {
    const before = await snapshot(api(), isLeaving);
    assert.match(
      refusal(await workspace().destroy({ runProgram: true })),
      /stays while .* is in coexist|protect/,
    );
    assert.deepEqual(await snapshot(api(), isLeaving), before);
    succeeded(await workspace().up());
  });

  it("a destroy of ingress-nginx alone is refused in cutover", async () => {
    const before = await all();
    await configure("cutover");
    succeeded(await workspace().up());
    assert.match(
      refusal(await workspace().destroy(onlyIngressNginx)),
      /stays while .* is in cutover: .*phase retired/,
    );
    const after = await all();
    for (const [name, object] of await snapshot(api(), isLeaving))
      assert.equal(object, before.get(name), name);
    assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
  });

  it("a stack file without ingressNginx is refused while ingress-nginx exists, and deletes nothing of it", async () => {
    const before = await snapshot(api(), isLeaving);
    for (const phase of ["cutover", "retired"] as const) {
      await configure(phase, ({ values }) => {
        delete values.ingressNginx;
      });
      assert.match(refusal(await workspace().up()), /put `ingressNginx` back/);
      assert.deepEqual(await snapshot(api(), isLeaving), before);
    }
  });

  migration.planRetired();

  it("an object of ingress-nginx that somebody has deleted by hand is no error", async () => {
    const metadata = { name: "ingress-nginx-controller", namespace: nginx.namespace };
    await api().delete({ apiVersion: "v1", kind: "ConfigMap", metadata });
    await configure("cutover");
    assert.deepEqual(succeeded(await workspace().up()).counts.delete, 1);
    await assertAtRest(workspace());
  });

  it("an nginx Ingress that is not adopted, or whose host no app takes over, prevents retired", async () => {
    const host = "forgotten.example.org";
    const ingress = {
      ...probe,
      metadata: { name: "forgotten", namespace: "default" },
      spec: { ingressClassName: "nginx", rules: [{ host, http: { paths: [backend] } }] },
    };
    await api().apply(ingress);
    await configure("retired");
    const text = refusal(await workspace().preview());
    assert.match(text, /forgotten\.example\.org/);
    assert.match(text, /abandon/);
    assert.match(text, /Ingress default\/forgotten/);
    await api().delete(ingress);
  });

  it("a zone whose canary certificate does not exist prevents retired", async () => {
    const group = "/apis/cert-manager.io/v1";
    const list = await api().find<{ items: KubernetesObject[] }>(`${group}/certificates`);
    const canary = list?.items.find(({ metadata }) => /canary/.test(metadata.name));
    assert.ok(canary, "no zone has a canary certificate");
    await api().delete({ apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata: canary.metadata });
    await configure("retired");
    assert.match(refusal(await workspace().preview()), new RegExp(canary.metadata.name));
    await configure("cutover");
    const { metadata, spec } = canary as KubernetesObject & { spec: object };
    const { name, namespace, labels } = metadata as { name: string; namespace: string; labels?: object };
    await api().apply({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name, namespace, ...(labels ? { labels } : {}) },
      spec,
    } as KubernetesObject);
  });

  migration.retire();

  it("after retired, a plain destroy stops at the secret that all sessions depend on, and the next run restores the rest", async () => {
    const before = await stored(api());
    assert.match(refusal(await workspace().destroy()), /protect/);
    succeeded(await workspace().up());
    const after = await stored(api());
    const secret = "secrets pomerium/bootstrap";
    assert.equal(after.get(secret)?.metadata.resourceVersion, before.get(secret)?.metadata.resourceVersion);
    assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
  });
});
