import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { compareCookies, compareHeaders, type HeaderContext } from "../../../../discovery/compare/headers.ts";
import { answer } from "./answers.ts";

const hsts = "strict-transport-security";
const at = "apps.komga.route";

function headers(
  old: Record<string, string>,
  fresh: Record<string, string>,
  { settings = { "X-Frame-Options": "SAMEORIGIN" }, route = {} }: Partial<HeaderContext> = {},
) {
  return compareHeaders(answer(200, { headers: old }), answer(200, { headers: fresh }), {
    settings,
    route,
    at,
  });
}

describe("security headers", () => {
  it("that Pomerium's settings or the route add are wanted", () => {
    const [found] = headers({}, { "x-frame-options": "SAMEORIGIN" });
    assert.deepEqual(
      [found?.severity, found?.message],
      ["wanted", "X-Frame-Options: Pomerium adds SAMEORIGIN"],
    );
    const route = { set_response_headers: { "Referrer-Policy": "no-referrer" } };
    assert.equal(headers({}, { "referrer-policy": "no-referrer" }, { route })[0]?.severity, "wanted");
    assert.equal(headers({}, { "referrer-policy": "unsafe-url" }, { route })[0]?.severity, "unexpected");
  });

  it("that are lost or weaker come back with one setting for all of them", () => {
    const found = headers(
      { "x-frame-options": "DENY", "content-security-policy": "default-src 'self'" },
      { "x-frame-options": "SAMEORIGIN" },
      { route: { set_response_headers: { "X-Other": "1" } } },
    );
    assert.deepEqual(
      found.map(({ severity, message }) => `${severity} ${message}`),
      [
        "unexpected Content-Security-Policy: lost: default-src 'self'",
        "unexpected X-Frame-Options: DENY → SAMEORIGIN",
      ],
    );
    for (const { setting } of found) {
      assert.equal(setting?.at, at);
      assert.deepEqual(parse(setting!.write), {
        set_response_headers: {
          "X-Other": "1",
          "Content-Security-Policy": "default-src 'self'",
          "X-Frame-Options": "DENY",
        },
      });
    }
  });

  it("may ask for HTTPS longer or more widely, and not for less", () => {
    const pairs: [string, string, string][] = [
      ["max-age=31536000", "max-age=31536000; includeSubDomains", "wanted"],
      ["max-age=15724800; includeSubDomains", "max-age=31536000; includeSubDomains; preload", "wanted"],
      ["max-age=31536000; includeSubDomains", "max-age=31536000", "unexpected"],
      ["max-age=31536000", "max-age=0", "unexpected"],
      ["max-age=31536000", "nonsense", "unexpected"],
    ];
    for (const [old, fresh, severity] of pairs)
      assert.equal(headers({ [hsts]: old }, { [hsts]: fresh })[0]?.severity, severity, fresh);
    assert.equal(
      headers({ [hsts]: "max-age=1" }, {})[0]?.message,
      "Strict-Transport-Security: lost: max-age=1",
    );
  });

  it("that are the same are no difference", () => {
    assert.deepEqual(headers({ [hsts]: "max-age=1" }, { [hsts]: "max-age=1" }), []);
  });
});

describe("cookies", () => {
  const cookies = (old: Record<string, string[]>, fresh: Record<string, string[]>) => {
    const listed = (all: Record<string, string[]>) =>
      answer(200, { cookies: Object.entries(all).map(([name, flags]) => ({ name, flags })) });
    return compareCookies(listed(old), listed(fresh), at).map(
      ({ severity, message }) => `${severity} ${message}`,
    );
  };

  it("differ by name and by flags", () => {
    assert.deepEqual(cookies({ a: ["secure"], b: [] }, { a: [], c: [] }), [
      "unexpected cookie a: secure → no flag",
      "unexpected cookie b: only the old address sets it",
      "unexpected cookie c: only the new address sets it",
    ]);
    assert.deepEqual(cookies({ a: ["secure"] }, { a: ["secure"] }), []);
  });

  it("of Pomerium itself are wanted", () => {
    assert.deepEqual(cookies({}, { _pomerium_csrf: ["secure"] }), [
      "wanted cookie _pomerium_csrf: Pomerium sets it",
    ]);
  });

  it("that kept a client at one pod have a setting in place of them", () => {
    const old = answer(200, { cookies: [{ name: "INGRESSCOOKIE", flags: [] }] });
    assert.deepEqual(compareCookies(old, answer(200), at)[0]?.setting, {
      at,
      write: "load_balancing_policy: maglev",
    });
  });
});
