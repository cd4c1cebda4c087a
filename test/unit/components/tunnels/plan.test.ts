import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { tunnelProblems } from "../../../../components/tunnels/checks.ts";
import type { LiveTunnel } from "../../../../components/tunnels/live.ts";
import { readMemory } from "../../../../components/tunnels/memory.ts";
import { tunnelPlan } from "../../../../components/tunnels/plan.ts";
import { isCatchAll, type Rule, takesAllOf } from "../../../../components/tunnels/rules.ts";
import { ingressProblem, ruleFor } from "../../../../sandbox/cloudflare/ingress.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, put } from "../../stack/base.ts";

const wiki = "wiki.example.net";
const hosts = [wiki, "ssh.example.net", "nas.example.net", "a.nas.example.net"];
const paths = ["/", "/api/v1", "/.well-known/acme-challenge/x", "/.well-known/matrix"];
const nothing = readMemory(undefined);

const rule: fc.Arbitrary<Rule> = fc
  .record({
    hostname: fc.constantFrom(undefined, ...hosts, "*.example.net", "*.nas.example.net"),
    path: fc.constantFrom(undefined, undefined, "^/api", "^/\\.well-known/", "matrix$"),
    service: fc.constantFrom("http://192.168.0.171:80", "https://192.168.0.11:5001", "http_status:403"),
  })
  .map(({ hostname, path, service }) => ({
    ...(hostname === undefined ? {} : { hostname }),
    ...(path === undefined ? {} : { path }),
    service,
  }));
/** A list that Cloudflare has taken, the catch-all last. */
const list: fc.Arbitrary<Rule[]> = fc
  .tuple(fc.array(rule, { maxLength: 6 }), fc.constantFrom("http_status:404", "http://192.168.0.12:80"))
  .map(([rules, service]) => [...rules.filter((each) => !isCatchAll(each)), { service }]);

function live(rules: Rule[]): LiveTunnel {
  return { tunnel: { name: "house", remote: true, rules, unwritable: [] }, records: {} };
}

/** What a run writes for a stack that keeps these rules as extra rules; undefined when one of them could never match. */
function planOf(stack: Stack, seen: LiveTunnel): Rule[] | undefined {
  try {
    return tunnelPlan(stack, stack.tunnels[0]!, seen, nothing).rules;
  } catch (error) {
    assert.ok(error instanceof RangeError);
    return undefined;
  }
}

const kept: fc.Arbitrary<[Rule[], Rule[]]> = list.chain((rules) =>
  fc.tuple(
    fc.constant(rules),
    fc.subarray(
      rules.filter(
        (each, i) => !isCatchAll(each) && !rules.slice(0, i).some((earlier) => takesAllOf(earlier, each)),
      ),
    ),
  ),
);

describe("the plan of a tunnel", () => {
  for (const phase of ["coexist", "cutover"])
    it(`is valid for Cloudflare in ${phase}, and loses no rule without a refusal`, () => {
      const base = parse(put(put(goodStack(), "phase", phase), "tunnels.home.extraRules", []));
      let compared = 0;
      fc.assert(
        fc.property(kept, ([rules, extra]) => {
          const stack = { ...base, tunnels: base.tunnels.map((each) => ({ ...each, extraRules: extra })) };
          const seen = live(rules);
          const planned = planOf(stack, seen);
          fc.pre(planned !== undefined);
          assert.equal(ingressProblem(planned), undefined);
          const tunnels = { live: { home: seen }, problems: [] };
          fc.pre(tunnelProblems(stack, tunnels, nothing, { others: [] }).length === 0);
          for (const host of hosts)
            for (const path of paths) {
              const before = ruleFor(rules, host, path);
              const now = ruleFor(planned, host, path);
              const moves = host === wiki && (phase === "cutover" || before?.service === "http_status:404");
              const isDetour = path.startsWith("/.well-known/acme") || before?.path === "^/\\.well-known/";
              if (!moves) assert.equal(now?.service, before?.service, `${host}${path}`);
              else if (before?.path !== undefined && !isDetour)
                assert.equal(now?.service, before.service, `${host}${path}`);
            }
          compared++;
        }),
        { numRuns: 1000 },
      );
      assert.ok(compared > 50, `only ${compared} lists were compared`);
    });
});
