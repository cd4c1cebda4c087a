import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { keyPath } from "../../config/paths.ts";
import type { Phase } from "../../config/stack.ts";
import type { Outcome, Runner } from "../../sandbox/runner/runner.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { type StackConfig, stackNames } from "../../sandbox/stacks.ts";
import { useTools } from "./../sandbox/support.ts";
import { isLeaving, retirementSteps, snapshot } from "./retirement.ts";
import { stored, wanted } from "./snapshot.ts";

/** What a suite needs to know of a runner: how to make one, or why there is none here. */
export type MakeRunner = (sandbox: Sandbox, stack: string) => Promise<Runner>;

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

/** What changed: every operation but `same`. */
function changes({ counts }: Outcome): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([operation]) => operation !== "same"));
}

function succeeded(outcome: Outcome): Outcome {
  assert.deepEqual(outcome.errors, []);
  return outcome;
}

/** The whole program against a real API server, stack by stack, through one kind of runner. */
export function programSuite(makeRunner: MakeRunner): void {
  const tools = useTools();
  for (const stack of stackNames)
    describe(stack, function () {
      this.timeout(240_000);
      let sandbox: Sandbox;
      let runner: Runner;
      const configured = async (phase: Phase, edit: (config: StackConfig) => void = () => {}) => {
        const config = sandbox.config(phase);
        edit(config);
        await runner.configure(config);
        return config;
      };
      /** The same secrets in every run, so that only what is meant to changes. */
      let secrets: StackConfig["secrets"];
      const keepSecrets = (config: StackConfig): void => {
        config.secrets = secrets;
      };
      const settings = async () =>
        (await sandbox.cluster.api.find<PomeriumStatus>("/apis/ingress.pomerium.io/v1/pomerium/global"))!;

      before(async () => {
        sandbox = await openSandbox(stack, tools());
        await sandbox.cluster.apply([appliedByKubectl]);
        runner = await makeRunner(sandbox, stack);
        secrets = sandbox.config("coexist").secrets;
      });
      after(async () => {
        await runner?.close();
        await sandbox?.stop();
      });

      it("a preview changes nothing", async () => {
        await configured("coexist", keepSecrets);
        const before = await wanted(sandbox.cluster.api);
        const { counts } = succeeded(await runner.preview());
        assert.ok((counts.create ?? 0) > 30, JSON.stringify(counts));
        assert.deepEqual(await wanted(sandbox.cluster.api), before);
      });

      it("another cluster than the stack means is refused before anything is written", async () => {
        const before = await wanted(sandbox.cluster.api);
        await configured("coexist", (config) => {
          Object.assign(config.values.cluster as object, { uid: "11111111-2222-3333-4444-555555555555" });
        });
        const { errors } = await runner.up();
        const text = errors.join("\n");
        assert.match(text, /this stack means the cluster 11111111-2222-3333-4444-555555555555/);
        assert.ok(text.includes(sandbox.cluster.uid), "names the cluster that the context leads to");
        assert.doesNotMatch(text, /\n +at /, "a stack trace is no use to who reads this");
        assert.deepEqual(await wanted(sandbox.cluster.api), before);
      });

      it("a stack file with a mistake is refused before anything is written", async () => {
        const before = await wanted(sandbox.cluster.api);
        await configured("coexist", (config) => {
          const app = (config.values.apps as Record<string, { service: object }>)["home-assistant"]!;
          app.service = { name: "home-assistant-svc", port: 8123 };
        });
        const { errors } = await runner.up();
        assert.match(
          errors.join("\n"),
          /apps\.home-assistant\.service\.port +Service home-assistant\/home-assistant-svc has no port 8123/,
        );
        assert.deepEqual(await wanted(sandbox.cluster.api), before);
      });

      it("comes up in one run: settings in force, every app's route served, ingress-nginx adopted and not touched", async () => {
        await configured("coexist", keepSecrets);
        const leaving = await snapshot(sandbox.cluster.api, isLeaving);
        succeeded(await runner.up());
        const untouched = await snapshot(sandbox.cluster.api, isLeaving);
        for (const [name, object] of leaving) assert.equal(untouched.get(name), object, name);
        const { status, metadata } = await settings();
        assert.equal(status.settingsStatus.reconciled, true);
        assert.equal(status.settingsStatus.observedGeneration, metadata.generation);
        assert.deepEqual(status.settingsStatus.warnings ?? [], []);
        const objects = await stored(sandbox.cluster.api);
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
        assert.deepEqual(changes(succeeded(await runner.preview())), {});
      });

      it("no secret stands in plain in the state, in the messages, or in a folder of the cluster's", async () => {
        const texts = [await runner.state(), ...(await outcomeTexts(runner))];
        for (const text of texts) assert.ok(!text.includes(appliedByKubectl.stringData.password));
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
        const bootstrap = (await sandbox.cluster.api.find<{ data: Record<string, string> }>(
          "/api/v1/namespaces/pomerium/secrets/bootstrap",
        ))!;
        for (const [key, value] of Object.entries(bootstrap.data))
          for (const text of texts) assert.ok(!text.includes(value), `bootstrap ${key}`);
        for (const file of readdirSync(sandbox.cluster.directory).filter((name) => name.endsWith(".log"))) {
          const log = readFileSync(`${sandbox.cluster.directory}/${file}`, "utf8");
          for (const { value } of secrets) assert.ok(!log.includes(value), file);
        }
      });

      it("a person added to a group changes the routes that name the group and nothing else", async () => {
        const before = await stored(sandbox.cluster.api);
        await configured("coexist", (config) => {
          keepSecrets(config);
          const { groups } = config.values.users as { groups: Record<string, string[]> };
          groups.listeners = [...(groups.listeners ?? []), "erin@gmail.com"];
        });
        succeeded(await runner.up());
        const after = await stored(sandbox.cluster.api);
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
        const before = await stored(sandbox.cluster.api);
        await configured("cutover", keepSecrets);
        succeeded(await runner.up());
        const after = await stored(sandbox.cluster.api);
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
        await configured("coexist", keepSecrets);
        succeeded(await runner.up());
        assert.deepEqual(changes(succeeded(await runner.preview())), {});
      });

      retirementSteps({
        sandbox: () => sandbox,
        runner: () => runner,
        configure: (phase, edit = () => {}) =>
          configured(phase, (config) => {
            keepSecrets(config);
            edit(config);
          }),
      });

      it("then, a plain destroy stops at the secret that everybody's sessions depend on, and the next run mends the rest", async () => {
        const before = await stored(sandbox.cluster.api);
        const { errors } = await runner.destroy();
        assert.match(errors.join("\n"), /protect/);
        succeeded(await runner.up());
        const after = await stored(sandbox.cluster.api);
        const secret = "secrets pomerium/bootstrap";
        assert.equal(
          after.get(secret)?.metadata.resourceVersion,
          before.get(secret)?.metadata.resourceVersion,
        );
        assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
      });
    });
}

/** What a run prints, in words. */
async function outcomeTexts(runner: Runner): Promise<string[]> {
  const { messages, outputs } = await runner.preview();
  return [...messages, JSON.stringify(outputs)];
}
