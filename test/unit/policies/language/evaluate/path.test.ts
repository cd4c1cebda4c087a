import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { pathRules, seenPath } from "../../../../../policies/language/evaluate/path.ts";

const now = pathRules("v0.33.1");
const before = pathRules("v0.32.9");

describe("the path that a policy sees", () => {
  it("is decoded and has no query", () => {
    assert.deepEqual(seenPath("/a%20b/%C3%A9?x=%2F", now), {
      decoded: "/a b/é",
      raw: "/a%20b/%C3%A9",
      query: "x=%2F",
    });
  });

  for (const [sent, raw] of [
    ["/a/../b", "/b"],
    ["/a/./b", "/a/b"],
    ["/a/%2e%2E/b", "/b"],
    ["/../../x", "/x"],
    ["/a/..", "/"],
    ["/a/.", "/a/"],
    ["/a\\..\\b", "/b"],
    ["/a..b/...", "/a..b/..."],
    ["/", "/"],
    ["/a#b?c", "/a"],
  ] as const)
    it(`is ${raw} for ${sent}`, () => {
      assert.equal(seenPath(sent, now)?.raw, raw);
    });

  it("has single slashes from 0.33 on, as many as sent before", () => {
    assert.equal(seenPath("//sse///x", now)?.decoded, "/sse/x");
    assert.equal(seenPath("//sse///x", before)?.decoded, "//sse///x");
  });

  it("is refused with an escaped slash from 0.33 on, decoded before", () => {
    assert.equal(seenPath("/api/..%2Fadmin", now), undefined);
    assert.equal(seenPath("/api/..%5cadmin", now), undefined);
    assert.equal(seenPath("/api/..%2Fadmin", before)?.decoded, "/api/../admin");
  });

  it("may have an escaped slash in its query", () => {
    assert.equal(seenPath("/api?next=%2F", now)?.decoded, "/api");
  });

  it("is empty when an escape is malformed", () => {
    assert.deepEqual(seenPath("/a%zz", now), { decoded: "", raw: "/a%zz", query: "" });
  });

  it("never keeps a dot segment, whatever is sent", () => {
    const segment = fc.constantFrom("a", ".", "..", "%2e", "%2E.", "", "\\", "..\\x");
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        const seen = seenPath(`/${segments.join("/")}`, before);
        assert.ok(seen);
        assert.ok(seen.raw.startsWith("/"));
        assert.doesNotMatch(seen.decoded, /\/\.{1,2}(\/|$)/);
      }),
    );
  });

  it("is what Envoy would make of it once more: a second pass changes nothing", () => {
    fc.assert(
      fc.property(fc.webPath({ size: "small" }), (path) => {
        const seen = seenPath(path, now);
        if (seen) assert.equal(seenPath(seen.raw, now)?.raw, seen.raw);
      }),
    );
  });

  it("needs a version of Pomerium", () => {
    assert.throws(() => pathRules("latest"), RangeError);
  });
});
