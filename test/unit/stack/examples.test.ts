import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runAccessTests } from "../../../policies/access/assertions/run.ts";
import { everybody } from "../../../policies/access/people.ts";
import { domainOf, isPerson } from "../../../policies/access/principals.ts";
import { loadFromText, parseStack } from "../../../stack/load.ts";
import { secretsOf } from "../../../stack/schema.ts";
import type { Stack } from "../../../stack/stack.ts";
import { besideAmong, besideIn } from "../../../stack-file/beside.ts";
import { keyPath } from "../../../stack-file/paths.ts";
import { readStackFile } from "../../../stack-file/stack-file.ts";
import { decrypted, put } from "./base.ts";

const folder = fileURLToPath(new URL("../../../docs/examples/", import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
const beside = besideIn(folder);
const text = (file: string): string => readFileSync(folder + file, "utf8");
// The name that the file has as a stack file.
const stackFile = "Pulumi.example.yaml";

/** An example as the program gets it once its secrets are set. */
function example(file: string): Stack {
  const { raw, problems } = readStackFile(stackFile, text(file));
  for (const path of secretsOf(raw)) put(raw, keyPath(path), "a-secret-that-was-set");
  return parseStack("example", raw, { ...decrypted, found: problems, beside });
}

/** Whether a host is in a domain that is reserved for examples. */
const isReserved = (host: string): boolean => /(^|\.)example\.(org|net|com)$/.test(host);

describe("the examples of the docs", () => {
  it("are stack files: a minimal one, a home server, a k3s cluster with its own identity provider, a company", () => {
    for (const file of files) assert.match(file, /^[a-z0-9-]+\.yaml$/);
    assert.deepEqual(
      readdirSync(folder).filter((file) => !files.includes(file)),
      ["teams"],
    );
    assert.ok(
      ["minimal.yaml", "octavo-like.yaml", "k3s-self-hosted-idp.yaml", "company.yaml"].every((file) =>
        files.includes(file),
      ),
    );
    assert.ok(text("minimal.yaml").split("\n").length <= 45, "minimal.yaml is short");
  });

  for (const file of files) {
    it(`${file} lacks nothing but its secrets`, () => {
      const missing = secretsOf(readStackFile(stackFile, text(file)).raw).map(keyPath);
      const { warnings } = loadFromText(stackFile, text(file), { beside });
      assert.deepEqual(
        warnings.filter(({ message }) => message.startsWith("missing")).map(({ at }) => at),
        missing,
      );
      assert.ok(missing.includes("pomerium.identityProvider.clientSecret"));
      assert.equal(example(file).name, "example");
    });

    it(`${file} keeps every promise that its access tests make, and denies strangers every app that is not public`, () => {
      const stack = example(file);
      const results = runAccessTests(stack);
      assert.ok(results.length > 0);
      assert.deepEqual(
        results.filter(({ passed }) => !passed),
        [],
      );
      if (!stack.accessTests.strict) return;
      for (const { name, access } of stack.apps.filter((app) => app.access.kind !== "public"))
        for (const caller of ["stranger", "anonymous"])
          assert.ok(
            stack.accessTests.tests.some(({ app, deny }) => app === name && deny.includes(caller)),
            `${name} (${access.kind}) ${caller}`,
          );
    });

    it(`${file} names nobody's real host or person`, () => {
      const { apps, directory, certificates, pomerium } = example(file);
      const hosts = [...apps.map(({ host }) => host), pomerium.authenticateHost];
      assert.deepEqual(
        [...hosts, ...Object.keys(certificates.zones)].filter((host) => !isReserved(host)),
        [],
      );
      assert.deepEqual(
        everybody(directory).filter((principal) => {
          const domain = isPerson(principal) ? principal.split("@")[1]! : domainOf(principal);
          return domain !== undefined && !isReserved(domain);
        }),
        [],
      );
    });

    it(`${file} names the schema for the editor`, () => {
      assert.equal(text(file).split("\n", 1)[0], "# yaml-language-server: $schema=./stack/stack.schema.json");
    });
  }

  it("have an app file, whose apps stay in its namespace and at its hosts", () => {
    const name = "teams/shop.yaml";
    assert.deepEqual(readdirSync(`${folder}teams`), ["shop.yaml"]);
    assert.equal(
      text(name).split("\n", 1)[0],
      "# yaml-language-server: $schema=../stack/app-file.schema.json",
    );
    const { apps, placeOf, directory } = example("company.yaml");
    const ofTeam = apps.filter(({ at }) => placeOf(at)?.file === name);
    assert.deepEqual(
      ofTeam.map((app) => [app.key, app.namespace]),
      [["shop-admin", "shop"]],
    );
    assert.deepEqual(directory.groups.partners, ["kim@example.com"]);
    const elsewhere = text(name).replace("namespace: shop", "namespace: payroll");
    assert.throws(
      () =>
        loadFromText(stackFile, text("company.yaml"), { beside: besideAmong(new Map([[name, elsewhere]])) }),
      /apps\.shop-admin\.namespace +teams\/shop\.yaml may define apps in shop only/,
    );
    const taken = text(name).replace("host: admin.example.net", "host: orders.example.net");
    assert.throws(
      () => loadFromText(stackFile, text("company.yaml"), { beside: besideAmong(new Map([[name, taken]])) }),
      /apps\.shop-admin\.host +orders\.example\.net is not among the hosts of teams\/shop\.yaml/,
    );
  });
});
