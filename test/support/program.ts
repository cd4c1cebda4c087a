import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { stackNames } from "../../sandbox/stacks.ts";
import { keyPath } from "../../stack-file/paths.ts";
import { isLeaving, retirementSteps, snapshot } from "./retirement.ts";
import { stored, wanted } from "./snapshot.ts";
import { assertAtRest, type MakeRunner, refusal, succeeded, useStage } from "./stage.ts";

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

/** The whole program against a real API server, stack by stack, through one kind of runner. */
export function programSuite(makeRunner: MakeRunner): void {
  for (const stack of stackNames)
    describe(stack, function () {
      this.timeout(240_000);
      const stage = useStage(makeRunner, stack, ({ cluster }) => cluster.apply([appliedByKubectl]));
      const { sandbox, runner, configure } = stage;
      const api = () => sandbox().cluster.api;
      const settings = async () =>
        (await api().find<PomeriumStatus>("/apis/ingress.pomerium.io/v1/pomerium/global"))!;

      it("a preview changes nothing", async () => {
        await configure("coexist");
        const before = await wanted(api());
        const { counts } = succeeded(await runner().preview());
        assert.ok((counts.create ?? 0) > 30, JSON.stringify(counts));
        assert.deepEqual(await wanted(api()), before);
      });

      it("another cluster than the stack means is refused before anything is written", async () => {
        const before = await wanted(api());
        await configure("coexist", (config) => {
          Object.assign(config.values.cluster as object, { uid: "11111111-2222-3333-4444-555555555555" });
        });
        const text = refusal(await runner().up());
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
          refusal(await runner().up()),
          /apps\.home-assistant\.service\.port +Service home-assistant\/home-assistant-svc has no port 8123/,
        );
        assert.deepEqual(await wanted(api()), before);
      });

      it("comes up in one run: settings in force, every app's route served, ingress-nginx adopted and not touched", async () => {
        await configure("coexist");
        const leaving = await snapshot(api(), isLeaving);
        succeeded(await runner().up());
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
        await assertAtRest(runner());
      });

      it("no secret stands in plain in the state, in the messages, or in a folder of the cluster's", async () => {
        const { messages, outputs } = succeeded(await runner().preview());
        const texts = [await runner().state(), ...messages, JSON.stringify(outputs)];
        const { secrets } = sandbox().config("coexist");
        for (const { path, value } of secrets)
          for (const shown of [value, Buffer.from(value).toString("base64")])
            for (const text of texts) {
              const place = text.indexOf(shown);
              assert.equal(
                place,
                -1,
                `${keyPath(path)} after ${text.slice(Math.max(0, place - 300), place)}`,
              );
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
          assert.match(refusal(await runner().up()), /ingressNginx/);
          assert.deepEqual(await snapshot(api(), isLeaving), before);
          await configure("coexist");
          await assertAtRest(runner());
        });

      it("a person added to a group changes the routes that name the group and nothing else", async () => {
        const before = await stored(api());
        await configure("coexist", ({ values }) => {
          const { groups } = values.users as { groups: Record<string, string[]> };
          groups.listeners = [...(groups.listeners ?? []), "erin@gmail.com"];
        });
        succeeded(await runner().up());
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
        succeeded(await runner().up());
        const after = await stored(api());
        assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
        for (const [name, object] of after)
          assert.equal(object.metadata.uid, before.get(name)?.metadata.uid, name);
        const secret = "secrets pomerium/bootstrap";
        assert.equal(
          after.get(secret)?.metadata.resourceVersion,
          before.get(secret)?.metadata.resourceVersion,
        );
        const { spec, status, metadata } = await settings();
        assert.doesNotMatch(spec.authenticate.url, /:\d+$/);
        assert.equal(status.settingsStatus.observedGeneration, metadata.generation);
      });

      it("coexist takes cutover back", async () => {
        await configure("coexist");
        succeeded(await runner().up());
        await assertAtRest(runner());
      });

      retirementSteps(stage);

      it("then, a plain destroy stops at the secret that everybody's sessions depend on, and the next run mends the rest", async () => {
        const before = await stored(api());
        assert.match(refusal(await runner().destroy()), /protect/);
        succeeded(await runner().up());
        const after = await stored(api());
        const secret = "secrets pomerium/bootstrap";
        assert.equal(
          after.get(secret)?.metadata.resourceVersion,
          before.get(secret)?.metadata.resourceVersion,
        );
        assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
      });
    });
}
