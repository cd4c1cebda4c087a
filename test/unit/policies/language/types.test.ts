import { strict as assert } from "node:assert";
import { parsePolicy } from "../../../../policies/language/parse.ts";
import type { Criterion, Policy } from "../../../../policies/language/types.ts";

// Each line below is checked twice: the compiler must refuse it, and so must the parser.

const criteria: [string, Criterion][] = [
  // @ts-expect-error
  ["a name that Pomerium does not have", { emial: "alice@gmail.com" }],
  // @ts-expect-error
  ["a documented name that Pomerium refuses", { pomerium_routes: true }],
  // @ts-expect-error
  ["a name of another edition", { day_of_week: "mon" }],
  // @ts-expect-error
  ["two names in one criterion", { email: "alice@gmail.com", domain: "gmail.com" }],
  // @ts-expect-error
  ["a claim beside another name", { email: "alice@gmail.com", "claim/groups": "staff" }],
  // @ts-expect-error
  ["a nested block", { and: [{ accept: true }] }],
  // @ts-expect-error
  ["a pattern", { http_path: { matches: "^/api" } }],
  // @ts-expect-error
  ["a matcher that asks nothing", { email: {} }],
  // @ts-expect-error
  ["a device that asks nothing", { device: {} }],
  // @ts-expect-error
  ["accept: false, which accepts", { accept: false }],
  // @ts-expect-error
  ["a list where a text belongs", { email: ["alice@gmail.com"] }],
  // @ts-expect-error
  ["a text where a list belongs", { email: { in: "alice@gmail.com" } }],
  // @ts-expect-error
  ["a number where a text belongs", { user: 5 }],
  // @ts-expect-error
  ["not_in for a path", { http_path: { not_in: ["/admin"] } }],
  // @ts-expect-error
  ["a path without a value, which everybody meets", { http_path: null }],
  // @ts-expect-error
  ["a domain without a value", { domain: null }],
  // @ts-expect-error
  ["a comparison of addresses", { source_ip: { in: ["10.0.0.0/8"] } }],
  // @ts-expect-error
  ["a text comparison on a claim", { "claim/groups": { starts_with: "staff" } }],
  // @ts-expect-error
  ["several claim values at once", { "claim/groups": ["staff", "family"] }],
  // @ts-expect-error
  ["a claim without a name", { claim: "staff" }],
  // @ts-expect-error
  ["a name without a value", "accept"],
];

const policies: [string, Policy][] = [
  // @ts-expect-error
  ["another action", [{ permit: { or: [{ accept: true }] } }]],
  // @ts-expect-error
  ["another operator", [{ allow: { any: [{ accept: true }] } }]],
  // @ts-expect-error
  ["a block that is no list", [{ allow: { or: { accept: true } } }]],
  // @ts-expect-error
  ["criteria without a block", [{ allow: [{ accept: true }] }]],
  // @ts-expect-error
  ["a text", "public"],
];

describe("a policy that neither compiles nor parses silently", () => {
  for (const [what, criterion] of criteria)
    it(what, () => {
      const { problems, warnings } = parsePolicy(JSON.stringify([{ allow: { or: [criterion] } }]));
      assert.ok((problems ?? warnings).length > 0);
    });
  for (const [what, policy] of policies)
    it(what, () => {
      assert.ok(parsePolicy(JSON.stringify(policy)).problems);
    });
});

describe("both actions in one rule", () => {
  it("do not compile, and are read as the two rules that they are", () => {
    // @ts-expect-error
    const both: Policy = [{ allow: { or: [] }, deny: { or: [] } }];
    assert.equal(parsePolicy(JSON.stringify(both)).policy?.length, 2);
  });
});
