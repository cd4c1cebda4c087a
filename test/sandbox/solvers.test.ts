import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { issuerSpec } from "../../components/certificates/issuer-spec.ts";
import { solverNames, solverOf } from "../../components/certificates/solvers/registry.ts";
import type { LiveSolver } from "../../components/certificates/solvers/solver.ts";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { secretPaths } from "../../stack-file/secrets.ts";
import { useCluster } from "../support/cluster.ts";
import { goodStack, parse, put } from "../unit/stack/base.ts";

/** The solver that each example of each provider becomes, with all its secrets. */
const written = solverNames.flatMap((name) =>
  solverOf(name).examples.map((example, i): [title: string, LiveSolver] => {
    const raw = put(goodStack(), 'certificates.zones["example.org"]', { [name]: structuredClone(example) });
    const { zones } = raw.certificates as { zones: Record<string, object> };
    const zone = zones["example.org"]!;
    for (const path of secretPaths(z.strictObject({ [name]: solverOf(name).schema }), zone))
      put(zone as Record<string, unknown>, path.map((step) => `["${step}"]`).join(""), "hunter2-hunter2");
    const { certificates } = parse(raw);
    const [solver] = issuerSpec({
      ...certificates,
      accountKey: "account",
      zones: { "example.org": certificates.zones["example.org"]! },
      ingressClass: "pomerium",
    }).acme.solvers;
    return [`${name}, example ${i + 1}`, solver!];
  }),
);

describe("the schema of cert-manager's ClusterIssuer", function () {
  this.timeout(240_000);
  const cluster = useCluster();

  before(async () => {
    await cluster().apply(await readFile(cluster().tools.certManagerCrds, "utf8"));
  });

  /** Asks the API server whether it would accept an issuer. It refuses unknown and missing fields, and wrong types. */
  const ask = (acme: object): Promise<KubernetesObject> =>
    cluster().api.request<KubernetesObject>(
      "POST",
      "/apis/cert-manager.io/v1/clusterissuers?dryRun=All&fieldValidation=Strict",
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name: "dry-run" },
        spec: {
          acme: {
            server: "https://acme.example.com/directory",
            email: "root@example.org",
            privateKeySecretRef: { name: "account" },
            ...acme,
          },
        },
      },
    );

  for (const [title, solver] of written)
    it(`accepts the challenge of ${title}, and keeps every field of it`, async () => {
      const { spec } = (await ask({ solvers: [solver] })) as KubernetesObject & {
        spec: { acme: { solvers: object[] } };
      };
      assert.deepEqual(spec.acme.solvers, [solver]);
    });

  it("accepts the fields of the whole issuer: account binding, preferred chain, and CNAMEs that are followed", async () => {
    const raw = put(goodStack(), "certificates.preferredChain", "ISRG Root X1");
    put(raw, "certificates.externalAccountBinding", { keyId: "kid-1", key: "hunter2-hunter2" });
    put(raw, 'certificates.zones["example.net"].cnameStrategy', "Follow");
    const { certificates } = parse(raw);
    const { acme } = issuerSpec({ ...certificates, accountKey: "account", ingressClass: "pomerium" });
    const { spec } = (await ask(acme)) as KubernetesObject & { spec: object };
    assert.deepEqual(spec, { acme });
    assert.equal(acme.solvers[0]?.dns01?.cnameStrategy, "Follow");
  });

  it("refuses a field that it does not know, a missing one, and a wrong type", async () => {
    for (const [dns01, reason] of [
      [{ route53: { region: "eu-central-1", hostedZone: "Z1" } }, /unknown field .*hostedZone/],
      [{ akamai: { serviceConsumerDomain: "a.example.org" } }, /accessTokenSecretRef: Required/],
      [{ rfc2136: { nameserver: 53 } }, /nameserver.* must be of type string/],
    ] as const)
      await assert.rejects(ask({ solvers: [{ dns01 }] }), reason);
  });
});
