import { strict as assert } from "node:assert";
import { issuerLines } from "../../../../components/certificates/announce.ts";
import { withoutSolver } from "../../../../components/certificates/checks.ts";
import { issuerSpec } from "../../../../components/certificates/issuer-spec.ts";
import { handMadeIssuer } from "./issuance.ts";
import { webhookOf } from "./webhook-of.ts";

describe("the announcement of an issuer", () => {
  const after = issuerSpec({
    issuer: "letsencrypt-prod",
    server: "https://acme.example.com/directory",
    email: "root@example.org",
    accountKey: "account",
    zones: { "example.org": { solver: "porkbun" }, "example.net": { solver: "cloudflare" } },
    webhook: webhookOf({ groupName: "acme.example.org" }),
    ingressClass: "pomerium",
  });
  const live = handMadeIssuer;
  const added = [
    "+ example.net: DNS-01 by cloudflare",
    "+ example.org: DNS-01 by webhook porkbun of acme.example.org",
  ];

  it("shows the former and the new solvers", () => {
    assert.deepEqual(issuerLines("letsencrypt-prod", live, after), [
      "ClusterIssuer letsencrypt-prod is taken over",
      "  e-mail old@example.org → root@example.org",
      "- every name: HTTP-01 through class nginx",
      ...added,
    ]);
  });

  it("is empty if the issuer does not change", () => {
    const { privateKeySecretRef, ...acme } = after.acme;
    const own = { ...live, foreign: false, acme: { ...acme, accountKey: privateKeySecretRef.name } };
    assert.deepEqual(issuerLines("letsencrypt-prod", own, after), []);
    const solvers = own.acme.solvers.slice(1);
    assert.deepEqual(issuerLines("letsencrypt-prod", { ...own, acme: { ...own.acme, solvers } }, after), [
      "ClusterIssuer letsencrypt-prod changes",
      added[0],
    ]);
  });

  it("says if the issuer does not exist, and if it is not an ACME issuer", () => {
    assert.deepEqual(issuerLines("letsencrypt-prod", undefined, after), [
      "ClusterIssuer letsencrypt-prod is created",
      ...added,
    ]);
    const { acme: _, ...other } = live;
    assert.match(issuerLines("letsencrypt-prod", other, after)[0] ?? "", /becomes an ACME issuer/);
  });

  it("describes solvers of every kind", () => {
    const solvers = [
      { selector: { dnsNames: ["a.example.org"] }, http01: { ingress: { name: "one" } } },
      { selector: { matchLabels: { team: "a" } }, http01: { gatewayHTTPRoute: {} } },
      { dns01: { cnameStrategy: "Follow", route53: { region: "eu-central-1" } } },
      { http01: { ingress: { ingressClassName: "nginx" } } },
      { http01: { ingress: { podTemplate: {}, serviceType: "NodePort" } } },
    ];
    const before = { ...live, acme: { ...live.acme!, email: "root@example.org", solvers } };
    assert.deepEqual(
      issuerLines("letsencrypt-prod", before, after).filter((line) => line.startsWith("-")),
      [
        "- a.example.org: HTTP-01 through Ingress one",
        "- label team=a: HTTP-01 through a Gateway",
        "- every name: DNS-01 by route53, following CNAMEs",
        "- every name: HTTP-01 through class nginx",
        "- every name: HTTP-01 through any class with podTemplate, serviceType",
      ],
    );
  });

  it("names the certificates that nobody can renew any more", () => {
    const certificate = (name: string, clusterIssuer: string, ...dnsNames: string[]) => ({
      namespace: "apps",
      name,
      secretName: name,
      dnsNames,
      clusterIssuer,
      ready: true,
    });
    const certificates = [
      certificate("inside", "letsencrypt-prod", "a.example.org", "*.example.net"),
      certificate("outside", "letsencrypt-prod", "a.example.org", "b.example.com"),
      certificate("another", "other", "b.example.com"),
    ];
    const left = withoutSolver({ certificates }, "letsencrypt-prod", ["example.org", "example.net"]);
    assert.deepEqual(
      left.map(({ name }) => name),
      ["outside"],
    );
  });
});
