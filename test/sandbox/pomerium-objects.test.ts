import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AddressConfig } from "../../components/pomerium/address.ts";
import { overlay } from "../../components/pomerium/overlay.ts";
import type { StoredIn } from "../../components/pomerium/overlay-stores.ts";
import { type SettingsOptions, settings } from "../../components/pomerium/settings.ts";
import type { SettingsInput } from "../../components/pomerium/settings-schema.ts";
import { writeOverlay } from "../../components/pomerium/write-overlay.ts";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { parseManifests } from "../../sandbox/cluster/apply.ts";
import { run, useCluster } from "../support/cluster.ts";

const base = fileURLToPath(new URL("../../sandbox/base", import.meta.url));

const balanced = {
  kind: "loadBalancer",
  ips: [],
  annotations: {},
  dualStack: false,
  trafficPolicy: "Local",
} satisfies AddressConfig;
const ports = { https: 30443, http: 30080 };

/** Each storage once and each way in once. */
const variants: Record<string, { storage: StoredIn; address: AddressConfig }> = {
  "a folder of a node at one address": {
    storage: { pebble: { hostPath: "/srv/pomerium", size: "2Gi", node: "octavo" } },
    address: { ...balanced, ips: ["192.168.0.172"] },
  },
  "a volume of a class at ports of the nodes": {
    storage: { pebble: { storageClass: "local-path", size: "2Gi" } },
    address: { kind: "nodePort", ports, node: "192.168.0.10", trafficPolicy: "Local" },
  },
  "somebody's claim at ports of its node": {
    storage: { pebble: { claim: "sessions" } },
    address: {
      kind: "hostPorts",
      ports: { https: 443, http: 80 },
      node: "192.168.0.10",
      trafficPolicy: "Local",
    },
  },
  "memory, at whichever address a class of load balancers gives": {
    storage: { memory: {} },
    address: { ...balanced, class: "example.org/balancer", annotations: { "example.org/pool": "dmz" } },
  },
  "three pods with a copy each, at whichever addresses": {
    storage: { cluster: { replicas: 3, size: "1Gi" } },
    address: { ...balanced, dualStack: true },
  },
  "PostgreSQL, behind every node": {
    storage: { postgres: { replicas: 2 } },
    address: { ...balanced, trafficPolicy: "Cluster" },
  },
};

/** A value for every setting of the stack file. */
const everything: Required<SettingsInput> = {
  accessLogFields: ["path", "ip"],
  allowUpgrades: ["websocket"],
  authorizeLogFields: ["email"],
  bearerTokenFormat: "default",
  caSecrets: ["web/ca"],
  certificates: ["web/extra-tls"],
  circuitBreakerThresholds: {
    ...{
      maxConnections: 100,
      maxPendingRequests: 100,
      maxRequests: 100,
      maxRetries: 3,
      maxConnectionPools: 5,
    },
  },
  codecType: "auto",
  cookie: { name: "_session", domain: "example.org", httpOnly: true, sameSite: "lax" },
  dataBroker: { clusterLeaderId: "pomerium-0" },
  dns: {
    ...{ lookupFamily: "v4_preferred", failureRefreshRate: "5s", queryTimeout: "2s", refreshRate: "30s" },
    ...{ queryTries: 3, udpMaxQueries: 100, useTcp: false },
  },
  downstreamMtls: {
    ca: Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64"),
    crl: Buffer.from("-----BEGIN X509 CRL-----").toString("base64"),
    enforcement: "policy",
    matchSubjectAltNames: {
      ...{ dns: ".*", email: ".*", ipAddress: ".*", uri: ".*", userPrincipalName: ".*" },
    },
    maxVerifyDepth: 1,
  },
  envoyDynamicExtensions: ["/extensions/a.so"],
  headersWithUnderscoresAction: "allow",
  idpAccessTokenAllowedAudiences: ["audience"],
  jwtClaimHeaders: { "X-Email": "email" },
  mcpAllowedAsMetadataDomains: ["example.org"],
  mcpAllowedClientIdDomains: ["example.org"],
  mergeSlashes: false,
  normalizePath: true,
  otel: {
    ...{
      endpoint: "http://otel:4318",
      protocol: "grpc",
      headers: { a: "b" },
      timeout: "1s",
      sampling: "0.1",
    },
    ...{
      resourceAttributes: { a: "b" },
      bspScheduleDelay: "1s",
      bspMaxExportBatchSize: 10,
      logLevel: "info",
    },
  },
  passIdentityHeaders: true,
  pathWithEscapedSlashesAction: "reject_request",
  programmaticRedirectDomains: ["localhost"],
  runtimeFlags: { some_flag: true },
  setResponseHeaders: { "X-Frame-Options": "DENY" },
  ssh: { hostKeySecrets: ["web/host-key"], userCaKeySecret: "web/user-ca" },
  timeouts: { read: "30s", write: "60s", idle: "10m" },
  useProxyProtocol: true,
};

const options: SettingsOptions = {
  version: "v0.33.1",
  authenticateUrl: "https://authenticate.example.org",
  identityProvider: {
    provider: "keycloak",
    url: "https://id.example.org/realms/home",
    scopes: ["openid", "groups"],
    requestParams: { prompt: "login" },
    hasSecretParams: true,
    hasAuthority: true,
  },
  storage: { postgres: { caSecret: "db/ca", tlsSecret: "db/client" } },
  certificates: ["pomerium/pomerium-auth-tls"],
  session: "720h",
  given: {},
};

describe("the API server", function () {
  this.timeout(120_000);
  const cluster = useCluster();
  let cache: string;

  before(async () => {
    cache = await mkdtemp(join(tmpdir(), "pomerium-migration-objects-"));
    await cluster().apply(await run(cluster(), "kustomize", "build", base));
  });
  after(() => rm(cache, { recursive: true, force: true }));

  /** Asks the API server whether it would take an object. It refuses fields that it does not know. */
  const ask = async (object: KubernetesObject): Promise<KubernetesObject> =>
    cluster().api.request(
      "PATCH",
      `${await cluster().api.path(object)}?dryRun=All&fieldManager=test&force=true&fieldValidation=Strict`,
      object,
      "application/apply-patch+yaml",
    );

  const build = async (storage: StoredIn, address: AddressConfig): Promise<KubernetesObject[]> => {
    const files = overlay({ version: "v0.33.1", storage, address });
    const directory = await writeOverlay(files, base, cache);
    const parts = await Promise.all(
      ["foundation", "workload"].map((part) => run(cluster(), "kustomize", "build", join(directory, part))),
    );
    return parts.flatMap(parseManifests);
  };

  for (const [title, { storage, address }] of Object.entries(variants))
    it(`takes every object of a Pomerium that keeps its sessions in ${title}`, async () => {
      const objects = await build(storage, address);
      // A Service of the sandbox has a load balancer without a class, and a class cannot be added to it.
      await cluster()
        .api.delete({
          apiVersion: "v1",
          kind: "Service",
          metadata: { namespace: "pomerium", name: "pomerium-proxy" },
        })
        .catch(() => undefined);
      for (const object of objects) await ask(object);
      const workload = objects.find(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
      const isStateful = "pebble" in storage || "cluster" in storage;
      assert.equal(workload?.kind, isStateful ? "StatefulSet" : "Deployment");
      const [container] = (
        workload as unknown as { spec: { template: { spec: { containers: { image: string }[] } } } }
      ).spec.template.spec.containers;
      assert.match(container!.image, /^pomerium\/ingress-controller:v/);
    });

  const settingsObject = (given: SettingsInput): KubernetesObject => ({
    apiVersion: "ingress.pomerium.io/v1",
    kind: "Pomerium",
    metadata: { name: "dry-run" },
    ...{ spec: settings({ ...options, given }) },
  });

  it("takes every setting of the stack file, and keeps every field of it", async () => {
    const wanted = settingsObject(everything) as KubernetesObject & { spec: object };
    const { spec } = (await ask(wanted)) as KubernetesObject & { spec: object };
    assert.deepEqual(spec, JSON.parse(JSON.stringify(wanted.spec)));
  });

  it("refuses a setting that it does not know, and a value of another type", async () => {
    for (const given of [{ acessLogFields: ["path"] }, { timeouts: { idle: 5 } }, { codecType: "http9" }])
      await assert.rejects(ask(settingsObject(given as unknown as SettingsInput)), JSON.stringify(given));
  });
});
