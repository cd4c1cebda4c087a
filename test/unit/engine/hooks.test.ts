import { strict as assert } from "node:assert";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DestroyOptions,
  destroy,
  type EngineOptions,
  type Properties,
  type ProviderFactory,
  preview,
  type Result,
  up,
} from "../../../sandbox/engine/index.ts";

/** What the provider was asked to do, such as `create other`, and what there is by id. */
interface World {
  done: string[];
  things: Map<string, Properties>;
}

function memory({ done, things }: World): ProviderFactory {
  return () => ({
    check: async ({ inputs }) => inputs,
    diff: ({ old, inputs }) => ({
      paths: old.inputs.color === inputs.color ? [] : ["color"],
      replaces: [],
      deleteBeforeReplace: false,
    }),
    create: async ({ name, inputs, preview: isPreview }) => {
      if (isPreview) return { outputs: inputs };
      done.push(`create ${name}`);
      things.set(name, inputs);
      return { id: name, outputs: inputs };
    },
    read: async ({ id, name }) => {
      done.push(`read ${name}`);
      const found = things.get(id);
      return found && { inputs: found, outputs: found };
    },
    update: async ({ id, name, inputs, preview: isPreview }) => {
      if (isPreview) return inputs;
      done.push(`update ${name}`);
      things.set(id, inputs);
      return inputs;
    },
    delete: async ({ id, name }) => {
      done.push(`delete ${name}`);
      things.delete(id);
    },
    construct: async ({ register }) => {
      const inputs = { color: "blue" };
      await register({ type: "memory:index:Thing", name: "member", inputs, dependencies: [] });
      return {};
    },
  });
}

describe("a stack whose program guards its deletions by a hook", function () {
  this.timeout(60_000);

  const folder = mkdtempSync(join(tmpdir(), "pomerium-migration-hooks-"));
  const deployed = join(folder, "deployed.json");
  const stateFile = join(folder, "state.json");
  let world: World;

  function options(config: Record<string, string> = {}): EngineOptions {
    return {
      programDir: join(import.meta.dirname, "fixtures", "hooks"),
      project: "fixture",
      stack: "test",
      config: Object.fromEntries(Object.entries(config).map(([key, value]) => [`fixture:${key}`, value])),
      secretKeys: [],
      stateFile,
      env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: "correct horse", NODE_COMPILE_CACHE: folder },
      kubeconfig: join(folder, "kubeconfig"),
      tools: { kustomize: "kustomize", helm: "helm" },
      providers: { memory: memory(world) },
    };
  }
  const destroying = (config: Record<string, string>, more: Partial<DestroyOptions> = {}): Promise<Result> =>
    destroy({ ...options(config), runProgram: true, ...more });

  const last = (urn: string): string => urn.split("::").at(-1) ?? "";
  const nginx = { targets: ["**::test:index:Nginx::*"], targetDependents: true };

  /** `webhook: before hook …` */
  const failures = ({ failed }: Result): string[] =>
    failed.map(({ urn, message }) => (urn ? `${last(urn)}: ${message}` : message));
  const said = ({ diagnostics }: Result): string[] =>
    diagnostics.map(({ message }) => message).filter((message) => message.startsWith("told"));
  const changes = ({ steps }: Result): string[] =>
    steps
      .filter(({ operation, type }) => operation !== "same" && type === "memory:index:Thing")
      .map(({ operation, urn }) => `${operation} ${last(urn)}`);
  const inState = (): string[] =>
    (JSON.parse(readFileSync(stateFile, "utf8")) as { resources: { urn: string; type: string }[] }).resources
      .filter(({ type }) => type === "memory:index:Thing")
      .map(({ urn }) => last(urn))
      .sort();
  function succeeded(result: Result): Result {
    assert.deepEqual(result.failed, []);
    return result;
  }
  const everything = ["adopted", "controller", "other", "webhook"];
  const refusal = 'adopted: before hook "guard" failed: adopted stays while the phase is coexist';

  before(async () => {
    world = { done: [], things: new Map([["live", { color: "found" }]]) };
    const first = succeeded(await up(options()));
    assert.deepEqual(changes(first).sort(), [
      "create controller",
      "create other",
      "create webhook",
      "import adopted",
    ]);
    copyFileSync(stateFile, deployed);
  });
  beforeEach(() => {
    copyFileSync(deployed, stateFile);
    const there = ["controller", "webhook", "other"].map((id) => [id, { color: "blue" }] as const);
    world = { done: [], things: new Map([["live", { color: "found" }], ...there]) };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("is not touched by the same program again: what is adopted is read only once", async () => {
    assert.deepEqual(changes(succeeded(await up(options()))), []);
    assert.deepEqual(world.done, []);
    assert.deepEqual(world.things.get("live"), { color: "found" });
  });

  it("refuses in the preview that something guarded is left out", async () => {
    const result = await preview(options({ without: "nginx" }));
    assert.deepEqual(failures(result), [refusal]);
  });

  it("refuses it in the run, which then deletes nothing else either", async () => {
    const result = await up(options({ without: "nginx,other" }));
    assert.deepEqual(failures(result), [refusal]);
    assert.deepEqual(world.done, []);
    assert.deepEqual(inState(), everything);
  });

  it("deletes what the hook consents to, dependents first, and tells the hook afterwards", async () => {
    const config = { without: "nginx", phase: "retired" };
    const shown = succeeded(await preview(options(config)));
    assert.deepEqual(changes(shown), ["delete adopted", "delete webhook", "delete controller"]);
    assert.deepEqual(said(shown), [], "a hook that does not ask for it runs in no preview");
    const result = succeeded(await up(options(config)));
    assert.deepEqual(world.done, ["delete adopted", "delete webhook", "delete controller"]);
    assert.deepEqual(said(result), [
      "told of adopted: found - -",
      "told of webhook: blue - -",
      "told of controller: blue - -",
    ]);
    assert.deepEqual(inState(), ["other"]);
  });

  it("goes by the dependencies of the last run, those of what is adopted included", async () => {
    succeeded(await up(options({ turned: "true" })));
    assert.deepEqual(world.done, []);
    succeeded(await up(options({ without: "nginx", phase: "retired" })));
    assert.deepEqual(world.done, ["delete webhook", "delete adopted", "delete controller"]);
  });

  it("does not delete past a hook that only the state knows", async () => {
    const result = await up(options({ without: "nginx", forgetful: "true" }));
    assert.deepEqual(failures(result), ['adopted: hook "guard" was not registered']);
    assert.deepEqual(world.done, []);
  });

  it("refuses a destroy without its program, naming every hook, whatever the targets", async () => {
    const hooked = "Resource has delete hooks registered, but the program is not running. Hooks: guard, told";
    for (const more of [{}, { targets: ["**::other"] }, { preview: true }]) {
      const result = await destroy({ ...options({ phase: "retired" }), ...more });
      assert.deepEqual(failures(result).sort(), [
        "You must run with the `--run-program` flag to use delete hooks during destroy.",
        `adopted: ${hooked}`,
        `controller: ${hooked}`,
        `webhook: ${hooked}`,
      ]);
      assert.deepEqual(result.steps, []);
    }
    assert.deepEqual(world.done, []);
    assert.deepEqual(inState(), everything);
  });

  it("asks the hooks in a destroy with its program", async () => {
    assert.deepEqual(failures(await destroying({}, nginx)), [refusal]);
    assert.deepEqual(world.done, []);
    assert.deepEqual(inState(), everything);
  });

  it("with their consent loses the targets and nothing else, and gains nothing that the program wants", async () => {
    const config = { phase: "retired", color: "red", more: "true", noisy: "true" };
    const deletions = ["delete adopted", "delete webhook", "delete controller"];
    assert.deepEqual(changes(succeeded(await destroying(config, { ...nginx, preview: true }))), deletions);
    const result = succeeded(await destroying(config, nginx));
    assert.deepEqual(changes(result), deletions);
    assert.deepEqual(world.done, deletions);
    assert.deepEqual(inState(), ["other"]);
    assert.deepEqual(world.things, new Map([["other", { color: "blue" }]]));
    assert.ok(!result.diagnostics.some(({ message }) => message.startsWith("made has the id")));
  });

  it("loses with a target what waited for it, be it built by a provider", async () => {
    succeeded(await up(options({ grouped: "true" })));
    world.done.length = 0;
    const member = { targets: ["**::member"], targetDependents: true };
    succeeded(await destroying({ grouped: "true" }, member));
    assert.deepEqual(world.done, ["delete user", "delete member"]);
    assert.deepEqual(inState(), everything);
  });

  it("is destroyed as a whole, down to what the program does not register any more", async () => {
    succeeded(await destroying({ phase: "retired", without: "other" }));
    assert.deepEqual(
      world.done.toSorted(),
      everything.map((name) => `delete ${name}`),
    );
    assert.deepEqual((JSON.parse(readFileSync(stateFile, "utf8")) as { resources: unknown[] }).resources, []);
  });

  it("loses nothing in a destroy whose program throws", async () => {
    const result = await destroying({ phase: "retired", throws: "true" });
    assert.match(failures(result).join("\n"), /the program found a mistake/);
    assert.deepEqual(changes(result), []);
    assert.deepEqual(world.done, []);
    assert.deepEqual(inState(), everything);
  });

  it("has its hooks run around creations and updates, with what was and what will be", async () => {
    const created = succeeded(await up(options({ noisy: "true" })));
    assert.deepEqual(said(created).sort(), [
      "told of group: - - -",
      "told of noisy: - blue -",
      "told of noisy: - blue blue",
    ]);

    const late = await up(options({ noisy: "true", color: "red", after: "broken" }));
    assert.deepEqual(said(late), ["told of noisy: blue red -", "told of noisy: blue red red"]);
    assert.deepEqual(failures(late), ['noisy: after hook "broken" failed: no']);
    assert.ok(
      late.diagnostics.some(
        ({ severity, message }) =>
          severity === "warning" && message === 'before hook "shrugged" failed: so what',
      ),
    );

    const early = await up(options({ noisy: "true", color: "green", before: "broken" }));
    assert.deepEqual(failures(early), ['noisy: before hook "broken" failed: no']);
    assert.deepEqual(world.things.get("noisy"), { color: "red" }, "what came before a failing hook stays");
  });

  it("is told that hooks for errors are Pulumi's own", async () => {
    const result = await preview(options({ onError: "true" }));
    assert.match(
      failures(result).join("\n"),
      /the stand-in engine has no error hooks; use the Pulumi CLI for it/,
    );
  });
});
