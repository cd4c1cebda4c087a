import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse as parseYaml } from "yaml";
import { runAccessTests } from "../../../policies/access/assertions/run.ts";
import { everybody } from "../../../policies/access/people.ts";
import { appFileSchemaText, stackFileSchemaText } from "../../../stack/json-schema.ts";
import { loadFromFile, parseStack } from "../../../stack/load.ts";
import { secretsOf, sectionNames } from "../../../stack/schema.ts";
import { keyPath } from "../../../stack-file/paths.ts";
import { readStackFile } from "../../../stack-file/stack-file.ts";
import { decrypted, put, warnings } from "./base.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const text = (file: string): string => readFileSync(root + file, "utf8");
const stacks = ["octavo", "alfred"] as const;

/** A shipped stack as the program gets it once its secrets are set. */
function shipped(name: string) {
  const { raw } = readStackFile(`Pulumi.${name}.yaml`, text(`Pulumi.${name}.yaml`));
  for (const path of secretsOf(raw)) put(raw, keyPath(path), "a-secret-that-was-set");
  return parseStack(name, raw, decrypted);
}

describe("the stack files that come with the project", () => {
  for (const name of stacks) {
    it(`${name} resolves once its secrets are set`, () => {
      assert.equal(shipped(name).name, name);
    });

    it(`${name} lacks nothing but its secrets`, () => {
      const file = `${root}Pulumi.${name}.yaml`;
      const missing = secretsOf(readStackFile(file, text(`Pulumi.${name}.yaml`)).raw).map(keyPath);
      const said = loadFromFile(file).warnings.filter(({ message }) => message.startsWith("missing"));
      assert.deepEqual(
        said.map(({ at }) => at),
        missing,
      );
      assert.throws(() => loadFromFile(file, { missingSecrets: "error" }), {
        message: new RegExp(`: ${missing.length} problems\n`),
      });
    });

    it(`${name} names example people only`, () => {
      for (const person of everybody(shipped(name).directory))
        assert.match(person, /^(admin-user|alice|bob|carol|dave)@gmail\.com$/);
    });

    it(`${name} keeps every promise that its access tests make`, () => {
      const results = runAccessTests(shipped(name));
      assert.ok(results.length > 50);
      assert.deepEqual(
        results.filter(({ passed }) => !passed),
        [],
      );
    });

    it(`${name} denies every app that is not public to a stranger and to anonymous callers`, () => {
      const { apps, accessTests } = shipped(name);
      for (const app of apps.filter(({ access }) => access.kind !== "public"))
        for (const principal of ["stranger", "anonymous"])
          assert.ok(
            accessTests.tests.some((test) => test.app === app.name && test.deny.includes(principal)),
            `${app.name} ${principal}`,
          );
    });

    it(`${name} tries each path that it opens, and something beside it`, () => {
      const { apps, accessTests } = shipped(name);
      for (const { access, name: app } of apps) {
        if (access.kind !== "people" && access.kind !== "apiOnly") continue;
        if (access.api.length === 0) continue;
        const tests = accessTests.tests.filter((test) => test.app === app);
        assert.ok(
          tests.some((test) => test.allow.includes("anonymous") && !test.paths.includes("/")),
          app,
        );
        assert.ok(
          tests.some((test) => test.deny.includes("anonymous") && !test.paths.includes("/")),
          app,
        );
      }
    });

    it(`${name} names its schema for the editor`, () => {
      const file = text(`Pulumi.${name}.yaml`);
      assert.equal(file.split("\n", 1)[0], "# yaml-language-server: $schema=./stack/stack.schema.json");
    });
  }

  it("octavo holds the whole inventory, with what each app takes over from", () => {
    const { apps } = shipped("octavo");
    assert.deepEqual(apps.map(({ name }) => name).sort(), [
      ...["audiobookshelf", "code-server", "ddns-updater", "firefly-iii", "grafana", "home-assistant"],
      ...["influxdb", "jellyfin", "komga", "kubernetes-dashboard", "navidrome", "prometheus", "ryot"],
      ...["steam-headless", "unifi", "verify"],
    ]);
    assert.equal(apps.flatMap(({ replaces }) => replaces).length, 11);
    assert.deepEqual(
      apps.filter(({ access }) => access.kind === "public").map(({ name }) => name),
      ["ddns-updater"],
    );
  });

  it("alfred holds its four apps and verify, all behind its tunnel, sign-in pages too", () => {
    const { apps, tunnels } = shipped("alfred");
    assert.equal(apps.length, 5);
    assert.deepEqual(tunnels[0]?.apps.toSorted(), apps.map(({ name }) => name).sort());
    assert.equal(tunnels[0]?.authenticate, true);
  });

  it("warn of what deserves a look, and of nothing else", () => {
    assert.deepEqual(warnings(shipped("octavo")), [
      "apps.ddns-updater.access: public: everybody on the internet reaches ddns-updater.very-very-dark-gray.top without signing in",
    ]);
    assert.deepEqual(warnings(shipped("alfred")), [
      "tunnels.alfred.apps[1]: audiobookshelf streams media, which Cloudflare's terms for its free plan do not allow",
    ]);
  });
});

describe("the JSON Schema of stack files and of app files", () => {
  it("is current; otherwise: node stack/json-schema.ts --write", () => {
    assert.ok(
      text("stack/stack.schema.json") === stackFileSchemaText(),
      "stack/stack.schema.json is not current",
    );
    assert.ok(
      text("stack/app-file.schema.json") === appFileSchemaText(),
      "stack/app-file.schema.json is not current",
    );
  });
});

describe("Pulumi.yaml", () => {
  it("declares keys of the stack file only, each with an empty default, so that the program tells what is missing", () => {
    const project = parseYaml(text("Pulumi.yaml"));
    assert.equal(project.name, "pomerium-migration");
    for (const [key, declared] of Object.entries<{ default: unknown }>(project.config)) {
      assert.ok((sectionNames as string[]).includes(key), key);
      assert.deepEqual(declared.default, key === "phase" ? "coexist" : {});
    }
  });
});
