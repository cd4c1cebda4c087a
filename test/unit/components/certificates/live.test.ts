import { strict as assert } from "node:assert";
import { wantedIssuance } from "../../../../components/certificates/issuer-objects.ts";
import { type LiveIssuance, readIssuance } from "../../../../components/certificates/live.ts";
import { takenOverMark } from "../../../../components/certificates/live-certificate.ts";
import { managedBy } from "../../../../components/cluster/foreign.ts";
import { waitFor } from "../../../../components/cluster/wait-for.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";
import { handMadeIssuer, issuance } from "./issuance.ts";
import { webhookOf } from "./webhook-of.ts";

const wanted = wantedIssuance({
  issuer: "letsencrypt-prod",
  zones: {
    "example.org": { solver: "porkbun" },
    "example.net": { solver: "cloudflare" },
    "example.com": { solver: "http01" },
  },
  namespace: "cert-manager",
  webhook: webhookOf({ solverRbac: "own" }),
});
const group = "/apis/cert-manager.io/v1";
const clusterIssuers = `${group}/clusterissuers`;
const secret = "/api/v1/namespaces/cert-manager/secrets/porkbun-example.org";
const deployments = "/apis/apps/v1/namespaces/cert-manager/deployments";

const byHand = {
  metadata: { name: "letsencrypt-prod", generation: 2 },
  spec: {
    acme: {
      server: "https://acme.example.com/directory",
      email: "old@example.org",
      privateKeySecretRef: { name: "account" },
      solvers: [{ http01: { ingress: { class: "nginx" } } }],
    },
  },
  status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] },
};

describe("the live state of certificates", () => {
  const { fake, connect } = useFakeApi();
  const read = async (): Promise<LiveIssuance> => readIssuance(await connect(), wanted);

  it("is empty on a cluster without cert-manager", async () => {
    assert.deepEqual(await read(), issuance({ certManager: false }));
  });

  it("is read with GET only, and without the contents of Secrets", async () => {
    fake.objects[secret] = { metadata: { name: "porkbun-example.org" } };
    const { existing, forced } = await read();
    assert.deepEqual(existing, ["Secret cert-manager/porkbun-example.org"]);
    assert.deepEqual(forced, existing, "made by hand");
    assert.ok(fake.asked.every(({ method }) => method === "GET"));
    const secrets = fake.asked.filter((asked) => asked.path.includes("/secrets"));
    assert.equal(secrets.length, 2);
    for (const { accept } of secrets) assert.match(accept, /as=PartialObjectMetadata/);
  });

  it("includes rights that an earlier stack has left in addition to the chart", async () => {
    const challenges = "cert-manager-webhook-porkbun:challenges";
    fake.objects[`/apis/rbac.authorization.k8s.io/v1/clusterroles/${challenges}`] = { metadata: {} };
    assert.deepEqual((await read()).existing, [`ClusterRole ${challenges}`]);
  });

  it("contains the complete issuer, and whether it was made by hand", async () => {
    fake.objects[clusterIssuers] = { items: [byHand] };
    const live = await read();
    assert.deepEqual(live.issuer, handMadeIssuer);
    const labels = { [managedBy.label]: managedBy.value };
    fake.objects[clusterIssuers] = { items: [{ ...byHand, metadata: { ...byHand.metadata, labels } }] };
    assert.equal((await read()).issuer?.foreign, false);
  });

  it("contains all other issuers, and distinguishes an Issuer from a ClusterIssuer of the same name", async () => {
    const named = (metadata: object) => ({ ...byHand, metadata });
    fake.objects[clusterIssuers] = { items: [named({ name: "other" })] };
    fake.objects[`${group}/issuers`] = {
      items: [named({ name: "letsencrypt-prod", namespace: "apps" }), { metadata: { name: "selfsigned" } }],
    };
    const live = await read();
    assert.equal(live.issuer, undefined);
    assert.deepEqual(
      live.issuers.map(({ namespace, name, acme }) => [namespace, name, acme?.solvers.length]),
      [
        [undefined, "other", 1],
        ["apps", "letsencrypt-prod", 1],
        [undefined, "selfsigned", undefined],
      ],
    );
  });

  it("contains each certificate's issuer, and its annotations that override the issuer's way for challenges", async () => {
    const override = "acme.cert-manager.io/http01-override-ingress";
    const certificate = (name: string, issuerRef: object, annotations?: object) => ({
      metadata: { namespace: "apps", name, annotations },
      spec: { secretName: name, dnsNames: [], issuerRef },
    });
    fake.objects[`${group}/certificates`] = {
      items: [
        certificate("a", { name: "own" }),
        certificate("b", { name: "own", kind: "Issuer", group: "cert-manager.io" }),
        certificate("c", { name: "prod", kind: "ClusterIssuer" }),
        certificate("d", { name: "prod", kind: "ClusterIssuer", group: "awspca.cert-manager.io" }),
        certificate("e", { name: "own" }, { "acme.cert-manager.io/http01-override-ingress-name": "wiki" }),
        certificate("f", { name: "own" }, { "acme.cert-manager.io/http01-override-ingress-class": "nginx" }),
        certificate("g", { name: "own" }, { [`${override}-ingressclassname`]: "nginx" }),
      ],
    };
    assert.deepEqual(
      (await read()).certificates.map(({ issuer, clusterIssuer, http01 }) => [issuer, clusterIssuer, http01]),
      [
        ["own", undefined, undefined],
        ["own", undefined, undefined],
        [undefined, "prod", undefined],
        [undefined, undefined, undefined],
        ["own", undefined, [{ annotation: `${override}-name`, name: "wiki" }]],
        ["own", undefined, [{ annotation: `${override}-class`, class: "nginx" }]],
        ["own", undefined, [{ annotation: `${override}-ingressclassname`, class: "nginx" }]],
      ],
    );
  });

  it("finds the webhook's Helm release by Helm's annotations on its objects", async () => {
    const deployment = (release: string) => ({
      items: [
        {
          metadata: {
            name: "any",
            annotations: {
              "meta.helm.sh/release-name": release,
              "meta.helm.sh/release-namespace": "cert-manager",
            },
          },
        },
      ],
    });
    fake.objects[deployments] = deployment("cert-manager");
    assert.deepEqual((await read()).releases, []);
    fake.objects[deployments] = deployment("cert-manager-webhook-porkbun");
    assert.deepEqual((await read()).releases, ["cert-manager-webhook-porkbun"]);
  });

  it("reports a certificate as READY only for its current version, otherwise with cert-manager's reason", async () => {
    const certificate = (status: object) => ({
      metadata: {
        namespace: "apps",
        name: "komga",
        generation: 3,
        ownerReferences: [{ kind: "Ingress", name: "komga-ingress" }],
        labels: { [managedBy.label]: managedBy.value },
      },
      spec: {
        secretName: "komga-tls",
        commonName: "komga.example.org",
        dnsNames: ["komga.example.org"],
        issuerRef: { kind: "ClusterIssuer", name: "letsencrypt-prod" },
      },
      status,
    });
    const ready = { type: "Ready", status: "True", observedGeneration: 3, message: "up to date" };
    fake.objects[`${group}/certificates`] = {
      items: [
        certificate({ conditions: [ready], notAfter: "2026-01-01T00:00:00Z" }),
        certificate({ conditions: [{ ...ready, observedGeneration: 2 }] }),
        certificate({ conditions: [{ ...ready, status: "False", message: "no such host" }] }),
        certificate({}),
      ],
    };
    const { certificates } = await read();
    assert.deepEqual(
      certificates.map((each) => [each.ready, each.message]),
      [
        [true, undefined],
        [false, "up to date"],
        [false, "no such host"],
        [false, undefined],
      ],
    );
    assert.deepEqual(certificates[0], {
      namespace: "apps",
      name: "komga",
      secretName: "komga-tls",
      dnsNames: ["komga.example.org"],
      owner: "Ingress komga-ingress",
      clusterIssuer: "letsencrypt-prod",
      ready: true,
      notAfter: "2026-01-01T00:00:00Z",
    });
  });

  it("contains all fields of a Certificate that somebody else made", async () => {
    const certificate = (metadata: object) => ({
      metadata: { namespace: "apps", name: "grafana-tls", ...metadata },
      spec: {
        secretName: "grafana-tls",
        dnsNames: ["a.example.org", "b.example.org"],
        issuerRef: { name: "other", kind: "ClusterIssuer" },
        privateKey: { algorithm: "ECDSA", size: 384 },
      },
    });
    const waiting = waitFor("condition=Ready");
    fake.objects[`${group}/certificates`] = {
      items: [
        certificate({
          labels: { team: "a" },
          annotations: { note: "by hand", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
        }),
        certificate({ annotations: { ...takenOverMark, ...waiting } }),
        certificate({ labels: { [managedBy.label]: managedBy.value }, annotations: waiting }),
        certificate({ annotations: waiting }),
      ],
    };
    const says = {
      dnsNames: ["a.example.org", "b.example.org"],
      spec: { privateKey: { algorithm: "ECDSA", size: 384 } },
    };
    assert.deepEqual(
      (await read()).certificates.map(({ foreign }) => foreign),
      [
        { ...says, labels: { team: "a" }, annotations: { note: "by hand" }, isTakenOver: false },
        { ...says, labels: {}, annotations: takenOverMark, isTakenOver: true },
        undefined,
        undefined,
      ],
    );
  });

  it("contains every field of an issuer that the program does not write", async () => {
    const others = { preferredChain: "ISRG Root X1", externalAccountBinding: { keyID: "1" } };
    const acme = { ...byHand.spec.acme, ...others, privateKeySecretRef: { name: "account", key: "key.pem" } };
    fake.objects[clusterIssuers] = { items: [{ ...byHand, spec: { acme } }] };
    const { issuer } = await read();
    assert.deepEqual(issuer?.acme?.others, others);
    assert.equal(issuer?.acme?.accountKeyKey, "key.pem");
  });

  it("contains the Helm release that already serves the webhook's API group", async () => {
    const path = "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.porkbun.talinx.dev";
    fake.objects[path] = { metadata: { name: "any" } };
    assert.deepEqual((await read()).apiServices, [{ group: "porkbun.talinx.dev" }]);
    const annotations = { "meta.helm.sh/release-name": "porkbun", "meta.helm.sh/release-namespace": "dns" };
    fake.objects[path] = { metadata: { name: "any", annotations } };
    assert.deepEqual((await read()).apiServices, [{ group: "porkbun.talinx.dev", release: "dns/porkbun" }]);
  });
});
