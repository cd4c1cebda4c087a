import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtIns } from "../../../../policies/catalogue/catalogue.ts";
import { wrapped } from "../../../../stack-file/text.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, makeProject } from "../project.ts";

const page = join(import.meta.dirname, "../../../../docs/catalogue.md");

interface Data {
  version: number;
  kind: string;
  entries: {
    name: string;
    kind: string;
    open: { path: string; exact?: boolean; reason: string; source: string }[];
    notOpened: { path: string; unsure: boolean }[];
    neverOpen: { path: string; reason: string }[];
    clients: { name: string; through: string[] }[];
    route: { key: string; value: unknown; reason: string; source: string }[];
    health: { path: string; answeredByPomerium: boolean } | null;
  }[];
}

describe("catalogue", () => {
  const project = makeProject();
  const catalogue = (...args: string[]) => cli(project, ["catalogue", ...args]);
  const data = async (...args: string[]) => JSON.parse((await catalogue(...args, "--json")).out) as Data;

  it("lists all apps in a table that fits 80 columns", async () => {
    const { code, out } = await catalogue();
    assert.equal(code, 0);
    assert.match(out, /^app +what it is +api +never open$/m);
    assert.match(out, /^prometheus +metrics +all$/m);
    assert.match(out, /^vaultwarden +passwords +4 paths +1 path$/m);
    for (const name of Object.keys(builtIns)) assert.match(out, new RegExp(`^${name} `, "m"));
    assert.deepEqual(
      out.split("\n").filter((line) => line.length > 80),
      [],
    );
  });

  it("lists open and closed paths with reasons, and the sources at the end", async () => {
    const { code, out } = await catalogue("vaultwarden");
    assert.equal(code, 0);
    assert.match(out, /^opened by `api: vaultwarden`.*\n {2}\/api\/…\n {6}calls of Bitwarden's clients/m);
    assert.match(out, /^never open\n {2}\/admin\/…$/m);
    assert.match(out, /^ {2}\/events\/… \(unsure: no source says/m);
    assert.match(out, /^ {2}allow_websockets: true\n {6}\/notifications\/hub .* \[3\]$/m);
    assert.match(
      out,
      /^ {2}\[1\] https:\/\/github\.com\/dani-garcia\/vaultwarden\/blob\/HEAD\/src\/main\.rs$/m,
    );
  });

  it("says that Pomerium answers some health checks itself", async () => {
    assert.match((await catalogue("sonarr")).out, /^health\n {2}\/ping\n.*Pomerium answers it itself/m);
    assert.doesNotMatch((await catalogue("gatus")).out, /answers it itself/);
  });

  it("fits 80 columns for every app, and refers to every source that it lists", async () => {
    for (const name of Object.keys(builtIns)) {
      const { out } = await catalogue(name);
      const [body = "", list = ""] = out.split("\nsources\n");
      assert.deepEqual(
        body.split("\n").filter((line) => [...line].length > 80),
        [],
        name,
      );
      const numbers = (text: string): string[] =>
        [...new Set(text.match(/\[\d+\]/g))].sort((a, b) => a.localeCompare(b));
      assert.deepEqual(numbers(body), numbers(list), name);
    }
  });

  it("refuses an app that it does not know, with the one that was meant", async () => {
    const { code, err } = await catalogue("sonar");
    assert.equal(code, 1);
    assert.equal(err, 'error: the catalogue does not know "sonar"; did you mean "sonarr"?\n');
    assert.match((await catalogue("constructor")).err, /`catalogue` without a name lists all apps/);
    assert.equal((await catalogue("sonarr", "radarr")).code, 2);
  });

  it("gives programs everything, in a form with a version", async () => {
    const all = await data();
    assert.deepEqual([all.version, all.kind], [1, "catalogue"]);
    assertDocumented(JSON.parse(JSON.stringify(all), (_, value) => value ?? undefined));
    assert.deepEqual(
      all.entries.map(({ name }) => name),
      Object.keys(builtIns).sort(),
    );
    const [immich] = (await data("immich")).entries;
    assert.deepEqual(
      immich!.open.map(({ path }) => path),
      ["/api", "/.well-known/immich"],
    );
    assert.deepEqual(
      immich!.notOpened.map(({ path, unsure }) => [path, unsure]),
      [["/share", true]],
    );
    assert.deepEqual(
      immich!.route.map(({ key, value }) => [key, value]),
      [
        ["allow_websockets", true],
        ["timeout", "0s"],
        ["preserve_host_header", true],
      ],
    );
    assert.ok(immich!.route.every(({ reason, source }) => reason !== "" && source.startsWith("https://")));
    assert.equal((await data("sonarr")).entries[0]!.health!.answeredByPomerium, true);
    assert.equal((await data("ryot")).entries[0]!.health, null);
  });

  it("is the table of docs/catalogue.md (UPDATE_GOLDEN=1 to rewrite)", async () => {
    const { out } = await catalogue("--format", "markdown");
    const marks = /(?<=<!-- generated -->\n).*(?=<!-- end -->)/s;
    const text = readFileSync(page, "utf8");
    assert.match(text, marks);
    const now = text.replace(marks, () => out);
    if (process.env.UPDATE_GOLDEN) writeFileSync(page, now);
    else assert.equal(text, now);
  });
});

describe("wrapped text", () => {
  it("breaks between words, and leaves a long word alone", () => {
    assert.deepEqual(wrapped("one two  three", 7), ["one two", "three"]);
    assert.deepEqual(wrapped("a https://example.org/long b", 5), ["a", "https://example.org/long", "b"]);
    assert.deepEqual(wrapped("", 5), []);
  });
});
