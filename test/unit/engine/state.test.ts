import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { lock } from "../../../sandbox/engine/lock.ts";
import { type ResourceState, StateStore } from "../../../sandbox/engine/state.ts";
import { type Properties, secret } from "../../../sandbox/engine/values.ts";
import { Vault } from "../../../sandbox/engine/vault.ts";

const stack = { project: "fixture", stack: "test" };

function resource(name: string, outputs: Properties = {}): ResourceState {
  return {
    urn: `urn:pulumi:test::fixture::a:b:C::${name}`,
    type: "a:b:C",
    custom: true,
    id: name,
    inputs: {},
    outputs,
    dependencies: [],
    propertyDependencies: {},
    protect: false,
    retainOnDelete: false,
  };
}

describe("a stack's state", function () {
  // Deriving a key is slow on purpose.
  this.timeout(60_000);

  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pomerium-migration-state-"));
    file = join(folder, "state.json");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("comes back as it was, with its secrets still marked, and holds none of them in plain", async () => {
    const resources = [
      resource("web", { password: secret("swordfish"), list: [{ deep: secret({ pin: 1234567 }) }] }),
    ];
    const pending = [{ urn: resource("db").urn, operation: "creating" as const }];
    await StateStore.open(file, stack, "horse").save(() => ({ resources, pending }));
    assert.deepEqual(StateStore.open(file, stack, "horse").loaded, { resources, pending });
    const text = readFileSync(file, "utf8");
    assert.ok(!text.includes("swordfish") && !text.includes("1234567") && !text.includes("horse"));
    assert.equal(statSync(file).mode & 0o777, 0o600, "readable by its owner only");
  });

  it("does not open with another passphrase, nor for another stack, nor damaged", async () => {
    await StateStore.open(file, stack, "horse").save(() => ({ resources: [], pending: [] }));
    assert.throws(
      () => StateStore.open(file, stack, "cow"),
      /another passphrase; set PULUMI_CONFIG_PASSPHRASE/,
    );
    assert.throws(() => StateStore.open(file, { ...stack, stack: "other" }, "horse"), /holds fixture\/test/);
    writeFileSync(file, readFileSync(file, "utf8").slice(0, -20));
    assert.throws(() => StateStore.open(file, stack, "horse"), /is damaged/);
  });

  it("changes only where its resources do: an unchanged secret is written the same way", async () => {
    const resources = [resource("web", { password: secret("swordfish") })];
    const store = StateStore.open(file, stack, "horse");
    await store.save(() => ({ resources, pending: [] }));
    const first = readFileSync(file, "utf8");
    await store.save(() => ({ resources, pending: [] }));
    assert.equal(readFileSync(file, "utf8"), first);
    const again = StateStore.open(file, stack, "horse");
    await again.save(() => again.loaded);
    assert.equal(readFileSync(file, "utf8"), first);
  });

  it("is whole at every moment, and holds the last save once all are done, however many come at once", async () => {
    const store = StateStore.open(file, stack, "horse");
    const resources: ResourceState[] = [];
    let reading = true;
    const reader = (async () => {
      while (reading) {
        if (readdirSync(folder).includes("state.json")) JSON.parse(readFileSync(file, "utf8"));
        await new Promise((done) => setImmediate(done));
      }
    })();
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await new Promise((done) => setTimeout(done, index % 7));
        resources.push(resource(`r${index}`));
        const own = resources.length;
        await store.save(() => ({ resources: [...resources], pending: [] }));
        const written = JSON.parse(readFileSync(file, "utf8")) as { resources: unknown[] };
        assert.ok(written.resources.length >= own, "a save is on disk when it resolves");
      }),
    );
    reading = false;
    await reader;
    assert.equal(StateStore.open(file, stack, "horse").loaded.resources.length, 50);
    assert.deepEqual(readdirSync(folder), ["state.json"]);
  });

  it("is held by one run at a time, and taken over from a process that is gone", () => {
    const held = join(folder, "state.json.lock");
    const unlock = lock(held);
    assert.throws(() => lock(held), new RegExp(`process ${process.pid}`));
    unlock();
    lock(held)();
    writeFileSync(held, "999999999");
    lock(held)();
  });
});

describe("a vault", () => {
  it("opens what it sealed, and nothing that was altered", () => {
    const vault = Vault.open("horse");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (text, position) => {
        const sealed = vault.seal(text);
        assert.equal(vault.unseal(sealed), text);
        assert.notEqual(vault.seal(text), sealed);
        const bytes = Buffer.from(sealed, "base64");
        const at = position % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        assert.throws(() => vault.unseal(bytes.toString("base64")));
      }),
    );
  });
});
