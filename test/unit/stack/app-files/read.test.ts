import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { readAppFile, saysOnlyWhatAppFilesSay } from "../../../../stack/app-files/read.ts";
import { appFileSchema, stackFileSchema } from "../../../../stack/json-schema.ts";
import { sections } from "../../../../stack/schema.ts";
import { placeText } from "../../../../stack-file/place.ts";

const problemsOf = (text: string): string[] =>
  readAppFile("teams/wiki.yaml", text, { stack: "test", sections }).problems.map(
    ({ at, message, fix, place }) => [placeText(place), at, message, fix ?? ""].filter(Boolean).join(" | "),
  );

describe("an app file", () => {
  it("is refused at its place if it is not YAML, no map, or says nothing", () => {
    const says = "says nothing: write an app under apps, or remove the file from appFiles";
    const noMap = "is no app file: it must be a map with apps, users.groups or accessTests.apps";
    assert.deepEqual(problemsOf("apps:\n  wiki: {host: \n"), [
      "teams/wiki.yaml:2:9 | a { opens here and is never closed",
    ]);
    for (const text of ["", "# nothing yet\n", "- apps\n", "../other.yaml"])
      assert.deepEqual(problemsOf(text), [`teams/wiki.yaml:1:1 | ${noMap}`]);
    for (const text of ["apps: {}\n", "users: {groups: {}}\n", "accessTests: {apps: {}}\n"])
      assert.deepEqual(problemsOf(text), [`teams/wiki.yaml:1:1 | ${says}`]);
  });

  it("may say nothing that belongs in the stack file, and is told so for each key", () => {
    assert.deepEqual(
      problemsOf(
        "apps: {wiki: {}}\nusers: {admins: [eve@example.org]}\naccessTests: {strict: false}\nphase: retired\n",
      ),
      [
        "teams/wiki.yaml:2:9 | users.admins | is for the apps of all files, so it belongs in the stack file: an app file has users.groups alone",
        "teams/wiki.yaml:3:15 | accessTests.strict | is for the apps of all files, so it belongs in the stack file: an app file has accessTests.apps alone",
        "teams/wiki.yaml:4:1 | phase | belongs in the stack file: an app file has apps, users.groups and accessTests.apps",
      ],
    );
    assert.match(problemsOf("app: {wiki: {}}\n")[0]!, /:1:1 \| app \| unknown key; did you mean "apps"\?$/);
    assert.match(
      problemsOf("appFiles: {more.yaml: {}}\n")[0]!,
      /:1:1 \| appFiles \| belongs in the stack file/,
    );
    assert.match(problemsOf('"pomerium-migration:apps": {wiki: {}}\n')[0]!, /unknown key/);
  });

  it("may hold no secret, and the report has the command but not the secret", () => {
    const text = [
      "apps: {wiki: {}}",
      "pomerium: {identityProvider: {provider: google, clientSecret: hunter2-hunter2}}",
      "certificates: {zones: {example.org: {cloudflare: {apiToken: {secure: v1:abc}}}}}",
    ].join("\n");
    const found = problemsOf(text).filter((line) => line.includes("is a secret"));
    assert.equal(found.length, 2);
    assert.match(
      found[0]!,
      /^teams\/wiki\.yaml:2:49 \| pomerium\.identityProvider\.clientSecret \| .* \| pulumi config set --stack test --secret --path pomerium\.identityProvider\.clientSecret$/,
    );
    assert.match(found[1]!, /--secret --path 'certificates\.zones\["example\.org"\]\.cloudflare\.apiToken'$/);
    assert.doesNotMatch(problemsOf(text).join("\n"), /hunter2|v1:abc/);
  });

  it("is read again only if its text, its path or the stack is another one", () => {
    const rules = { stack: "house", sections };
    const text = "users: {groups: {a: []}}\n";
    const first = readAppFile("teams/a.yaml", text, rules);
    assert.equal(readAppFile("teams/a.yaml", text, { ...rules }), first);
    const other = readAppFile("teams/b.yaml", "phase: retired\n", rules);
    assert.equal(other.problems[0]!.place!.file, "teams/b.yaml");
    assert.equal(readAppFile("teams/a.yaml", text, rules), first);
    const changed = readAppFile("teams/a.yaml", text.replace("a:", "b:"), rules);
    assert.deepEqual(changed.raw, { users: { groups: { b: [] } } });
    assert.deepEqual(readAppFile("teams/a.yaml", text, rules).raw, first.raw);
    const secret = "pomerium: {identityProvider: {provider: google, clientSecret: {secure: v1:abc}}}\n";
    for (const stack of ["house", "office"])
      assert.match(
        JSON.stringify(readAppFile("teams/c.yaml", secret, { ...rules, stack }).problems),
        new RegExp(`pulumi config set --stack ${stack} `),
      );
  });

  it("is told from every other YAML file by its keys", () => {
    for (const text of ["apps: {}\n", "users: {groups: {}}\naccessTests: {}\n"])
      assert.equal(saysOnlyWhatAppFilesSay(text), true);
    const others = [
      "",
      "- apps\n",
      "apps: {}\nkind: List\n",
      "name: x\nruntime: nodejs\n",
      "resources: [a.yaml]\n",
      "apps: [\n",
    ];
    // As values, such keys would not fit into the memory.
    const nested = `  ${"? ".repeat(60)}x`;
    for (const text of [...others, `apps:\n${nested}\n`, `apps: {}\n? - x\n`])
      assert.equal(saysOnlyWhatAppFilesSay(text), false, text);
  });
});

describe("the JSON schema of an app file", () => {
  const ajv = new Ajv({ strict: true });
  addFormats.default(ajv);
  ajv.addSchema(stackFileSchema(), "stack.schema.json");
  const isValid = ajv.compile(appFileSchema());
  const app = { namespace: "wiki", service: { name: "wiki", port: 80 }, access: "admins" };

  it("accepts what the program accepts, and the examples of the documentation", () => {
    const text = (file: string): string =>
      readFileSync(new URL(`../../../../docs/${file}`, import.meta.url), "utf8");
    const docs = text("stack-file.md");
    const [, example = ""] = /^# teams\/wiki\.yaml\n(.*?)^```$/ms.exec(docs) ?? [];
    assert.deepEqual(problemsOf(example), []);
    assert.match(example, /^# yaml-language-server: \$schema=\.\.\/stack\/app-file\.schema\.json$/m);
    const ofTeam: unknown = parse(text("examples/teams/shop.yaml"));
    for (const content of [parse(example), ofTeam, { apps: { wiki: app } }, { users: { groups: { a: [] } } }])
      assert.ok(isValid(content), JSON.stringify(isValid.errors));
  });

  it("refuses what belongs in the stack file, and a mistake in an app", () => {
    const wrong = [
      {},
      { phase: "retired" },
      { users: { admins: [] } },
      { accessTests: { strict: true } },
      { apps: { wiki: { ...app, access: "admin" } } },
    ];
    for (const content of wrong) {
      assert.equal(isValid(content), false, JSON.stringify(content));
    }
  });
});
