import { strict as assert } from "node:assert";
import type * as pulumi from "@pulumi/pulumi";
import YAML from "yaml";
import { App, type AppArgs } from "../../../../components/apps/App.ts";
import {
  type AuthorizationAnnotations,
  authorizationAnnotations,
  ingressSpec,
} from "../../../../components/apps/ingress.ts";
import { Verify, verifyImage } from "../../../../components/apps/Verify.ts";
import { HostCertificate } from "../../../../components/certificates/HostCertificate.ts";
import { type Authorization, accessRoutes } from "../../../../policies/access/routes.ts";
import { registered } from "./mocks.ts";

const access = accessRoutes({
  kind: "people",
  people: [{ principal: "alice@gmail.com", grantedAt: "users.admins[0]" }],
  api: [],
  from: [],
});
const [{ authorization: people }] = access;

const komga: AppArgs = {
  host: "komga.example.org",
  namespace: "komga",
  service: { name: "komga-svc", port: 25600 },
  access,
  route: { timeout: "0s", preserve_host_header: true },
  pomeriumVersion: "v0.33.1",
  ingressClass: "pomerium",
  secretName: "komga-tls",
};

const ingressType = "kubernetes:networking.k8s.io/v1:Ingress";

describe("an app", () => {
  it("is one Ingress of class pomerium that names the Secret of its certificate", async () => {
    const resources = await registered(() => void new App("komga", komga));
    assert.deepEqual(
      resources.map(({ type, name }) => `${type} ${name}`),
      ["pomerium-migration:apps:App komga", `${ingressType} komga-ingress`],
    );
    const [, ingress] = resources.map(({ inputs }) => inputs);
    assert.deepEqual(ingress.metadata.name, "komga-pomerium-ingress");
    assert.deepEqual(ingress.metadata.namespace, "komga");
    assert.deepEqual(ingress.spec, {
      ingressClassName: "pomerium",
      rules: [
        {
          host: "komga.example.org",
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: "komga-svc", port: { number: 25600 } } },
              },
            ],
          },
        },
      ],
      tls: [{ hosts: ["komga.example.org"], secretName: "komga-tls" }],
    });
    const { "ingress.pomerium.io/policy": text, ...others } = ingress.metadata.annotations;
    assert.deepEqual(others, {
      "ingress.pomerium.io/preserve_host_header": "true",
      "ingress.pomerium.io/timeout": "0s",
    });
    assert.deepEqual(YAML.parse(text), people.public ? undefined : people.policy);
  });

  it("opens its API paths by a separate Ingress, so that no query string can open the rest", async () => {
    const withApi = accessRoutes({
      kind: "people",
      people: [{ principal: "alice@gmail.com", grantedAt: "users.admins[0]" }],
      api: [{ path: "/api" }, { path: "/ping", exact: true }],
      from: [],
    });
    const resources = await registered(() => void new App("komga", { ...komga, access: withApi }));
    const ingresses = resources.filter(({ type }) => type === ingressType).map(({ inputs }) => inputs);
    const [site, open] = ingresses;
    assert.equal(ingresses.length, 2);
    assert.equal(open.metadata.name, "komga-pomerium-ingress-open");
    assert.deepEqual(
      open.spec.rules[0].http.paths.map(({ path, pathType }: Record<string, string>) => [path, pathType]),
      [
        ["/api", "Exact"],
        ["/api/", "Prefix"],
        ["/ping", "Exact"],
      ],
    );
    assert.equal(
      open.metadata.annotations["ingress.pomerium.io/allow_public_unauthenticated_access"],
      "true",
    );
    assert.equal(open.metadata.annotations["ingress.pomerium.io/policy"], undefined);
    assert.equal(
      site.metadata.annotations["ingress.pomerium.io/allow_public_unauthenticated_access"],
      undefined,
    );
    assert.doesNotMatch(site.metadata.annotations["ingress.pomerium.io/policy"], /http_path/);
    assert.deepEqual(open.spec.tls, site.spec.tls);
  });

  it("has no certificate that is deleted with an Ingress", async () => {
    const resources = await registered(() => void new App("komga", komga));
    for (const { type, inputs } of resources.filter(({ type }) => type === ingressType))
      assert.ok(
        !Object.keys(inputs.metadata.annotations).some((name) => name.includes("cert-manager")),
        type,
      );
  });

  it("gets its Ingress only after Pomerium is ready and the certificate is issued", async () => {
    await registered(async (sofar) => {
      const [pomerium, secret] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
      const app = (name: string, ingressClass: pulumi.Input<string>, secretName: pulumi.Input<string>) =>
        new App(name, { ...komga, ingressClass, secretName });
      app("a", pomerium.promise, "a-tls");
      app("b", "pomerium", secret.promise);
      app("c", "pomerium", "c-tls");
      const ingresses = () => sofar.filter(({ type }) => type === ingressType).map(({ name }) => name);
      const settle = () => new Promise((resolve) => setTimeout(resolve, 50));
      await settle();
      assert.deepEqual(ingresses(), ["c-ingress"]);
      pomerium.resolve("pomerium");
      await settle();
      assert.deepEqual(ingresses(), ["c-ingress", "a-ingress"]);
      secret.resolve("b-tls");
      await settle();
      assert.deepEqual(ingresses(), ["c-ingress", "a-ingress", "b-ingress"]);
    });
  });

  it("outputs its public address when Pomerium serves it", async () => {
    const urls: string[] = [];
    await registered(() => {
      for (const origin of [undefined, "https://komga.example.org:8443"]) {
        const app = new App(`komga${urls.length}`, { ...komga, ...(origin ? { origin } : {}) });
        app.url.apply((url) => urls.push(url));
      }
    });
    assert.deepEqual(urls.sort(), ["https://komga.example.org", "https://komga.example.org:8443"]);
  });

  it("may be served by a certificate of the whole zone", async () => {
    const { secretName: _, ...args } = komga;
    const resources = await registered(() => void new App("komga", args));
    assert.deepEqual(
      resources.map(({ type }) => type),
      ["pomerium-migration:apps:App", ingressType],
    );
    assert.equal(resources[1]?.inputs.spec.tls, undefined);
  });

  it("is public or has a policy, never both", () => {
    assert.deepEqual(authorizationAnnotations({ public: true }), {
      "ingress.pomerium.io/allow_public_unauthenticated_access": "true",
    });
    assert.deepEqual(Object.keys(authorizationAnnotations(people)), ["ingress.pomerium.io/policy"]);
    // @ts-expect-error public and a policy
    const authorization: Authorization = { public: true, policy: [] };
    // @ts-expect-error public and a policy
    const annotations: AuthorizationAnnotations = {
      "ingress.pomerium.io/allow_public_unauthenticated_access": "true",
      "ingress.pomerium.io/policy": "[]",
    };
    assert.ok(annotations);
    // Even where a cast lets it through, one annotation is written.
    assert.equal(Object.keys(authorizationAnnotations(authorization)).length, 1);
  });

  it("uses the port name of its Service if the stack file does", () => {
    const { secretName: _, ...without } = komga;
    const { rules } = ingressSpec({
      ...without,
      paths: [{ path: "/", exact: false }],
      service: { name: "a", port: "http" },
      route: {},
    }) as { rules: { http: { paths: { backend: unknown }[] } }[] };
    assert.deepEqual(rules[0]?.http.paths[0]?.backend, { service: { name: "a", port: { name: "http" } } });
  });

  it("has no path if it is a TCP, UDP or SSH stream", () => {
    for (const route of [{ tcp_upstream: true }, { udp_upstream: true }, { ssh_upstream: true }]) {
      const { rules } = ingressSpec({
        ...komga,
        secretName: "a",
        paths: [{ path: "/", exact: false }],
        route,
      }) as {
        rules: { http: { paths: object[] } }[];
      };
      assert.deepEqual(rules[0]?.http.paths, [
        {
          pathType: "ImplementationSpecific",
          backend: { service: { name: "komga-svc", port: { number: 25600 } } },
        },
      ]);
    }
  });
});

describe("a host's certificate", () => {
  it("keeps the name of an existing Certificate for the sign-in pages", async () => {
    const [certificate] = await registered(() => {
      new HostCertificate("authenticate", {
        namespace: "pomerium",
        secretName: "pomerium-auth-tls",
        live: { id: "pomerium/pomerium-auth-cert", name: "pomerium-auth-cert" },
        dnsNames: ["authenticate.example.org"],
        issuer: "letsencrypt",
      });
    });
    assert.equal(certificate?.name, "authenticate-certificate");
    assert.equal(certificate?.inputs.metadata.name, "pomerium-auth-cert");
    assert.equal(certificate?.inputs.spec.secretName, "pomerium-auth-tls");
  });
});

describe("the verify page", () => {
  it("listens as verify:8000 and runs an image with a fixed digest", async () => {
    const resources = await registered(() => void new Verify("verify", { namespace: "pomerium" }));
    const [, deployment, service] = resources.map(({ inputs }) => inputs);
    assert.equal(service.metadata.name, "verify");
    assert.equal(service.metadata.namespace, "pomerium");
    assert.equal(service.spec.ports[0].port, 8000);
    const pod = deployment.spec.template;
    assert.deepEqual(service.spec.selector, pod.metadata.labels);
    assert.deepEqual(deployment.spec.selector.matchLabels, pod.metadata.labels);
    assert.equal(pod.spec.containers[0].image, verifyImage);
    assert.match(verifyImage, /^docker\.io\/pomerium\/verify@sha256:[0-9a-f]{64}$/);
    assert.equal(pod.spec.containers[0].readinessProbe.httpGet.path, "/healthz");
  });

  it("passes the restricted Pod Security Standard", async () => {
    const resources = await registered(() => void new Verify("verify", { namespace: "pomerium" }));
    const { securityContext, containers } = resources[1]!.inputs.spec.template.spec;
    assert.equal(securityContext.runAsNonRoot, true);
    assert.equal(securityContext.seccompProfile.type, "RuntimeDefault");
    assert.equal(containers[0].securityContext.allowPrivilegeEscalation, false);
    assert.deepEqual(containers[0].securityContext.capabilities, { drop: ["ALL"] });
  });

  it("fetches Pomerium's keys from another port while Pomerium is not on 443", async () => {
    const endpoint = "https://verify.example.org:8443/.well-known/pomerium/jwks.json";
    const resources = await registered(
      () => void new Verify("verify", { namespace: "pomerium", jwksEndpoint: endpoint }),
    );
    assert.deepEqual(resources[1]?.inputs.spec.template.spec.containers[0].env[1], {
      name: "JWKS_ENDPOINT",
      value: endpoint,
    });
  });
});
