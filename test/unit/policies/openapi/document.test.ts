import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { coverOf } from "../../../../policies/openapi/cover.ts";
import { ApiFileError } from "../../../../policies/openapi/data.ts";
import { readApi } from "../../../../policies/openapi/document.ts";

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
  it("gives the requirement of each operation, with the file's requirement as the default", () => {
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

  it("reports the keys of an operation that OpenAPI does not know, and trusts no credential there", () => {
    const security = [{ bearer: [] }];
    const all = {
      ...{ tags: [], summary: "", description: "", externalDocs: {}, operationId: "a", parameters: [] },
      ...{
        requestBody: {},
        responses: {},
        callbacks: {},
        deprecated: true,
        security,
        servers: [{ url: "/" }],
      },
      ...{ consumes: [], produces: [], schemes: ["https"], "x-internal": { anything: true } },
    };
    const paths = {
      "/a": { get: all },
      "/b": { get: { Security: [] } },
      "/c": { get: { secuirty: [], security } },
      "/d": { get: { authentication: "none" }, post: {} },
    };
    const { operations, problems } = read(openapi(paths, { security }));
    assert.deepEqual(
      operations.map(({ method, path, credential }) => `${method} ${path} ${credential.kind}`),
      ["GET /a own", "GET /b unknown", "GET /c unknown", "GET /d unknown", "POST /d own"],
    );
    assert.deepEqual(
      problems.map(({ at, message }) => `${at} ${message}`),
      [
        'paths["/b"].get.Security is a key that an operation does not have in OpenAPI; did you mean "security"?',
        'paths["/c"].get.secuirty is a key that an operation does not have in OpenAPI; did you mean "security"?',
        'paths["/d"].get.authentication is a key that an operation does not have in OpenAPI',
      ],
    );
  });

  it("knows that Swagger 2 has no servers at an operation", () => {
    const document = {
      swagger: "2.0",
      securityDefinitions: { login: { type: "basic" } },
      security: [{ login: [] }],
      paths: { "/a": { get: { servers: [{ url: "/elsewhere" }] }, put: { produces: ["text/plain"] } } },
    };
    assert.deepEqual(kinds(document), ["GET /a unknown", "PUT /a own"]);
    assert.deepEqual(
      read(document).problems.map(({ at }) => at),
      ['paths["/a"].get.servers'],
    );
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

  const own = { security: [{ bearer: [] }] };
  const open = { security: [] };
  const withParts = (item: Tree, more: Tree = {}): Tree =>
    openapi(
      { "/api/a": { get: own }, "/api/b": item },
      {
        security: [{ bearer: [] }],
        components: {
          securitySchemes: schemes,
          pathItems: {
            own: { get: own },
            mixed: { $ref: "#/components/pathItems/own", post: open },
            moved: { servers: [{ url: "/v3" }], get: own },
          },
        },
        "x-operations": { open, moved: { servers: [{ url: "/v3" }] } },
        ...more,
      },
    );
  const b = (document: Tree): string[] => kinds(document).filter((line) => !line.includes("/api/a"));

  it("does not guess which counts, a reference of a path or the keys beside it", () => {
    const toOwn = { $ref: "#/components/pathItems/own" };
    assert.deepEqual(b(withParts({ ...toOwn, post: open })), ["POST /api/b unknown", "GET /api/b unknown"]);
    // The same one reference further on.
    const further = withParts({ $ref: "#/components/pathItems/mixed" });
    assert.deepEqual(b(further), ["POST /api/b unknown", "GET /api/b unknown"]);
    assert.deepEqual(read(further).problems, [
      {
        at: "components.pathItems.mixed",
        message: "has post beside $ref, and programs differ in which of them count; write it in one place",
      },
    ]);
    // The operations may be below each of the servers.
    assert.deepEqual(b(withParts({ ...toOwn, servers: [{ url: "/v2" }] })), [
      "GET /v2/api/b unknown",
      "GET /api/b unknown",
    ]);
    assert.deepEqual(b(withParts({ $ref: "other.yaml", servers: [{ url: "/v2" }] })), [
      "* /v2/api/b unknown",
      "* /api/b unknown",
    ]);
    // These change nothing.
    assert.deepEqual(b(withParts({ ...toOwn, summary: "B", parameters: [], "x-note": 1 })), [
      "GET /api/b own",
    ]);
    assert.deepEqual(b(withParts({ $ref: "#/components/pathItems/moved" })), ["GET /v3/api/b own"]);
  });

  it("knows no reference of an operation, nor of all paths", () => {
    for (const reference of ["#/x-operations/open", "other.yaml", 5]) {
      const document = withParts({ get: { $ref: reference } });
      assert.deepEqual(b(document), ["GET /api/b unknown"]);
      assert.deepEqual(
        read(document).problems.map(({ at }) => at),
        ['paths["/api/b"].get'],
      );
    }
    assert.deepEqual(b(withParts({ get: { $ref: "#/x-operations/moved" } })), [
      "GET /v3/api/b unknown",
      "GET /api/b unknown",
    ]);
    const elsewhere = read(openapi({ "/api/a": { get: own }, $ref: "#/x-paths" }));
    assert.deepEqual(coverOf(elsewhere.operations).open, []);
    assert.equal(elsewhere.problems[0]?.at, "paths.$ref");
  });

  it("takes a key that OpenAPI does not know for an operation, and reports it", () => {
    for (const [key, method] of [
      ["GET", "GET"],
      ["Post", "POST"],
      ["connect", "*"],
      ["propfind", "*"],
      ["security", "*"],
    ] as const) {
      const document = withParts({ patch: own, [key]: open });
      assert.deepEqual(b(document), ["PATCH /api/b own", `${method} /api/b unknown`]);
      assert.deepEqual(
        read(document).problems.map(({ at }) => at),
        [`paths["/api/b"].${key}`],
      );
    }
    for (const more of [[open], "PURGE", null, 5]) {
      const document = withParts({ additionalOperations: more });
      assert.deepEqual(b(document), ["* /api/b unknown"]);
      assert.deepEqual(
        read(document).problems.map(({ at }) => at),
        ['paths["/api/b"].additionalOperations'],
      );
    }
    assert.deepEqual(b(withParts({ additionalOperations: { PURGE: open, LINK: own } })), [
      "PURGE /api/b none",
      "LINK /api/b own",
    ]);
    assert.deepEqual(b(withParts({ GET: { ...open, servers: [{ url: "/v2" }] } })), [
      "GET /v2/api/b unknown",
    ]);
  });

  it("opens a path only if each part of it is understood, and reports all others", () => {
    const parts: Tree = {
      get: own,
      put: open,
      post: { $ref: "#/x-operations/open" },
      $ref: "#/components/pathItems/own",
      GET: own,
      connect: open,
      additionalOperations: [own],
      summary: "B",
      parameters: [],
      "x-note": open,
    };
    const operations = ["get", "put", "post", "GET", "connect", "additionalOperations"];
    fc.assert(
      fc.property(fc.subarray(Object.keys(parts)), (keys) => {
        const document = withParts(Object.fromEntries(keys.map((key) => [key, parts[key]])));
        const api = read(document);
        const has = (...some: string[]): boolean => some.some((key) => keys.includes(key));
        const isStrange =
          has("post", "GET", "connect", "additionalOperations") || (has("$ref") && has(...operations));
        assert.equal(api.problems.length > 0, isStrange);
        const isOpen = coverOf(api.operations).open.some(({ path }) => ["/api", "/api/b"].includes(path));
        assert.equal(isOpen, has("get", "$ref") && !isStrange && !has("put"));
      }),
      { numRuns: 300 },
    );
  });

  const twice: readonly (readonly [string, string])[] = [
    ["a path", '"paths":{"/api/b":{"get":{"security":[]}},"/api/b":{"post":{}}}'],
    ["an escaped key", '"paths":{"/api/b":{"get":{"security":[]}},"\\u002fapi/b":{"post":{}}}'],
    ["a method", '"paths":{"/api/b":{"get":{"security":[]},"post":{},"get" : {}}}'],
    ["a key of a map in a list", '"tags":[{"name":"a"},{"name":"b","name":"c"}]'],
    ["a key of the file", '"security":[],"paths":{},"security":[{"b":[]}]'],
    ["a key that looks like another end", '"x-a":{"\\"":1,"\\"":"}"}'],
  ];
  for (const [what, text] of twice)
    it(`is refused as JSON and as YAML if it has ${what} twice`, () => {
      const refused = { name: "ApiFileError", message: /^has a key twice in one map: line \d+, column \d+;/ };
      assert.throws(() => readApi(`{"openapi":"3.1.0",${text}}`), refused);
      // A comment makes it YAML.
      assert.throws(() => readApi(`{"openapi":"3.1.0", # YAML\n${text}}`), refused);
    });

  it("is refused with the place of the second key", () => {
    assert.throws(() => readApi('{\n "openapi": "3.1.0",\n "paths": {"/a": {},\n  "/a": {}}}'), {
      message: "has a key twice in one map: line 4, column 3; leave one of the two",
    });
    assert.throws(() => readApi("openapi: 3.1.0\npaths:\n  /a: {}\n  /a: {}\n"), {
      message: "has a key twice in one map: line 4, column 3; leave one of the two",
    });
  });

  it("may have equal keys in different maps, and values that equal keys", () => {
    const item = { get: { summary: "get", tags: ["get", "get"], "x-get": { get: '{"get":"get"' } } };
    const document = openapi({ "/a": item, "/b": item });
    assert.deepEqual(kinds(document), ["GET /a none", "GET /b none"]);
    assert.deepEqual(readApi(JSON.stringify(document, null, 2)), read(document));
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
    const item = fc.dictionary(
      fc.constantFrom("get", "post", "parameters", "x-note", "$ref", "GET", "additionalOperations"),
      fc.anything(),
    );
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
        // In YAML this key merges maps, and in JSON it is a key like any other.
        fc.pre(!JSON.stringify(document).includes('"<<"'));
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
