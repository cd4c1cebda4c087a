import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { pathReadings, pathRules, type SeenPath } from "../../../../../policies/language/evaluate/path.ts";

const now = pathRules("v0.33.1");
const strict = pathRules("v0.33.0");
const before = pathRules("v0.32.9");

/** The reading of a path that has only one. */
function seen(path: string, rules = now): SeenPath | undefined {
  const [reading, ...others] = pathReadings(path, rules);
  assert.deepEqual(others, [], path);
  return reading;
}

describe("the path that routes and policies see", () => {
  it("is decoded and has no query", () => {
    assert.deepEqual(seen("/a%20b/%C3%A9?x=%2F"), {
      decoded: "/a b/é",
      raw: "/a%20b/%C3%A9",
      query: "x=%2F",
    });
  });

  for (const [sent, raw] of [
    ["/a/../b", "/b"],
    ["/a/./b", "/a/b"],
    ["/a/%2e%2E/b", "/b"],
    ["/a/.%2e/b", "/b"],
    ["/../../x", "/x"],
    ["/a/..", "/"],
    ["/a/.", "/a/"],
    ["/a\\..\\b", "/b"],
    ["/a..b/...", "/a..b/..."],
    ["/", "/"],
    ["/%61pi/x", "/api/x"],
    ["/%41%7A%30%2d%2E%5f%7e", "/Az0-._~"],
    ["/%2561pi", "/%2561pi"],
    ["/a%20%3f%23", "/a%20%3f%23"],
    ['/"<>^`{|}', "/%22%3C%3E%5E%60%7B%7C%7D"],
    ["/[a]'()*!$&+,;=:@", "/[a]'()*!$&+,;=:@"],
    ["//", "//"],
    ["////", "//"],
    ["//a//", "/a/"],
    ["/%zz%", "/%zz%"],
    ["/%%41", "/%A"],
    ["/%7%41b", "/%257Ab"],
    ["/%%32f", "/%252f"],
    ["/%%34%31", "/%2541"],
    ["/api%2%66..%%32fadmin", "/api%252f..%252fadmin"],
    ["/x/%2%65%2%45/y", "/x/%252e%252E/y"],
    ["/%2%35", "/%2525"],
    ["/%2%c3%a9", "/%2%c3%a9"],
    ["/%2%66x/..", "/"],
  ] as const)
    it(`is ${raw} for ${sent}`, () => {
      assert.equal(seen(sent)?.raw, raw);
    });

  for (const path of ["/a#b", "/a?b#c", "/a%00b", "", "a", "?a", "/a b", "/a\tb", "/a\u0000", "/a\u007f"])
    it(`is refused for ${JSON.stringify(path)}`, () => {
      assert.equal(seen(path), undefined);
      assert.equal(seen(path, before), undefined);
    });

  it("has single slashes in releases that merge them, as many as sent in others", () => {
    assert.equal(seen("//sse///x")?.decoded, "/sse/x");
    assert.equal(seen("//sse///x", before)?.decoded, "//sse///x");
  });

  it("with an escaped slash is the path that the client is redirected to", () => {
    assert.equal(seen("/api/..%2Fadmin")?.raw, "/admin");
    assert.equal(seen("/api/..%5cadmin")?.raw, "/admin");
    assert.equal(seen("/a%2fb%2F%2fc")?.raw, "/a/b/c");
  });

  it("with an escaped slash is refused by a release without settings for it, and kept by older ones", () => {
    assert.equal(seen("/api/..%2Fadmin", strict), undefined);
    assert.equal(seen("/api/..%5cadmin", strict), undefined);
    assert.deepEqual(seen("/api/..%2Fadmin", before), {
      raw: "/api/..%2Fadmin",
      decoded: "/api/../admin",
      query: "",
    });
  });

  it("may have an escaped slash in its query", () => {
    assert.equal(seen("/api?next=%2F", strict)?.decoded, "/api");
  });

  it("is empty when an escape is malformed", () => {
    assert.deepEqual(seen("/a%zz"), { decoded: "", raw: "/a%zz", query: "" });
  });

  it("has two readings where a dot segment has a parameter, which only newer Envoys resolve", () => {
    for (const [path, ...raws] of [
      ["/api/..;/admin", "/api/..;/admin", "/admin"],
      ["/api/%2e.;x=1/admin", "/api/..;x=1/admin", "/admin"],
      ["/api/.;/x", "/api/.;/x", "/api/x"],
    ])
      assert.deepEqual(
        pathReadings(path!, now).map((one) => one?.raw),
        raws,
        path!,
      );
    assert.equal(seen("/api/...;/x")?.raw, "/api/...;/x");
  });

  it("with letters outside ASCII is encoded over HTTP/2 and refused over HTTP/1.1", () => {
    assert.deepEqual(
      pathReadings("/café/日", now).map((one) => one?.raw),
      ["/caf%C3%A9/%E6%97%A5", undefined],
    );
  });

  it("never keeps a dot segment, whatever is sent", () => {
    const segment = fc.constantFrom("a", ".", "..", "%2e", "%2E.", "", "\\", "..\\x", "..;", "%2e%2e;b");
    fc.assert(
      fc.property(fc.array(segment), fc.constantFrom(now, before), (segments, rules) => {
        for (const reading of pathReadings(`/${segments.join("/")}`, rules)) {
          assert.ok(reading);
          assert.ok(reading.raw.startsWith("/"));
          assert.doesNotMatch(reading.decoded, /\/\.{1,2}(\/|$)/);
        }
      }),
    );
  });

  it("is what Envoy would make of it once more: a second pass changes nothing", () => {
    const character = fc.constantFrom(...'/.;%2eEfF5cCaA1 \\"<~é#'.split(""));
    const path = fc.oneof(
      fc.webPath({ size: "small" }),
      fc.array(character).map((all) => `/${all.join("")}`),
    );
    fc.assert(
      fc.property(path, fc.constantFrom(now, strict, before), (sent, rules) => {
        for (const reading of pathReadings(sent, rules))
          if (reading) assert.ok(pathReadings(reading.raw, rules).some((one) => one?.raw === reading.raw));
      }),
      { numRuns: 1000 },
    );
  });

  it("decodes every letter, digit and mark that may stand unescaped, and nothing else", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0x21, max: 0x7e }), (code) => {
        const character = String.fromCharCode(code);
        const escaped = `%${code.toString(16)}`;
        if (character === "/" || character === "\\") return;
        const expected = /[A-Za-z0-9._~-]/.test(character) ? character : escaped;
        assert.equal(seen(`/a${escaped}b`)?.raw, `/a${expected}b`);
      }),
    );
  });

  it("needs a version of Pomerium", () => {
    assert.throws(() => pathRules("latest"), RangeError);
  });
});
