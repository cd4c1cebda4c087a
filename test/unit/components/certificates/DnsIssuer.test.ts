import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import { DnsIssuer, type DnsIssuerArgs } from "../../../../components/certificates/DnsIssuer.ts";
import { HostCertificate } from "../../../../components/certificates/HostCertificate.ts";
import { managedBy } from "../../../../components/cluster/foreign.ts";
import { waitFor } from "../../../../components/cluster/wait-for.ts";
import { type Registration, record, withoutSecrets } from "../pomerium/recorder.ts";
import { webhookOf } from "./webhook-of.ts";

const secrets = ["the-api-key", "the-secret-api-key", "the-token"] as const;
const args: DnsIssuerArgs = {
  issuer: "letsencrypt-prod",
  server: "https://acme.example.com/directory",
  email: "root@example.org",
  namespace: "cert-manager",
  webhook: webhookOf(),
  zones: {
    "example.org": { solver: "porkbun", secrets: { apiKey: secrets[0], secretApiKey: secrets[1] } },
    "example.net": { solver: "cloudflare", secrets: { apiToken: secrets[2] } },
  },
};
const foreign = { foreign: true, acme: { accountKey: "by-hand" } };

function deploy(changes: Partial<DnsIssuerArgs> = {}): Promise<Registration[]> {
  return record(() => {
    const provider = new k8s.Provider("cluster", { context: "octavo" });
    new DnsIssuer("issuer", { ...args, ...changes }, { provider });
  });
}

function find(registrations: Registration[], name: string): Registration {
  const found = registrations.find((registration) => registration.name === name);
  assert.ok(found, `${name} is not registered`);
  return found;
}

/** Names of everything that must be there before `name` is made. */
function beforehand(registrations: Registration[], name: string): string[] {
  const direct = find(registrations, name).after;
  return [...new Set([...direct, ...direct.flatMap((other) => beforehand(registrations, other))])];
}

const canary = (zone: string) => ({
  namespace: "cert-manager",
  name: `canary-${zone}-tls`,
  secretName: `canary-${zone}-tls`,
  dnsNames: [`canary.${zone}`],
  ready: true,
});

const kinds = (registrations: Registration[]): string[] =>
  registrations
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
    .sort();

const metadataOf = ({ inputs }: Registration) =>
  inputs.metadata as { labels?: Record<string, string>; annotations: Record<string, string> };

describe("the issuer", () => {
  it("comes after the key of its account binding, which is in no input in plain text", async () => {
    const all = await deploy({ externalAccountBinding: { keyId: "kid-1", key: "the-mac-key" } });
    const secret = find(all, "issuer-account-binding");
    assert.deepEqual((secret.inputs.metadata as { name: string }).name, "letsencrypt-prod-account-binding");
    assert.ok(beforehand(all, "issuer-letsencrypt-prod").includes("issuer-account-binding"));
    assert.ok(!JSON.stringify(all.map(({ inputs }) => withoutSecrets(inputs))).includes("the-mac-key"));
  });

  it("has no Secret for a zone without credentials, and one with the keys of a webhook's stack file", async () => {
    const all = await deploy({
      zones: {
        "example.org": { solver: "route53", secrets: {} },
        "example.net": {
          solver: "webhook",
          secrets: { "api-key": "the-key" },
          settings: {
            groupName: "acme.example.net",
            solverName: "x",
            config: { a: ["webhook-example.net"] },
          },
        },
      },
    });
    assert.deepEqual(
      kinds(all).filter((kind) => kind.startsWith("Secret")),
      ["Secret issuer-credentials-example.net"],
    );
    const { inputs } = find(all, "issuer-credentials-example.net");
    assert.equal((inputs.metadata as { name: string }).name, "webhook-example.net");
    assert.ok(JSON.stringify(inputs).includes(Buffer.from("the-key").toString("base64")));
  });

  it("comes after its credentials and its webhook, and each zone's canary after it", async () => {
    const registrations = await deploy();
    assert.deepEqual(kinds(registrations), [
      "Certificate issuer-canary-example.net-certificate",
      "Certificate issuer-canary-example.org-certificate",
      "ClusterIssuer issuer-letsencrypt-prod",
      "Release issuer-webhook",
      "Secret issuer-credentials-example.net",
      "Secret issuer-credentials-example.org",
    ]);
    assert.deepEqual(find(registrations, "issuer-letsencrypt-prod").after, [
      "issuer-credentials-example.net",
      "issuer-credentials-example.org",
      "issuer-webhook",
    ]);
    for (const zone of ["example.net", "example.org"])
      assert.ok(
        beforehand(registrations, `issuer-canary-${zone}-certificate`).includes("issuer-letsencrypt-prod"),
      );
  });

  it("is used for a host only when the host's zone is proven", async () => {
    const registrations = await record(() => {
      const provider = new k8s.Provider("cluster", { context: "octavo" });
      const issuer = new DnsIssuer("issuer", args, { provider });
      for (const host of ["a.example.org", "example.net"]) {
        const certificate = { namespace: "apps", secretName: `${host}-tls`, dnsNames: [host] };
        new HostCertificate(host, { ...certificate, issuer: issuer.issuerFor(host) }, { provider });
      }
      assert.throws(() => issuer.issuerFor("example.com"), /example\.com is in no zone/);
    });
    const canaries = (host: string): string[] =>
      beforehand(registrations, `${host}-certificate`).filter((name) => name.includes("canary"));
    assert.deepEqual(canaries("a.example.org"), ["issuer-canary-example.org-certificate"]);
    assert.deepEqual(canaries("example.net"), ["issuer-canary-example.net-certificate"]);
  });

  it("and its certificates keep their identity after an upgrade from a release that had a component around each", async () => {
    const registrations = await record(() => {
      const provider = new k8s.Provider("cluster", { context: "octavo" });
      new DnsIssuer("issuer", args, { provider });
      const certificate = { namespace: "apps", secretName: "wiki-tls", dnsNames: ["wiki.example.org"] };
      new HostCertificate("apps/wiki-tls", { ...certificate, issuer: "letsencrypt-prod" }, { provider });
    });
    const component = "pomerium-migration:certificates:HostCertificate";
    const { urn, formerly } = find(registrations, "apps/wiki-tls-certificate");
    assert.deepEqual(formerly, [`${component}$${urn}`]);
    const canary = find(registrations, "issuer-canary-example.org-certificate");
    assert.match(canary.urn, /:DnsIssuer\$kubernetes:/);
    assert.deepEqual(canary.formerly, [
      canary.urn.replace("$kubernetes:", () => `$${component}$kubernetes:`),
    ]);
  });

  it("never shows a credential, nor its base64, to somebody who may not see secrets", async () => {
    const registrations = await deploy();
    const seen = JSON.stringify(registrations.map(({ inputs }) => withoutSecrets(inputs)));
    const all = JSON.stringify(registrations);
    for (const secret of secrets) {
      const encoded = Buffer.from(secret).toString("base64");
      assert.ok(all.includes(encoded));
      for (const text of [secret, encoded]) assert.ok(!seen.includes(text), text);
    }
    for (const zone of ["example.org", "example.net"])
      assert.ok(find(registrations, `issuer-credentials-${zone}`).secretOutputs.includes("data"));
  });

  it("needs no webhook if no zone is at Porkbun", async () => {
    const { "example.net": cloudflare } = args.zones;
    assert.deepEqual(kinds(await deploy({ zones: { "example.net": cloudflare! } })), [
      "Certificate issuer-canary-example.net-certificate",
      "ClusterIssuer issuer-letsencrypt-prod",
      "Secret issuer-credentials-example.net",
    ]);
  });

  it("needs neither credentials nor a canary for a zone with HTTP-01", async () => {
    const registrations = await deploy({ zones: { "example.com": { solver: "http01" } } });
    assert.deepEqual(kinds(registrations), ["ClusterIssuer issuer-letsencrypt-prod"]);
  });

  it("takes over an existing issuer with its ACME account", async () => {
    const issuer = find(await deploy({ live: { issuer: foreign } }), "issuer-letsencrypt-prod");
    assert.equal(issuer.importId, "letsencrypt-prod");
    const { acme } = issuer.inputs.spec as { acme: { privateKeySecretRef: { name: string } } };
    assert.equal(acme.privateKeySecretRef.name, "by-hand");
  });

  it("stays with everything that it needs when the stack is destroyed, if it existed before", async () => {
    const kept = (registrations: Registration[]) =>
      registrations.filter(({ retainOnDelete }) => retainOnDelete).map(({ name }) => name);
    const webhook = webhookOf({ flavour: "mdonoughe", chart: "./deploy", solverRbac: "own" });
    assert.deepEqual(kept(await deploy({ live: { issuer: foreign }, webhook })).sort(), [
      "issuer-credentials-example.net",
      "issuer-credentials-example.org",
      "issuer-letsencrypt-prod",
      "issuer-webhook",
      "issuer-webhook-challenges",
      "issuer-webhook-challenges",
      "issuer-webhook-credentials",
      "issuer-webhook-credentials",
    ]);
    const own = await deploy({ live: { issuer: { ...foreign, foreign: false } } });
    assert.deepEqual(kept(own), []);
    assert.deepEqual(metadataOf(find(own, "issuer-letsencrypt-prod")).labels, {
      [managedBy.label]: managedBy.value,
    });
    const taken = await deploy({ live: { issuer: foreign } });
    assert.equal(metadataOf(find(taken, "issuer-letsencrypt-prod")).labels, undefined);
  });

  it("imports the objects that an earlier stack has left, and creates the others", async () => {
    const registrations = await deploy({
      live: {
        issuer: foreign,
        releases: ["cert-manager-webhook-porkbun"],
        existing: ["Secret cert-manager/porkbun-example.org"],
        certificates: [canary("example.net")],
      },
    });
    const imports = Object.fromEntries(
      registrations.filter(({ importId }) => importId).map(({ name, importId }) => [name, importId]),
    );
    assert.deepEqual(imports, {
      "issuer-letsencrypt-prod": "letsencrypt-prod",
      "issuer-webhook": "cert-manager/cert-manager-webhook-porkbun",
      "issuer-credentials-example.org": "cert-manager/porkbun-example.org",
      "issuer-canary-example.net-certificate": "cert-manager/canary-example.net-tls",
    });
  });

  it("gives cert-manager only the right to post challenges, and only if the chart does not", async () => {
    assert.ok(!kinds(await deploy()).some((kind) => kind.startsWith("ClusterRole")));
    const registrations = await deploy({
      webhook: webhookOf({ solverRbac: "own", groupName: "acme.example.org" }),
    });
    const [role, binding] = registrations.filter(({ name }) => name === "issuer-webhook-challenges");
    assert.deepEqual(role?.inputs.rules, [
      { apiGroups: ["acme.example.org"], resources: ["*"], verbs: ["create"] },
    ]);
    assert.deepEqual(binding?.inputs.subjects, [
      { kind: "ServiceAccount", name: "cert-manager", namespace: "cert-manager" },
    ]);
    const { after } = find(registrations, "issuer-letsencrypt-prod");
    assert.equal(after.filter((name) => name === "issuer-webhook-challenges").length, 2);
  });

  it("lets mdonoughe's webhook read its zones' credentials, and no other Secret", async () => {
    const registrations = await deploy({ webhook: webhookOf({ flavour: "mdonoughe", chart: "./deploy" }) });
    const role = registrations.find(({ type }) => type.endsWith(":Role"));
    assert.deepEqual(role?.inputs.rules, [
      { apiGroups: [""], resources: ["secrets"], resourceNames: ["porkbun-example.org"], verbs: ["get"] },
    ]);
  });

  it("waits until the account has this address and the current spec is ready", async () => {
    const issuer = find(await deploy(), "issuer-letsencrypt-prod");
    assert.deepEqual(
      metadataOf(issuer).annotations,
      waitFor("jsonpath={.status.acme.lastRegisteredEmail}=root@example.org", "condition=Ready"),
    );
  });

  it("waits for an address with a sign that the provider's conditions cannot hold", async () => {
    for (const [email, path] of [
      ["a=b@example.org", '{.status.acme[?(@=="a\\u003db@example.org")]}'],
      ["a=b{c}'d@example.org", `{.status.acme[?(@=="a\\u003db\\u007bc\\u007d'd@example.org")]}`],
      ["a{b}@example.org", "{.status.acme.lastRegisteredEmail}=a{b}@example.org"],
    ] as const) {
      const issuer = find(await deploy({ email }), "issuer-letsencrypt-prod");
      assert.deepEqual(metadataOf(issuer).annotations, waitFor(`jsonpath=${path}`, "condition=Ready"));
    }
  });

  it("uses the stack's explicit provider for everything", async () => {
    const registrations = await deploy({ webhook: webhookOf({ solverRbac: "own" }) });
    for (const { type, name, provider } of registrations)
      if (type.startsWith("kubernetes:")) assert.equal(provider, "cluster", name);
  });
});
