import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { secretOutput } from "../../../components/cluster/secret.ts";
import { loadFromPulumi } from "../../../stack/load-from-pulumi.ts";
import { sortedKeys } from "../../../stack-file/paths.ts";
import { goodStack, hunter2, put, type Raw } from "./base.ts";

const project = "pomerium-migration";

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
