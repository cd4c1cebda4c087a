import { strict as assert } from "node:assert";
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { type Cluster, startCluster } from "../../sandbox/cluster/cluster.ts";
import { seed } from "../../sandbox/cluster/seed.ts";
import type { Controller } from "../../sandbox/controllers/controller.ts";
import { startControllers } from "../../sandbox/controllers/controllers.ts";
import {
  type Certificate,
  hasCondition,
  type Ingress,
  type Secret,
} from "../../sandbox/controllers/objects.ts";
import type { Outcome, Settings } from "../../sandbox/controllers/pomerium-settings.ts";
import { eventually, run, useTools } from "../support/cluster.ts";

const BASE = fileURLToPath(new URL("../../sandbox/base", import.meta.url));

function object(apiVersion: string, kind: string, name: string, namespace: string | undefined, rest: object) {
  const { annotations, ...fields } = rest as { annotations?: Record<string, string> };
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace && { namespace }), ...(annotations && { annotations }) },
    ...fields,
  } as KubernetesObject;
}

const opaque = (name: string, stringData: Record<string, string>) =>
  object("v1", "Secret", name, "pomerium", { stringData });

const global = (spec: object) =>
  object("ingress.pomerium.io/v1", "Pomerium", "global", undefined, {
    spec: {
      secrets: "pomerium/bootstrap",
      authenticate: { url: "https://authenticate.example.com" },
      identityProvider: { provider: "google", secret: "pomerium/idp" },
      storage: { file: { path: "/data" } },
      ...spec,
    },
  });

const ingress = (name: string, annotations: Record<string, string> = {}, ingressClassName = "pomerium") =>
  object("networking.k8s.io/v1", "Ingress", name, "apps", {
    annotations,
    spec: {
      ingressClassName,
      ...(ingressClassName === "pomerium" && {
        tls: [{ hosts: [`${name}.example.com`], secretName: `${name}-tls` }],
      }),
      rules: [
        {
          host: `${name}.example.com`,
          http: {
            paths: [
              { path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } },
            ],
          },
        },
      ],
    },
  });

const certificate = (name: string, ...dnsNames: string[]) =>
  object("cert-manager.io/v1", "Certificate", name, "apps", {
    spec: {
      secretName: `${name}-tls`,
      dnsNames,
      issuerRef: { kind: "ClusterIssuer", name: "letsencrypt-prod" },
    },
  });

/** The Deployment and the Service that the stand-in for ingress-nginx looks for. */
const nginxWorkload = () => {
  const selector = { app: "ingress-nginx" };
  const containers = [{ name: "controller", image: "registry.invalid/ingress-nginx/controller:v1.15.1" }];
  return [
    object("networking.k8s.io/v1", "IngressClass", "nginx", undefined, {
      spec: { controller: "k8s.io/ingress-nginx" },
    }),
    object("apps/v1", "Deployment", "ingress-nginx-controller", "ingress-nginx", {
      spec: {
        selector: { matchLabels: selector },
        template: { metadata: { labels: selector }, spec: { containers } },
      },
    }),
  ];
};

const bootstrap = (shared: string) =>
  opaque("bootstrap", {
    shared_secret: shared,
    cookie_secret: randomBytes(16).toString("hex"),
    signing_key: generateKeyPairSync("ec", { namedCurve: "P-256" })
      .privateKey.export({ type: "sec1", format: "pem" })
      .toString(),
  });

describe("the stand-in", () => {
  const tools = useTools();
  const log: string[] = [];
  let cluster: Cluster;
  let controllers: Controller;

  // In a separate cluster, because the stand-ins write to the objects of all suites.
  before(async function () {
    this.timeout(120_000);
    cluster = await startCluster({ tools: tools() });
    controllers = startControllers(cluster, (line) => log.push(line));
    await seed(cluster, {
      namespaces: ["ingress-nginx"],
      services: [{ namespace: "apps", name: "web", ports: [{ port: 80, targetPort: 8080 }] }],
    });
  });

  after(async () => {
    await controllers?.stop();
    await cluster?.stop();
  });

  const settings = () => cluster.api.request<Settings>("GET", "/apis/ingress.pomerium.io/v1/pomerium/global");
  const settled = (what: string, condition: (outcome: Outcome) => boolean) =>
    eventually(`settings ${what}`, async () => {
      const { metadata, status } = await settings();
      const outcome = status?.settingsStatus;
      return (
        outcome !== undefined &&
        outcome.observedGeneration === metadata.generation &&
        condition(outcome) &&
        outcome
      );
    });
  const route = (name: string, what: string, condition: (outcome: Outcome) => boolean) =>
    eventually(`Ingress ${name} ${what}`, async () => {
      const live = await cluster.api.request<Ingress>("GET", ingressPath(name));
      const outcome = (await settings()).status?.ingress?.[`apps/${name}`];
      return (
        outcome !== undefined &&
        outcome.observedGeneration === live.metadata.generation &&
        condition(outcome) &&
        outcome
      );
    });
  const proxies = async () => {
    const path = "/api/v1/namespaces/pomerium/pods?labelSelector=app.kubernetes.io/component%3Dproxy";
    return (await cluster.api.request<{ items: object[] }>("GET", path)).items;
  };
  const ingressPath = (name: string) => `/apis/networking.k8s.io/v1/namespaces/apps/ingresses/${name}`;

  describe("for cert-manager", () => {
    it("makes every issuer ready", async () => {
      await eventually("the issuer is ready", async () => {
        const path = "/apis/cert-manager.io/v1/clusterissuers/letsencrypt-prod";
        const { status } = await cluster.api.request<Certificate>("GET", path);
        return hasCondition(status?.conditions, "Ready");
      });
    });

    it("issues no certificate through ingress-nginx before it runs, and every one while it runs", async () => {
      await cluster.apply([certificate("first", "first.example.com")]);
      const path = "/apis/cert-manager.io/v1/namespaces/apps/certificates/first";
      const problem = await eventually("the certificate is refused", async () => {
        const { status } = await cluster.api.request<Certificate>("GET", path);
        return status?.conditions?.[0]?.message;
      });
      assert.match(problem, /first\.example\.com: HTTP-01 .*class "nginx"/);
      await cluster.apply(nginxWorkload());
      await eventually("it is issued", () => cluster.api.find("/api/v1/namespaces/apps/secrets/first-tls"));
    });

    it("issues a certificate for the requested names, and a new one when they change", async () => {
      const secret = "/api/v1/namespaces/apps/secrets/names-tls";
      const names = (...dnsNames: string[]) =>
        eventually(`a certificate for ${dnsNames}`, async () => {
          const live = await cluster.api.find<Secret>(secret);
          const pem = Buffer.from(live?.data?.["tls.crt"] ?? "", "base64");
          if (pem.length === 0) return false;
          const read = new X509Certificate(pem);
          return (
            live?.type === "kubernetes.io/tls" && dnsNames.every((name) => read.checkHost(name) === name)
          );
        });
      await cluster.apply([certificate("names", "a.example.com")]);
      await names("a.example.com");
      await cluster.apply([certificate("names", "a.example.com", "b.example.com")]);
      await names("a.example.com", "b.example.com");
      await eventually("it is ready", async () => {
        const path = "/apis/cert-manager.io/v1/namespaces/apps/certificates/names";
        const { status } = await cluster.api.request<Certificate>("GET", path);
        return hasCondition(status?.conditions, "Ready");
      });
    });

    it("issues nothing for an issuer that does not exist", async () => {
      const orphan = certificate("orphan", "c.example.com") as KubernetesObject & {
        spec: { issuerRef: object };
      };
      orphan.spec.issuerRef = { kind: "ClusterIssuer", name: "missing" };
      await cluster.apply([orphan, certificate("later", "d.example.com")]);
      await eventually("the other one is issued", () =>
        cluster.api.find("/api/v1/namespaces/apps/secrets/later-tls"),
      );
      assert.equal(await cluster.api.find("/api/v1/namespaces/apps/secrets/orphan-tls"), undefined);
    });
  });

  describe("for cert-manager's ingress-shim", () => {
    const annotations = { "cert-manager.io/cluster-issuer": "letsencrypt-prod" };
    const path = (name: string) => `/apis/cert-manager.io/v1/namespaces/apps/certificates/${name}-tls`;
    const shimmed = (name: string, host: string) => {
      const whole = ingress(name, annotations) as Ingress;
      whole.spec.tls = [{ hosts: [host], secretName: `${name}-tls` }];
      return whole;
    };

    it("makes a Certificate for an Ingress that names an issuer, and updates its hosts", async () => {
      for (const host of ["one.example.com", "two.example.com"]) {
        await cluster.apply([shimmed("shimmed", host)]);
        await eventually(`a Certificate for ${host}`, async () => {
          const live = await cluster.api.find<Certificate>(path("shimmed"));
          return live?.spec.dnsNames?.join() === host;
        });
      }
    });

    it("does not change a Certificate that somebody else made", async () => {
      const own = certificate("foreign-owned", "mine.example.com");
      own.metadata.name = "foreign-owned-tls";
      await cluster.apply([own]);
      await cluster.apply([shimmed("foreign-owned", "theirs.example.com")]);
      // The stand-in handles this Ingress after the one above.
      await cluster.apply([shimmed("zzz-marker", "marker.example.com")]);
      await eventually("the later Ingress has its Certificate", () => cluster.api.find(path("zzz-marker")));
      const { spec, metadata } = await cluster.api.request<Certificate>("GET", path("foreign-owned"));
      assert.deepEqual(spec.dnsNames, ["mine.example.com"]);
      assert.equal(metadata.ownerReferences, undefined);
      await Promise.all(
        ["shimmed", "foreign-owned", "zzz-marker"].map((name) => cluster.api.delete(ingress(name))),
      );
    });
  });

  describe("for Pomerium", () => {
    it("writes no status while no Pomerium pod is ready", async () => {
      const base = await run(cluster, "kustomize", "build", BASE);
      // Without pods from the start: a pod that has to go first could still be seen by the stand-in.
      await cluster.apply(base.replace(/^ {2}replicas: 1$/m, "  replicas: 0"));
      assert.deepEqual(await proxies(), []);
      await cluster.apply([global({}), opaque("idp", { client_id: "id", client_secret: "secret" })]);
      await cluster.apply([ingress("early")]);
      // The stand-ins see this change after the settings.
      await cluster.apply([certificate("marker", "e.example.com")]);
      await eventually("a later change was seen", () =>
        cluster.api.find("/api/v1/namespaces/apps/secrets/marker-tls"),
      );
      assert.equal((await settings()).status, undefined);
    });

    it("writes the status as soon as a pod is ready", async () => {
      await cluster.api.mergePatch("/apis/apps/v1/namespaces/pomerium/deployments/pomerium", {
        spec: { replicas: 1 },
      });
      await settled("name the missing secret", ({ error = "" }) => /get pomerium\/bootstrap/.test(error));
    });

    it("rejects settings without a valid bootstrap secret, and accepts them when the secret is valid", async () => {
      await cluster.apply([bootstrap("too short")]);
      await settled("name the bad key", ({ error = "" }) =>
        /shared_secret should be 32 bytes, got 9/.test(error),
      );
      await cluster.apply([bootstrap(randomBytes(16).toString("hex"))]);
      const { error, warnings } = await settled("are reconciled", ({ reconciled }) => reconciled);
      assert.deepEqual({ error, warnings }, { error: undefined, warnings: undefined });
    });

    it("warns about a missing persistent store, and about nothing else", async () => {
      const { spec } = global({}) as KubernetesObject & { spec: object };
      await cluster.api.mergePatch("/apis/ingress.pomerium.io/v1/pomerium/global", {
        spec: { ...spec, storage: null },
      });
      const { warnings } = await settled(
        "warn",
        ({ reconciled, warnings }) => reconciled && warnings !== undefined,
      );
      assert.deepEqual(warnings, ["storage: please specify a persistent storage backend"]);
      await cluster.apply([global({ certificates: ["pomerium/not-there-yet"] })]);
      await settled("no longer warn", (outcome) => outcome.reconciled && outcome.warnings === undefined);
      assert.ok(log.includes("pomerium: certificate secret pomerium/not-there-yet not found, skipping"));
    });

    it("accepts an Ingress only when its certificate exists, and then publishes the proxy's address", async () => {
      await route("early", "waits", ({ error = "" }) => /get secret apps\/early-tls/.test(error));
      await cluster.apply([certificate("early", "early.example.com")]);
      await route("early", "is reconciled", ({ reconciled }) => reconciled);
      const proxy = "/api/v1/namespaces/pomerium/services/pomerium-proxy";
      const { status } = await cluster.api.request<Pick<Ingress, "status">>("GET", proxy);
      const address = status?.loadBalancer?.ingress?.[0]?.ip;
      assert.ok(address);
      await eventually("the Ingress has the address", async () => {
        const { status } = await cluster.api.request<Ingress>("GET", ingressPath("early"));
        return status?.loadBalancer?.ingress?.[0]?.ip === address;
      });
    });

    it("refuses only the Ingress with a misspelt annotation, and accepts it when the name is corrected", async () => {
      await cluster.apply([certificate("typo", "typo.example.com")]);
      await cluster.apply([ingress("typo", { "ingress.pomerium.io/alow_websockets": "true" })]);
      const { error } = await route("typo", "is refused", ({ reconciled }) => !reconciled);
      assert.equal(error, "unknown ingress.pomerium.io/alow_websockets");
      await route("early", "is still reconciled", ({ reconciled }) => reconciled);
      await cluster.apply([ingress("typo", { "ingress.pomerium.io/allow_websockets": "true" })]);
      const fixed = await route("typo", "is reconciled", ({ reconciled }) => reconciled);
      assert.equal(fixed.error, undefined);
    });

    it("removes the status entry of a deleted Ingress", async () => {
      await cluster.api.delete(ingress("typo"));
      await eventually("its entry is gone", async () => {
        const { status } = await settings();
        return status?.ingress?.["apps/early"] !== undefined && status.ingress["apps/typo"] === undefined;
      });
    });

    it("ignores Ingresses of other classes", async () => {
      await cluster.apply([ingress("foreign", {}, "tailscale"), certificate("after", "after.example.com")]);
      await cluster.apply([ingress("after")]);
      await route("after", "is reconciled", ({ reconciled }) => reconciled);
      assert.equal((await settings()).status?.ingress?.["apps/foreign"], undefined);
      const { status } = await cluster.api.request<Ingress>("GET", ingressPath("foreign"));
      assert.deepEqual(status?.loadBalancer, {});
    });
  });

  describe("for upstream's settings schema", () => {
    it("refuses an identity provider without a secret, except for the hosted one", async () => {
      await assert.rejects(
        cluster.apply([global({ identityProvider: { provider: "google" } })]),
        /secret is required unless provider is 'hosted'/,
      );
    });

    it("refuses sign-in pages without an identity provider, and an identity provider without sign-in pages", async () => {
      const one = global({}) as KubernetesObject & { spec: Record<string, unknown> };
      one.metadata.name = "other";
      delete one.spec.identityProvider;
      await assert.rejects(cluster.apply([one]), /identityProvider is required if authenticate is set/);
      const other = global({}) as KubernetesObject & { spec: Record<string, unknown> };
      other.metadata.name = "other";
      delete other.spec.authenticate;
      await assert.rejects(cluster.apply([other]), /authenticate is required if identityProvider is set/);
    });

    it("refuses a field that Pomerium does not have", async () => {
      await assert.rejects(cluster.apply([global({ cookies: {} })]), /cookies/);
    });
  });

  describe("for ingress-nginx", () => {
    it("gives the Ingresses of its class the address of its Service", async () => {
      await cluster.apply([
        object("v1", "Service", "ingress-nginx-controller", "ingress-nginx", {
          spec: { type: "LoadBalancer", loadBalancerIP: "192.168.0.171", ports: [{ port: 443 }] },
        }),
        ingress("old", {}, "nginx"),
      ]);
      await eventually("the Ingress has the address", async () => {
        const { status } = await cluster.api.request<Ingress>("GET", ingressPath("old"));
        return status?.loadBalancer?.ingress?.[0]?.ip === "192.168.0.171";
      });
    });
  });
});
