import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state.js";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { secretOutput } from "../../../components/cluster/secret.ts";
import { loadFromFile } from "../../../stack/load.ts";
import { loadFromPulumi } from "../../../stack/load-from-pulumi.ts";
import { sortedKeys } from "../../../stack-file/paths.ts";
import { orProblems, StackFileError } from "../../../stack-file/problems.ts";
import { goodStack, hunter2, put, type Raw } from "./base.ts";

const project = "pomerium-migration";

/** The SDK's settings, which its types hide. */
const { getStore } = state as unknown as {
  getStore(): { settings: { options: { rootDirectory: string } } };
};

/** Gives the program its configuration as Pulumi does: JSON in text, and the keys that hold a secret. */
function configure(raw: Raw, encrypted: readonly string[] = ["pomerium", "certificates", "tunnels"]): void {
  const config = Object.entries(raw).map(([key, value]) => [
    `${project}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(
    { "kubernetes:context": "elsewhere", ...Object.fromEntries(config) },
    encrypted.map((key) => `${project}:${key}`),
  );
}

function refusal(): pulumi.RunError {
  try {
    loadFromPulumi();
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return error as pulumi.RunError;
    throw error;
  }
  assert.fail("was not refused");
}

describe("the stack that Pulumi runs the program for", () => {
  const home = process.cwd();
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stack-"));
    process.chdir(folder);
    pulumi.runtime.setMocks(
      { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs },
      project,
      "test",
    );
  });

  after(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
    pulumi.runtime.setAllConfig({});
  });

  afterEach(() => rmSync("Pulumi.test.yaml", { force: true }));

  it("names the place of each problem in its stack file, where the secrets are encrypted", () => {
    const raw = put(goodStack(), "apps.wiki.host", "wiki.example.com");
    configure(raw);
    const written = stringify({ config: raw }).replaceAll(hunter2, "{ secure: v1:abc }");
    writeFileSync("Pulumi.test.yaml", written);
    const lines = written.split("\n");
    const line = lines.findIndex((text) => text.includes("host: wiki.example.com"));
    const place = `${line + 1}:${lines[line]!.indexOf("host") + 1}`;
    assert.match(refusal().message, new RegExp(`\n {2}${place} {3}apps\\.wiki\\.host +wiki`));
  });

  it("is read beside Pulumi.yaml, also if the program runs in another folder", () => {
    const { options } = getStore().settings;
    const before = options.rootDirectory;
    options.rootDirectory = folder;
    mkdirSync("program");
    process.chdir("program");
    try {
      const token = "a-token-in-plain";
      const raw = put(goodStack(), 'certificates.zones["example.net"].cloudflare.apiToken', token);
      put(put(raw, "apps.wiki.host", "wiki.example.com"), "appFiles", { "teams/notes.yaml": {} });
      const written = stringify({ config: raw }).replaceAll(hunter2, "{ secure: v1:abc }");
      writeFileSync("../Pulumi.test.yaml", written);
      // Nobody edits this file: Pulumi does not read it.
      writeFileSync("Pulumi.test.yaml", "config: {}\n");
      configure(raw);
      const { message } = refusal();
      const line = written.split("\n").findIndex((text) => text.includes("host: wiki.example.com")) + 1;
      assert.match(message, /^Pulumi\.test\.yaml: 3 problems\n/);
      assert.match(message, new RegExp(`\n {2}${line}:\\d+ +apps\\.wiki\\.host`));
      assert.match(message, /cloudflare\.apiToken +is not encrypted in the stack file/);
      assert.match(message, /teams\/notes\.yaml is missing/);
    } finally {
      process.chdir(folder);
      rmSync("program", { recursive: true });
      options.rootDirectory = before;
    }
  });

  it("is refused with the words of check, in the order of its file", () => {
    const breaks: ((raw: Raw) => unknown)[] = [
      (raw) => put(raw, "phase", "cutovr"),
      (raw) => put(raw, "domain", "Example.org"),
      (raw) => put(raw, "pomerium.session", "a while"),
      (raw) => put(raw, "pomerium.sesion", "1h"),
      (raw) => put(raw, "aps", {}),
      (raw) => Object.assign(raw, { "kubernetes:tunnels": {}, "cloudflare:apps": {} }),
      (raw) => put(raw, "apps.wiki.access", { groups: ["readrs", "writers"] }),
      (raw) => put(raw, "apps.komga.access.groups[0]", "reader"),
      (raw) => put(raw, "apps.komga.paths", { "/b": { access: "x" }, "/a": { access: "y" } }),
      (raw) => put(raw, "tunnels.home.apps", ["wikki", "komgaa"]),
      (raw) => put(raw, "users.groups.readers[1]", "nobody"),
      (raw) => put(raw, "accessTests.apps.wikki", []),
      (raw) => put(raw, "appFiles", { "b.yaml": {}, "a.yaml": {} }),
    ];
    const shuffled = (value: unknown, turn: boolean): unknown =>
      typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            (turn ? Object.entries(value).reverse() : Object.entries(value)).map(([key, own]) => [
              key,
              shuffled(own, turn),
            ]),
          );
    let several = 0;
    fc.assert(
      fc.property(
        fc.subarray(breaks, { minLength: 1 }),
        fc.boolean(),
        fc.shuffledSubarray(Object.keys(goodStack()), { minLength: Object.keys(goodStack()).length }),
        (chosen, turn, order) => {
          const raw = goodStack();
          for (const change of chosen) change(raw);
          const keys = [...order, ...Object.keys(raw).filter((key) => !order.includes(key))];
          const ordered = Object.fromEntries(keys.map((key) => [key, shuffled(raw[key], turn)]));
          writeFileSync(
            "Pulumi.test.yaml",
            stringify({ config: ordered }).replaceAll(hunter2, "{ secure: v1:abc }"),
          );
          const checked = orProblems(() => loadFromFile("Pulumi.test.yaml"));
          assert.ok(checked instanceof StackFileError);
          const all = Object.entries(sortedKeys(raw) as Raw);
          configure(Object.fromEntries(all.filter(([key]) => !key.includes(":"))));
          const foreign = all.filter(([key]) => key.includes(":")).map(([key]) => [key, "{}"]);
          pulumi.runtime.setAllConfig(
            { ...Object.fromEntries(foreign), ...pulumi.runtime.allConfig() },
            ["pomerium", "certificates", "tunnels"].map((key) => `${project}:${key}`),
          );
          assert.equal(refusal().message, checked.message);
          if (checked.problems.length > 2) several++;
        },
      ),
      { numRuns: 60 },
    );
    assert.ok(several > 20, String(several));
  });

  it("names no place if its configuration comes from another file than its own", () => {
    writeFileSync("Pulumi.test.yaml", stringify({ config: put(goodStack(), "domain", "example.com") }));
    configure(put(goodStack(), "aps", {}));
    assert.match(refusal().message, /\n {2}aps +unknown key/);
  });

  it("is read from its configuration, with other projects' keys left alone", () => {
    configure(goodStack());
    const stack = loadFromPulumi();
    assert.deepEqual([stack.name, stack.domain, stack.apps.length], ["test", "example.org", 3]);
  });

  it("has secrets that stay secret as outputs", async () => {
    configure(goodStack());
    const output = secretOutput(loadFromPulumi().pomerium.identityProvider.clientSecret);
    assert.equal(await pulumi.isSecret(output), true);
    assert.equal(await new Promise((resolve) => output.apply(resolve)), hunter2);
    assert.throws(() => secretOutput({ secure: "v1:x" }), TypeError);
  });

  it("has the apps of its app files, which Pulumi does not know", () => {
    const raw = put(goodStack(), "appFiles", { "teams/notes.yaml": { namespaces: ["notes"] } });
    const app = { namespace: "notes", service: { name: "notes", port: 80 }, access: { groups: ["writers"] } };
    mkdirSync("teams");
    try {
      writeFileSync(
        "teams/notes.yaml",
        stringify({
          users: { groups: { writers: ["dave@example.org"] } },
          apps: { notes: app },
          accessTests: { apps: { notes: [{ deny: ["stranger", "anonymous"] }] } },
        }),
      );
      configure(raw);
      const { apps, placeOf } = loadFromPulumi();
      const notes = apps.find(({ name }) => name === "notes");
      assert.deepEqual(
        [
          notes?.host,
          notes?.access.kind === "people" && notes.access.people.map(({ principal }) => principal),
        ],
        ["notes.example.org", ["admin-user@gmail.com", "dave@example.org"]],
      );
      assert.deepEqual(placeOf("apps.notes.access"), { file: "teams/notes.yaml", line: 11, column: 5 });
      writeFileSync(
        "teams/notes.yaml",
        stringify({ apps: { notes: { ...app, namespace: "wiki" }, komga: app } }),
      );
      const { message } = refusal();
      assert.match(
        message,
        /\n {2}teams\/notes\.yaml:3:5 +apps\.notes\.namespace +teams\/notes\.yaml may define/,
      );
      assert.match(
        message,
        /\n {2}teams\/notes\.yaml:\d+:3 +apps\.komga +is also at Pulumi\.test\.yaml: keep one/,
      );
    } finally {
      rmSync("teams", { recursive: true });
    }
    assert.match(refusal().message, /teams\/notes\.yaml is missing; make the file, or remove this entry/);
  });

  it("is the same, down to the order of keys, if an app moves to an app file", () => {
    const sorted = sortedKeys(goodStack()) as Raw;
    configure(sorted);
    const { placeOf: _, ...before } = loadFromPulumi();
    const { komga, ...apps } = sorted.apps as Raw;
    configure({ ...sorted, apps, appFiles: { "a.yaml": {} } });
    const turned = Object.fromEntries(Object.entries(komga as object).reverse());
    writeFileSync("a.yaml", stringify({ apps: { komga: turned } }));
    try {
      const { placeOf: __, ...after } = loadFromPulumi();
      assert.equal(JSON.stringify(after.apps), JSON.stringify(before.apps));
      assert.equal(JSON.stringify(after.accessTests), JSON.stringify(before.accessTests));
    } finally {
      rmSync("a.yaml");
    }
  });

  it("is refused in a way that Pulumi prints without a stack trace", () => {
    configure(put(goodStack(), "aps", {}));
    assert.equal(
      refusal().message,
      'Pulumi.test.yaml: 1 problem\n\n  aps   unknown key; did you mean "apps"?\n\nNothing was changed.',
    );
  });

  it("is refused when its secrets are not encrypted", () => {
    configure(goodStack(), []);
    const { message } = refusal();
    assert.match(message, /^Pulumi\.test\.yaml: 5 problems\n/);
    assert.match(message, /tunnels\.home\.apiToken +is not encrypted in the stack file/);
    assert.ok(!message.includes(hunter2));
  });

  it("is refused when one secret is encrypted and another beside it is not", () => {
    const token = "a-token-in-plain";
    writeFileSync("Pulumi.test.yaml", `config: { "${project}:certificates": { apiToken: ${token} } }`);
    configure(put(goodStack(), 'certificates.zones["example.net"].cloudflare.apiToken', token));
    const { message } = refusal();
    assert.match(message, /^Pulumi\.test\.yaml: 1 problem\n/);
    assert.match(message, /certificates\.zones\["example\.net"\]\.cloudflare\.apiToken +is not encrypted in/);
    assert.ok(!message.includes(token));
  });

  it("is refused if a value is encrypted that is not a secret", () => {
    configure(goodStack(), ["pomerium", "certificates", "tunnels", "users"]);
    assert.match(refusal().message, / users +holds an encrypted value, but nothing in it is a secret/);
  });

  it("is refused when a value is no data", () => {
    configure(put(goodStack(), "apps", "{"));
    assert.match(refusal().message, / apps +must be a map, not text\n/);
  });

  it("reports everything that is missing if only Pulumi's empty defaults are set", () => {
    pulumi.runtime.setAllConfig({ [`${project}:apps`]: "{}", [`${project}:users`]: "{}" });
    const { message } = refusal();
    for (const key of ["cluster", "domain", "pomerium", "certificates", "users.admins", "apps"])
      assert.match(message, new RegExp(`\n  ${key} `));
  });

  it("is refused with a section under another namespace, which would be dropped without a word", () => {
    configure(goodStack());
    const config = {
      ...pulumi.runtime.allConfig(),
      "pomerium-migrations:accessTests": "{}",
      "kubernetes:tunnels": "{}",
      "kubernetes:cluster": "octavo",
    };
    pulumi.runtime.setAllConfig(
      config,
      ["pomerium", "certificates", "tunnels"].map((key) => `${project}:${key}`),
    );
    assert.match(
      refusal().message,
      /^ {2}pomerium-migrations:accessTests {3}nothing reads this key; write it as pomerium-migration:accessTests/m,
    );
    assert.match(refusal().message, /^ {2}kubernetes:tunnels +nothing reads this key;/m);
    assert.doesNotMatch(refusal().message, /kubernetes:cluster/);
  });
});
