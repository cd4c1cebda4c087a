import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { nginxPrefix } from "../../../../../components/ingress-nginx/annotations/judgement.ts";
import { type Answers, lostProtections } from "../../../../../components/ingress-nginx/annotations/lost.ts";
import { protections } from "../../../../../components/ingress-nginx/annotations/table.ts";
import type { Access, ApiPath } from "../../../../../policies/access/routes.ts";

const alice = { principal: "alice@gmail.com", grantedAt: "users.admins[0]" };
const people = (from: string[] = [], api: ApiPath[] = []): Access => ({
  kind: "people",
  people: [alice],
  api,
  from,
});
const open: ApiPath[] = [{ path: "/api" }, { path: "/ping", exact: true }];
const policy: Access = { kind: "policy", policy: [{ allow: { or: [{ accept: true }] } }] };

/** What an app loses; people by name unless it says otherwise. */
function lost(annotations: Record<string, string>, app: Partial<Answers> = {}) {
  const prefixed = Object.entries(annotations).map(([name, value]) => [nginxPrefix + name, value]);
  return lostProtections(Object.fromEntries(prefixed), { access: people(), accept: {}, route: {}, ...app });
}

/** What answers each, `?` for nothing. */
const answers = (...of: Parameters<typeof lost>) =>
  Object.fromEntries(lost(...of).map(({ annotation, answeredBy }) => [annotation, answeredBy ?? "?"]));

describe("a whitelist of networks that is lost with an nginx Ingress", () => {
  const whitelist = { "whitelist-source-range": "10.0.0.0/8, 192.168.0.10,fd00::/8" };

  it("is lost, and says what it admitted", () => {
    assert.deepEqual(lost({ "whitelist-source-range": "10.244.0.0/16" }), [
      {
        annotation: "whitelist-source-range",
        reason:
          "`access.from` admits the same networks, where Pomerium sees callers' own addresses; ingress-nginx admitted 10.244.0.0/16 only",
      },
    ]);
  });

  it("is answered by networks inside those that it admitted", () => {
    for (const from of [["10.0.0.0/8"], ["10.244.0.0/16", "192.168.0.10"], ["fd00:1::/32", "10.1.2.3/32"]])
      assert.deepEqual(answers(whitelist, { access: people(from) }), {
        "whitelist-source-range": "`access.from`",
      });
  });

  it("is answered for open paths and apps without people as well, because networks limit everybody", () => {
    const from = ["10.1.0.0/16"];
    for (const access of [people(from, open), { kind: "apiOnly" as const, api: open, from }])
      assert.deepEqual(answers(whitelist, { access }), { "whitelist-source-range": "`access.from`" });
  });

  it("is answered for an app with paths only if each path has the networks too", () => {
    const inside = people(["10.1.0.0/16"]);
    const withPath = (access?: Access) =>
      lost(whitelist, {
        access: inside,
        paths: [{ path: "/admin", ...(access === undefined ? {} : { access }) }],
      })[0]!;
    assert.equal(withPath().answeredBy, "`access.from`");
    assert.equal(withPath(people(["10.1.2.0/24"])).answeredBy, "`access.from`");
    for (const access of [people(), { kind: "public" as const }]) {
      assert.equal(withPath(access).answeredBy, undefined);
      assert.match(withPath(access).reason, /ingress-nginx admitted .* only \(at its path \/admin\)$/);
    }
  });

  it("is not answered by a wider network, which is named", () => {
    const [protection] = lost(whitelist, { access: people(["10.1.0.0/16", "10.0.0.0/7", "192.168.0.0/24"]) });
    assert.equal(protection?.answeredBy, undefined);
    assert.match(protection?.reason ?? "", /only, not all of 10\.0\.0\.0\/7, 192\.168\.0\.0\/24$/);
  });

  it("is not answered by a network of the other family", () => {
    const v4 = { "whitelist-source-range": "0.0.0.0/0" };
    assert.deepEqual(answers(v4, { access: people(["::/0"]) }), { "whitelist-source-range": "?" });
    assert.deepEqual(answers(v4, { access: people(["::ffff:10.0.0.0/104"]) }), {
      "whitelist-source-range": "`access.from`",
    });
  });

  it("is not answered by a sign-in, a raw policy or a public app", () => {
    for (const access of [people(), policy, { kind: "public" as const }])
      assert.deepEqual(answers(whitelist, { access }), { "whitelist-source-range": "?" });
  });

  it("that admitted every address was no protection", () => {
    assert.deepEqual(lost({ "whitelist-source-range": "0.0.0.0/0,::/0" }), []);
  });

  it("without a valid network admitted nobody, so no network answers it", () => {
    assert.deepEqual(answers({ "whitelist-source-range": "nonsense" }, { access: people(["10.0.0.1"]) }), {
      "whitelist-source-range": "?",
    });
  });
});

describe("a password or another sign-in that is lost with an nginx Ingress", () => {
  const basic = { "auth-type": "basic", "auth-secret": "htpasswd", "auth-realm": "Private" };
  const external = { "auth-url": "https://auth.example.org", "auth-signin": "https://auth.example.org/in" };

  it("is one protection, with all annotations that depend on it", () => {
    assert.deepEqual(Object.keys(answers({ ...basic, ...external, "auth-method": "GET" })), [
      "auth-type",
      "auth-url",
    ]);
  });

  it("is replaced where people sign in", () => {
    assert.deepEqual(answers({ ...basic, ...external, "enable-global-auth": "true" }), {
      "auth-type": "people sign in instead",
      "auth-url": "people sign in instead",
      "enable-global-auth": "people sign in instead",
    });
  });

  it("stays lost for open paths, which are named", () => {
    for (const access of [people([], open), { kind: "apiOnly" as const, api: open, from: [] }]) {
      assert.deepEqual(answers(basic, { access }), { "auth-type": "?" });
      assert.match(lost(basic, { access })[0]?.reason ?? "", /but not at its open paths \/api, \/ping$/);
    }
  });

  it("stays lost where the app is public or has a raw policy", () => {
    assert.match(lost(basic, { access: { kind: "public" } })[0]?.reason ?? "", /but the app is public$/);
    for (const access of [policy, { kind: "public" as const }])
      assert.deepEqual(answers({ ...basic, ...external }, { access }), { "auth-type": "?", "auth-url": "?" });
  });

  it("is accepted under the name of any of its annotations, and under no other", () => {
    const access: Access = { kind: "public" };
    assert.deepEqual(answers(basic, { access, accept: { "auth-secret": "the app asks itself" } }), {
      "auth-type": "accepted: the app asks itself",
    });
    assert.deepEqual(answers(basic, { access, accept: { "auth-url": "wrong one" } }), { "auth-type": "?" });
  });

  it("was no protection without the annotation that switches it on", () => {
    assert.deepEqual(lost({ "auth-secret": "htpasswd", "auth-signin": "https://auth.example.org" }), []);
  });
});

describe("client certificates that are lost with an nginx Ingress", () => {
  const certificates = { "auth-tls-secret": "wiki/ca", "auth-tls-verify-client": "on" };
  const route = { tls_downstream_client_ca_secret: "ca" };

  it("are lost although people sign in", () => {
    assert.deepEqual(answers(certificates), { "auth-tls-secret": "?" });
  });

  it("are replaced by the route's own authority, but not for their names, nor where anybody may pass", () => {
    assert.deepEqual(answers(certificates, { route }), {
      "auth-tls-secret": "`route.tls_downstream_client_ca_secret`",
    });
    assert.deepEqual(answers({ ...certificates, "auth-tls-match-cn": "CN=alice" }, { route }), {
      "auth-tls-secret": "?",
    });
    for (const access of [people([], open), { kind: "public" as const }])
      assert.deepEqual(answers(certificates, { route, access }), { "auth-tls-secret": "?" });
  });

  it("were no protection without an authority, whatever auth-tls-verify-client says", () => {
    assert.deepEqual(lost({ "auth-tls-verify-client": "false", "auth-tls-match-cn": "CN=alice" }), []);
  });
});

describe("a protection that nothing in Pomerium replaces", () => {
  const limits = {
    "limit-rps": "5",
    "limit-connections": "10",
    "limit-burst-multiplier": "2",
    "enable-modsecurity": "true",
    "denylist-source-range": "203.0.113.0/24",
    "configuration-snippet": "deny all;",
  };

  it("is answered only by its own acceptance", () => {
    const accept = { "limit-rps": "the app bears it", "configuration-snippet": "closed for a day in May" };
    assert.deepEqual(answers(limits, { access: people(["10.0.0.0/8"]), accept }), {
      "limit-rps": "accepted: the app bears it",
      "limit-connections": "?",
      "enable-modsecurity": "?",
      "denylist-source-range": "?",
      "configuration-snippet": "accepted: closed for a day in May",
    });
  });

  it("is no protection when it only sets a header", () => {
    assert.deepEqual(lost({ "configuration-snippet": 'more_set_headers "server: hide";' }), []);
  });
});

describe("any protection", () => {
  const some = fc.dictionary(
    fc.constantFrom(...protections, "proxy-buffer-size", "no-such-annotation"),
    fc.oneof(fc.constantFrom("", "false", "off", "5", "basic", "10.0.0.0/8"), fc.string()),
  );
  const access = fc.constantFrom(people(), people(["10.0.0.0/8"], open), policy, { kind: "public" as const });

  it("is answered once its name is accepted, and only real protections ask for that", () => {
    fc.assert(
      fc.property(some, access, (annotations, access) => {
        const asked = lost(annotations, { access });
        for (const { annotation, reason } of asked) {
          assert.ok(protections.includes(annotation));
          assert.notEqual(reason, "");
        }
        const accept = Object.fromEntries(asked.map(({ annotation }) => [annotation, "because"]));
        for (const { answeredBy } of lost(annotations, { access, accept })) assert.ok(answeredBy);
      }),
    );
  });

  it("of a public app is answered only by acceptance", () => {
    fc.assert(
      fc.property(some, (annotations) => {
        const route = { tls_downstream_client_ca_secret: "ca" };
        for (const { answeredBy } of lost(annotations, { access: { kind: "public" }, route }))
          assert.equal(answeredBy, undefined);
      }),
    );
  });
});

describe("a sign-in and a client's certificate that are lost with an nginx Ingress", () => {
  it("are answered for an app with paths only if nobody passes at a path without them", () => {
    const basic = { "auth-type": "basic", "auth-secret": "users" };
    const at = (path: { access?: Access; route?: object }) => ({ paths: [{ path: "/hub", ...path }] });
    assert.equal(answers(basic, at({}))["auth-type"], "people sign in instead");
    assert.equal(answers(basic, at({ access: { kind: "public" } }))["auth-type"], "?");
    const certificate = { "auth-tls-secret": "app/ca" };
    const route = { tls_downstream_client_ca_secret: "ca" };
    assert.notEqual(answers(certificate, { route, ...at({}) })["auth-tls-secret"], "?");
    assert.equal(answers(certificate, { route, ...at({ route: {} }) })["auth-tls-secret"], "?");
  });
});
