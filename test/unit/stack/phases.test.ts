import { strict as assert } from "node:assert";
import { hasOwnCertificate, sharedCertificates } from "../../../components/certificates/wanted.ts";
import { phaseEffects } from "../../../stack/phases.ts";
import type { Stack } from "../../../stack/stack.ts";
import { goodStack, parse, put } from "./base.ts";

function stack(edits: Record<string, unknown> = {}): Stack {
  const raw = goodStack();
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return parse(raw);
}

describe("a phase", () => {
  it("coexist: people sign in on a second port, beside ingress-nginx", () => {
    const { authenticateUrl, redirectUri, origin } = phaseEffects(stack({ phase: "coexist" }));
    assert.equal(authenticateUrl, "https://authenticate.example.org:8443");
    assert.equal(redirectUri, "https://authenticate.example.org:8443/oauth2/callback");
    assert.equal(origin("komga.example.org"), "https://komga.example.org:8443");
  });

  it("coexist: names the redirect URI that cutover needs before the port is dropped", () => {
    const { byHand } = phaseEffects(stack({ phase: "coexist" }));
    const after = phaseEffects(stack({ phase: "cutover" })).redirectUri;
    assert.ok(byHand.some((step) => step.includes(`${after}, which cutover needs`)));
  });

  it("cutover: sign-in has no port, and the announcement names the router's change", () => {
    const { authenticateUrl, byHand, wayBack } = phaseEffects(stack({ phase: "cutover" }));
    assert.equal(authenticateUrl, "https://authenticate.example.org");
    assert.ok(byHand.some((step) => step.startsWith("router: forward 443 to 192.168.0.172:443")));
    assert.match(wayBack, /phase coexist && pulumi up/);
  });

  it("retired: the addresses stay, and there is no way back", () => {
    const [cutover, retired] = (["cutover", "retired"] as const).map((phase) =>
      phaseEffects(stack({ phase })),
    );
    assert.equal(retired?.authenticateUrl, cutover?.authenticateUrl);
    assert.match(retired?.wayBack ?? "", /^none/);
  });

  it("ingress-nginx is kept until retired, and only then removed", () => {
    const of = (phase: string) => phaseEffects(stack({ phase })).ingressNginx;
    assert.deepEqual(["coexist", "cutover", "retired"].map(of), ["kept", "kept", "removed"]);
  });

  it("retired: the redirect URI and the forward of the rehearsal are named for removal", () => {
    const { byHand } = phaseEffects(stack({ phase: "retired" }));
    assert.ok(byHand.includes("router: drop the forward of 8443"));
    assert.ok(byHand.some((step) => step.endsWith("https://authenticate.example.org:8443/oauth2/callback")));
  });

  it("back in coexist: the announcement names the router's change back", () => {
    const address = "192.168.0.171";
    const { byHand } = phaseEffects(
      stack({ phase: "coexist", ingressNginx: { helmRelease: "ingress-nginx", address } }),
    );
    assert.ok(byHand.some((step) => step.startsWith(`router: forward 443 to ${address}:443`)));
  });

  it("coexist on purpose: no step prepares a cutover", () => {
    const stays = { "www.example.org": "public" };
    const { byHand, wayBack } = phaseEffects(
      stack({ ingressNginx: { helmRelease: "ingress-nginx", address: "192.168.0.171", stays } }),
    );
    assert.deepEqual(byHand, [
      "identity provider (google): authorised redirect URI https://authenticate.example.org:8443/oauth2/callback",
      "router: forward 443 to 192.168.0.171:443 (ingress-nginx, as before)",
      "router: forward 8443 to 192.168.0.172:443 (Pomerium, for its apps)",
      "DNS: records for authenticate.example.org, komga.example.org and 1 more that lead to the router, as those of your other hosts do",
    ]);
    assert.equal(wayBack, "none needed: ingress-nginx keeps its hosts");
  });

  it("a cluster that only a tunnel leads to has no router to change", () => {
    const tunnelOnly = { "cluster.exposure": "tunnelOnly", "pomerium.coexistPort": 443, tunnels: {} };
    for (const phase of ["coexist", "cutover"] as const) {
      const { byHand, authenticateUrl } = phaseEffects(stack({ ...tunnelOnly, phase }));
      assert.ok(!byHand.some((step) => step.includes("router")));
      assert.equal(authenticateUrl, "https://authenticate.example.org");
    }
  });
});

describe("certificates that belong to no app", () => {
  it("the sign-in pages have one of their own", () => {
    assert.deepEqual(
      sharedCertificates(stack()).map(({ name, dnsNames }) => [name, dnsNames]),
      [["authenticate", ["authenticate.example.org"]]],
    );
  });

  it("a zone's wildcard serves the sign-in pages and the apps one level below it, and no others", () => {
    const wild = stack({ 'certificates.zones["example.org"].wildcard': true });
    assert.deepEqual(
      sharedCertificates(wild).map(({ dnsNames }) => dnsNames),
      [["*.example.org"]],
    );
    const zone = "example.org";
    assert.equal(hasOwnCertificate(wild, { host: "komga.example.org", zone }), false);
    assert.equal(hasOwnCertificate(wild, { host: "deep.komga.example.org", zone }), true);
    assert.equal(hasOwnCertificate(wild, { host: "wiki.example.net", zone: "example.net" }), true);
  });
});
