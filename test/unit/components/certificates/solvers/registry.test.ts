import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { z } from "zod";
import { issuerSpec, type SolvedZone } from "../../../../../components/certificates/issuer-spec.ts";
import { keptIssuer } from "../../../../../components/certificates/issuer-take-over.ts";
import {
  type SolverName,
  solverNames,
  solverOf,
} from "../../../../../components/certificates/solvers/registry.ts";
import type { LiveChallenge, LiveSolver } from "../../../../../components/certificates/solvers/solver.ts";
import { secretsOf } from "../../../../../stack/schema.ts";
import { setSecret } from "../../../../../stack-file/commands.ts";
import { keyPath } from "../../../../../stack-file/paths.ts";
import { SecretText } from "../../../../../stack-file/secret-text.ts";
import { secretPaths } from "../../../../../stack-file/secrets.ts";
import { goodStack, parse, problemsOf, put } from "../../../stack/base.ts";
import { webhookOf } from "../webhook-of.ts";

/** A zone in the stack file: an example of the solver, with the secrets that it needs. */
const zoneOf = (name: SolverName, example = solverOf(name).examples[0]): object => {
  const { schema } = solverOf(name);
  const zone = { [name]: structuredClone(example) };
  for (const path of secretPaths(z.strictObject({ [name]: schema }), zone))
    put(zone, keyPath(path), `the-${path.at(-1)}`);
  return zone;
};

/** The settings of example.org's zone for example.com. Those of a webhook name the zone's Secret. */
const elsewhere = (settings: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(settings).replaceAll("example.org", "example.com")) as Record<string, unknown>;

const issuerOf = (zones: Record<string, SolvedZone>): LiveSolver[] =>
  issuerSpec({
    issuer: "letsencrypt-prod",
    server: "https://acme.example.com/directory",
    email: "root@example.org",
    accountKey: "account",
    zones,
    webhook: webhookOf(),
    ingressClass: "pomerium",
  }).acme.solvers;

describe("every DNS solver", () => {
  for (const name of solverNames)
    for (const [i, example] of solverOf(name).examples.entries())
      it(`${name} (example ${i + 1}) reads its secrets from the stack file, hides them, and gives the ClusterIssuer references to them`, () => {
        const raw = put(goodStack(), 'certificates.zones["example.org"]', zoneOf(name, example));
        const zone = parse(raw).certificates.zones["example.org"]!;
        const keys = secretsOf(raw)
          .filter(([section, , zone]) => section === "certificates" && zone === "example.org")
          .map((path) => String(path.at(-1)));
        assert.deepEqual(Object.keys(zone.secrets), keys);
        assert.equal(zone.solver, name);
        for (const secret of Object.values(zone.secrets)) assert.ok(secret instanceof SecretText);
        const text = JSON.stringify(issuerOf({ "example.org": zone })[0]);
        assert.equal(text.includes(`"${name}-example.org"`), keys.length > 0);
        for (const key of keys) {
          const inSecret = solverOf(name).secrets[key];
          if (inSecret !== undefined)
            assert.ok(
              text.includes(`{"name":"${name}-example.org","key":"${inSecret}"}`),
              `${key} is not read`,
            );
          assert.ok(!text.includes(`the-${key}`), `${key} stands in the ClusterIssuer`);
        }
      });

  for (const name of solverNames)
    it(`${name} names the command for each missing secret`, () => {
      const raw = put(goodStack(), 'certificates.zones["example.org"]', {
        [name]: solverOf(name).examples[0],
      });
      const expected = secretsOf(raw)
        .filter(([, , zone]) => zone === "example.org")
        .map((path) => `${keyPath(path)}: missing » ${setSecret("test", path)}`);
      assert.deepEqual(problemsOf(raw), expected);
    });

  it("is named in the documentation of the stack file", () => {
    const page = readFileSync(new URL("../../../../../docs/stack-file.md", import.meta.url), "utf8");
    assert.deepEqual(
      solverNames.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`\`${name}: `)),
      [],
    );
  });

  it("recognises its own challenges for a former zone, so that they are not kept", () => {
    for (const name of solverNames)
      for (const example of solverOf(name).examples) {
        const raw = put(goodStack(), 'certificates.zones["example.org"]', zoneOf(name, example));
        const { zones } = parse(raw).certificates;
        const { "example.org": former } = zones;
        const [written] = issuerOf({ "example.com": { ...former!, settings: elsewhere(former!.settings) } });
        const stack = parse(goodStack());
        const live = { accountKey: "account", solvers: [written!] };
        const { email, server } = stack.certificates;
        const issuer = { name: "i", foreign: true, ready: true, acme: { ...live, email, server } };
        const kept = keptIssuer(stack, issuer, { classes: [], ingresses: [] }).solvers;
        // Nothing tells whose a solver without credentials is, so it stays.
        const isAmbient = Object.keys(former!.secrets).length === 0 && name !== "http01";
        assert.deepEqual(kept, isAmbient ? [written] : [], name);
      }
  });

  it("is found again in the issuer that it has written, with all settings but the secrets", () => {
    for (const name of solverNames)
      for (const example of solverOf(name).examples) {
        const raw = put(goodStack(), 'certificates.zones["example.org"]', zoneOf(name, example));
        const zone = parse(raw).certificates.zones["example.org"]!;
        const [{ dns01 } = {}] = issuerOf({ "example.org": zone });
        if (dns01 === undefined) continue;
        const found = solverNames.find((each) => solverOf(each).fromLive?.(dns01 as LiveChallenge));
        assert.equal(found, name);
        // The issuer does not have the installation of a webhook.
        const lost = ["secrets", "solverRbac", "install", ...(name === "webhook" ? ["serviceAccount"] : [])];
        const kept = Object.entries(example as object).filter(([key]) => !lost.includes(key));
        assert.deepEqual(solverOf(name).fromLive?.(dns01 as LiveChallenge), Object.fromEntries(kept), name);
      }
  });

  it("is refused in a zone that names a second solver", () => {
    fc.assert(
      fc.property(fc.subarray([...solverNames], { minLength: 2 }), (names) => {
        const zone = Object.assign({}, ...names.map((name) => zoneOf(name))) as object;
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
