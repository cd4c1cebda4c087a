import { strict as assert } from "node:assert";
import type { Api, KubernetesObject } from "../../sandbox/cluster/api.ts";
import type { DestroyOptions } from "../../sandbox/runner/runner.ts";
import { keyPath } from "../../stack-file/paths.ts";
import { run } from "../sandbox/support.ts";
import { keepWriting, probe } from "./ingress-writes.ts";
import { removals } from "./removals.ts";
import { type Stored, stored } from "./snapshot.ts";
import { assertAtRest, refusal, type Stage, succeeded } from "./stage.ts";

/** What Kubernetes itself removes with it: what ingress-nginx' Ingresses own, and what every namespace has. */
const goesAlong = /^(certificates |serviceaccounts ingress-nginx\/default$)/;

const nginx = { namespace: "ingress-nginx", instance: "ingress-nginx" };

/** Whether an object is ingress-nginx' own, or an Ingress of its class. */
export function isLeaving(name: string, { metadata, spec }: Stored): boolean {
  if (goesAlong.test(name)) return false;
  if (name.startsWith("ingresses ")) return spec?.ingressClassName === "nginx";
  return (
    metadata.labels?.["app.kubernetes.io/instance"] === nginx.instance ||
    metadata.namespace === nginx.namespace ||
    name === `namespaces /${nginx.namespace}`
  );
}

/** An object without what its controllers write: whoever has changed anything else of it shows. */
function untouched({ status: _, metadata, ...rest }: Stored & { status?: unknown }): string {
  const {
    resourceVersion: __,
    managedFields = [],
    ...own
  } = metadata as Stored["metadata"] & {
    managedFields?: { subresource?: string }[];
  };
  const managers = managedFields.filter(({ subresource }) => subresource !== "status");
  return JSON.stringify({ ...rest, metadata: { ...own, managers } });
}

/** Every object that meets a test, as whoever wanted it left it. */
export async function snapshot(
  api: Api,
  test: (name: string, object: Stored) => boolean,
): Promise<Map<string, string>> {
  const all = [...(await stored(api))].filter(([name, object]) => test(name, object));
  return new Map(all.map(([name, object]) => [name, untouched(object)]));
}

/** Ingresses that are neither ingress-nginx' nor Pomerium's. */
export const isForeign = (name: string, { spec }: Stored): boolean =>
  name.startsWith("ingresses ") && !["nginx", "pomerium"].includes(spec?.ingressClassName ?? "");

/** The README's other way to remove ingress-nginx. */
export const onlyIngressNginx: DestroyOptions = { targets: ["**:IngressNginx**"], runProgram: true };

/** On a cluster that is in coexist: what must not happen to ingress-nginx, then what must. */
export function retirementSteps({ sandbox, runner, configure }: Stage): void {
  const api = (): Api => sandbox().cluster.api;
  const all = () => snapshot(api(), () => true);

  it("retired is not reached from coexist, and everything that is missing is said at once", async () => {
    const before = await all();
    await configure("retired");
    const text = refusal(await runner().up());
    assert.match(text, /coexist/);
    assert.match(text, /pulumi config set .*phase cutover/);
    assert.deepEqual(await all(), before);
  });

  it("a plain destroy is refused before anything is deleted, and the refusal says what stays", async () => {
    const before = await all();
    await configure("coexist");
    assert.match(refusal(await runner().destroy()), /ingress-nginx stays until the phase is retired/);
    assert.deepEqual(await all(), before);
  });

  it("a destroy that runs the program is refused, too, deletes nothing of ingress-nginx, and the next run mends the rest", async () => {
    const before = await snapshot(api(), isLeaving);
    assert.match(
      refusal(await runner().destroy({ runProgram: true })),
      /stays while .* is in coexist|protect/,
    );
    assert.deepEqual(await snapshot(api(), isLeaving), before);
    succeeded(await runner().up());
  });

  it("neither can ingress-nginx alone be destroyed before its time", async () => {
    const before = await all();
    await configure("cutover");
    succeeded(await runner().up());
    assert.match(
      refusal(await runner().destroy(onlyIngressNginx)),
      /stays while .* is in cutover: .*phase retired/,
    );
    const after = await all();
    for (const [name, object] of await snapshot(api(), isLeaving))
      assert.equal(object, before.get(name), name);
    assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
  });

  it("a stack file that no longer speaks of ingress-nginx deletes nothing of it", async () => {
    const before = await snapshot(api(), isLeaving);
    for (const phase of ["cutover", "retired"] as const) {
      await configure(phase, ({ values }) => {
        delete values.ingressNginx;
      });
      assert.match(refusal(await runner().up()), /put `ingressNginx` back/);
      assert.deepEqual(await snapshot(api(), isLeaving), before);
    }
  });

  it("what somebody has deleted by hand in between is no error", async () => {
    const metadata = { name: "ingress-nginx-controller", namespace: nginx.namespace };
    await api().delete({ apiVersion: "v1", kind: "ConfigMap", metadata });
    await configure("cutover");
    assert.deepEqual(succeeded(await runner().up()).counts.delete, 1);
    await assertAtRest(runner());
  });

  it("an nginx Ingress whose host nobody takes over holds retired back, and so does one not yet adopted", async () => {
    const host = "forgotten.example.org";
    const ingress = {
      ...probe,
      metadata: { name: "forgotten", namespace: "default" },
      spec: { ingressClassName: "nginx", rules: [{ host, http: { paths: [backend] } }] },
    };
    await api().apply(ingress);
    await configure("retired");
    const text = refusal(await runner().preview());
    assert.match(text, /forgotten\.example\.org/);
    assert.match(text, /abandon/);
    assert.match(text, /Ingress default\/forgotten/);
    await api().delete(ingress);
  });

  it("a zone whose canary is not READY holds retired back", async () => {
    const group = "/apis/cert-manager.io/v1";
    const list = await api().find<{ items: KubernetesObject[] }>(`${group}/certificates`);
    const canary = list?.items.find(({ metadata }) => /canary/.test(metadata.name));
    assert.ok(canary, "there is a canary");
    await api().delete({ apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata: canary.metadata });
    await configure("retired");
    assert.match(refusal(await runner().preview()), new RegExp(canary.metadata.name));
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

  it("retired removes it in the one order in which every Ingress can be written meanwhile", async () => {
    const leaving = [...(await snapshot(api(), isLeaving)).keys()];
    assert.ok(leaving.length > 20, String(leaving.length));
    const foreign = await snapshot(api(), isForeign);
    assert.ok(foreign.size > 1, "there are Ingresses of other classes");
    const standing = await snapshot(api(), (name, object) => !isLeaving(name, object));

    await configure("retired");
    const watched = await removals(api(), leaving);
    const stop = keepWriting(api());
    let refused: string[] = [];
    try {
      succeeded(await runner().up());
    } finally {
      refused = await stop();
    }
    assert.deepEqual(refused, [], "Ingress writes were refused meanwhile");

    const order = (await watched.stop()).map(stageOf);
    assert.equal(order.length, leaving.length);
    assert.deepEqual(order, order.toSorted(), "the API server saw another order");

    assert.deepEqual(await snapshot(api(), isLeaving), new Map());
    assert.deepEqual(await snapshot(api(), isForeign), foreign);
    const left = await snapshot(api(), (name, object) => !isLeaving(name, object));
    assert.deepEqual(
      [...standing.keys()].filter((name) => !left.has(name) && !goesAlong.test(name)),
      [],
    );
    assert.ok(!(await run(sandbox().cluster, "helm", "list", "--all-namespaces")).includes("ingress-nginx"));
  });

  it("everything of Pomerium stands, every route is served, every certificate of an app is there", async () => {
    const settings = await api().find<{
      status: { ingress: Record<string, { reconciled: boolean }> };
    }>("/apis/ingress.pomerium.io/v1/pomerium/global");
    const routes = Object.entries(settings?.status.ingress ?? {});
    assert.ok(routes.length > 3);
    assert.deepEqual(
      routes.filter(([, { reconciled }]) => !reconciled),
      [],
    );
    const objects = await stored(api());
    for (const [name, object] of objects)
      if (name.startsWith("ingresses ") && object.spec?.ingressClassName === "pomerium")
        for (const { secretName } of object.spec.tls ?? [])
          assert.ok(
            objects.has(`secrets ${object.metadata.namespace}/${secretName}`),
            `${name}: ${secretName}`,
          );
  });

  it("the next preview is empty, and there is no way back", async () => {
    await assertAtRest(runner());
    await configure("cutover");
    assert.match(refusal(await runner().preview()), /no way back/);
    await configure("retired");
  });
}

const backend = {
  path: "/",
  pathType: "Prefix",
  backend: { service: { name: "kubernetes", port: { number: 443 } } },
};

/** Where an object stands in the order of removal. */
function stageOf(name: string): number {
  const [plural = ""] = name.split(" ");
  const stages = [
    ["validatingwebhookconfigurations"],
    ["ingresses"],
    ["deployments", "jobs", "services"],
    ["clusterroles", "clusterrolebindings", "configmaps", "roles", "rolebindings", "serviceaccounts"],
    ["ingressclasses"],
    ["leases", "secrets"],
    ["namespaces"],
  ];
  const stage = stages.findIndex((plurals) => plurals.includes(plural));
  assert.notEqual(stage, -1, keyPath([name]));
  return stage;
}
