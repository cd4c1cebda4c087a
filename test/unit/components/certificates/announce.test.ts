import { strict as assert } from "node:assert";
import { issuanceLines } from "../../../../components/certificates/announce.ts";
import { certificateProblems, takenOver, unproven } from "../../../../components/certificates/checks.ts";
import type { LiveIssuance } from "../../../../components/certificates/live.ts";
import type { LiveCertificate } from "../../../../components/certificates/live-certificate.ts";
import { goodStack, parse, put } from "../../stack/base.ts";
import { certificate as certificateIn } from "../../stack/state.ts";
import { issuance } from "./issuance.ts";

const stack = parse(goodStack());

const certificate = (name: string, more: Partial<LiveCertificate> = {}): LiveCertificate =>
  certificateIn("komga", name, ["komga.example.org"], more);

function live(...certificates: LiveCertificate[]): LiveIssuance {
  const acme = {
    server: stack.certificates.server,
    email: "old@example.org",
    accountKey: "account",
    solvers: [{ http01: { ingress: { class: "nginx" } } }],
  };
  const issuer = { name: "letsencrypt-prod", foreign: true, ready: true, acme };
  return issuance({ issuer, issuers: [issuer], certificates });
}

describe("the preview of certificates", () => {
  it("shows the changes of the existing issuer", () => {
    assert.deepEqual(certificateProblems(stack, live()), []);
    assert.deepEqual(issuanceLines(stack, live(), { classes: ["nginx"], ingresses: [] }), [
      "ClusterIssuer letsencrypt-prod is taken over",
      "  e-mail old@example.org → root@example.org",
      "+ example.net: DNS-01 by cloudflare",
      "+ example.org: DNS-01 by webhook porkbun of porkbun.talinx.dev",
    ]);
  });

  it("names the certificates that nobody renews any more when the old solver is removed", () => {
    const blog = certificate("blog-tls", {
      dnsNames: ["blog.example.com"],
      notAfter: "2026-01-01T00:00:00Z",
    });
    const seen = live(certificate("wiki-tls"), blog);
    assert.deepEqual(
      issuanceLines(stack, seen, { classes: ["nginx"], ingresses: [] }).filter((line) =>
        line.startsWith("!"),
      ),
      [],
    );
    const cutover = parse(put(goodStack(), "phase", "cutover"));
    assert.deepEqual(issuanceLines(cutover, seen, { classes: ["nginx"], ingresses: [] }).slice(-1), [
      "! not renewed any more: komga/blog-tls (blog.example.com), valid until 2026-01-01T00:00:00Z; add its zone to certificates.zones",
    ]);
    assert.ok(
      issuanceLines(cutover, seen, { classes: ["nginx"], ingresses: [] }).includes(
        "- every name: HTTP-01 through class nginx",
      ),
    );
  });

  it("refuses a cluster without cert-manager", () => {
    const problems = certificateProblems(stack, { ...live(), certManager: false });
    assert.deepEqual(
      problems.map(({ at, message }) => `${at}: ${message}`),
      ["certificates: cert-manager is not installed in this cluster"],
    );
  });

  it("refuses a Secret of another Certificate, and of a Certificate that is deleted with an Ingress", () => {
    const problems = (...certificates: LiveCertificate[]): string[] =>
      certificateProblems(stack, live(...certificates)).map(({ at, message }) => `${at}: ${message}`);
    assert.deepEqual(problems(certificate("komga-tls", { owner: "Ingress komga-ingress" })), [
      "apps.komga.tls.secretName: Secret komga/komga-tls is written by Certificate komga-tls, which belongs to Ingress komga-ingress and is deleted with it; choose another name",
    ]);
    const byHand = certificate("by-hand", { secretName: "komga-tls" });
    assert.deepEqual(problems(byHand, certificate("komga-tls")), [
      "apps.komga.tls.secretName: Secret komga/komga-tls is written by Certificate by-hand; choose another name",
    ]);
    assert.deepEqual(problems(byHand), []);
    assert.deepEqual(
      problems(certificate("komga-tls"), certificate("komga-tls", { namespace: "other" })),
      [],
    );
  });

  it("checks only the certificates that the stack makes, not those that a wildcard replaces", () => {
    const wildcard = parse(put(goodStack(), 'certificates.zones["example.org"].wildcard', true));
    const taken = certificate("komga-tls", { owner: "Ingress komga-ingress" });
    assert.deepEqual(certificateProblems(wildcard, live(taken)), []);
  });
});

describe("an existing certificate of a host", () => {
  it("is taken over under any name", () => {
    const byHand = certificate("by-hand", { secretName: "komga-tls" });
    assert.deepEqual(takenOver(live(byHand), "komga", "komga-tls").live, {
      id: "komga/by-hand",
      name: "by-hand",
    });
    const both = live(byHand, certificate("komga-tls"));
    assert.equal(takenOver(both, "komga", "komga-tls").live?.name, "komga-tls");
  });

  it("is not taken over from an Ingress that owns it", () => {
    const owned = certificate("komga-tls", { owner: "Ingress komga-ingress" });
    assert.deepEqual(takenOver(live(owned), "komga", "komga-tls"), {});
    assert.deepEqual(takenOver(live(), "komga", "komga-tls"), {});
  });
});

describe("the gate about canaries", () => {
  it("holds if the canary of every zone is READY", () => {
    const canary = (zone: string, more: Partial<LiveCertificate>) =>
      certificate(`canary-${zone}-tls`, { namespace: "cert-manager", ...more });
    const zones = {
      "example.org": { solver: "porkbun" },
      "example.net": { solver: "cloudflare" },
      "example.com": { solver: "http01" },
    } as const;
    const open = (...certificates: LiveCertificate[]) =>
      unproven({ certificates }, { namespace: "cert-manager", zones }).map(
        ({ zone, message }) => `${zone}: ${message}`,
      );
    assert.deepEqual(open(canary("example.org", { ready: false, message: "no such key" })), [
      "example.org: Certificate cert-manager/canary-example.org-tls: no such key",
      "example.net: Certificate cert-manager/canary-example.net-tls: there is none",
    ]);
    assert.deepEqual(
      open(canary("example.org", {}), canary("example.net", {}), certificate("a", { ready: false })),
      [],
    );
  });
});
