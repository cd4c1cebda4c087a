import { strict as assert } from "node:assert";
import { acceptable } from "../../../../../components/ingress-nginx/annotations/accept.ts";
import { nginxPrefix } from "../../../../../components/ingress-nginx/annotations/judgement.ts";
import { type Answers, lostProtections } from "../../../../../components/ingress-nginx/annotations/lost.ts";
import { settingsInForce } from "../../../../../components/ingress-nginx/annotations/settings.ts";
import { protections } from "../../../../../components/ingress-nginx/annotations/table.ts";
import type { Access } from "../../../../../policies/access/routes.ts";

const people: Access = {
  kind: "people",
  people: [{ principal: "alice@gmail.com", grantedAt: "users.admins[0]" }],
  api: [],
  from: [],
};

const inForce = (settings: Record<string, string>, annotations: Record<string, string> = {}): string[] => {
  const prefixed = Object.entries(annotations).map(([name, value]) => [nginxPrefix + name, value]);
  return settingsInForce(settings, Object.fromEntries(prefixed)).map(({ name }) => name);
};

/** What answers each, `?` for nothing. */
const answers = (settings: Record<string, string>, app: Partial<Answers> = {}) =>
  Object.fromEntries(
    lostProtections({}, { access: people, accept: {}, route: {}, ...app }, settings).map(
      ({ annotation, answeredBy }) => [annotation, answeredBy ?? "?"],
    ),
  );

/** One of each, switched on. */
const all = {
  "whitelist-source-range": "10.0.0.0/8",
  "denylist-source-range": "203.0.113.0/24",
  "block-cidrs": "203.0.113.0/24",
  "block-user-agents": "~*bot",
  "block-referers": "~*spam",
  "global-auth-url": "https://auth.example.org",
  "enable-modsecurity": "true",
  "enable-owasp-modsecurity-crs": "true",
  "modsecurity-snippet": "SecRuleEngine On",
  "limit-rate": "100",
  "http-snippet": "deny all;",
  "server-snippet": "deny all;",
  "location-snippet": "deny all;",
};

describe("a setting of ingress-nginx's ConfigMap", () => {
  it("that restricts callers protects every Ingress, and can be accepted by its name", () => {
    assert.deepEqual(inForce(all), Object.keys(all));
    for (const name of Object.keys(all)) assert.ok(acceptable.includes(name), name);
    for (const name of protections) assert.ok(acceptable.includes(name), name);
    assert.equal(new Set(acceptable).size, acceptable.length);
  });

  it("that is switched off, at its default or about something else protects nothing", () => {
    for (const value of ["", " ", "false"])
      assert.deepEqual(inForce(Object.fromEntries(Object.keys(all).map((name) => [name, value]))), []);
    const idle = {
      "limit-rate": "0",
      "limit-rate-after": "10",
      "limit-req-status-code": "429",
      "whitelist-source-range": "0.0.0.0/0,::/0",
      "server-snippet": 'more_set_headers "server: hide";',
      "proxy-body-size": "50m",
      "allow-snippet-annotations": "true",
      "annotations-risk-level": "Critical",
    };
    assert.deepEqual(inForce(idle), []);
  });

  it("is replaced by the annotation of an Ingress, except for snippets and blocked networks, which are added", () => {
    const overridden = (settings: (keyof typeof all)[], annotation: string, value: string): string[] =>
      inForce(Object.fromEntries(settings.map((name) => [name, all[name]])), { [annotation]: value });
    assert.deepEqual(overridden(["whitelist-source-range"], "allowlist-source-range", "192.168.0.0/16"), []);
    assert.deepEqual(overridden(["whitelist-source-range"], "whitelist-source-range", " "), [
      "whitelist-source-range",
    ]);
    assert.deepEqual(overridden(["global-auth-url"], "enable-global-auth", "false"), []);
    assert.deepEqual(overridden(["limit-rate"], "limit-rate", "0"), []);
    assert.deepEqual(
      overridden(["enable-modsecurity", "enable-owasp-modsecurity-crs"], "enable-modsecurity", "false"),
      [],
    );
    assert.deepEqual(overridden(["block-cidrs"], "denylist-source-range", "10.0.0.0/8"), ["block-cidrs"]);
    assert.deepEqual(overridden(["server-snippet"], "server-snippet", "deny all;"), ["server-snippet"]);
  });

  it("is answered like an annotation: by networks, by people who sign in, or by a reason", () => {
    assert.deepEqual(
      answers({ "whitelist-source-range": "10.0.0.0/8", "global-auth-url": "https://a.org" }),
      {
        "whitelist-source-range": "?",
        "global-auth-url": "people sign in instead",
      },
    );
    assert.deepEqual(
      answers(
        {
          "whitelist-source-range": "10.0.0.0/8",
          "global-auth-url": "https://a.org",
          "block-cidrs": "1.2.3.4",
        },
        {
          access: { ...people, from: ["10.1.0.0/16"] },
          accept: { "block-cidrs": "long ago" },
        },
      ),
      {
        "whitelist-source-range": "`access.from`",
        "global-auth-url": "people sign in instead",
        "block-cidrs": "accepted: long ago",
      },
    );
    assert.deepEqual(answers({ "global-auth-url": "https://a.org" }, { access: { kind: "public" } }), {
      "global-auth-url": "?",
    });
  });

  it("is distinguished from an annotation of the same name", () => {
    const [lost] = lostProtections({}, { access: people, accept: {}, route: {} }, { "limit-rate": "5" });
    assert.deepEqual([lost?.annotation, lost?.isSetting], ["limit-rate", true]);
    const [own] = lostProtections(
      { [`${nginxPrefix}limit-rate`]: "5" },
      { access: people, accept: {}, route: {} },
    );
    assert.equal(own?.isSetting, undefined);
  });
});
