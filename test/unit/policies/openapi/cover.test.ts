import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { apiPath } from "../../../../policies/catalogue/config.ts";
import { coverOf } from "../../../../policies/openapi/cover.ts";
import type { Operation } from "../../../../policies/openapi/document.ts";
import type { CredentialKind } from "../../../../policies/openapi/security.ts";

const operation = (path: string, kind: CredentialKind = "own", method = "GET"): Operation => ({
  method,
  path,
  credential: { kind, choices: kind === "own" ? ["bearer (http bearer)"] : [] },
});

const opened = (operations: readonly Operation[]): string[] =>
  coverOf(operations).open.map(({ path, exact }) => (exact ? `=${path}` : path));

/** Whether a request reaches an open path, as the stack file means it. Written apart from the code under test. */
function reaches(request: string, { path, exact }: { path: string; exact?: boolean }): boolean {
  const [own, asked] = [path.toLowerCase(), request.toLowerCase()];
  return asked === own || (!exact && asked.startsWith(`${own}/`));
}

describe("the open paths of an API", () => {
  it("merge as far up as every operation asks for a credential, and are as narrow as that allows", () => {
    assert.deepEqual(
      opened([operation("/api/v1/books"), operation("/api/v1/books/{id}"), operation("/api/v1/series")]),
      ["/api/v1"],
    );
    assert.deepEqual(opened([operation("/query"), operation("/write", "own", "POST")]), [
      "=/query",
      "=/write",
    ]);
    assert.deepEqual(opened([operation("/sse/v1/events"), operation("/sse/v1/events", "own", "POST")]), [
      "=/sse/v1/events",
    ]);
  });

  it("stop below an operation that asks for nothing", () => {
    assert.deepEqual(
      opened([operation("/api/users"), operation("/api/users/{id}"), operation("/api/status", "none")]),
      ["/api/users"],
    );
  });

  it("do not open a path for one method only", () => {
    const { open, closed } = coverOf([
      operation("/items", "own", "POST"),
      operation("/items", "none", "GET"),
    ]);
    assert.deepEqual(open, []);
    assert.deepEqual(closed.map(({ method, kind }) => `${method} ${kind}`).sort(), [
      "GET none",
      "POST blocked",
    ]);
  });

  it("count a parameter as any segment, so a public profile closes what it may stand for", () => {
    assert.deepEqual(opened([operation("/api/books"), operation("/{user}/books", "none")]), []);
    assert.deepEqual(opened([operation("/api/films"), operation("/{user}/books", "none")]), ["=/api/films"]);
    assert.deepEqual(opened([operation("/api/films/{id}"), operation("/{path+}", "none")]), []);
    assert.deepEqual(opened([operation("/a/:id"), operation("/:user/public", "none")]), []);
  });

  for (const many of [
    "**",
    "*",
    "{path...}",
    "{path*}",
    "{*path}",
    "{path:.+}",
    "{path:path}",
    ":path*",
    ":path+",
    ":path(.*)",
    ":path?",
    "<path:name>",
    "[...path]",
    "{a}{path*}",
    "v-{path+}",
    "(.+)",
    "{name=shelves/*}",
    "{path",
  ])
    it(`count ${many} as any number of segments`, () => {
      assert.deepEqual(opened([operation("/files/a/b"), operation(`/files/${many}`, "none")]), []);
      assert.deepEqual(opened([operation("/other/a"), operation(`/files/${many}`, "none")]), ["=/other/a"]);
      assert.deepEqual(opened([operation(`/files/${many}`), operation("/other", "none")]), ["/files"]);
    });

  for (const one of ["{id}", ":id", "<id>", "[id]", "v{id}", "{id}.json", "@:name", "{id}:close"])
    it(`count ${one} as one segment`, () => {
      assert.deepEqual(opened([operation("/files/a/b"), operation(`/files/${one}`, "none")]), [
        "=/files/a/b",
      ]);
      assert.deepEqual(opened([operation("/files/a"), operation(`/files/${one}`, "none")]), []);
    });

  it("take a colon inside a segment for itself", () => {
    assert.deepEqual(opened([operation("/v1/users:find"), operation("/v1/users", "none")]), [
      "=/v1/users:find",
    ]);
  });

  for (const [written, meant] of [
    ["//api/pub", "/api/pub"],
    ["/api//pub/", "/api/pub"],
    ["/x/../api/pub", "/api/pub"],
    ["/x//../api/pub", "/x/api/pub"],
    ["/./api/./pub", "/api/pub"],
    ["/x/%2e%2e/api/pub", "/api/pub"],
    ["/../../api/pub", "/api/pub"],
    ["/x\\..\\api/pub", "/api/pub"],
    ["/%61pi/pub/100%", "/api/pub/100%"],
  ] as const)
    it(`see ${written} as the requests that reach the app`, () => {
      const beside = [meant, `${meant}/x`, "/api/own", "/x/own"].map((path) => operation(path));
      assert.deepEqual(
        opened([...beside, operation(written, "none")]),
        opened([...beside, operation(meant, "none")]),
      );
    });

  it("stay closed where a .. follows any number of segments", () => {
    assert.deepEqual(opened([operation("/api/own"), operation("/files/**/../../api", "none")]), []);
  });

  it("are never below a path that is too deep, which still closes what is above it", () => {
    const deep = "/a".repeat(20_000);
    const { open, closed } = coverOf([operation(deep), operation(deep, "none"), operation("/a/b")]);
    assert.deepEqual(
      open.map(({ path, exact }) => [path, exact]),
      [["/a/b", true]],
    );
    assert.deepEqual(
      closed.map(({ why }) => why),
      ["asks for no credential", "has more than 100 segments"],
    );
    assert.deepEqual(opened([operation("/a".repeat(90)), operation("/a".repeat(200), "none")]), [
      `=${"/a".repeat(90)}`,
    ]);
  });

  it("never are the whole host, even if each operation asks for a credential", () => {
    assert.deepEqual(opened([operation("/"), operation("/{id}"), operation("/a"), operation("/b")]), [
      "=/a",
      "=/b",
    ]);
  });

  it("ignore capitals and escapes, because apps may ignore them too", () => {
    assert.deepEqual(opened([operation("/Users/Me"), operation("/users/me/public", "none")]), ["=/Users/Me"]);
    assert.deepEqual(opened([operation("/api/x"), operation("/%61pi/x/y", "none")]), ["=/api/x"]);
    assert.deepEqual(opened([operation("/api/x"), operation("/api/x?public=1", "none")]), []);
  });

  it("leave out what a stack file cannot have, and what Pomerium answers itself", () => {
    const { open, closed } = coverOf([operation("/a%20b"), operation("/x//y"), operation("/ping")]);
    assert.deepEqual(open, []);
    assert.equal(closed.length, 3);
    assert.match(closed.find(({ path }) => path === "/ping")!.why, /Pomerium answers/);
    assert.match(closed.find(({ path }) => path === "/x//y")!.why, /merges \/\//);
  });

  it("leave cookies, client certificates and unknown credentials closed, each with its reason", () => {
    const kinds = ["cookie", "certificate", "optional", "unknown", "none"] as const;
    const { open, closed } = coverOf(kinds.map((kind) => operation(`/${kind}`, kind)));
    assert.deepEqual(open, []);
    assert.deepEqual(new Set(closed.map(({ kind, path }) => `/${kind}` === path && kind)), new Set(kinds));
  });

  const openEnded = ["{path+}", "**", "{p...}", ":p*", "<path:p>"];
  const plain = ["a", "b", "a", "b", "A", "{id}", ":x", "<x>", ...openEnded];
  const operationsWith = (segments: readonly string[]) =>
    fc.array(
      fc.record({
        path: fc
          .array(fc.constantFrom(...segments), { minLength: 0, maxLength: 4 })
          .map((parts) => `/${parts.join("/")}`),
        method: fc.constantFrom("GET", "POST"),
        kind: fc.constantFrom<CredentialKind>("own", "own", "own", "none", "optional", "cookie", "unknown"),
      }),
      { minLength: 1, maxLength: 8 },
    );
  const some = operationsWith(plain);
  /** Also paths that clients and Pomerium rewrite on their way. */
  const someRewritten = operationsWith([...plain, "", ".", ".."]);
  const asOperations = (given: { path: string; method: string; kind: CredentialKind }[]): Operation[] =>
    given.map((one) => operation(one.path, one.kind, one.method));

  /** Every path of at most four of the segments that the generator has. */
  const anywhere = ["", ..."123"].reduce<string[]>(
    (found) => ["", ...found.flatMap((one) => ["/a", "/b", "/z"].map((next) => next + one))],
    [""],
  );

  /**
   * Requests of an operation, with the segments that the generator has, and others, in place of parameters. What follows
   * `{path+}` does not narrow it: frameworks differ in what it takes.
   */
  function requestsOf(template: string): string[] {
    let found: string[][] = [[]];
    const parts = template.split("/").slice(1);
    for (const [i, part] of parts.entries()) {
      if (openEnded.includes(part)) {
        const starts = parts.slice(i).includes("..") ? [""] : found.map((each) => asPath(each));
        return starts.flatMap((start) => anywhere.map((end) => start + end || "/"));
      }
      if (part === ".") continue;
      const values = /^[{:<]/.test(part) ? ["a", "b", "z"] : [part];
      found =
        part === ".."
          ? found.map((each) => each.slice(0, -1))
          : found.flatMap((each) => values.map((value) => [...each, value]));
    }
    const end = parts.length > 1 && parts.at(-1) === "" ? "/" : "";
    return found.map((each) => asPath(each) + end || "/");
  }
  const asPath = (parts: readonly string[]): string =>
    parts
      .filter((part) => part !== "")
      .map((part) => `/${part}`)
      .join("");

  it("cover no request of an operation without a credential of its own", () => {
    fc.assert(
      fc.property(someRewritten, (given) => {
        const operations = asOperations(given);
        const { open } = coverOf(operations);
        for (const { path: template, credential } of operations)
          if (credential.kind !== "own")
            for (const request of requestsOf(template))
              for (const form of [request, request.replace(/(?<=.)\/$/, "")])
                assert.ok(!open.some((one) => reaches(form, one)), `${form} of ${template}`);
      }),
      { numRuns: 600 },
    );
  });

  it("cover each operation with a credential, or say why not", () => {
    fc.assert(
      fc.property(someRewritten, (given) => {
        const operations = asOperations(given);
        const { open, closed } = coverOf(operations);
        assert.equal(
          open.reduce((sum, each) => sum + each.operations, closed.length),
          operations.length,
        );
        for (const { path: template, method, credential } of operations) {
          const isCovered = requestsOf(template).every((request) =>
            open.some((one) => reaches(request, one)),
          );
          const isListed = closed.some(
            (one) => one.path === template && one.method === method && one.why !== "",
          );
          assert.ok(credential.kind === "own" ? isCovered || isListed : isListed, `${method} ${template}`);
        }
        for (const one of open) assert.ok(apiPath.safeParse(one.path).success, one.path);
      }),
      { numRuns: 600 },
    );
  });

  /** Every path that may be opened for some operations, by trying all beginnings. */
  function safePaths(operations: readonly Operation[]): { path: string; exact?: boolean }[] {
    const others = operations
      .filter(({ credential }) => credential.kind !== "own")
      .flatMap((one) => requestsOf(one.path));
    const candidates = operations.flatMap(({ path: template }) => {
      const parts = template.split("/").slice(1);
      const end = parts.findIndex((part) => /^[{:<*]/.test(part));
      const literal = end < 0 ? parts : parts.slice(0, end);
      return [
        ...literal.map((_, i) => ({ path: `/${literal.slice(0, i + 1).join("/")}` })),
        ...(end < 0 ? [{ path: template, exact: true }] : []),
      ];
    });
    const found = candidates.filter(
      (one) => one.path !== "/" && !others.some((request) => reaches(request, one)),
    );
    return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
  }

  const spelled = (request: string, one: { path: string; exact?: boolean }): boolean =>
    request === one.path || (!one.exact && request.startsWith(`${one.path}/`));

  it("are the fewest that cover what can be covered, and none could be narrower", () => {
    fc.assert(
      fc.property(some, (given) => {
        const operations = asOperations(given);
        const { open } = coverOf(operations);
        const own = operations
          .filter(({ credential }) => credential.kind === "own")
          .map(({ path: one }) => one);
        const isCovered = (template: string, set: readonly { path: string; exact?: boolean }[]): boolean =>
          requestsOf(template).every((request) => set.some((one) => spelled(request, one)));
        const safe = safePaths(operations);
        // Everything that some safe path covers is covered.
        for (const template of own)
          assert.equal(isCovered(template, open), isCovered(template, safe), template);
        const wanted = own.filter((template) => isCovered(template, safe));
        const fewer = (from: number, left: number, chosen: typeof safe): boolean => {
          if (wanted.every((template) => isCovered(template, chosen))) return true;
          if (left === 0) return false;
          for (let i = from; i < safe.length; i++)
            if (fewer(i + 1, left - 1, [...chosen, safe[i]!])) return true;
          return false;
        };
        assert.ok(open.length === 0 || !fewer(0, open.length - 1, []), "fewer paths are enough");
        for (const [i, one] of open.entries()) {
          const rest = open.filter((_, j) => j !== i);
          for (const narrower of safe) {
            const isNarrower =
              (narrower.path === one.path && narrower.exact === true && !one.exact) ||
              (narrower.path.startsWith(`${one.path}/`) && !one.exact);
            if (isNarrower)
              assert.ok(!wanted.every((template) => isCovered(template, [...rest, narrower])), one.path);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});
