import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import type { Phase } from "../../components/cluster/phase.ts";
import type { Api, KubernetesObject } from "../../sandbox/cluster/api.ts";
import type { StackConfig, StackName } from "../../sandbox/stacks.ts";
import { keyPath } from "../../stack-file/paths.ts";
import { isGolden, type Planned, previewPlan } from "../golden/plan.ts";
import { run } from "./cluster.ts";
import { keepWriting, probe } from "./ingress-writes.ts";
import { removals } from "./removals.ts";
import { goesAlong, isForeign, isLeaving, nginx, onlyIngressNginx, snapshot } from "./retirement.ts";
import { type Stored, stored, wanted } from "./snapshot.ts";
import { assertAtRest, refusal, type Stage, succeeded, useStage } from "./stage.ts";

interface PomeriumStatus {
  metadata: { generation: number };
  spec: { authenticate: { url: string } };
  status: {
    settingsStatus: { reconciled: boolean; observedGeneration: number; warnings?: string[] };
    ingress: Record<string, { reconciled: boolean; error?: string }>;
  };
}

/** A Secret of ingress-nginx made by `kubectl apply`, with a copy of itself in an annotation. */
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

/** Keys of a TLS Secret whose values are not secret. */
const isPublic = new Set(["ca", "cert"]);

/** Takes an example stack through all phases. Each stack is a test file of its own, so that both can run at once. */
export function describeMigration(stack: StackName): void {
  describe(`the migration of ${stack}`, function () {
    this.timeout(240_000);
    const stage = useStage(stack, ({ cluster }) => cluster.apply([appliedByKubectl]));
    const { sandbox, workspace, configure } = stage;
    const api = () => sandbox().cluster.api;
    const settings = async () =>
      (await api().find<PomeriumStatus>("/apis/ingress.pomerium.io/v1/pomerium/global"))!;

    /** Runs a preview, and compares its plan with the golden file. */
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

    it("the preview of coexist is the committed plan, and changes nothing", async () => {
      await configure("coexist");
      const before = await wanted(api());
      const plan = await isPlanned("coexist");
      assert.deepEqual(await wanted(api()), before);
      const elsewhere = [...plan].filter(
        ([name, { provider }]) =>
          /^kubernetes:(?!kustomize)/.test(name) && provider !== "pulumi:providers:kubernetes cluster",
      );
      assert.deepEqual(elsewhere, [], "resources do not use the stack's provider");
    });

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

    it("one run reaches coexist: settings are in force, every route is served, and ingress-nginx is adopted and untouched", async () => {
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

    it("the preview after coexist is empty", async () => {
      await assertAtRest(workspace());
    });

    it("the preview of cutover is the committed plan", async () => {
      await configure("cutover");
      await isPlanned("cutover");
      await configure("coexist");
    });

    it("no secret is in plain text in the state, the messages or the cluster's logs", async () => {
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
      it("a misspelt name of ingress-nginx's Helm release is refused, and deletes nothing", async () => {
        const before = await snapshot(api(), isLeaving);
        await configure("coexist", ({ values }) => {
          (values.ingressNginx as { helmRelease: string }).helmRelease = "nginx-ingress";
        });
        assert.match(refusal(await workspace().up()), /ingressNginx/);
        assert.deepEqual(await snapshot(api(), isLeaving), before);
        await configure("coexist");
        await assertAtRest(workspace());
      });

    it("a field that somebody else has come to own, of an object that the program made, stops the run until it is given back", async () => {
      const policy = "ingress.pomerium.io/policy";
      const theirs = "- allow: { or: [{ email: { is: admin-user@gmail.com } }] }";
      const isOpenToAlice = ([name, { metadata }]: [string, Stored]): boolean =>
        name.startsWith("ingresses ") && (metadata.annotations?.[policy] ?? "").includes("alice@gmail.com");
      const [, { metadata }] = [...(await stored(api()))].find(isOpenToAlice)!;
      const { name, namespace = "" } = metadata;
      const taken = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name, namespace } };
      const withErin = ({ values }: StackConfig): void => {
        const { groups } = values.users as { groups: Record<string, string[]> };
        groups.listeners = [...(groups.listeners ?? []), "erin@gmail.com"];
      };

      await api().apply({ ...taken, metadata: { ...taken.metadata, annotations: { [policy]: theirs } } });
      await configure("coexist", withErin);
      const text = refusal(await workspace().up());
      assert.match(
        text,
        /conflict with "sandbox".*: \.metadata\.annotations\.ingress\.pomerium\.io\/policy/s,
      );
      const live = await api().request<KubernetesObject>("GET", await api().path(taken));
      assert.equal(live.metadata.annotations?.[policy], theirs);

      await api().apply(taken);
      succeeded(await workspace().up());
      await configure("coexist");
      succeeded(await workspace().up());
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

    it("cutover changes addresses only: no object is replaced or deleted, and all sessions stay valid", async () => {
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
}

/** Steps from coexist to retired: first the runs that must not remove ingress-nginx, then the run that must. */
function retirementSteps({ sandbox, workspace, configure }: Stage, isPlanned: () => Promise<unknown>): void {
  const api = (): Api => sandbox().cluster.api;
  const all = () => snapshot(api(), () => true);

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

  it("the preview of retired is the committed plan", async () => {
    await configure("retired");
    await isPlanned();
  });

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

  it("retired removes ingress-nginx in an order in which Ingresses can be written all the time", async () => {
    const leaving = [...(await snapshot(api(), isLeaving)).keys()];
    assert.ok(leaving.length > 20, String(leaving.length));
    const foreign = await snapshot(api(), isForeign);
    assert.ok(foreign.size > 1, "the cluster has no Ingresses of other classes");
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
    assert.deepEqual(refused, [], "the API server refused Ingress writes");

    const order = (await watched.stop()).map(stageOf);
    assert.equal(order.length, leaving.length);
    assert.deepEqual(order, order.toSorted(), "the objects were deleted in another order");

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

  it("after retired, every route is served, and every app's certificate exists", async () => {
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

  it("the preview after retired is empty, and there is no way back", async () => {
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

/** Position of an object in the order of removal. */
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
