import { strict as assert } from "node:assert";
import { canariesGate } from "../../../../components/certificates/gates/canaries.ts";
import type { CertificateGateInput as GateInput } from "../../../../components/certificates/gates/input.ts";
import { issuersGate } from "../../../../components/certificates/gates/issuers.ts";
import { ownersGate } from "../../../../components/certificates/gates/owners.ts";
import { secretsGate } from "../../../../components/certificates/gates/secrets.ts";
import type { LiveCertificate } from "../../../../components/certificates/live-certificate.ts";
import type { LiveIssuer } from "../../../../components/certificates/live-issuer.ts";
import type { LiveSolver } from "../../../../components/certificates/solvers/solver.ts";
import type { LiveIngress } from "../../../../components/cluster/live.ts";
import { ofCertificates } from "../../../../stack/gates.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { certificate, failing, ingress, ready as readyOf, stackOf } from "../../stack/state.ts";

/** A cluster in which every certificate is ready for `retired`. */
const ready = (stack?: Stack): GateInput => ofCertificates(readyOf(stack));

function withCertificates(state: GateInput, ...more: LiveCertificate[]): GateInput {
  const certificates = [...state.issuance.certificates, ...more];
  return { ...state, issuance: { ...state.issuance, certificates } };
}

function withIssuers(state: GateInput, ...more: LiveIssuer[]): GateInput {
  return { ...state, issuance: { ...state.issuance, issuers: [...state.issuance.issuers, ...more] } };
}

/** Ingresses that stay. */
function withIngresses(state: GateInput, ...more: LiveIngress[]): GateInput {
  return { ...state, staying: [...state.staying, ...more.filter(({ solver }) => !solver)] };
}

function issuer(solvers: LiveSolver[], more: Partial<LiveIssuer> = {}): LiveIssuer {
  const acme = { server: "https://acme.example.com", email: "", accountKey: "key", solvers };
  return { name: "other", foreign: true, ready: true, acme, ...more };
}

const through = (way: object): LiveSolver[] => [{ http01: { ingress: way } }];

describe("an issuer", () => {
  const found = (one: LiveIssuer, ...more: LiveCertificate[]): string[] =>
    failing(issuersGate(withCertificates(withIssuers(ready(), one), ...more)));

  it("that solves through a class of ingress-nginx is named with the certificates that nobody would renew", () => {
    const apps = [
      certificate("web", "a-tls", ["a.example.org"], { clusterIssuer: "other" }),
      certificate("web", "b-tls", ["b.example.org"]),
      certificate("web", "old-tls", ["*.example.org"], { clusterIssuer: "other" }),
      certificate("komga", "goes", ["c.example.org"], {
        clusterIssuer: "other",
        owner: "Ingress komga-ingress",
      }),
    ];
    for (const way of [{ class: "nginx" }, { ingressClassName: "nginx" }])
      assert.deepEqual(found(issuer(through(way)), ...apps), [
        "ClusterIssuer other: every name: HTTP-01 through class nginx; without ingress-nginx, nobody renews web/a-tls; give it a solver of class pomerium or by DNS",
      ]);
  });

  it("is named with the first certificates, and with the number of the others", () => {
    const apps = ["a", "b", "c", "d", "e"].map((name) =>
      certificate("web", `${name}-tls`, [`${name}.example.org`], { clusterIssuer: "other" }),
    );
    assert.match(
      found(issuer(through({ class: "nginx" })), ...apps)[0]!,
      /nobody renews web\/a-tls, web\/b-tls, web\/c-tls and 2 more; /,
    );
  });

  it("of one namespace counts like a ClusterIssuer", () => {
    const one = issuer(through({ class: "nginx" }), { namespace: "web" });
    const { clusterIssuer: _, ...own } = certificate("web", "a-tls", ["a.example.org"], { issuer: "other" });
    const elsewhere = { ...own, namespace: "blog" };
    assert.deepEqual(found(one, own, elsewhere), [
      "Issuer web/other: every name: HTTP-01 through class nginx; without ingress-nginx, nobody renews web/a-tls; give it a solver of class pomerium or by DNS",
    ]);
  });

  it("that solves without a class, or through an Ingress that is removed, depends on ingress-nginx, too", () => {
    assert.equal(found(issuer(through({}))).length, 1);
    assert.equal(found(issuer(through({ name: "komga-ingress" }))).length, 1);
    assert.equal(found(issuer(through({ name: "komga-ingress" }), { namespace: "komga" })).length, 1);
  });

  it("that solves by DNS, a Gateway, another class or an Ingress that stays does not depend on ingress-nginx", () => {
    const ways: LiveSolver[][] = [
      [{ dns01: { route53: {} } }],
      [{ http01: { gatewayHTTPRoute: {} } }],
      through({ class: "pomerium" }),
      through({ ingressClassName: "internal-nginx" }),
      through({ name: "web" }),
    ];
    for (const way of ways) assert.deepEqual(found(issuer(way)), []);
    assert.deepEqual(found(issuer(through({ name: "komga-ingress" }), { namespace: "web" })), []);
    assert.deepEqual(found({ name: "selfsigned", foreign: true, ready: true }), []);
  });

  it("of the stack is fixed by the program itself", () => {
    const state = ready();
    const own = issuer(through({ class: "nginx" }), { name: "letsencrypt-prod" });
    const [item] = issuersGate({ ...state, issuance: { ...state.issuance, issuers: [own] } });
    assert.match(item?.note ?? "", /this program makes it solve by DNS$/);
    assert.equal(item?.fix, "pulumi config set --stack test phase cutover && pulumi up --stack test");
  });

  it("does not count for a certificate whose annotation sends its challenges elsewhere", () => {
    const prefix = "acme.cert-manager.io/http01-override-ingress";
    const asks = (http01: LiveCertificate["http01"], clusterIssuer = "other"): string[] => {
      const one = certificate("komga", "x-tls", ["x.example.org"], {
        clusterIssuer,
        ...(http01 && { http01 }),
      });
      return found(issuer(through({ class: "pomerium" })), one);
    };
    assert.deepEqual(asks([{ annotation: `${prefix}-class`, class: "nginx" }]), [
      "Certificate komga/x-tls: its annotation acme.cert-manager.io/http01-override-ingress-class sends its challenges through nginx",
    ]);
    assert.deepEqual(asks([{ annotation: `${prefix}-name`, name: "komga-ingress" }]), [
      "Certificate komga/x-tls: its annotation acme.cert-manager.io/http01-override-ingress-name sends its challenges through komga-ingress",
    ]);
    assert.deepEqual(asks([{ annotation: `${prefix}-class`, class: "pomerium" }]), []);
    assert.deepEqual(asks(undefined), []);
    // The annotation speaks of HTTP-01 alone, and this issuer solves by DNS.
    assert.deepEqual(asks([{ annotation: `${prefix}-class`, class: "nginx" }], "letsencrypt-prod"), []);
    const third = { annotation: `${prefix}-ingressclassname`, class: "nginx" };
    assert.equal(asks([{ annotation: `${prefix}-class`, class: "pomerium" }, third]).length, 1);
  });
});

describe("a zone", () => {
  it("is proven by its canary", () => {
    assert.deepEqual(failing(canariesGate(ready())), []);
  });

  it("is not proven by a canary that is missing or not READY", () => {
    const state = ready();
    const certificates = state.issuance.certificates.flatMap((each) => {
      if (each.name === "canary-example.org-tls") return [{ ...each, ready: false, message: "no such key" }];
      return each.name === "canary-example.net-tls" ? [] : [each];
    });
    assert.deepEqual(failing(canariesGate({ ...state, issuance: { ...state.issuance, certificates } })), [
      "example.org: Certificate cert-manager/canary-example.org-tls: no such key",
      "example.net: Certificate cert-manager/canary-example.net-tls: there is none",
    ]);
  });

  it("is not proven if canaries are switched off, and needs no canary with HTTP-01", () => {
    const off = canariesGate(
      ready(
        stackOf({
          "certificates.canary": false,
          'certificates.zones["example.net"]': { http01: true },
        }),
      ),
    );
    assert.deepEqual(failing(off), ["example.org: not proven: canaries are switched off"]);
    assert.equal(off[0]?.at, "certificates.canary");
  });
});

describe("a Certificate that belongs to an Ingress that is removed", () => {
  it("is deleted with it if nobody needs its Secret", () => {
    assert.deepEqual(ownersGate(ready()), [
      { subject: "Certificate komga/tls-secret", ok: true, note: "is deleted with Ingress komga-ingress" },
    ]);
  });

  it("is needed by any Ingress that stays and uses its Secret, except for a challenge's", () => {
    const tls = [{ hosts: ["komga.example.org"], secretName: "tls-secret" }];
    const copy = (more: Partial<LiveIngress>): GateInput =>
      withIngresses(ready(), ingress("komga", "copy", ["komga.example.org"], { tls, ...more }));
    for (const ingressClass of ["pomerium", "tailscale"]) {
      const [item] = ownersGate(copy({ ingressClass }));
      assert.deepEqual(item, {
        subject: "Certificate komga/tls-secret",
        ok: false,
        note: "is deleted with Ingress komga-ingress, but Ingress komga/copy still needs Secret tls-secret; remove its owner (cert-manager does not add one again)",
        fix: `kubectl --context test patch certificate --namespace komga tls-secret --type json --patch '[{"op":"remove","path":"/metadata/ownerReferences"}]'`,
      });
    }
    assert.deepEqual(failing(ownersGate(copy({ solver: true }))), []);
    assert.deepEqual(failing(ownersGate(copy({ namespace: "web" }))), []);
  });

  it("is needed by the app whose Secret it writes, and by Pomerium itself", () => {
    const goes = (namespace: string, name: string): string[] => {
      const old = ingress(namespace, "old", ["old.example.org"]);
      const state = withCertificates(
        ready(),
        certificate(namespace, name, ["old.example.org"], { owner: "Ingress old" }),
      );
      const item = ownersGate({
        ...state,
        leaving: { ...state.leaving, ingresses: [...state.leaving.ingresses, old] },
      }).find(({ ok }) => !ok);
      return item === undefined ? [] : [item.at ?? "phase", item.note ?? ""];
    };
    assert.deepEqual(goes("monitoring", "wiki-tls")[0], "apps.wiki.tls.secretName");
    assert.match(goes("pomerium", "pomerium-auth-tls")[1] ?? "", /but Pomerium \(authenticate\) still needs/);
    assert.deepEqual(goes("monitoring", "another-tls"), []);
  });

  it("is ignored if its Ingress stays, or if only an Ingress of another namespace has the name", () => {
    const tls = [{ hosts: ["a.example.org"], secretName: "a-tls" }];
    const state = withIngresses(
      ready(),
      ingress("web", "komga-ingress", ["a.example.org"], { ingressClass: "tailscale", tls }),
    );
    const owned = certificate("web", "a-tls", ["a.example.org"], { owner: "Ingress komga-ingress" });
    assert.deepEqual(failing(ownersGate(withCertificates(state, owned))), []);
  });
});

describe("a Secret that Pomerium serves hosts with", () => {
  const pomerium = (name: string, hosts: string[], secretName = "tls-secret"): LiveIngress =>
    ingress("web", name, hosts, { ingressClass: "pomerium", tls: [{ hosts, secretName }] });

  it("is valid if its Certificate has all the hosts", () => {
    assert.deepEqual(failing(secretsGate(ready())), []);
    const both = certificate("web", "tls-secret", ["a.example.org", "b.example.org"]);
    const shared = withIngresses(ready(), pomerium("a", ["a.example.org"]), pomerium("b", ["b.example.org"]));
    assert.deepEqual(failing(secretsGate(withCertificates(shared, both))), []);
    const wild = certificate("web", "tls-secret", ["*.example.org"]);
    assert.deepEqual(failing(secretsGate(withCertificates(shared, wild))), []);
  });

  it("is not valid if the Certificate lacks the host of a second Ingress", () => {
    const first = certificate("web", "tls-secret", ["a.example.org"], { owner: "Ingress a" });
    const shared = withIngresses(ready(), pomerium("a", ["a.example.org"]), pomerium("b", ["b.example.org"]));
    assert.deepEqual(failing(secretsGate(withCertificates(shared, first))), [
      "Secret web/tls-secret: Certificate tls-secret is for a.example.org, not for b.example.org; give each host a Secret of its own",
    ]);
  });

  it("is not valid if its certificate is for another host of ingress-nginx", () => {
    const leaves = certificate("web", "tls-secret", ["old.example.org"], { owner: "Ingress old" });
    const state = withCertificates(withIngresses(ready(), pomerium("a", ["a.example.org"])), leaves);
    assert.equal(failing(secretsGate(state)).length, 1);
  });

  it("is not valid for a host two levels below its wildcard's zone", () => {
    const wild = certificate("web", "tls-secret", ["*.example.org"]);
    const state = withIngresses(ready(), pomerium("a", ["a.b.example.org"]), pomerium("b", ["example.org"]));
    assert.match(
      failing(secretsGate(withCertificates(state, wild)))[0] ?? "",
      /not for a\.b\.example\.org, example\.org;/,
    );
  });

  it("is accepted without a Certificate if only one host uses it", () => {
    const one = withIngresses(ready(), pomerium("a", ["a.example.org"]));
    assert.deepEqual(failing(secretsGate(one)), []);
    assert.deepEqual(failing(secretsGate(withIngresses(one, pomerium("b", ["b.example.org"])))), [
      "Secret web/tls-secret: no Certificate writes it, and a.example.org, b.example.org share it; give each host a Secret of its own",
    ]);
  });

  it("is ignored if only Ingresses of another class use it", () => {
    const state = withIngresses(
      ready(),
      { ...pomerium("a", ["a.example.org"]), ingressClass: "tailscale" },
      { ...pomerium("b", ["b.example.org"]), ingressClass: "tailscale" },
    );
    assert.deepEqual(failing(secretsGate(state)), []);
  });
});

describe("a certificate of the stack", () => {
  const komga = "Secret komga/komga-tls";
  const spoilt = (spoil: (each: LiveCertificate) => LiveCertificate[], name = "komga-tls"): string[] => {
    const state = ready();
    const certificates = state.issuance.certificates.flatMap((each) =>
      each.name === name ? spoil(each) : [each],
    );
    return failing(secretsGate({ ...state, issuance: { ...state.issuance, certificates } }));
  };

  it("must exist, be issued, and have its host", () => {
    assert.deepEqual(
      spoilt((each) => [each]),
      [],
    );
    assert.deepEqual(
      spoilt(() => []),
      [`${komga}: app komga: no Certificate writes it, so nobody renews it`],
    );
    assert.deepEqual(
      spoilt((each) => [{ ...each, ready: false, message: "no such host" }]),
      [`${komga}: Certificate komga-tls of app komga: no such host`],
    );
    assert.deepEqual(
      spoilt((each) => [{ ...each, dnsNames: ["old.example.org"] }]),
      [`${komga}: app komga: Certificate komga-tls is for old.example.org, not for komga.example.org`],
    );
    assert.deepEqual(
      spoilt((each) => [{ ...each, dnsNames: ["*.example.org", "example.org"] }]),
      [],
    );
  });

  it("is needed for the sign-in pages, too", () => {
    assert.deepEqual(
      spoilt(() => [], "pomerium-auth-tls"),
      [
        "Secret pomerium/pomerium-auth-tls: Pomerium (authenticate): no Certificate writes it, so nobody renews it",
      ],
    );
  });

  it("is needed for a whole zone if its hosts share a wildcard", () => {
    const state = ready(stackOf({ 'certificates.zones["example.org"].wildcard': true }));
    assert.match(
      failing(secretsGate(state)).join(),
      /^Secret pomerium\/wildcard-example\.org-tls: Pomerium \(wildcard-/,
    );
    const wildcard = certificate("pomerium", "wildcard-example.org-tls", ["*.example.org"]);
    assert.deepEqual(failing(secretsGate(withCertificates(state, wildcard))), []);
  });

  it("is not required for a host that Pomerium does not serve yet", () => {
    const state = { ...ready(), staying: [] };
    const none = { ...state, issuance: { ...state.issuance, certificates: [] } };
    assert.deepEqual(secretsGate(none), []);
  });
});
