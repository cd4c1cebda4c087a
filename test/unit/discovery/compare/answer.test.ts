import { strict as assert } from "node:assert";
import fc from "fast-check";
import { cookiesOf, readHeaders, redirectText } from "../../../../discovery/compare/answer.ts";

const url = "https://komga.example.org/api";

describe("what is kept of an answer", () => {
  it("has names and flags of cookies, whatever their spelling", () => {
    assert.deepEqual(
      cookiesOf([
        "session=abc; Path=/; HttpOnly; Secure; SameSite=Lax",
        "a=b=c; expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=3",
        "bare",
      ]),
      [
        { name: "(nameless)", flags: [] },
        { name: "a", flags: ["lasting"] },
        { name: "session", flags: ["httponly", "path=/", "samesite=lax", "secure"] },
      ],
    );
  });

  it("never has a value of a cookie or of a redirect's query", () => {
    const value = fc.stringMatching(/^[A-Z0-9]{12,20}$/);
    fc.assert(
      fc.property(value, value, fc.constantFrom("", "https://auth.example.org/x"), (cookie, state, base) => {
        const kept = readHeaders(url, {
          "set-cookie": [`session=${cookie}; Path=/`],
          location: [`${base}?state=${state}#${state}`],
        });
        assert.ok(!JSON.stringify(kept).includes(cookie));
        assert.ok(!JSON.stringify(kept).includes(state));
        assert.deepEqual(kept.redirect?.query, ["state"]);
      }),
    );
  });

  it("has no value that stands where an address or a cookie should be", () => {
    const kept = (headers: Record<string, string[]>) => readHeaders(url, headers);
    for (const [location, shown] of [
      ["https://sso.example:99999/cb?code=S3CRET", "https://sso.example:99999/cb"],
      ["https://sso.example:99999/cb#S3CRET", "https://sso.example:99999/cb"],
      ["https://alice:S3CRET@sso.example:99999/cb", "…"],
      ["https://alice:x?S3CRET@sso.example/cb", "…"],
      ["https://alice:S3CRET@sso.example/cb", "https://sso.example/cb"],
      ["/app;jsessionid=S3CRET/x", "https://komga.example.org/app;jsessionid=…/x"],
      ["/app;S3CRET", "https://komga.example.org/app;…"],
      ["/cb?S3CRET&a=1&=S3CRET", "https://komga.example.org/cb?(nameless)=…&a=…"],
    ] as const)
      assert.equal(redirectText(kept({ location: [location] }).redirect!), shown, location);
    for (const [cookie, name, ...flags] of [
      ["sid=1; auth=S3CRET", "sid", "auth=…"],
      ["sid=1; Comment=S3CRET; Version=1", "sid", "comment=…", "version=…"],
      ["sid=1; S3CRET; Secure=S3CRET; SameSite=S3CRET", "sid", "samesite=…", "secure", "…"],
      ["S3CRETonly", "(nameless)"],
      ["=S3CRET; Domain=example.org", "(nameless)", "domain=example.org"],
    ] as [string, string, ...string[]][])
      assert.deepEqual(kept({ "set-cookie": [cookie] }).cookies, [{ name, flags }], cookie);
  });

  it("has the target of a redirect as a browser resolves it", () => {
    const text = (location: string): string => {
      const { redirect } = readHeaders(url, { location: [location] });
      return redirectText(redirect!);
    };
    assert.equal(text("/login?next=%2Fapi&next=x"), "https://komga.example.org/login?next=…");
    assert.equal(text("v1"), "https://komga.example.org/v1");
    assert.equal(text("http://10.0.0.7:8080/login"), "http://10.0.0.7:8080/login");
    assert.equal(text("//other.example.org"), "https://other.example.org/");
    assert.equal(text("http://["), "http://[");
  });

  it("can be read whatever the headers hold", () => {
    const values = fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(values, values, values, (location, cookies, other) => {
        const kept = readHeaders(url, {
          ...{ location, "set-cookie": cookies, "content-type": other, "x-frame-options": other },
        });
        if (kept.redirect) redirectText(kept.redirect);
      }),
    );
  });

  it("distinguishes an answer of Pomerium from one of the app", () => {
    assert.equal(readHeaders(url, { "x-pomerium-intercepted-response": ["true"] }).byPomerium, true);
    assert.equal(readHeaders(url, { "x-pomerium-claim-email": ["true"] }).byPomerium, undefined);
  });

  it("has security headers only, and no nonce, which differs in every answer", () => {
    const policy = (nonce: string) => ({
      "content-security-policy": [`script-src 'nonce-${nonce}' 'self'`],
      "content-type": ["Text/HTML; charset=utf-8"],
      server: ["nginx"],
      "x-secret": ["hunter2"],
    });
    const [one, other] = ["abc", "def"].map((nonce) => readHeaders(url, policy(nonce)));
    assert.deepEqual(one, other);
    assert.deepEqual(one, {
      contentType: "text/html",
      headers: { "content-security-policy": "script-src 'nonce-…' 'self'" },
      cookies: [],
    });
  });
});
