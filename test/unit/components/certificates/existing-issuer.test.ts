import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import { issuanceLines } from "../../../../components/certificates/announce.ts";
import { deployCertificates, deployIssuer } from "../../../../components/certificates/deploy.ts";
import { existingIssuerProblems } from "../../../../components/certificates/existing-issuer.ts";
import { canariesGate } from "../../../../components/certificates/gates/canaries.ts";
import { issuersGate } from "../../../../components/certificates/gates/issuers.ts";
import { readIssuance } from "../../../../components/certificates/live.ts";
import type { LiveIssuer } from "../../../../components/certificates/live-issuer.ts";
import type { LiveSolver } from "../../../../components/certificates/solvers/solver.ts";
import { ExportedCluster } from "../../../../discovery/exported-cluster.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, problemsOf, put, type Raw } from "../../stack/base.ts";
import { certificate } from "../../stack/state.ts";
import { record } from "../pomerium/recorder.ts";
import { issuance } from "./issuance.ts";

const nginx = { classes: ["nginx"], ingresses: [] };

function rawStack(edits: Record<string, unknown> = {}): Raw {
  const raw = put(goodStack(), "certificates", {
    issuer: { existing: "house-ca" },
    zones: { "example.org": { existing: true, wildcard: true }, "example.net": { existing: true } },
  });
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return raw;
}
const stackOf = (edits?: Record<string, unknown>): Stack => parse(rawStack(edits));

function issuer(solvers?: LiveSolver[], more: Partial<LiveIssuer> = {}): LiveIssuer {
  const acme = { server: "https://acme.example.com", email: "a@example.org", accountKey: "key" };
  return {
    name: "house-ca",
    foreign: true,
    ready: true,
    ...(solvers === undefined ? {} : { acme: { ...acme, solvers } }),
    ...more,
  };
}

const problems = (stack: Stack, live?: LiveIssuer): string[] =>
  existingIssuerProblems(
    stack,
    issuance({
      issuers: live ? [live] : [issuer(undefined, { name: "other" })],
      ...(live && { issuer: live }),
    }),
    nginx,
  ).map(({ at, message }) => `${at}: ${message}`);

describe("an issuer of the cluster that the stack only uses", () => {
  it("needs no account and no solver in the stack file", () => {
    const { issuer: name, isExisting, zones } = stackOf().certificates;
    assert.deepEqual([name, isExisting], ["house-ca", true]);
    assert.deepEqual(zones["example.org"], { solver: "existing", secrets: {}, settings: {}, wildcard: true });
  });

  it("is refused together with an account or solvers of the stack's own, which would have no effect", () => {
    const zone = 'certificates.zones["example.net"]';
    assert.deepEqual(
      problemsOf(rawStack({ "certificates.email": "root@example.org", "certificates.staging": true })),
      [
        "certificates.email: has no effect: the issuer is the cluster's own; take the key away",
        "certificates.staging: has no effect: the issuer is the cluster's own; take the key away",
      ],
    );
    assert.deepEqual(problemsOf(rawStack({ [zone]: { http01: true } })), [
      `${zone}.http01: is not used: the cluster's own issuer solves this zone; write \`existing: true\` in its place`,
    ]);
  });

  it("must be named if a zone relies on it, and an account is needed without it", () => {
    const [first, second, ...others] = problemsOf(rawStack({ "certificates.issuer": "letsencrypt-prod" }));
    assert.equal(first, "certificates.email: missing: address of the ACME account");
    assert.match(
      second ?? "",
      /existing: needs `issuer: \{existing: <name>\}`; without it, name exactly one of porkbun/,
    );
    assert.equal(others.length, 1);
    assert.deepEqual(problemsOf(rawStack({ "certificates.issuer": { existing: "House CA" } })), [
      "certificates.issuer.existing: is not a valid name of a ClusterIssuer",
    ]);
    assert.deepEqual(problemsOf(rawStack({ "certificates.issuer": 7 })), [
      "certificates.issuer: must be the name of a ClusterIssuer, or { existing: <name> }",
    ]);
  });

  it("registers nothing of its own, and issues every certificate", async () => {
    const stack = stackOf();
    const all = await record(() => {
      const opts = { provider: new k8s.Provider("cluster", { context: "octavo" }) };
      const live = { certificates: issuance(), ingressNginx: nginx };
      const deployed = deployIssuer(stack, live, opts);
      assert.deepEqual([deployed.resources, deployed.canaries], [[], {}]);
      return deployCertificates(stack, { issuer: deployed, pomerium: { namespace: "pomerium" }, live }, opts);
    });
    const specs = all.filter(({ type }) => type.endsWith(":Certificate")).map(({ inputs }) => inputs.spec);
    assert.deepEqual(
      specs.map((spec) => (spec as { issuerRef: object }).issuerRef),
      specs.map(() => ({ group: "cert-manager.io", kind: "ClusterIssuer", name: "house-ca" })),
    );
    assert.equal(specs.length, 2, "the wildcard of example.org, and wiki.example.net");
    assert.ok(!all.some(({ type, name }) => /Secret$/.test(type) || name.includes("canary")));
  });

  it("must exist, be ready, and not be made by this program", () => {
    assert.deepEqual(problems(stackOf()), [
      "certificates.issuer.existing: the cluster has no ClusterIssuer house-ca; there are other",
    ]);
    assert.deepEqual(problems(stackOf(), issuer(undefined, { ready: false })), [
      "certificates.issuer.existing: ClusterIssuer house-ca is not READY",
    ]);
    assert.deepEqual(problems(stackOf(), issuer(undefined, { foreign: false })), [
      "certificates.issuer.existing: ClusterIssuer house-ca was made by this program, which would delete it now; write `issuer: house-ca`",
    ]);
    assert.deepEqual(problems(stackOf(), issuer()), [], "a CA needs no solver");
  });

  it("must have a solver for every name, and from the cutover on one that does not need ingress-nginx", () => {
    const dns = (zone: string): LiveSolver => ({ selector: { dnsZones: [zone] }, dns01: { route53: {} } });
    const byNginx: LiveSolver = { http01: { ingress: { ingressClassName: "nginx" } } };
    const byPomerium: LiveSolver = { http01: { ingress: { ingressClassName: "pomerium" } } };
    const [coexist, cutover] = [stackOf(), stackOf({ phase: "cutover" })];
    assert.deepEqual(problems(coexist, issuer([dns("example.org"), dns("example.net")])), []);
    assert.match(problems(coexist, issuer([byNginx])).join(), /has no solver for \*\.example\.org;/);
    assert.deepEqual(problems(coexist, issuer([dns("example.org"), byNginx])), []);
    assert.match(
      problems(cutover, issuer([dns("example.org"), byNginx])).join(),
      /has no solver that does not go through ingress-nginx for wiki\.example\.net;/,
    );
    assert.deepEqual(problems(cutover, issuer([dns("example.org"), byPomerium])), []);
    const labelled = { ...byPomerium, selector: { matchLabels: { team: "a" } } };
    assert.match(problems(coexist, issuer([dns("example.org"), labelled])).join(), /for wiki\.example\.net/);
  });

  it("is not announced, since it does not change", () => {
    const live = issuance({ issuer: issuer([{ http01: { ingress: { class: "nginx" } } }]) });
    assert.deepEqual(issuanceLines(stackOf(), live, nginx), []);
    const found = certificate("monitoring", "docs", ["wiki.example.net"], {
      secretName: "wiki-tls",
      clusterIssuer: "other",
      foreign: { dnsNames: ["wiki.example.net"], spec: {}, labels: {}, annotations: {}, isTakenOver: false },
    });
    assert.deepEqual(issuanceLines(stackOf(), { ...live, certificates: [found] }, nginx), [
      "Certificate monitoring/docs is taken over: issuer other → house-ca",
    ]);
  });

  it("is announced with a warning if it is self-signed, and with a note if it is a private authority", () => {
    const lines = (untrusted: LiveIssuer["untrusted"], stack = stackOf()): string[] =>
      issuanceLines(stack, issuance({ issuer: issuer(undefined, untrusted && { untrusted }) }), nginx);
    const [warning, ...others] = lines("selfSigned");
    assert.match(warning ?? "", /^! ClusterIssuer house-ca .*\(selfSigned\): every browser refuses them\./);
    assert.deepEqual(others, []);
    const [note, ...more] = lines("ca");
    assert.match(note ?? "", /^ClusterIssuer house-ca is a private authority \(ca\): .* that trust it$/);
    assert.deepEqual(more, []);
    assert.deepEqual(lines(undefined), []);
  });

  it("is read with its kind", async () => {
    const kindOf = async (spec: object) => {
      const found = {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name: "own" },
        spec,
      };
      const wanted = { issuer: "own", namespace: "cert-manager", webhooks: [], objects: [] };
      return (await readIssuance(new ExportedCluster([found]), wanted)).issuer?.untrusted;
    };
    assert.equal(await kindOf({ selfSigned: {} }), "selfSigned");
    assert.equal(await kindOf({ ca: { secretName: "house" } }), "ca");
    assert.equal(await kindOf({ acme: { server: "https://acme.example.com", solvers: [] } }), undefined);
    assert.equal(await kindOf({ vault: { path: "pki" } }), undefined);
  });

  it("passes the gate of canaries without one, and is changed by a person if it needs ingress-nginx", () => {
    const live = issuer([{ http01: { ingress: { class: "nginx" } } }]);
    const input = {
      stack: stackOf(),
      issuance: issuance({ issuer: live, issuers: [live] }),
      leaving: nginx,
      staying: [],
    };
    assert.ok(
      canariesGate(input).every(({ ok, note }) => ok && note === "existing issuer, which has no canary"),
    );
    const [item] = issuersGate(input);
    assert.equal(item?.ok, false);
    assert.match(item?.fix ?? "", /edit clusterissuer house-ca/);
  });
});
