import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  destroy,
  type EngineEvent,
  type EngineOptions,
  type Properties,
  preview,
  type Result,
  up,
} from "../../sandbox/engine/index.ts";
import { ApiClient } from "../../sandbox/engine/providers/kubernetes/client.ts";
import { at, items } from "../../sandbox/engine/providers/kubernetes/object.ts";
import { useCluster } from "./support.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const TOKEN = "hunter2-hunter2-hunter2";

describe("the stand-in engine on an API server", function () {
  this.timeout(180_000);

  const sandbox = useCluster();
  let folder: string;
  let cluster: ApiClient;

  before(() => {
    cluster = new ApiClient(sandbox().kubeconfig, undefined);
  });
  function useFolder(): void {
    folder = mkdtempSync(join(tmpdir(), "pomerium-migration-engine-"));
  }
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });

  function options(fixture: string, config: Record<string, string> = {}): EngineOptions {
    const full = Object.entries(config).map(([key, value]) => [`fixture:${key}`, value]);
    return {
      programDir: join(fixtures, `engine-${fixture}`),
      project: "fixture",
      stack: "test",
      config: { "fixture:token": TOKEN, ...Object.fromEntries(full) },
      secretKeys: ["fixture:token"],
      stateFile: join(folder, "state.json"),
      env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: "correct horse" },
      kubeconfig: sandbox().kubeconfig,
      tools: { kustomize: sandbox().tools.path("kustomize"), helm: sandbox().tools.path("helm") },
    };
  }

  /** `create Namespace app`, `same Secret credentials`, …; without the stack, its provider and what is the same. */
  function changes(result: Result): string[] {
    return result.steps
      .filter(
        ({ operation, type }) => operation !== "same" && operation !== "read" && !type.startsWith("pulumi:"),
      )
      .map(({ operation, type, urn }) => `${operation} ${type.split(":").at(-1)} ${urn.split("::").at(-1)}`)
      .sort();
  }

  function succeeded(result: Result): Result {
    assert.deepEqual(result.failed, []);
    return result;
  }

  const find = (
    kind: string,
    namespace: string,
    name: string,
    apiVersion = "v1",
  ): Promise<Properties | undefined> => cluster.get({ apiVersion, kind, metadata: { namespace, name } });

  async function make(kind: string, metadata: Properties, rest: Properties = {}): Promise<Properties> {
    return cluster.create({ apiVersion: "v1", kind, metadata, ...rest }, { fieldManager: "kubectl-create" });
  }

  const stateText = (): string => readFileSync(join(folder, "state.json"), "utf8");

  describe("with a stack that is deployed", () => {
    let shown: string[];
    let deployed: Result;
    const events: EngineEvent[] = [];

    before(async () => {
      useFolder();
      shown = changes(succeeded(await preview(options("basic", { extra: "true" }))));
      assert.equal(await find("Namespace", "", "engine-basic"), undefined);
      assert.deepEqual(readdirSync(folder), []);
      const watched = {
        ...options("basic", { extra: "true" }),
        onEvent: (event: EngineEvent) => events.push(event),
      };
      deployed = succeeded(await up(watched));
    });
    after(async () => {
      succeeded(await destroy(options("basic")));
      assert.equal(await find("Namespace", "", "engine-basic"), undefined);
      removeFolder();
    });

    it("the preview before has shown every step of it, and changed nothing", () => {
      assert.equal(shown.length, 5);
      assert.deepEqual(changes(deployed), shown);
      assert.deepEqual(deployed.outputs, { replicas: 1, token: "[secret]" });
    });

    it("a second run finds nothing to do", async () => {
      assert.deepEqual(changes(succeeded(await up(options("basic", { extra: "true" })))), []);
    });

    it("no secret is in the state, the events or the result in plain", async () => {
      const encoded = String(at(await find("Secret", "engine-basic", "credentials"), "data", "password"));
      const password = Buffer.from(encoded, "base64").toString();
      assert.equal(password.length, 24);
      for (const told of [stateText(), JSON.stringify(events), JSON.stringify(deployed)]) {
        for (const secret of [TOKEN, Buffer.from(TOKEN).toString("base64"), password, encoded]) {
          assert.ok(!told.includes(secret));
        }
      }
    });

    it("another passphrase is refused before anything is done", async () => {
      const other = { ...options("basic"), env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: "wrong" } };
      await assert.rejects(up(other), /sealed with another passphrase/);
    });

    it("a program that throws deletes nothing", async () => {
      const broken = await up(options("basic", { replicas: "many" }));
      assert.match(broken.failed.map(({ message }) => message).join("\n"), /replicas/);
      assert.ok(await find("ConfigMap", "engine-basic", "extra"));
    });

    it("targets delete only what they match, and leave no resource without its provider", async () => {
      const none = succeeded(await destroy({ ...options("basic"), targets: ["**::nobody", "*::extra"] }));
      assert.deepEqual(none.steps, []);
      const orphaning = await destroy({ ...options("basic"), targets: ["**::cluster"] });
      assert.match(orphaning.failed[0]?.message ?? "", /would be left without .*::cluster/);
      const dependents = { targets: ["**::cluster"], targetDependents: true, preview: true };
      const all = succeeded(await destroy({ ...options("basic"), ...dependents }));
      assert.equal(changes(all).length, 4, "all but the password, which is no cluster's");
      const one = succeeded(await destroy({ ...options("basic"), targets: ["**::extra"] }));
      assert.deepEqual(changes(one), ["delete ConfigMap extra"]);
      assert.equal(await find("ConfigMap", "engine-basic", "extra"), undefined);
    });

    it("what is protected is refused as a whole, before anything is deleted", async () => {
      succeeded(await up(options("basic", { extra: "true", protect: "true" })));
      const refused = await destroy(options("basic"));
      assert.deepEqual(refused.steps, []);
      assert.match(refused.failed[0]?.message ?? "", /ConfigMap::extra is protected/);
      const dropped = await preview(options("basic"));
      assert.match(dropped.failed[0]?.message ?? "", /ConfigMap::extra is protected/);
      assert.ok(await find("ConfigMap", "engine-basic", "extra"));
      succeeded(await up(options("basic", { extra: "true" })));
    });

    it("what the program no longer registers is listed by the preview, and deleted once the program has ended", async () => {
      assert.deepEqual(changes(succeeded(await preview(options("basic")))), ["delete ConfigMap extra"]);
      assert.ok(await find("ConfigMap", "engine-basic", "extra"));
      succeeded(await up(options("basic")));
      assert.equal(await find("ConfigMap", "engine-basic", "extra"), undefined);
    });
  });

  describe("on its own", () => {
    beforeEach(useFolder);
    afterEach(removeFolder);

    it("an object is adopted by its id without being touched, and one that does not exist is not", async () => {
      await make("Namespace", { name: "engine-adopt" });
      try {
        const settings = await make(
          "ConfigMap",
          { name: "settings", namespace: "engine-adopt" },
          { data: { a: "1" } },
        );
        const password = await make(
          "Secret",
          { name: "password", namespace: "engine-adopt" },
          { stringData: { password: TOKEN } },
        );
        const web = await make(
          "Service",
          { name: "web", namespace: "engine-adopt" },
          { spec: { ports: [{ port: 80 }] } },
        );
        const absent = await preview(options("adopt", { configMap: "engine-adopt/absent" }));
        assert.match(absent.failed[0]?.message ?? "", /'engine-adopt\/absent' does not exist/);

        const config = { configMap: "engine-adopt/settings" };
        const imports = ["import ConfigMap settings", "import Secret password", "import Service web"];
        assert.deepEqual(changes(succeeded(await preview(options("adopt", config)))), imports);
        assert.deepEqual(changes(succeeded(await up(options("adopt", config)))), imports);
        assert.deepEqual(changes(succeeded(await up(options("adopt", config)))), []);
        assert.deepEqual(await find("ConfigMap", "engine-adopt", "settings"), settings);
        assert.deepEqual(await find("Secret", "engine-adopt", "password"), password);
        assert.deepEqual(await find("Service", "engine-adopt", "web"), web);
        assert.ok(!stateText().includes(Buffer.from(TOKEN).toString("base64")));
        succeeded(await destroy(options("adopt", config)));
        assert.equal(await find("Service", "engine-adopt", "web"), undefined);
      } finally {
        await cluster.delete(
          { apiVersion: "v1", kind: "Namespace", metadata: { name: "engine-adopt" } },
          "Background",
        );
      }
    });

    it("a kustomization's objects come after their namespace and definitions, changed by transforms", async () => {
      const shown = succeeded(await preview(options("kustomize")));
      try {
        const done = succeeded(await up(options("kustomize")));
        assert.deepEqual(changes(done), changes(shown));
        const order = done.steps.map(({ urn }) => urn.split("::").at(-1) ?? "");
        const comesBefore = (first: string, second: string): void =>
          assert.ok(
            order.indexOf(first) >= 0 && order.indexOf(first) < order.indexOf(second),
            `${first}, ${second}`,
          );
        comesBefore("rendered:settings.example.org", "rendered:global");
        comesBefore("rendered:engine-kustomize", "rendered:engine-kustomize/generated");
        comesBefore("rendered:global", "rendered:engine-kustomize/last");
        comesBefore("rendered:engine-kustomize/last", "after");
        const child = done.steps.find(({ urn }) => urn.endsWith("::rendered:global"));
        assert.match(
          child?.urn ?? "",
          /kubernetes:kustomize\/v2:Directory\$kubernetes:example\.org\/v1:Setting::/,
        );
        const last = await find("ConfigMap", "engine-kustomize", "last");
        assert.equal(at(last, "metadata", "labels", "team"), "blue");
        assert.ok(!stateText().includes("swordfish"));
      } finally {
        const gone = succeeded(await destroy(options("kustomize")));
        const order = gone.steps.map(({ urn }) => urn.split("::").at(-1) ?? "");
        assert.ok(
          order.indexOf("after") < order.indexOf("rendered:engine-kustomize/last"),
          "dependents go first",
        );
      }
    });

    it("an object that exists already is refused; adoption and protection reach a kustomization's objects, too", async () => {
      await make("Namespace", { name: "engine-kustomize" });
      const taken = await up(options("kustomize"));
      assert.match(
        taken.failed[0]?.message ?? "",
        /^Namespace engine-kustomize already exists, and this stack did not create it/,
      );
      const adopt = JSON.stringify({ "rendered:engine-kustomize": "engine-kustomize" });
      const result = succeeded(await up(options("kustomize", { adopt, protect: "true" })));
      assert.ok(changes(result).includes("import Namespace rendered:engine-kustomize"));
      const refused = await destroy(options("kustomize"));
      assert.equal(refused.failed.length, 6, "the component and each of its five objects");
      succeeded(await up(options("kustomize", { adopt })));
      succeeded(await destroy(options("kustomize")));
    });

    it("a Helm release is installed, upgraded, and adopted with the values that it has", async () => {
      const release = "release";
      try {
        assert.deepEqual(succeeded(await up(options(release))).outputs, { revision: 1, status: "deployed" });
        const upgraded = succeeded(await up(options(release, { greeting: "good day" })));
        assert.deepEqual(upgraded.outputs, { revision: 2, status: "deployed" });
        assert.ok(!stateText().includes(TOKEN));
        rmSync(join(folder, "state.json"));

        const adopt = { adopt: "engine-release/tiny" };
        assert.deepEqual(changes(succeeded(await up(options(release, adopt)))), [
          "import Release tiny",
          "update Release tiny",
        ]);
        assert.deepEqual(changes(succeeded(await up(options(release, adopt)))), []);
        const greeting = await find("ConfigMap", "engine-release", "tiny-greeting");
        assert.equal(at(greeting, "data", "greeting"), "good day");
        assert.ok(!stateText().includes(TOKEN));
      } finally {
        succeeded(await destroy(options(release)));
        await cluster.delete(
          { apiVersion: "v1", kind: "Namespace", metadata: { name: "engine-release" } },
          "Background",
        );
      }
      assert.equal(await find("ConfigMap", "engine-release", "tiny-greeting"), undefined);
      assert.deepEqual(
        readdirSync(tmpdir()).filter((name) => name.startsWith("pomerium-migration-helm-")),
        [],
      );
    });

    it("resource options mean what they mean in Pulumi", async () => {
      succeeded(await up(options("options", { round: "1" })));
      try {
        const before = await find("ConfigMap", "engine-options", "renamed");
        const shown = changes(succeeded(await preview(options("options", { round: "2" }))));
        const result = succeeded(await up(options("options", { round: "2" })));
        assert.deepEqual(changes(result), shown);
        assert.deepEqual(shown, [
          "delete ConfigMap autonamed",
          "delete ConfigMap retained",
          "replace ConfigMap autonamed",
          "replace Job immutable",
          "update ConfigMap ignoring",
          "update NamespacePatch label",
        ]);
        const ignoring = await find("ConfigMap", "engine-options", "ignoring");
        assert.deepEqual(at(ignoring, "data"), { ignored: "round 1", heeded: "round 2" });
        assert.ok(await find("ConfigMap", "engine-options", "retained"), "retainOnDelete keeps the object");
        assert.deepEqual(
          await find("ConfigMap", "engine-options", "renamed"),
          before,
          "an alias renames only in the state",
        );
        const namespace = await find("Namespace", "", "engine-options");
        assert.equal(at(namespace, "metadata", "labels", "patched"), "2");
        const list = await cluster.request("GET", "/api/v1/namespaces/engine-options/configmaps");
        const autonamed = items(list.items).filter((each) =>
          String(at(each, "metadata", "name")).startsWith("autonamed-"),
        );
        assert.equal(autonamed.length, 1, "the replaced one is gone");
        const uid = at(await find("Namespace", "", "kube-system"), "metadata", "uid");
        assert.equal(result.outputs.systemUid, uid);
      } finally {
        succeeded(await destroy(options("options", { round: "2" })));
      }
    });

    it("a resource that does not become ready fails the run, stays in the state, and is mended by the next", async () => {
      const failed = await up(options("options", { round: "1", ready: "no" }));
      try {
        assert.match(
          failed.failed[0]?.message ?? "",
          /ConfigMap engine-options\/waited is there, but time is up after 1 s/,
        );
        assert.match(failed.failed[0]?.urn ?? "", /::waited$/);
        const mended = succeeded(await up(options("options", { round: "1" })));
        assert.ok(changes(mended).includes("update ConfigMap waited"));
      } finally {
        succeeded(await destroy(options("options", { round: "1" })));
      }
    });

    it("a run that is killed while it creates is resumed: nothing is made twice, nothing is refused", async () => {
      const { env: _, ...serializable } = options("options", { round: "1", ready: "no", patience: "60s" });
      const child = spawn(
        process.execPath,
        [join(fixtures, "engine-runner.ts"), JSON.stringify(serializable)],
        {
          env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: "correct horse" },
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      try {
        for await (const line of createInterface({ input: child.stdout })) {
          const event = JSON.parse(line) as EngineEvent;
          if (event.kind === "start" && event.step.urn.endsWith("::waited")) break;
        }
        while (!(await find("ConfigMap", "engine-options", "waited")))
          await new Promise((done) => setTimeout(done, 50));
        child.kill("SIGKILL");
        await once(child, "exit");
        const resumed = succeeded(await up(options("options", { round: "1" })));
        assert.ok(changes(resumed).includes("create ConfigMap waited"));
        assert.ok(resumed.diagnostics.some(({ message }) => message.includes("interrupted while creating")));
        assert.equal(at(await find("ConfigMap", "engine-options", "waited"), "data", "ready"), "yes");
      } finally {
        succeeded(await destroy(options("options", { round: "1" })));
      }
    });

    it("an interrupted run ends between two resources, and the next one goes on from there", async () => {
      const controller = new AbortController();
      const interrupted = await up({
        ...options("options", { round: "1", ready: "no", patience: "60s" }),
        signal: controller.signal,
        onEvent: (event) => {
          if (event.kind === "start" && event.step.urn.endsWith("::waited"))
            setTimeout(() => controller.abort(), 500);
        },
      });
      try {
        assert.ok(interrupted.failed.length > 0);
        succeeded(await up(options("options", { round: "1" })));
      } finally {
        succeeded(await destroy(options("options", { round: "1" })));
      }
    });
  });
});
