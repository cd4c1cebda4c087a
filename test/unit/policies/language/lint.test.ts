import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { compilePolicy } from "../../../../policies/language/evaluate/evaluate.ts";
import { type LintOptions, lintPolicy } from "../../../../policies/language/lint.ts";
import { parsePolicy } from "../../../../policies/language/parse.ts";
import type { Policy } from "../../../../policies/language/types.ts";
import { aPolicy } from "./arbitraries.ts";

const read = (text: string): Policy => {
  const { policy, problems } = parsePolicy(text);
  assert.ok(policy, JSON.stringify(problems));
  return policy;
};

/** Findings as `code where`, in order. */
const found = (text: string, options: Partial<LintOptions> = {}): string[] =>
  lintPolicy(read(text), { pomerium: "v0.33.1", ...options }).map(({ code, where }) => `${code} ${where}`);

const message = (text: string, code: string, options: Partial<LintOptions> = {}): string => {
  const finding = lintPolicy(read(text), { pomerium: "v0.33.1", ...options }).find(
    (one) => one.code === code,
  );
  return finding ? `${finding.severity}: ${finding.message}; ${finding.fix}` : "";
};

const allow = (...criteria: string[]): string => `allow: { or: [${criteria.join(", ")}] }`;

describe("the linter of policies", () => {
  it("finds nothing in a list of people", () => {
    assert.deepEqual(found(allow("{ email: { in: [alice@gmail.com, bob@gmail.com] } }")), []);
  });

  it("finds nothing in what a network may reach without signing in", () => {
    assert.deepEqual(
      found("allow: { or: [{ accept: true }] }\ndeny: { not: [{ source_ip: 10.0.0.0/8 }] }"),
      [],
    );
  });

  describe("finds a criterion that never matches:", () => {
    it("groups, since open-source Pomerium has no directory", () => {
      assert.deepEqual(found(allow("{ groups: staff }")), ["groups [0].allow.or[0].groups"]);
      assert.match(
        message(allow("{ groups: staff }"), "groups"),
        /^error: groups never match: open-source Pomerium/,
      );
    });

    it("an empty value", () => {
      assert.deepEqual(found("allow:\n  or:\n    - email:\n"), ["never-matches [0].allow.or[0].email"]);
    });

    it("an empty list", () => {
      assert.deepEqual(found(allow("{ email: { in: [] } }")), ["empty [0].allow.or[0].email"]);
      assert.deepEqual(found(allow("{ source_ip: [] }")), ["empty [0].allow.or[0].source_ip"]);
    });

    it("a method in lower case", () => {
      assert.ok(
        found(allow("{ http_method: get }")).includes("lower-case-method [0].allow.or[0].http_method"),
      );
    });

    it("a text that is not an address", () => {
      assert.deepEqual(found(allow("{ email: alice }")), ["malformed [0].allow.or[0].email"]);
      assert.ok(found(allow('{ domain: "@example.org" }')).includes("malformed [0].allow.or[0].domain"));
    });

    it("a nested claim written with slashes", () => {
      assert.deepEqual(found(allow("{ claim/realm_access/roles: staff }")), [
        "claim-path [0].allow.or[0].claim/realm_access/roles",
      ]);
      assert.deepEqual(found(allow('{ "claim/https://example.org/groups": staff }')), []);
    });

    it("a block that asks for two addresses at once", () => {
      assert.deepEqual(found("allow: { and: [{ email: alice@gmail.com }, { email: bob@gmail.com }] }"), [
        "never-holds [0].allow.and",
      ]);
      assert.deepEqual(
        found(
          "allow: { and: [{ email: { in: [alice@gmail.com, bob@gmail.com] } }, { email: { not: bob@gmail.com } }] }",
        ),
        [],
      );
      assert.deepEqual(found("allow: { and: [{ claim/a: { is: x } }, { claim/a: { is: y } }] }"), [
        "never-holds [0].allow.and",
      ]);
      assert.deepEqual(found("allow: { and: [{ email: alice@gmail.com }, { reject: true }] }"), [
        "never-holds [0].allow.and",
      ]);
    });
  });

  describe("finds people whom nobody meant:", () => {
    it("everybody at a public mail provider", () => {
      for (const criterion of [
        '{ email: { ends_with: "@gmail.com" } }',
        "{ domain: gmail.com }",
        "{ domain: { in: [outlook.com] } }",
      ])
        assert.match(message(allow(criterion), "anybody"), /^error: anybody can have an address at/);
      assert.deepEqual(found(allow("{ domain: example.org }")), []);
      assert.equal(message("deny: { or: [{ domain: gmail.com }] }", "anybody"), "");
    });

    it("addresses that end alike", () => {
      assert.deepEqual(found(allow("{ email: { ends_with: example.org } }")), [
        "part-of-address [0].allow.or[0].email",
      ]);
      assert.deepEqual(found(allow('{ email: { ends_with: "@example.org" } }')), []);
      assert.deepEqual(found(allow("{ domain: { ends_with: example.org } }")), [
        "part-of-address [0].allow.or[0].domain",
      ]);
      assert.deepEqual(found(allow("{ domain: { ends_with: .example.org } }")), []);
    });

    it("an address in capitals", () => {
      assert.match(
        message(allow("{ email: Alice@gmail.com }"), "capitals"),
        /letter by letter.*; write alice@gmail.com$/,
      );
    });

    it("callers who have not signed in", () => {
      for (const criterion of [
        "{ email: { not: bob@gmail.com } }",
        "{ claim/a: { exclude: b } }",
        "{ device: { approved: false } }",
        "{ ssh_username_matches_email: true }",
      ])
        assert.match(message(allow(criterion), "matches-anonymous"), /^error: .*anonymous callers pass/);
      assert.equal(
        message(
          "allow: { and: [{ email: { not: bob@gmail.com } }, { authenticated_user: true }] }",
          "matches-anonymous",
        ),
        "",
      );
    });
  });

  describe("finds in paths:", () => {
    it("a prefix without a boundary", () => {
      assert.match(
        message(allow("{ http_path: { starts_with: /api } }"), "no-boundary"),
        /the prefix "\/api" also opens \/apixyz; write two criteria/,
      );
      assert.equal(message(allow("{ http_path: { starts_with: /api/ } }"), "no-boundary"), "");
      assert.equal(message("deny: { or: [{ http_path: { starts_with: /admin } }] }", "no-boundary"), "");
    });

    it("the query that opens what a path criterion protects, reported once", () => {
      const text = allow(
        "{ email: alice@gmail.com }",
        "{ http_path: /api }",
        "{ http_path: { starts_with: /api/ } }",
      );
      assert.deepEqual(found(text), ["query-opens [0].allow.or[1].http_path"]);
      assert.match(
        message(text, "query-opens"),
        /any path followed by "\?\/api" is let in; name the path under `api`/,
      );
    });

    it("the query that opens is one that the evaluator lets in", () => {
      const policy = read(allow("{ http_path: { starts_with: /api/ } }"));
      const [finding] = lintPolicy(policy, { pomerium: "v0.33.1" });
      const query = /followed by "([^"]*)"/.exec(finding?.message ?? "")?.[1];
      assert.equal(compilePolicy(policy).decide({ path: `/admin${query}` }).outcome, "allow");
    });

    it("a path that is denied needs no such warning", () => {
      assert.deepEqual(
        found(
          `${allow("{ email: alice@gmail.com }")}\ndeny: { or: [{ http_path: { starts_with: /metrics } }] }`,
        ),
        [],
      );
    });

    it("double slashes, by release", () => {
      const text = allow("{ http_path: { starts_with: //sse/ } }");
      assert.match(
        message(text, "double-slash"),
        /^error: Pomerium v0.33.1 merges slashes.*; write \/sse\/$/,
      );
      assert.match(
        message(text, "double-slash", { pomerium: "v0.32.9" }),
        /^warning: .* stops matching with Pomerium v0\.33\.0/,
      );
    });

    it("escaped slashes, by release", () => {
      assert.match(
        message(allow("{ http_path: /a%2fb }"), "escaped-slash"),
        /^error: no escaped slash reaches a policy of Pomerium v0\.33\.1/,
      );
      const prefix = allow("{ http_path: { starts_with: /api/ } }");
      assert.equal(message(prefix, "escaped-slash"), "");
      assert.match(
        message(prefix, "escaped-slash", { pomerium: "v0.32.9" }),
        /^warning: .*\/api\/\.\.%2fadmin/,
      );
    });

    it("a text that no path can match", () => {
      for (const path of ["api/", '"/a?b=c"', "/a%20b", "/a/../b"])
        assert.ok(
          found(allow(`{ http_path: ${path} }`)).includes("path-form [0].allow.or[0].http_path"),
          path,
        );
    });

    it("a path that is not another one", () => {
      assert.match(
        message(allow("{ http_path: { not: /admin } }"), "always-matches"),
        /^error: .*holds for everybody/,
      );
      assert.match(message(allow('{ http_path: { starts_with: "" } }'), "always-matches"), /^error/);
    });
  });

  describe("says about addresses of callers that they", () => {
    const text = "allow: { or: [{ source_ip: 10.0.0.0/8 }] }";

    it("mean nothing behind a tunnel", () => {
      assert.deepEqual(found(text, { clientAddresses: "proxied" }), [
        "proxied-address [0].allow.or[0].source_ip",
      ]);
    });

    it("have no host bits unless one host is meant", () => {
      for (const [written, meant] of [
        ["192.168.1.5/16", "192.168.0.0/16"],
        ['"fd00::1/64"', "fd00::/64"],
      ])
        assert.ok(
          message(allow(`{ source_ip: ${written} }`), "host-bits").includes(`write ${meant} for the network`),
        );
      assert.deepEqual(found("allow: { or: [{ source_ip: 192.168.1.5/32 }] }"), []);
    });

    it("are what they are where clients' own addresses arrive", () => {
      assert.deepEqual(found(text, { clientAddresses: "real" }), []);
      assert.deepEqual(found(text), []);
    });
  });

  describe("finds in rules and blocks:", () => {
    it("blocks that look as if they were required together", () => {
      assert.deepEqual(
        found("allow: { and: [{ email: alice@gmail.com }], not: [{ source_ip: 10.0.0.0/8 }] }"),
        ["blocks-are-alternatives [0].allow"],
      );
    });

    it("rules and blocks that are empty", () => {
      assert.deepEqual(found("[]"), ["empty []"]);
      assert.deepEqual(found("allow: {}"), ["empty [0].allow"]);
      assert.deepEqual(found("allow: { or: [{ email: alice@gmail.com }], not: [] }"), [
        "empty [0].allow.not",
      ]);
    });

    it("the same person allowed and denied", () => {
      const text = `${allow("{ email: { in: [alice@gmail.com, bob@gmail.com] } }")}\ndeny: { or: [{ email: bob@gmail.com }] }`;
      assert.deepEqual(found(text), ["allowed-and-denied [0].allow.or[0].email"]);
      assert.match(
        message(text, "allowed-and-denied"),
        /bob@gmail.com is allowed here and denied at \[1\].deny.or\[0\].email/,
      );
      assert.deepEqual(
        found(`${allow("{ domain: example.org }")}\ndeny: { or: [{ email: eve@example.org }] }`),
        [],
      );
    });

    it("the same criterion allowed and denied, however it is spelled", () => {
      assert.ok(
        found(`${allow("{ claim/a: b }")}\ndeny: { or: [{ claim/a: { has: b } }] }`).includes(
          "allowed-and-denied [0].allow.or[0].claim/a",
        ),
      );
    });

    it("a deny rule on people where everybody may pass", () => {
      assert.deepEqual(found(`${allow("{ accept: true }")}\ndeny: { or: [{ email: eve@gmail.com }] }`), [
        "asks-to-sign-in [1].deny.or[0].email",
      ]);
    });

    it("people beside accept", () => {
      assert.deepEqual(found(allow("{ email: alice@gmail.com }", "{ accept: true }")), [
        "shadowed [0].allow.or[0].email",
      ]);
    });

    it("people beside everybody who signs in", () => {
      assert.deepEqual(found(allow("{ authenticated_user: true }", "{ email: alice@gmail.com }")), [
        "shadowed [0].allow.or[1].email",
      ]);
    });

    it("the same criterion twice, of which the first stays", () => {
      assert.deepEqual(
        found(`- ${allow("{ email: alice@gmail.com }")}\n- ${allow("{ email: { is: alice@gmail.com } }")}`),
        ["shadowed [1].allow.or[0].email"],
      );
    });

    it("a path below another open one", () => {
      assert.ok(
        found(
          allow("{ http_path: { starts_with: /api/ } }", "{ http_path: { starts_with: /api/v1/ } }"),
        ).includes("shadowed [0].allow.or[1].http_path"),
      );
    });

    it("a person listed twice", () => {
      assert.deepEqual(found(allow("{ email: { in: [alice@gmail.com, alice@gmail.com] } }")), [
        "shadowed [0].allow.or[0].email",
      ]);
    });

    it("deny everybody", () => {
      assert.match(
        message(`${allow("{ email: alice@gmail.com }")}\ndeny: { or: [{ accept: true }] }`, "shadowed"),
        /^error: accept in a deny rule denies everybody/,
      );
    });
  });

  it("needs a version of Pomerium", () => {
    assert.throws(
      () => found(allow("{ http_path: { starts_with: /api/ } }"), { pomerium: "latest" }),
      RangeError,
    );
  });

  it("every finding names a place of the policy and a fix, whatever the policy", () => {
    fc.assert(
      fc.property(aPolicy, fc.constantFrom("v0.31.3", "v0.32.9", "v0.33.1"), (policy, pomerium) => {
        for (const { where, message, fix } of lintPolicy(policy, { pomerium, clientAddresses: "proxied" })) {
          const place = /^\[(\d+)\]\.(allow|deny)/.exec(where);
          assert.ok(where === "[]" || policy[Number(place?.[1])]?.[place?.[2] as "allow"], where);
          assert.ok(message !== "" && fix !== "");
        }
      }),
    );
  });

  it("a criterion that is said to decide nothing does not: without it every answer is the same", () => {
    const sessions = [
      undefined,
      ...["alice@gmail.com", "bob@gmail.com", "carol@example.org", ""].map((email) => ({
        email,
        user: "u1",
        claims: { groups: ["staff"] },
      })),
    ];
    const targets = ["/", "/api", "/api/items", "/admin"].map((path) => ({
      path,
      host: "app.example.org",
      sourceIp: "10.1.2.3",
    }));
    fc.assert(
      fc.property(aPolicy, (policy) => {
        const finding = lintPolicy(policy, { pomerium: "v0.33.1" }).find(
          ({ code, message }) => code === "shadowed" && message.includes("decides nothing"),
        );
        const place = /^\[(\d+)\]\.(allow|deny)\.(or|and)\[(\d+)\]/.exec(finding?.where ?? "");
        if (!place) return;
        const [, rule, action, operator, index] = place as unknown as [string, string, "allow", "or", string];
        const without = structuredClone(policy);
        const blocks = without[Number(rule)]![action]!;
        blocks[operator] = blocks[operator]!.filter((_, i) => i !== Number(index));
        const [before, after] = [compilePolicy(policy), compilePolicy(without)];
        for (const session of sessions)
          for (const target of targets) {
            const request = { ...target, ...(session && { session }) };
            assert.equal(after.decide(request).outcome, before.decide(request).outcome);
          }
      }),
      { numRuns: 1000 },
    );
  });
});
