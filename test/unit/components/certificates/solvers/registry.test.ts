import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { z } from "zod";
import { issuerSpec } from "../../../../../components/certificates/issuer-spec.ts";
import { solverNames, solverOf } from "../../../../../components/certificates/solvers/registry.ts";
import { secretsOf } from "../../../../../stack/schema.ts";
import { SecretText } from "../../../../../stack-file/secret-text.ts";
import { goodStack, parse, put } from "../../../stack/base.ts";
import { webhookOf } from "../webhook-of.ts";

/** A zone in the stack file with every secret that the solver declares, and a text for every required setting. */
const zoneOf = (name: (typeof solverNames)[number]): object => {
  const { schema, secrets } = solverOf(name);
  if (!(schema instanceof z.ZodObject)) return { [name]: true };
  const required = Object.keys(schema.shape).filter(
    (key) => key in secrets || !z.safeParse(schema.shape[key]!, undefined).success,
  );
  return { [name]: Object.fromEntries(required.map((key) => [key, `the-${key}`])) };
};

describe("every DNS solver", () => {
  for (const name of solverNames)
    it(`${name} reads its secrets from the stack file, hides them, and gives the ClusterIssuer references to them`, () => {
      const raw = put(goodStack(), 'certificates.zones["example.org"]', zoneOf(name));
      const { zones } = parse(raw).certificates;
      const declared = Object.entries(solverOf(name).secrets);
      assert.deepEqual(
        secretsOf(raw)
          .filter(([section, , zone]) => section === "certificates" && zone === "example.org")
          .map((path) => path.at(-1)),
        declared.map(([key]) => key),
      );
      const zone = zones["example.org"]!;
      assert.equal(zone.solver, name);
      for (const secret of Object.values(zone.secrets)) assert.ok(secret instanceof SecretText);
      const [solver] = issuerSpec({
        server: "https://acme.example.com/directory",
        email: "root@example.org",
        accountKey: "account",
        zones: { "example.org": zone },
        webhook: webhookOf(),
        ingressClass: "pomerium",
      }).acme.solvers;
      const text = JSON.stringify(solver);
      for (const [key, inSecret] of declared) {
        assert.ok(text.includes(`{"name":"${name}-example.org","key":"${inSecret}"}`), `${key} is not read`);
        assert.ok(!text.includes(`the-${key}`), `${key} stands in the ClusterIssuer`);
      }
    });

  it("is refused in a zone that names a second solver", () => {
    fc.assert(
      fc.property(fc.subarray([...solverNames], { minLength: 2 }), (names) => {
        const zone = Object.assign({}, ...names.map(zoneOf)) as object;
        assert.throws(
          () => parse(put(goodStack(), 'certificates.zones["example.org"]', zone)),
          /must be a map with exactly one of/,
        );
      }),
    );
  });

  it("allows a wildcard if and only if it solves by DNS-01", () => {
    for (const name of solverNames) {
      const raw = put(goodStack(), 'certificates.zones["example.org"]', { ...zoneOf(name), wildcard: true });
      if (solverOf(name).type === "DNS-01") assert.ok(parse(raw).certificates.zones["example.org"]?.wildcard);
      else assert.throws(() => parse(raw), /wildcard certificates are issued by DNS-01 only/);
    }
  });
});
