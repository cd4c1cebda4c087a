import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import type { Phase } from "../../components/cluster/phase.ts";
import type { Api } from "../../sandbox/cluster/api.ts";
import type { StackConfig, StackName } from "../../sandbox/stacks.ts";
import { keyPath } from "../../stack-file/paths.ts";
import { isGolden, type Planned, previewPlan } from "../golden/plan.ts";
import { run } from "./cluster.ts";
import { keepWriting } from "./ingress-writes.ts";
import { removals } from "./removals.ts";
import { goesAlong, isForeign, isLeaving, snapshot } from "./retirement.ts";
import { stored, wanted } from "./snapshot.ts";
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

/**
 * An example stack on its way through all phases. Each method adds tests to the surrounding suite. A plan belongs in
 * front of tests that change the stack's state, because it is compared with a golden file.
 */
export interface Migration extends Stage {
  api(): Api;
  planCoexist(): void;
  /** The run to coexist, and what is in force after it. */
  reachCoexist(): void;
  planCutover(): void;
  reachCutover(): void;
  planRetired(): void;
  /** The run that removes ingress-nginx, and what is left after it. */
  retire(): void;
}

/** Provides the surrounding suite with a sandbox of an example stack, and with the tests of its migration. */
export function useMigration(stack: StackName): Migration {
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

  const planCoexist = (): void => {
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
  };

  const reachCoexist = (): void => {
    let messages: string[];

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
      ({ messages } = await assertAtRest(workspace()));
    });

    it("no secret is in plain text in the state, the messages or the cluster's logs", async () => {
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
  };

  const planCutover = (): void => {
    it("the preview of cutover is the committed plan", async () => {
      await configure("cutover");
      await isPlanned("cutover");
    });
  };

  const reachCutover = (): void => {
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
  };

  const planRetired = (): void => {
    it("the preview of retired is the committed plan", async () => {
      await configure("retired");
      await isPlanned("retired");
    });
  };

  const retire = (): void => {
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
  };

  return { ...stage, api, planCoexist, reachCoexist, planCutover, reachCutover, planRetired, retire };
}

/** Adds a person to an existing group. */
export function withErin({ values }: StackConfig): void {
  const { groups } = values.users as { groups: Record<string, string[]> };
  groups.listeners = [...(groups.listeners ?? []), "erin@gmail.com"];
}

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
