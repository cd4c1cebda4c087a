import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  compilePolicy,
  type Request,
  type Session,
} from "../../../../../policies/language/evaluate/evaluate.ts";
import type { Criterion, Policy } from "../../../../../policies/language/types.ts";
import { aCriterion, aPolicy } from "../arbitraries.ts";

const people = ["alice@gmail.com", "bob@gmail.com", "carol@example.org"];

/** A request of which everything is known. */
const aFullRequest = fc.record({
  session: fc.option(
    fc.record({
      email: fc.constantFrom(...people, ""),
      user: fc.constantFrom("u1", "u2"),
      claims: fc.constantFrom<Session["claims"][]>(
        {},
        { groups: ["staff"] },
        { groups: ["staff", "family"], "a.b": "staff" },
      ),
    }),
    { nil: undefined },
  ),
  method: fc.constantFrom("GET", "POST", "OPTIONS"),
  path: fc.constantFrom("/", "/api", "/api/items", "/apixyz", "/admin?/api/", "/a.js", "/a%2fb"),
  host: fc.constantFrom("app.example.org", "api.example.org"),
  sourceIp: fc.constantFrom("10.1.2.3", "10.244.3.4", "2001:db8::5", "8.8.8.8"),
  corsPreflight: fc.boolean(),
  clientCertificate: fc.constantFrom<Request["clientCertificate"][]>("none", {
    fingerprint: "ab".repeat(32),
    emails: ["alice@gmail.com"],
    dnsNames: ["pc.example.org"],
  }),
  invalidClientCertificate: fc.boolean(),
});

const optional = [
  "method",
  "host",
  "sourceIp",
  "corsPreflight",
  "clientCertificate",
  "invalidClientCertificate",
] as const;

/** The same request with some of what is known left out; `method` stays, because its absence means GET. */
const lessKnown = (request: Request): fc.Arbitrary<Request> =>
  fc.subarray([...optional.slice(1), "email", "user", "claims"]).map((omitted) => {
    const without = <T extends object>(whole: T): T =>
      Object.fromEntries(Object.entries(whole).filter(([key]) => !omitted.includes(key))) as T;
    return { ...without(request), ...(request.session && { session: without(request.session) }) };
  });

const outcome = (policy: Policy, request: Request): string => compilePolicy(policy).decide(request).outcome;
const someCriteria = fc.array(aCriterion, { minLength: 1, maxLength: 3 });

/** Criteria that no missing session stops: for those, the blocks are plain logic. */
const plainCriteria = fc.array(
  aCriterion.filter((criterion) =>
    Object.keys(criterion).every((name) =>
      [
        "accept",
        "reject",
        "http_path",
        "http_method",
        "source_ip",
        "cors_preflight",
        "client_certificate",
      ].includes(name),
    ),
  ),
  { minLength: 1, maxLength: 3 },
);
const holds = (operator: "and" | "or" | "not" | "nor", criteria: Criterion[], request: Request): string =>
  outcome([{ allow: { [operator]: criteria } }], request);
const opposite: Record<string, string> = { allow: "deny", deny: "allow", unknown: "unknown" };

describe("decisions, whatever the policy", () => {
  it("`not` is the opposite of `or`, and `nor` the opposite of `and`", () => {
    fc.assert(
      fc.property(plainCriteria, aFullRequest.chain(lessKnown), (criteria, request) => {
        assert.equal(holds("not", criteria, request), opposite[holds("or", criteria, request)]);
        assert.equal(holds("nor", criteria, request), opposite[holds("and", criteria, request)]);
      }),
    );
  });

  it("one criterion means the same in `and` and `or`, and in `not` and `nor`", () => {
    fc.assert(
      fc.property(aCriterion, aFullRequest, (criterion, request) => {
        assert.equal(holds("and", [criterion], request), holds("or", [criterion], request));
        assert.equal(holds("not", [criterion], request), holds("nor", [criterion], request));
      }),
    );
  });

  it("deny wins: a request that a deny rule meets passes no policy", () => {
    fc.assert(
      fc.property(aPolicy, aFullRequest, (policy, request) => {
        assert.equal(outcome([...policy, { deny: { or: [{ accept: true }] } }], request), "deny");
      }),
    );
  });

  it("without an allow rule nobody passes", () => {
    fc.assert(
      fc.property(aPolicy, aFullRequest, (policy, request) => {
        assert.equal(
          outcome(
            policy.filter((rule) => rule.allow === undefined),
            request,
          ),
          "deny",
        );
      }),
    );
  });

  it("another deny rule never lets anybody in, another allow rule never keeps anybody with a session out", () => {
    const strength = { deny: 0, unknown: 1, allow: 2 } as Record<string, number>;
    fc.assert(
      fc.property(aPolicy, someCriteria, aFullRequest.chain(lessKnown), (policy, criteria, request) => {
        const before = strength[outcome(policy, request)]!;
        assert.ok(strength[outcome([...policy, { deny: { or: criteria } }], request)]! <= before);
        if (request.session && !criteria.some((criterion) => "device" in criterion))
          assert.ok(strength[outcome([...policy, { allow: { or: criteria } }], request)]! >= before);
      }),
    );
  });

  it("a person added to a list loses nobody's access, a person removed gains nobody any", () => {
    const strength = { deny: 0, unknown: 1, allow: 2 } as Record<string, number>;
    fc.assert(
      fc.property(
        aPolicy,
        fc.subarray(people),
        fc.constantFrom(...people),
        aFullRequest.chain(lessKnown),
        (policy, listed, added, request) => {
          const withList = (emails: string[]): Policy => [
            ...policy,
            { allow: { or: [{ email: { in: emails } }] } },
          ];
          const before = strength[outcome(withList(listed.filter((one) => one !== added)), request)]!;
          const after = strength[outcome(withList([...listed, added]), request)]!;
          assert.ok(after >= before);
        },
      ),
    );
  });

  it("a further fact about a request never changes an answer that was not `unknown`", () => {
    fc.assert(
      fc.property(
        aPolicy,
        aFullRequest.chain((full) => lessKnown(full).map((less) => ({ full, less }))),
        (policy, { full, less }) => {
          const guess = outcome(policy, less);
          if (guess !== "unknown") assert.equal(outcome(policy, full), guess);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("a rule that is named as deciding is in the policy, with its block and criterion", () => {
    fc.assert(
      fc.property(aPolicy, aFullRequest.chain(lessKnown), (policy, request) => {
        const { rule, block, criterion, reason } = compilePolicy(policy).decide(request);
        if (rule === undefined) return assert.equal(block, undefined);
        const named = policy[rule]!;
        assert.ok(block && named);
        const criteria = (named.allow ?? named.deny)[block] ?? [];
        assert.ok(criteria.length > 0);
        if (criterion !== undefined) assert.ok(criteria[criterion]);
        if (reason === "allowed") assert.ok(named.allow);
        if (reason === "denied") assert.ok(named.deny);
        return undefined;
      }),
    );
  });
});

describe("the reason of a decision", () => {
  const policy: Policy = [
    { allow: { or: [{ email: { in: ["alice@gmail.com"] } }, { http_path: { starts_with: "/api/" } }] } },
    { deny: { not: [{ source_ip: "10.0.0.0/8" }] } },
  ];
  const decide = (request: Request) => compilePolicy(policy).decide(request);
  const sourceIp = "10.0.0.1";

  it("names the criterion that let a person in", () => {
    assert.deepEqual(decide({ session: { email: "alice@gmail.com" }, path: "/", sourceIp }), {
      outcome: "allow",
      reason: "allowed",
      rule: 0,
      block: "or",
      criterion: 0,
    });
  });

  it("names the open path for anonymous callers", () => {
    assert.deepEqual(decide({ path: "/api/x", sourceIp }), {
      outcome: "allow",
      reason: "allowed",
      rule: 0,
      block: "or",
      criterion: 1,
    });
  });

  it("names the rule that kept a caller out", () => {
    assert.deepEqual(decide({ session: { email: "alice@gmail.com" }, path: "/", sourceIp: "192.0.2.1" }), {
      outcome: "deny",
      reason: "denied",
      rule: 1,
      block: "not",
      criterion: 0,
    });
  });

  it("names what is missing when it cannot be decided", () => {
    assert.deepEqual(decide({ session: { email: "alice@gmail.com" }, path: "/" }), {
      outcome: "unknown",
      reason: "not known",
      rule: 1,
      block: "not",
      criterion: 0,
    });
  });

  it("distinguishes a stranger from a caller who has not signed in", () => {
    assert.equal(
      decide({ session: { email: "eve@gmail.com" }, path: "/", sourceIp }).reason,
      "nothing allows",
    );
    assert.equal(decide({ path: "/", sourceIp }).reason, "sign in");
  });

  it("says that the proxy refused a path", () => {
    assert.equal(decide({ path: "/api#x", sourceIp }).reason, "path refused");
  });

  it("names the deny rule that sends anonymous callers of an open path to sign in", () => {
    const closed: Policy = [
      { allow: { or: [{ accept: true }] } },
      { deny: { or: [{ email: "eve@gmail.com" }] } },
    ];
    assert.deepEqual(compilePolicy(closed).decide({ path: "/" }), {
      outcome: "deny",
      reason: "sign in",
      rule: 1,
      block: "or",
      criterion: 0,
    });
  });

  it("sends an anonymous caller to sign in wherever Pomerium does, before a rule that denies", () => {
    const anonymousFrom = (address: string) => decide({ path: "/", sourceIp: address }).reason;
    assert.equal(anonymousFrom("192.0.2.1"), "sign in");
    const denied: Policy = [
      { allow: { or: [{ email: "alice@gmail.com" }] } },
      { deny: { or: [{ accept: true }] } },
    ];
    assert.equal(compilePolicy(denied).decide({ path: "/" }).reason, "sign in");
    assert.equal(compilePolicy(denied.slice(1)).decide({ path: "/" }).reason, "denied");
    const signedIn = { path: "/", session: { email: "alice@gmail.com" } };
    assert.equal(compilePolicy(denied).decide(signedIn).reason, "denied");
  });

  it("refuses a certificate that is not valid before it asks anybody to sign in", () => {
    const certificates: Policy = [
      { allow: { or: [{ email: "alice@gmail.com" }] } },
      { deny: { or: [{ invalid_client_certificate: true }] } },
    ];
    const reason = (invalidClientCertificate: boolean) =>
      compilePolicy(certificates).decide({ path: "/", invalidClientCertificate }).reason;
    assert.equal(reason(true), "denied");
    assert.equal(reason(false), "sign in");
  });

  it("says that a path can be read in several ways only where these end differently", () => {
    assert.equal(decide({ path: "/api/..;/admin", sourceIp }).reason, "path unclear");
    assert.equal(decide({ path: "/x/..;/admin", sourceIp }).reason, "sign in");
  });
});
