import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { coverOf } from "../../../../policies/openapi/cover.ts";
import { ApiFileError, readApi } from "../../../../policies/openapi/document.ts";

type Tree = Record<string, unknown>;

const schemes = {
  bearer: { type: "http", scheme: "Bearer" },
  basic: { type: "http", scheme: "basic" },
  header: { type: "apiKey", in: "header", name: "X-API-Key" },
  query: { type: "apiKey", in: "query", name: "key" },
  cookie: { type: "apiKey", in: "cookie", name: "sid" },
  oauth: { type: "oauth2", flows: {} },
  oidc: { type: "openIdConnect", openIdConnectUrl: "https://id.example.org" },
  tls: { type: "mutualTLS" },
};

const openapi = (paths: Tree, more: Tree = {}): Tree => ({
  openapi: "3.1.0",
  info: { title: "Books", version: "1" },
  components: { securitySchemes: schemes },
  paths,
  ...more,
});

const read = (document: Tree) => readApi(JSON.stringify(document));

const kinds = (document: Tree): string[] =>
  read(document).operations.map(({ method, path, credential }) => `${method} ${path} ${credential.kind}`);

describe("an API's description", () => {
  it("tells of each operation what it asks for, with the file's requirement as the default", () => {
    const security = [{ bearer: [] }];
    const paths = {
      "/a": { get: {} },
      "/b": { get: { security: [] } },
      "/c": { get: { security: [{}] } },
      "/d": { get: { security: [{ bearer: [] }, {}] } },
      "/e": { get: { security: [{ cookie: [] }] } },
      "/f": { get: { security: [{ cookie: [] }, { header: [] }] } },
      "/g": { get: { security: [{ cookie: [], header: [] }] } },
      "/h": { get: { security: [{ tls: [] }] } },
      "/i": { get: { security: [{ query: [] }, { oauth: ["read"] }] } },
      "/j": { get: { security: [{ oidc: [] }, { basic: [] }] } },
    };
    assert.deepEqual(kinds(openapi(paths, { security })), [
      "GET /a own",
      "GET /b none",
      "GET /c none",
      "GET /d optional",
      "GET /e cookie",
      "GET /f own",
      "GET /g cookie",
      "GET /h certificate",
      "GET /i own",
      "GET /j own",
    ]);
    // Without a requirement of the file, an operation without one asks for nothing.
    assert.deepEqual(kinds(openapi({ "/a": { get: {} } })), ["GET /a none"]);
  });

  it("names the credentials in words", () => {
    const { operations } = read(
      openapi({ "/a": { get: { security: [{ header: [], bearer: [] }, { query: [] }] } } }),
    );
    assert.deepEqual(operations[0]!.credential.choices, [
      "header (header X-API-Key) and bearer (http bearer)",
      "query (query key)",
    ]);
  });

  it("may be Swagger 2, with its base path and its own schemes", () => {
    const document = {
      swagger: "2.0",
      basePath: "/api/v2/",
      securityDefinitions: {
        login: { type: "basic" },
        key: { type: "apiKey", in: "header", name: "X-Key" },
        session: { type: "apiKey", in: "header", name: "Cookie" },
      },
      security: [{ login: [] }],
      paths: {
        "/books": { get: {}, post: { security: [{ key: [] }] } },
        "/status": { get: { security: [] } },
        "/page": { get: { security: [{ session: [] }] } },
      },
    };
    assert.deepEqual(kinds(document), [
      "GET /api/v2/books own",
      "POST /api/v2/books own",
      "GET /api/v2/status none",
      "GET /api/v2/page cookie",
    ]);
    // Without quotes, YAML reads the version as a number.
    assert.equal(readApi("swagger: 2.0\npaths: {}\n").format, "Swagger 2.0");
  });

  it("honours servers: those of the file, of a path and of an operation, with their variables", () => {
    const document = openapi(
      {
        "/a": { get: {} },
        "/b": { servers: [{ url: "/v2" }], get: {}, post: { servers: [{ url: "//x.example.org/up/" }] } },
      },
      {
        servers: [
          {
            url: "https://{host}/{base}",
            variables: {
              host: { default: "books.example.org" },
              base: { default: "api", enum: ["api", "beta"] },
            },
          },
          { url: "https://other.example.org/api" },
        ],
      },
    );
    assert.deepEqual(
      read(document).operations.map(({ method, path }) => `${method} ${path}`),
      ["GET /api/a", "GET /beta/a", "GET /v2/b", "POST /up/b"],
    );
  });

  for (const [what, servers, at] of [
    ["relative to the file's place", [{ url: "v1" }], "servers[0].url"],
    ["with a variable that has no value", [{ url: "/{base}" }], "servers[0].url"],
    ["without an address", [{}], "servers[0]"],
    ["that is no list", "https://books.example.org", "servers"],
  ] as const)
    it(`opens nothing below a server ${what}, and says so`, () => {
      const api = read(openapi({ "/a": { get: {} } }, { servers, security: [{ bearer: [] }] }));
      assert.deepEqual(coverOf(api.operations).open, []);
      assert.deepEqual(
        api.problems.map((problem) => problem.at),
        [at],
      );
    });

  it("follows references inside the file, and reports all others", () => {
    const document = openapi(
      {
        "/a": { $ref: "#/components/pathItems/a" },
        "/b": { $ref: "#/paths/~1a" },
        "/c": { $ref: "other.yaml#/c" },
        "/d": { $ref: "#/paths/~1d" },
        "/e": { $ref: "#/nowhere" },
      },
      {
        components: {
          securitySchemes: { ...schemes, again: { $ref: "#/components/securitySchemes/bearer" } },
          pathItems: { a: { get: { security: [{ again: [] }] } } },
        },
      },
    );
    assert.deepEqual(kinds(document), [
      "GET /a own",
      "GET /b own",
      "* /c unknown",
      "* /d unknown",
      "* /e unknown",
    ]);
    assert.deepEqual(
      read(document).problems.map(({ at }) => at),
      ['paths["/c"]', 'paths["/d"]', 'paths["/e"]'],
    );
  });

  it("reports a scheme that it does not define or that no version knows, and guesses nothing", () => {
    const document = openapi(
      {
        "/a": { get: { security: [{ nope: [] }] } },
        "/b": { get: { security: [{ odd: [] }, { bearer: [] }] } },
      },
      { components: { securitySchemes: { ...schemes, odd: { type: "magic" } } } },
    );
    assert.deepEqual(kinds(document), ["GET /a unknown", "GET /b unknown"]);
    assert.deepEqual(
      read(document).problems.map(({ at }) => at),
      ['paths["/a"].get.security[0]', "components.securitySchemes.odd"],
    );
    // A name such as that of a method of every object is not defined either.
    assert.deepEqual(kinds(openapi({ "/a": { get: { security: [{ constructor: [] }] } } })), [
      "GET /a unknown",
    ]);
  });

  for (const text of [
    "",
    "- a\n",
    "just words",
    "{",
    "a: [",
    "openapi: 4.0.0\n",
    "swagger: '1.2'\n",
    "info: {}\n",
  ])
    it(`is refused if it is ${JSON.stringify(text)}`, () => {
      assert.throws(() => readApi(text), ApiFileError);
    });

  it("says the same as JSON and as YAML, whatever it holds", () => {
    const requirement = fc.constantFrom<unknown>(
      undefined,
      [],
      [{}],
      [{ bearer: [] }],
      [{ cookie: [] }],
      [{ x: [] }],
      5,
    );
    const item = fc.dictionary(fc.constantFrom("get", "post", "parameters", "x-note", "$ref"), fc.anything());
    const paths = fc.dictionary(
      fc.constantFrom("/a", "/a/b", "/{id}", "/a/{id}", "b", "x-extra"),
      fc.oneof(
        item,
        fc.record({
          get: requirement.map((security) => ({ ...(security === undefined ? {} : { security }) })),
        }),
      ),
    );
    fc.assert(
      fc.property(paths, requirement, (some, security) => {
        const document = JSON.parse(
          JSON.stringify(openapi(some, security === undefined ? {} : { security })),
        ) as Tree;
        const api = read(document);
        assert.deepEqual(readApi(stringify(document)), api);
        // What is not understood is never opened.
        const { open } = coverOf(api.operations);
        for (const { path } of open) assert.notEqual(path, "/");
      }),
      { numRuns: 60 },
    );
  });
});
