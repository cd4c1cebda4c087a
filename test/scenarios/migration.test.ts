import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import type { Phase } from "../../components/cluster/phase.ts";
import type { Api, KubernetesObject } from "../../sandbox/cluster/api.ts";
import { stackNames } from "../../sandbox/stacks.ts";
import { keyPath } from "../../stack-file/paths.ts";
import { isGolden, type Planned, previewPlan } from "../golden/plan.ts";
import { run } from "../support/cluster.ts";
import { keepWriting, probe } from "../support/ingress-writes.ts";
import { removals } from "../support/removals.ts";
import { goesAlong, isForeign, isLeaving, nginx, onlyIngressNginx, snapshot } from "../support/retirement.ts";
import { stored, wanted } from "../support/snapshot.ts";
import { assertAtRest, refusal, type Stage, succeeded, useStage } from "../support/stage.ts";

interface PomeriumStatus {
  metadata: { generation: number };
  spec: { authenticate: { url: string } };
  status: {
    settingsStatus: { reconciled: boolean; observedGeneration: number; warnings?: string[] };
    ingress: Record<string, { reconciled: boolean; error?: string }>;
  };
}

/** A Secret of ingress-nginx as `kubectl apply` leaves it: with a copy of itself in an annotation. */
const appliedByKubectl = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "status-page-login",
    namespace: "ingress-nginx",
    labels: { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/instance": "ingress-nginx" },
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({
        kind: "Secret",
        stringData: { password: "nobody-may-read-this" },
      }),
    },
  },
  stringData: { password: "nobody-may-read-this" },
};

/** Parts of a TLS Secret that anybody may know. */
const isPublic = new Set(["ca", "cert"]);

for (const stack of stackNames)
  describe(`the migration of ${stack}`, function () {
    this.timeout(240_000);
    const stage = useStage(stack, ({ cluster }) => cluster.apply([appliedByKubectl]));
    const { sandbox, workspace, configure } = stage;
    const api = () => sandbox().cluster.api;
    const settings = async () =>
      (await api().find<PomeriumStatus>("/apis/ingress.pomerium.io/v1/pomerium/global"))!;

    /** Previews, and compares what would be done with what is committed. */
    const isPlanned = async (phase: Phase): Promise<ReadonlyMap<string, Planned>> => {
      const { uid, directory } = sandbox().cluster;
      const { outcome, plan } = await previewPlan(workspace(), [
        [uid, "<cluster>"],
        [directory, "<sandbox>"],
      ]);
      succeeded(outcome);
      isGolden(`${stack}.${phase}.yaml`, plan);
      return plan;
    };

    it("a preview of coexist shows what is committed, and changes nothing", async () => {
      await configure("coexist");
      const before = await wanted(api());
      const plan = await isPlanned("coexist");
      assert.deepEqual(await wanted(api()), before);
      const elsewhere = [...plan].filter(
        ([name, { provider }]) =>
          /^kubernetes:(?!kustomize)/.test(name) && provider !== "pulumi:providers:kubernetes cluster",
      );
      assert.deepEqual(elsewhere, [], "resources with another provider than the stack's own");
    });

    it("another cluster than the stack means is refused before anything is written", async () => {
      const before = await wanted(api());
      await configure("coexist", (config) => {
        Object.assign(config.values.cluster as object, { uid: "11111111-2222-3333-4444-555555555555" });
      });
      const text = refusal(await workspace().up());
      assert.match(text, /this stack means the cluster 11111111-2222-3333-4444-555555555555/);
      assert.ok(text.includes(sandbox().cluster.uid), "names the cluster that the context leads to");
      assert.doesNotMatch(text, /\n +at /, "a stack trace is no use to who reads this");
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

    it("comes up in one run: settings in force, every app's route served, ingress-nginx adopted and not touched", async () => {
      await configure("coexist");
      const leaving = await snapshot(api(), isLeaving);
      succeeded(await workspace().up());
      const untouched = await snapshot(api(), isLeaving);
      for (const [name, object] of leaving) assert.equal(untouched.get(name), object, name);
      const { status, metadata } = await settings();
      assert.equal(status.settingsStatus.reconciled, true);
      assert.equal(status.settingsStatus.observedGeneration, metadata.generation);
      assert.deepEqual(status.settingsStatus.warnings ?? [], []);
      const objects = await stored(api());
      const ours = [...objects].filter(
        ([name, { spec }]) => name.startsWith("ingresses ") && spec?.ingressClassName === "pomerium",
      );
      assert.deepEqual(
        Object.keys(status.ingress).sort(),
        ours.map(([name]) => name.replace("ingresses ", "")).sort(),
      );
      assert.deepEqual(
        Object.entries(status.ingress).filter(([, { reconciled }]) => !reconciled),
        [],
      );
    });

    it("a second preview is empty", async () => {
      await assertAtRest(workspace());
    });

    it("a preview of cutover shows what is committed", async () => {
      await configure("cutover");
      await isPlanned("cutover");
      await configure("coexist");
    });

    it("no secret stands in plain in the state, in the messages, or in a folder of the cluster's", async () => {
      const { messages } = succeeded(await workspace().preview());
      const outputs = await workspace().outputs();
      const texts = [await workspace().state(), ...messages, JSON.stringify(outputs)];
      const { secrets } = sandbox().config("coexist");
      for (const { path, value } of secrets)
        for (const shown of [value, Buffer.from(value).toString("base64")])
          for (const text of texts) {
            const place = text.indexOf(shown);
            assert.equal(place, -1, `${keyPath(path)} after ${text.slice(Math.max(0, place - 300), place)}`);
          }
      for (const name of [
        "pomerium/bootstrap",
        "ingress-nginx/ingress-nginx-admission",
        `ingress-nginx/${appliedByKubectl.metadata.name}`,
      ]) {
        const [namespace, secret] = name.split("/");
        const path = `/api/v1/namespaces/${namespace}/secrets/${secret}`;
        const { data } = await api().request<{ data: Record<string, string> }>("GET", path);
        for (const [key, value] of Object.entries(data).filter(([key]) => !isPublic.has(key)))
          for (const shown of [value, JSON.stringify(Buffer.from(value, "base64").toString()).slice(1, -1)])
            for (const text of texts) assert.ok(!text.includes(shown), `${name}: ${key}`);
      }
      for (const file of readdirSync(sandbox().cluster.directory).filter((name) => name.endsWith(".log"))) {
        const log = readFileSync(`${sandbox().cluster.directory}/${file}`, "utf8");
        for (const { value } of secrets) assert.ok(!log.includes(value), file);
      }
    });

    if (stack === "octavo")
      it("a mistyped name of ingress-nginx' Helm release is refused, and deletes nothing of it", async () => {
        const before = await snapshot(api(), isLeaving);
        await configure("coexist", ({ values }) => {
          (values.ingressNginx as { helmRelease: string }).helmRelease = "nginx-ingress";
        });
        assert.match(refusal(await workspace().up()), /ingressNginx/);
        assert.deepEqual(await snapshot(api(), isLeaving), before);
        await configure("coexist");
        await assertAtRest(workspace());
      });

    it("a person added to a group changes the routes that name the group and nothing else", async () => {
      const before = await stored(api());
      await configure("coexist", ({ values }) => {
        const { groups } = values.users as { groups: Record<string, string[]> };
        groups.listeners = [...(groups.listeners ?? []), "erin@gmail.com"];
      });
      succeeded(await workspace().up());
      const after = await stored(api());
      const policy = (text: unknown): string => JSON.stringify(text);
      const touched = [...after].filter(
        ([name, object]) =>
          name.startsWith("ingresses ") &&
          object.metadata.generation !== undefined &&
          policy(object.metadata.annotations) !== policy(before.get(name)?.metadata.annotations),
      );
      assert.ok(touched.length > 0);
      for (const [name, object] of touched) {
        assert.ok(policy(object.metadata.annotations).includes("erin@gmail.com"), name);
        assert.equal(object.metadata.uid, before.get(name)?.metadata.uid, `${name} was replaced`);
      }
      for (const [name, object] of after)
        if (!name.startsWith("ingresses "))
          assert.equal(object.metadata.uid, before.get(name)?.metadata.uid, `${name} was replaced`);
    });

    it("cutover changes addresses only: nothing is made anew or removed, and every session is kept", async () => {
      const before = await stored(api());
      await configure("cutover");
      succeeded(await workspace().up());
      const after = await stored(api());
      assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
      for (const [name, object] of after)
        assert.equal(object.metadata.uid, before.get(name)?.metadata.uid, name);
      const secret = "secrets pomerium/bootstrap";
      assert.equal(after.get(secret)?.metadata.resourceVersion, before.get(secret)?.metadata.resourceVersion);
      const { spec, status, metadata } = await settings();
      assert.doesNotMatch(spec.authenticate.url, /:\d+$/);
      assert.equal(status.settingsStatus.observedGeneration, metadata.generation);
    });

    it("coexist takes cutover back", async () => {
      await configure("coexist");
      succeeded(await workspace().up());
      await assertAtRest(workspace());
    });

    retirementSteps(stage, () => isPlanned("retired"));

    it("then, a plain destroy stops at the secret that everybody's sessions depend on, and the next run mends the rest", async () => {
      const before = await stored(api());
      assert.match(refusal(await workspace().destroy()), /protect/);
      succeeded(await workspace().up());
      const after = await stored(api());
      const secret = "secrets pomerium/bootstrap";
      assert.equal(after.get(secret)?.metadata.resourceVersion, before.get(secret)?.metadata.resourceVersion);
      assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
    });
  });

/** On a cluster that is in coexist: what must not happen to ingress-nginx, then what must. */
function retirementSteps({ sandbox, workspace, configure }: Stage, isPlanned: () => Promise<unknown>): void {
  const api = (): Api => sandbox().cluster.api;
  const all = () => snapshot(api(), () => true);

  it("retired is not reached from coexist, and everything that is missing is said at once", async () => {
    const before = await all();
    await configure("retired");
    const text = refusal(await workspace().up());
    assert.match(text, /coexist/);
    assert.match(text, /pulumi config set .*phase cutover/);
    assert.deepEqual(await all(), before);
  });

  it("a plain destroy is refused before anything is deleted, and the refusal says what stays", async () => {
    const before = await all();
    await configure("coexist");
    assert.match(refusal(await workspace().destroy()), /ingress-nginx stays until the phase is retired/);
    assert.deepEqual(await all(), before);
  });

  it("a destroy that runs the program is refused, too, deletes nothing of ingress-nginx, and the next run mends the rest", async () => {
    const before = await snapshot(api(), isLeaving);
    assert.match(
      refusal(await workspace().destroy({ runProgram: true })),
      /stays while .* is in coexist|protect/,
    );
    assert.deepEqual(await snapshot(api(), isLeaving), before);
    succeeded(await workspace().up());
  });

  it("neither can ingress-nginx alone be destroyed before its time", async () => {
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

  it("a stack file that no longer speaks of ingress-nginx deletes nothing of it", async () => {
    const before = await snapshot(api(), isLeaving);
    for (const phase of ["cutover", "retired"] as const) {
      await configure(phase, ({ values }) => {
        delete values.ingressNginx;
      });
      assert.match(refusal(await workspace().up()), /put `ingressNginx` back/);
      assert.deepEqual(await snapshot(api(), isLeaving), before);
    }
  });

  it("what somebody has deleted by hand in between is no error", async () => {
    const metadata = { name: "ingress-nginx-controller", namespace: nginx.namespace };
    await api().delete({ apiVersion: "v1", kind: "ConfigMap", metadata });
    await configure("cutover");
    assert.deepEqual(succeeded(await workspace().up()).counts.delete, 1);
    await assertAtRest(workspace());
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
    const text = refusal(await workspace().preview());
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

  it("a preview of retired shows what is committed", async () => {
    await configure("retired");
    await isPlanned();
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
      succeeded(await workspace().up());
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
    const releases = await run(sandbox().cluster, "helm", "list", "--all-namespaces");
    assert.ok(!releases.includes("ingress-nginx"));
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
    await assertAtRest(workspace());
    await configure("cutover");
    assert.match(refusal(await workspace().preview()), /no way back/);
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
