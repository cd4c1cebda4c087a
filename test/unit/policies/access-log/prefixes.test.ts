import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { wantedPaths } from "../../../../policies/access-log/prefixes.ts";
import { varying } from "../../../../policies/access-log/shape.ts";

const wanted = (paths: readonly string[], mayOpen: (path: string) => boolean = () => true): string[] =>
  wantedPaths(paths, mayOpen).map(({ path, exact }) => (exact ? `=${path}` : path));

describe("the paths that refused requests need", () => {
  it("are those of the requests, at any depth", () => {
    assert.deepEqual(wanted(["/sse/v1/events", "/api/v1/books", "/api/v1/series"]), [
      "/sse/v1/events",
      "/api/v1/books",
      "/api/v1/series",
    ]);
    assert.deepEqual(wanted(["/auth", "/auth/refresh"]), ["=/auth", "/auth/refresh"]);
    // An exact path would not let the slash at its end pass.
    assert.deepEqual(wanted(["/auth/", "/auth/refresh"]), ["/auth"]);
  });

  it("end in front of what varies", () => {
    assert.deepEqual(wanted([`/api/items/${varying}/cover`, `/api/items/${varying}`]), ["/api/items"]);
  });

  it("merge where many different ones follow, unless something there may not be opened", () => {
    const many = ["/api/a", "/api/b", "/api/c", "/api/d"];
    assert.deepEqual(wanted(many), ["/api"]);
    assert.deepEqual(
      wanted(many, (path) => path !== "/api"),
      many,
    );
  });

  it("are not hidden by one request with a part that varies, where everything together may not be opened", () => {
    const mayOpen = (path: string): boolean => path !== "/api";
    assert.deepEqual(wanted(["/api/endpoints/1x", `/api/${varying}`], mayOpen), ["/api/endpoints/1x"]);
    assert.deepEqual(wanted(["/api/", "/api", "/api/a/b", `/api/a/${varying}`], mayOpen), ["/api/a"]);
    // Without anything else, the path is left to the caller, who tells why it is refused.
    assert.deepEqual(wanted([`/api/${varying}`], mayOpen), ["/api"]);
  });

  it("never are the whole app, and never double slashes", () => {
    assert.deepEqual(
      wanted(["/", `/${varying}/x`, "//sse/v1", ...[..."abcdefgh"].map((one) => `/${one}`)]),
      [..."abcdefgh"].map((one) => `/${one}`),
    );
  });

  it("cover each request at most once, and nothing but what begins like a request", () => {
    const segment = fc.constantFrom("a", "b", "c", "d", "e", varying);
    const paths = fc.array(
      fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(paths, (some) => {
        const found = wantedPaths([...new Set(some)], () => true);
        const covered = found.flatMap((one) => one.paths);
        assert.equal(new Set(covered).size, covered.length, "twice");
        for (const path of some)
          assert.equal(covered.includes(path), path !== "/" && !path.startsWith(`/${varying}`), path);
        for (const { path } of found) {
          assert.ok(path !== "/" && !path.includes(varying));
          assert.ok(
            some.some((one) => one === path || one.startsWith(`${path}/`)),
            path,
          );
        }
      }),
    );
  });
});
