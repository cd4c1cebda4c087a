import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { catalogueEntrySchema } from "../../../../policies/catalogue/config.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, house, makeProject } from "../project.ts";

const api = {
  openapi: "3.0.3",
  info: { title: "Books & More", version: "1" },
  servers: [{ url: "https://books.example.org/api" }],
  security: [{ token: [] }],
  components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
  paths: {
    "/books": { get: {} },
    "/books/{id}": { get: {}, delete: {} },
    "/login": { post: { security: [] } },
  },
};

describe("paths", () => {
  const project = makeProject({ house: house() });
  project.put("api.json", JSON.stringify(api));

  it("lists what can be opened, with the line for the stack file, and what stays closed", async () => {
    const { code, out } = await cli(project, ["paths", "api.json"]);
    assert.equal(code, 0);
    assert.match(out, /^1 path for 3 operations; 1 operation not opened$/m);
    assert.match(out, /^ {2}api: \[\/api\/books\]$/m);
    assert.match(out, /asks? for no credential.*\n {4}POST \/api\/login$/m);
    for (const line of out.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("fits 80 columns with a long title, and with long paths in lines of their own", async () => {
    const long = `/${"collection-".repeat(6)}books`;
    const file = "the-description-of-the-api-of-the-books.json";
    const info = { title: "Everything about the books of the house", version: "1" };
    const paths = { "/": { get: { security: [] } }, "/b": { get: {} }, [long]: { get: {} } };
    project.put(file, JSON.stringify({ ...api, info, paths }));
    const { out } = await cli(project, ["paths", file]);
    assert.match(
      out,
      /^open +operations\n {2}\/api\/b +alone +1\n {2}\/api\/(collection-){6}books\n +alone +1$/m,
    );
    for (const line of out.split("\n")) assert.ok([...line].length <= 80, line);
  });

  it("prints an entry that a stack file takes, and that opens the same paths", async () => {
    const { code, out } = await cli(project, ["paths", "api.json", "--as", "catalogue"]);
    assert.equal(code, 0);
    const { config } = parse(out) as { config: Record<string, Record<string, unknown>> };
    const entries = config["pomerium-migration:catalogue"]!;
    assert.deepEqual(Object.keys(entries), ["books-more"]);
    assert.equal(catalogueEntrySchema.safeParse(entries["books-more"]).success, true);
    const stack = house();
    stack.apps.wiki!.access = { users: ["alice@gmail.com"], api: "books-more" };
    project.write("books", { ...stack, catalogue: entries });
    const opened = await cli(project, [
      "why",
      "anonymous",
      "https://wiki.example.org/api/books/1",
      "--stack",
      "books",
    ]);
    assert.match(opened.out, /^anonymous may reach/);
    const closed = await cli(project, [
      "why",
      "anonymous",
      "https://wiki.example.org/api/login",
      "--stack",
      "books",
    ]);
    assert.match(closed.out, /^anonymous may not reach/);
  });

  it("reads standard input, and gives programs all of it as JSON", async () => {
    const { code, out } = await cli(project, ["paths", "-", "--json"], {
      stdin: readFileSync(join(project.directory, "api.json"), "utf8"),
    });
    assert.equal(code, 0);
    assertDocumented(JSON.parse(out));
    assert.deepEqual(JSON.parse(out), {
      version: 1,
      kind: "api-paths",
      file: "standard input",
      format: "OpenAPI 3.0.3",
      title: "Books & More",
      open: [{ path: "/api/books", credentials: ["token (http bearer)"], operations: 3 }],
      closed: [{ method: "POST", path: "/api/login", kind: "none", why: "asks for no credential" }],
      problems: [],
    });
  });

  it("fails if a part of the file cannot be read, and still says what is certain", async () => {
    const broken = { ...api, paths: { ...api.paths, "/more": { $ref: "more.yaml" } } };
    project.put("broken.json", JSON.stringify(broken));
    assertDocumented(JSON.parse((await cli(project, ["paths", "broken.json", "--json"])).out));
    const { code, out } = await cli(project, ["paths", "broken.json"]);
    assert.equal(code, 1);
    assert.match(out, /^could not be read:\n {2}paths\["\/more"\]$/m);
    assert.match(out, /^ {2}api: \[\/api\/books\]$/m);
  });

  it("says that a file without any security proves nothing", async () => {
    const { security: _, components: __, ...open } = api;
    const { code, out } = await cli(project, ["paths", "-"], { stdin: JSON.stringify(open) });
    assert.equal(code, 0);
    assert.match(
      out.replaceAll(/\s+/g, " "),
      /the file does not say that the API asks for credentials anywhere/,
    );
    const entry = await cli(project, ["paths", "-", "--as", "catalogue"], { stdin: JSON.stringify(open) });
    assert.equal(entry.code, 1);
  });

  it("spells out a method that could move a cursor or leave its comment", async () => {
    const document = {
      ...api,
      paths: {
        "/books": { get: {} },
        "/more": { additionalOperations: { "X\u001b[2J\n  evil: 1": { security: [] } } },
      },
    };
    const stdin = JSON.stringify(document);
    const text = await cli(project, ["paths", "-"], { stdin });
    assert.match(text.out, /^ {4}X\\u001b\[2J\\u000a {2}EVIL: 1 \/api\/more$/m);
    const entry = await cli(project, ["paths", "-", "--as", "catalogue"], { stdin });
    assert.match(entry.out, /^# not opened: X\\u001b\[2J\\u000a {2}EVIL: 1 \/api\/more: /m);
    assert.deepEqual(Object.keys(parse(entry.out) as object), ["config"]);
    for (const { out } of [text, entry]) assert.ok(!out.includes("\u001b") && !/^ *evil/im.test(out));
  });

  it("refuses what describes no API, and shows nothing of it that could move a cursor", async () => {
    const { code, err } = await cli(project, ["paths", "-"], { stdin: 'openapi: "\\e[2J"\n' });
    assert.equal(code, 1);
    assert.match(err, /^error: standard input has the version /);
    assert.ok(!err.includes("\u001b"));
    assert.equal((await cli(project, ["paths", "none.yaml"])).err, "error: cannot read none.yaml: ENOENT\n");
    assert.equal((await cli(project, ["paths", "api.json", "--json", "--as", "catalogue"])).code, 2);
  });
});
