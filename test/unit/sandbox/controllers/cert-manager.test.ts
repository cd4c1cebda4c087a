import { strict as assert } from "node:assert";
import { certificatesOf } from "../../../../sandbox/controllers/cert-manager-shim.ts";
import { solverProblem } from "../../../../sandbox/controllers/cert-manager-solvers.ts";
import type { Ingress } from "../../../../sandbox/controllers/objects.ts";

const ingress = (annotations: Record<string, string>): Ingress => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "web", namespace: "apps", uid: "123", annotations },
  spec: {
    tls: [
      { hosts: ["a.example.org"], secretName: "tls-a" },
      { hosts: ["b.example.org", "c.example.org"], secretName: "tls-b" },
      { hosts: ["d.example.org"] },
      { secretName: "tls-nobody" },
    ],
  },
});

describe("the stand-in for cert-manager", () => {
  it("makes a Certificate for each TLS secret of an Ingress that names an issuer", () => {
    const made = certificatesOf(ingress({ "cert-manager.io/cluster-issuer": "letsencrypt-prod" }));
    assert.deepEqual(
      made.map(({ metadata, spec }) => [metadata.name, spec.secretName, spec.dnsNames, spec.issuerRef.name]),
      [
        ["tls-a", "tls-a", ["a.example.org"], "letsencrypt-prod"],
        ["tls-b", "tls-b", ["b.example.org", "c.example.org"], "letsencrypt-prod"],
      ],
    );
  });

  it("makes the Ingress the owner of its Certificates, although list items have no kind", () => {
    const {
      apiVersion: _,
      kind: __,
      ...listed
    } = ingress({ "cert-manager.io/cluster-issuer": "letsencrypt-prod" });
    const [made] = certificatesOf(listed as Ingress);
    const { apiVersion, kind, name, uid, controller } = made?.metadata.ownerReferences?.[0] ?? {};
    assert.deepEqual(
      [apiVersion, kind, name, uid, controller],
      ["networking.k8s.io/v1", "Ingress", "web", "123", true],
    );
  });

  it("makes no Certificate for an Ingress that names no issuer", () => {
    assert.deepEqual(certificatesOf(ingress({})), []);
  });

  it("solves HTTP-01 through a class only while a controller serves it", async () => {
    const through = (field: object) =>
      solverProblem(
        { http01: { ingress: field } },
        {
          secret: () => undefined,
          pods: [],
          mayPost: async () => false,
          serves: (name) => name === "pomerium",
        },
      );
    assert.match((await through({ ingressClassName: "nginx" })) ?? "", /class "nginx"/);
    assert.match((await through({ class: "nginx" })) ?? "", /class "nginx"/);
    assert.equal(await through({ ingressClassName: "pomerium" }), undefined);
    assert.equal(await through({}), undefined);
  });
});
