import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  canaryHost,
  type IssuerSpecArgs,
  issuerSpec,
} from "../../../../components/certificates/issuer-spec.ts";
import { type SolverName, solverNames } from "../../../../components/certificates/solvers/registry.ts";
import { selectSolver } from "../../../../sandbox/controllers/cert-manager-solvers.ts";
import { zoneOf } from "../../../../stack-file/hosts.ts";
import { webhookOf } from "./webhook-of.ts";

const args: IssuerSpecArgs = {
  issuer: "letsencrypt-prod",
  server: "https://acme.example.com/directory",
  email: "root@example.org",
  accountKey: "account",
  zones: {
    "example.org": { solver: "porkbun" },
    "example.net": { solver: "cloudflare" },
    "lan.example.org": { solver: "http01" },
  },
  webhook: webhookOf({ groupName: "acme.example.org" }),
  ingressClass: "pomerium",
};

const label = fc.constantFrom("a", "b", "example", "org", "x-1");
const name = (min: number) =>
  fc.array(label, { minLength: min, maxLength: 5 }).map((labels) => labels.join("."));
const solver = fc.constantFrom<SolverName>(...solverNames).map((name) => ({ solver: name }));
const zones = fc.dictionary(name(2), solver, { minKeys: 1, maxKeys: 6, noNullPrototype: true });

describe("the spec of the ClusterIssuer", () => {
  it("has one solver per zone, the narrower zones first", () => {
    assert.deepEqual(issuerSpec(args), {
      acme: {
        server: "https://acme.example.com/directory",
        email: "root@example.org",
        privateKeySecretRef: { name: "account" },
        solvers: [
          {
            selector: { dnsZones: ["lan.example.org"] },
            http01: { ingress: { ingressClassName: "pomerium" } },
          },
          {
            selector: { dnsZones: ["example.net"] },
            dns01: {
              cloudflare: { apiTokenSecretRef: { name: "cloudflare-example.net", key: "api-token" } },
            },
          },
          {
            selector: { dnsZones: ["example.org"] },
            dns01: {
              webhook: {
                groupName: "acme.example.org",
                solverName: "porkbun",
                config: {
                  apiKey: { name: "porkbun-example.org", key: "api-key" },
                  secretApiKey: { name: "porkbun-example.org", key: "secret-api-key" },
                },
              },
            },
          },
        ],
      },
    });
  });

  it("names the credentials under the keys that the webhook reads", () => {
    const webhook = webhookOf({ flavour: "mdonoughe", chart: "./deploy" });
    const [first] = issuerSpec({ ...args, zones: { "example.org": { solver: "porkbun" } }, webhook }).acme
      .solvers;
    const webhookSolver = first?.dns01?.webhook as { config: object } | undefined;
    assert.deepEqual(Object.keys(webhookSolver?.config ?? {}), ["apiKeySecretRef", "secretKeySecretRef"]);
  });

  it("follows CNAMEs as each zone says, before what the existing issuer does", () => {
    const strategies = (zone: object, before: Record<string, string> = {}): unknown[] =>
      issuerSpec({
        ...args,
        zones: { "example.org": { solver: "porkbun", ...zone }, "example.net": { solver: "cloudflare" } },
        kept: { fields: {}, solvers: [], cnameStrategies: before },
      }).acme.solvers.map(({ dns01 }) => dns01?.cnameStrategy);
    assert.deepEqual(strategies({ cnameStrategy: "Follow" }), [undefined, "Follow"]);
    assert.deepEqual(strategies({}, { "example.org": "Follow" }), [undefined, "Follow"]);
    assert.deepEqual(strategies({ cnameStrategy: "None" }, { "example.org": "Follow" }), [undefined, "None"]);
  });

  it("binds the ACME account to one at the authority, by a key in a Secret of this issuer", () => {
    const { acme } = issuerSpec({
      ...args,
      issuer: "zerossl",
      externalAccountBinding: { keyId: "kid-1" },
      preferredChain: "ISRG Root X1",
    });
    assert.deepEqual(acme.externalAccountBinding, {
      keyID: "kid-1",
      keySecretRef: { name: "zerossl-account-binding", key: "hmac" },
    });
    assert.equal(acme.preferredChain, "ISRG Root X1");
  });

  it("is the same for every order of zones in the stack file", () => {
    fc.assert(
      fc.property(zones, (given) => {
        const reversed = Object.fromEntries(Object.entries(given).reverse());
        assert.deepEqual(issuerSpec({ ...args, zones: given }), issuerSpec({ ...args, zones: reversed }));
      }),
    );
  });

  it("makes cert-manager solve each host by its zone's solver, and no other host", () => {
    fc.assert(
      fc.property(zones, name(1), (given, host) => {
        const { solvers } = issuerSpec({ ...args, zones: given }).acme;
        const chosen = selectSolver(solvers as Parameters<typeof selectSolver>[0], host);
        assert.deepEqual(chosen?.selector?.dnsZones?.[0], zoneOf(host, Object.keys(given)));
      }),
      { numRuns: 500 },
    );
  });

  it("proves each zone's solver by its canary, also if one zone contains another", () => {
    fc.assert(
      fc.property(zones, (given) => {
        for (const zone of Object.keys(given))
          assert.equal(zoneOf(canaryHost(zone), Object.keys(given)), zone);
      }),
    );
  });
});
