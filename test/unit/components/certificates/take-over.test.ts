import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import * as fc from "fast-check";
import { issuanceLines } from "../../../../components/certificates/announce.ts";
import { certificateProblems, takenOver } from "../../../../components/certificates/checks.ts";
import { HostCertificate } from "../../../../components/certificates/HostCertificate.ts";
import { type IssuerSpec, issuerSpec } from "../../../../components/certificates/issuer-spec.ts";
import { keptIssuer } from "../../../../components/certificates/issuer-take-over.ts";
import type { LiveIssuance } from "../../../../components/certificates/live.ts";
import type {
  ForeignCertificate,
  LiveCertificate,
} from "../../../../components/certificates/live-certificate.ts";
import { takenOverMark } from "../../../../components/certificates/live-certificate.ts";
import type { LiveIssuer } from "../../../../components/certificates/live-issuer.ts";
import type { LiveSolver } from "../../../../components/certificates/solvers/solver.ts";
import { managedBy } from "../../../../components/cluster/foreign.ts";
import { waitFor } from "../../../../components/cluster/wait-for.ts";
import { type Solver, selectSolver } from "../../../../sandbox/controllers/cert-manager-solvers.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, put } from "../../stack/base.ts";
import { record, withoutSecrets } from "../pomerium/recorder.ts";
import { issuance } from "./issuance.ts";

function stackOf(edits: Record<string, unknown> = {}): Stack {
  const raw = goodStack();
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return parse(raw);
}
const stack = stackOf();
const nginx = {
  classes: ["nginx"],
  ingresses: [{ namespace: "komga", name: "komga-ingress" }],
};

function issuer(acme: Partial<NonNullable<LiveIssuer["acme"]>>): LiveIssuer {
  const { server, email } = stack.certificates;
  return {
    name: "letsencrypt-prod",
    foreign: true,
    ready: true,
    acme: { server, email, accountKey: "account", solvers: [], ...acme },
  };
}

/** The spec that a run gives to an issuer that the cluster has. */
function specOf(of: Stack, live: LiveIssuer): IssuerSpec["acme"] {
  return issuerSpec({
    ...of.certificates,
    accountKey: live.acme!.accountKey,
    ingressClass: "pomerium",
    kept: keptIssuer(of, live, nginx),
  }).acme;
}

/** The same issuer after the run. */
function becomes(of: Stack, live: LiveIssuer): LiveIssuer {
  const { server, email, privateKeySecretRef, solvers, ...others } = specOf(of, live);
  const acme = { server, email, accountKey: privateKeySecretRef.name, solvers, others };
  return { ...live, acme };
}

/** The solvers that are not for the stack's own zones. */
const ofOthers = (of: Stack, solvers: LiveSolver[]): LiveSolver[] =>
  specOf(of, issuer({ solvers })).solvers.slice(Object.keys(of.certificates.zones).length);

describe("an issuer that is taken over", () => {
  const byNginx: LiveSolver = { http01: { ingress: { class: "nginx" } } };
  const route53: LiveSolver = {
    selector: { dnsZones: ["example.com"] },
    dns01: { cnameStrategy: "Follow", route53: { region: "eu-central-1" } },
  };

  it("keeps solving other names through ingress-nginx until the cutover", () => {
    const cutover = stackOf({ phase: "cutover" });
    for (const way of [
      byNginx,
      { http01: { ingress: {} } },
      { http01: { ingress: { ingressClassName: "nginx" } } },
    ]) {
      assert.deepEqual(ofOthers(stack, [way]), [way]);
      assert.deepEqual(ofOthers(cutover, [way]), []);
    }
  });

  it("keeps a solver without a class if the cluster has no ingress-nginx", () => {
    const way = { http01: { ingress: {} } };
    const none = { classes: [], ingresses: [] };
    const kept = keptIssuer(stackOf({ phase: "cutover" }), issuer({ solvers: [way] }), none);
    assert.deepEqual(kept.solvers, [way]);
  });

  it("keeps solvers of other zones in every phase if they do not need ingress-nginx", () => {
    const ways: LiveSolver[] = [
      route53,
      { http01: { ingress: { ingressClassName: "traefik" } } },
      { selector: { matchLabels: { team: "a" } }, http01: { gatewayHTTPRoute: {} } },
    ];
    for (const phase of ["coexist", "cutover", "retired"])
      assert.deepEqual(ofOthers(stackOf({ phase }), ways), ways);
  });

  it("solves the stack's zones only as the stack file says", () => {
    const both = { selector: { dnsZones: ["example.org", "example.com"] }, dns01: { route53: {} } };
    assert.deepEqual(ofOthers(stack, [both]), [
      { selector: { dnsZones: ["example.com"] }, dns01: { route53: {} } },
    ]);
    for (const selector of [
      { dnsZones: ["example.org"] },
      { dnsNames: ["komga.example.org", "*.example.net"] },
    ])
      assert.deepEqual(ofOthers(stack, [{ selector, dns01: { route53: {} } }]), []);
  });

  it("does not keep the stack's own solver for a zone that is not in the stack file any more", () => {
    const before = becomes(stack, issuer({ solvers: [route53] }));
    const fewer = stackOf({
      'certificates.zones["example.net"]': undefined,
      "apps.wiki.host": "wiki.example.org",
      tunnels: undefined,
    });
    assert.deepEqual(
      specOf(fewer, before).solvers.map(({ selector }) => selector?.dnsZones),
      [["example.org"], ["example.com"]],
    );
  });

  it("follows CNAMEs for the same zones as before", () => {
    const follow = (selector?: LiveSolver["selector"]): LiveSolver => ({
      ...(selector && { selector }),
      dns01: { cnameStrategy: "Follow", route53: {} },
    });
    const strategies = (solvers: LiveSolver[]): unknown[] =>
      specOf(stack, issuer({ solvers }))
        .solvers.slice(0, 2)
        .map(({ dns01 }) => dns01?.cnameStrategy);
    // example.net comes first, then example.org.
    assert.deepEqual(strategies([follow()]), ["Follow", "Follow"]);
    assert.deepEqual(strategies([follow({ dnsZones: ["example.org"] })]), [undefined, "Follow"]);
    const not = { selector: { dnsZones: ["example.org"] }, dns01: { cloudflare: {} } };
    assert.deepEqual(strategies([follow(), not]), ["Follow", undefined]);
    assert.deepEqual(strategies([byNginx]), [undefined, undefined]);
    const plain = { dns01: { cloudflare: {} } };
    // Solvers for some Certificates or some names of the zone are replaced, too.
    const labelled = { matchLabels: { delegated: "yes" } };
    for (const solvers of [
      [follow(labelled), plain],
      [plain, follow(labelled)],
    ])
      assert.deepEqual(strategies(solvers), ["Follow", "Follow"]);
    assert.deepEqual(strategies([plain, follow({ ...labelled, dnsZones: ["net"] })]), ["Follow", undefined]);
    assert.deepEqual(
      strategies([not, follow(labelled)]),
      ["Follow", undefined],
      "the zone is compared first",
    );
    assert.deepEqual(strategies([plain, follow({ dnsNames: ["wiki.example.net"] })]), ["Follow", undefined]);
    assert.deepEqual(strategies([plain, follow({ dnsNames: ["*.example.org", "example.com"] })]), [
      undefined,
      "Follow",
    ]);
    assert.deepEqual(strategies([not, follow({ dnsZones: ["a.example.org"] })]), [undefined, "Follow"]);
    assert.deepEqual(strategies([plain, follow({ dnsZones: ["example.com"] })]), [undefined, undefined]);
    assert.deepEqual(
      strategies([
        { dns01: { cnameStrategy: "None", route53: {} } },
        follow({ dnsZones: ["a.example.org"] }),
      ]),
      ["None", "Follow"],
    );
  });

  it("follows CNAMEs for every name and Certificate for which it did before", () => {
    const names = ["example.org", "a.example.org", "b.a.example.org", "*.example.org", "wiki.example.net"];
    const zones = ["org", "example.org", "a.example.org", "net", "example.com"];
    const labels: Record<string, string>[] = [{}, { use: "a" }, { use: "b" }];
    const solver = fc.record(
      {
        selector: fc.record(
          {
            dnsNames: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
            dnsZones: fc.uniqueArray(fc.constantFrom(...zones), { minLength: 1, maxLength: 2 }),
            matchLabels: fc.constantFrom(...labels.slice(1)),
          },
          { requiredKeys: [] },
        ),
        dns01: fc.constantFrom({ cnameStrategy: "Follow", route53: {} }, { route53: {} }),
      },
      { requiredKeys: ["dns01"] },
    ) as fc.Arbitrary<LiveSolver>;
    const selected = (solvers: LiveSolver[], name: string, each: Record<string, string>) =>
      (selectSolver(solvers as Solver[], name, each) as LiveSolver | undefined)?.dns01?.cnameStrategy;
    let followed = 0;
    fc.assert(
      fc.property(fc.array(solver, { maxLength: 5 }), (solvers) => {
        const after = specOf(stack, issuer({ solvers })).solvers;
        for (const name of names)
          for (const each of labels)
            if (selected(solvers, name, each) === "Follow") {
              followed += 1;
              assert.equal(selected(after, name, each), "Follow", `${name} with ${JSON.stringify(each)}`);
            }
      }),
      { numRuns: 500 },
    );
    assert.ok(followed > 100, `${followed} names followed CNAMEs`);
  });

  it("follows CNAMEs in every phase if it did before, and announces nothing about that", () => {
    let now = issuer({ solvers: [{ dns01: { cnameStrategy: "Follow", route53: {} } }, byNginx] });
    for (const phase of ["coexist", "cutover", "retired"]) {
      const of = stackOf({ phase });
      const lines = issuanceLines(of, issuance({ issuer: now }), nginx);
      const removed = lines.filter((line) => line.startsWith("- "));
      assert.deepEqual(
        removed,
        phase === "cutover" ? ["- every name: HTTP-01 through class nginx"] : [],
        phase,
      );
      now = becomes(of, now);
      for (const { selector, dns01 } of now.acme!.solvers.filter((each) => each.dns01 !== undefined))
        assert.equal(dns01?.cnameStrategy, "Follow", `${phase}: ${selector?.dnsZones}`);
    }
  });

  it("keeps its account binding, its chain and all other fields as long as the ACME server is the same", () => {
    const others = {
      externalAccountBinding: { keyID: "1", keySecretRef: { name: "eab", key: "hmac" } },
      preferredChain: "ISRG Root X1",
      caBundle: "LS0t",
    };
    const { externalAccountBinding, preferredChain, caBundle } = specOf(
      stack,
      issuer({ others }),
    ) as unknown as Record<string, unknown>;
    assert.deepEqual({ externalAccountBinding, preferredChain, caBundle }, others);
    const moved = issuer({ others, server: "https://acme.zerossl.com/v2/DV90" });
    assert.ok(!("preferredChain" in specOf(stack, moved)));
    assert.deepEqual(
      issuanceLines(stack, issuance({ issuer: moved }), nginx).filter((line) =>
        line.includes("former ACME server"),
      ),
      Object.keys(others).map((field) => `- ${field}, which is for the former ACME server`),
    );
  });

  it("takes its account binding and its chain from the stack file, if that has them, and ends them with it", () => {
    const binding = { keyID: "theirs", keySecretRef: { name: "eab", key: "hmac" } };
    const live = issuer({ others: { externalAccountBinding: binding, preferredChain: "theirs" } });
    const of = stackOf({
      "certificates.preferredChain": "ISRG Root X1",
      "certificates.externalAccountBinding": { keyId: "ours", key: "hunter2-hunter2" },
    });
    const own = { keyID: "ours", keySecretRef: { name: "letsencrypt-prod-account-binding", key: "hmac" } };
    const { externalAccountBinding, preferredChain } = specOf(of, live);
    assert.deepEqual([externalAccountBinding, preferredChain], [own, "ISRG Root X1"]);
    assert.deepEqual(issuanceLines(of, issuance({ issuer: live }), nginx).slice(0, 3), [
      "ClusterIssuer letsencrypt-prod is taken over",
      "  preferred chain theirs → ISRG Root X1",
      "  account binding theirs → ours",
    ]);
    // Later without the two keys in the file: the Secret goes, and so does the field that names it.
    const later = issuer({ others: { externalAccountBinding: own, preferredChain: "ISRG Root X1" } });
    assert.equal(specOf(stack, later).externalAccountBinding, undefined);
    assert.equal(specOf(stack, { ...later, foreign: false }).preferredChain, undefined);
    // A chain that somebody else may have set stays.
    assert.equal(specOf(stack, later).preferredChain, "ISRG Root X1");
  });

  it("shows each setting that changes at a provider that stays", () => {
    const of = stackOf({
      'certificates.zones["example.org"]': {
        azure: {
          subscriptionId: "00000000-0000-0000-0000-000000000001",
          resourceGroup: "dns",
          managedIdentity: { clientId: "00000000-0000-0000-0000-000000000003" },
        },
      },
      'certificates.zones["example.net"]': {
        cloudflare: { apiToken: "hunter2-hunter2" },
        cnameStrategy: "None",
      },
    });
    const theirs: LiveSolver[] = [
      {
        selector: { dnsZones: ["example.org"] },
        dns01: {
          azureDNS: {
            resourceGroupName: "old",
            subscriptionID: "00000000-0000-0000-0000-000000000001",
            hostedZoneName: "example.org",
            managedIdentity: {},
          },
        },
      },
      {
        selector: { dnsZones: ["example.net"] },
        dns01: { cloudflare: { apiTokenSecretRef: { key: "token", name: "cf" } } },
      },
    ];
    const lines = issuanceLines(of, issuance({ issuer: issuer({ solvers: theirs }) }), nginx);
    assert.deepEqual(lines, [
      "ClusterIssuer letsencrypt-prod is taken over",
      "~ example.net: DNS-01 by cloudflare: cloudflare.apiTokenSecretRef.key token → api-token, cloudflare.apiTokenSecretRef.name cf → cloudflare-example.net",
      "~ example.org: DNS-01 by azureDNS: azureDNS.resourceGroupName old → dns, azureDNS.hostedZoneName example.org → (none), azureDNS.managedIdentity.clientID (none) → 00000000-0000-0000-0000-000000000003",
    ]);
    const after = becomes(of, issuer({ solvers: theirs }));
    assert.deepEqual(issuanceLines(of, issuance({ issuer: after }), nginx), []);
  });

  it("keeps the reference to the key of its ACME account", () => {
    const live = issuer({ accountKeyKey: "key.pem" });
    assert.deepEqual(specOf(stack, live).privateKeySecretRef, { name: "account", key: "key.pem" });
  });

  it("is the same after a second run as after the first", () => {
    for (const phase of ["coexist", "cutover", "retired"])
      for (const solvers of [
        [byNginx],
        [route53, byNginx],
        [{ dns01: { cnameStrategy: "Follow", route53: {} } }],
        [
          {
            selector: { matchLabels: { delegated: "yes" } },
            dns01: { cnameStrategy: "Follow", route53: {} },
          },
          { dns01: { cloudflare: {} } },
        ],
      ]) {
        const of = stackOf({ phase });
        const once = becomes(of, issuer({ solvers, others: { profile: "shortlived" } }));
        assert.deepEqual(becomes(of, once), once);
      }
  });
});

function certificate(name: string, more: Partial<LiveCertificate> = {}): LiveCertificate {
  return {
    namespace: "monitoring",
    name,
    secretName: "wiki-tls",
    dnsNames: ["wiki.example.net"],
    clusterIssuer: "letsencrypt-prod",
    ready: true,
    ...more,
  };
}

function byHand(more: Partial<ForeignCertificate> = {}): LiveCertificate {
  const foreign = {
    dnsNames: ["wiki.example.net", "old.example.org"],
    spec: { privateKey: { algorithm: "ECDSA", size: 384, rotationPolicy: "Never" }, duration: "2160h" },
    labels: { team: "docs" },
    annotations: { note: "by hand" },
    isTakenOver: false,
    ...more,
  };
  return certificate("docs-tls", { dnsNames: foreign.dnsNames, clusterIssuer: "other", foreign });
}

function live(...certificates: LiveCertificate[]): LiveIssuance {
  return issuance({ certificates });
}

describe("a certificate of somebody else that is taken over", () => {
  const deploy = async (found: LiveCertificate) => {
    const registrations = await record(() => {
      const provider = new k8s.Provider("cluster", { context: "octavo" });
      const args = {
        namespace: "monitoring",
        secretName: "wiki-tls",
        dnsNames: ["wiki.example.net"],
        issuer: "i",
      };
      new HostCertificate(
        "monitoring/wiki-tls",
        { ...args, ...takenOver(live(found), "monitoring", "wiki-tls") },
        { provider },
      );
    });
    return registrations.find(({ name }) => name === "monitoring/wiki-tls-certificate")!;
  };

  it("keeps every field, name, label and annotation that it has, and only gets the issuer", async () => {
    const { inputs, importId, retainOnDelete } = await deploy(byHand());
    assert.equal(importId, "monitoring/docs-tls");
    assert.deepEqual(inputs.metadata, {
      name: "docs-tls",
      namespace: "monitoring",
      labels: { team: "docs" },
      annotations: { note: "by hand", ...takenOverMark, ...waitFor("condition=Ready") },
    });
    assert.deepEqual(inputs.spec, {
      privateKey: { algorithm: "ECDSA", size: 384, rotationPolicy: "Never" },
      duration: "2160h",
      secretName: "wiki-tls",
      dnsNames: ["wiki.example.net", "old.example.org"],
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "i" },
    });
    assert.equal(retainOnDelete, true, "it does not go with the app");
  });

  it("gets the host in addition to its present names", async () => {
    const { inputs } = await deploy(byHand({ dnsNames: ["old.example.org"] }));
    assert.deepEqual((inputs.spec as { dnsNames: string[] }).dnsNames, [
      "old.example.org",
      "wiki.example.net",
    ]);
  });

  it("shows no password of a keystore", async () => {
    const keystores = { pkcs12: { create: true, password: "hunter2" } };
    const { inputs } = await deploy(byHand({ spec: { keystores } }));
    assert.ok(!JSON.stringify(withoutSecrets(inputs)).includes("hunter2"));
    assert.ok(JSON.stringify(inputs).includes("hunter2"));
  });

  it("is announced with its new issuer and names, once", () => {
    const lines = (found: LiveCertificate): string[] =>
      issuanceLines(stack, live(found), nginx).filter((line) => line.startsWith("Certificate"));
    assert.deepEqual(lines(byHand()), [
      "Certificate monitoring/docs-tls is taken over: issuer other → letsencrypt-prod",
    ]);
    assert.deepEqual(lines(byHand({ dnsNames: ["old.example.org"] })), [
      "Certificate monitoring/docs-tls is taken over: issuer other → letsencrypt-prod; also for wiki.example.net",
    ]);
    assert.deepEqual(lines(byHand({ isTakenOver: true })), []);
    assert.deepEqual(lines({ ...byHand(), clusterIssuer: "letsencrypt-prod" }), []);
  });

  it("is refused if no ACME server can issue it, or if a name is outside all zones", () => {
    const problems = (more: Partial<ForeignCertificate>): string[] =>
      certificateProblems(stack, live(byHand(more))).map(({ at, message }) => `${at}: ${message}`);
    assert.deepEqual(problems({}), []);
    for (const spec of [{ isCA: true }, { ipAddresses: ["192.168.0.1"] }, { uris: ["spiffe://a"] }])
      assert.deepEqual(problems({ spec }), [
        `apps.wiki.tls.secretName: Certificate monitoring/docs-tls has ${Object.keys(spec)[0]}, which no ACME server issues; give app wiki a Secret of its own`,
      ]);
    assert.deepEqual(problems({ spec: { isCA: false, ipAddresses: [], nameConstraints: {} } }), []);
    assert.match(
      problems({ dnsNames: ["wiki.example.com"] }).join(),
      /is also for wiki\.example\.com, which no zone/,
    );
    const http01 = stackOf({ 'certificates.zones["example.net"]': { http01: true } });
    const wild = live(byHand({ dnsNames: ["*.example.net", "wiki.example.net"] }));
    assert.match(certificateProblems(http01, wild)[0]?.message ?? "", /is also for \*\.example\.net,/);
    assert.deepEqual(certificateProblems(stack, wild), []);
  });
});

describe("a certificate of somebody else with a key or a name that ACME servers refuse", () => {
  const has = (spec: Record<string, unknown>, edits: Record<string, unknown> = {}): string[] =>
    certificateProblems(stackOf(edits), live(byHand({ spec }))).map(
      ({ message }) =>
        /^Certificate monitoring\/docs-tls has (.*); give app wiki a Secret/.exec(message)?.[1] ?? message,
    );

  it("is not taken over, because it would never be renewed", () => {
    const noKey = "for which the ACME server issues no certificate";
    assert.deepEqual(has({ privateKey: { algorithm: "Ed25519" } }), [`an Ed25519 key, ${noKey}`]);
    assert.deepEqual(has({ privateKey: { algorithm: "ECDSA", size: 521 } }), [
      `an ECDSA key of 521 bits, ${noKey}`,
    ]);
    assert.deepEqual(has({ privateKey: { size: 8192 } }), [`an RSA key of 8192 bits, ${noKey}`]);
    for (const privateKey of [
      { algorithm: "ECDSA", size: 384 },
      { algorithm: "ECDSA" },
      { algorithm: "RSA", size: 4096 },
      { rotationPolicy: "Never" },
    ])
      assert.deepEqual(has({ privateKey }), []);
    const own = { "certificates.server": "https://ca.example.net/acme/directory" };
    assert.deepEqual(has({ privateKey: { size: 8192 } }, own), [], "another server may accept the size");
  });

  it("may have a commonName only if it is one of its names", () => {
    assert.deepEqual(has({ commonName: "docs" }), [
      "the commonName docs, which is not among its dnsNames, so no ACME server issues it",
    ]);
    assert.match(
      has({ commonName: "*.example.net" }).join(),
      /^the commonName \*\.example\.net, which is not among/,
    );
    for (const commonName of ["old.example.org", "wiki.example.net", ""])
      assert.deepEqual(has({ commonName }), []);
    const [problem, ...others] = has({ commonName: "docs", isCA: true });
    assert.equal(problem, "isCA, which no ACME server issues");
    assert.equal(others.length, 1, "each reason is told");
  });
});

describe("a certificate that the program has made", () => {
  it("has exactly the stack's names, and is deleted with the stack", async () => {
    const registrations = await record(() => {
      const provider = new k8s.Provider("cluster", { context: "octavo" });
      const found = live(certificate("wiki-tls", { dnsNames: ["former.example.net"] }));
      const args = {
        namespace: "monitoring",
        secretName: "wiki-tls",
        dnsNames: ["wiki.example.net"],
        issuer: "i",
      };
      new HostCertificate("x", { ...args, ...takenOver(found, "monitoring", "wiki-tls") }, { provider });
    });
    const { inputs, retainOnDelete } = registrations.find(({ name }) => name === "x-certificate")!;
    assert.deepEqual((inputs.spec as { dnsNames: string[] }).dnsNames, ["wiki.example.net"]);
    assert.deepEqual((inputs.metadata as { labels: object }).labels, { [managedBy.label]: managedBy.value });
    assert.equal(retainOnDelete, false);
  });
});

describe("the webhook's API group", () => {
  const group = "porkbun.talinx.dev";
  const problems = (release?: string) =>
    certificateProblems(stack, { ...live(), apiServices: [{ group, ...(release && { release }) }] });

  it("may be served already by the release that the program installs", () => {
    assert.deepEqual(problems("cert-manager/cert-manager-webhook-porkbun"), []);
  });

  it("is refused if another Helm release serves it, or something that Helm did not install", () => {
    for (const [release, fix] of [
      ["dns/porkbun", "helm --kube-context test uninstall --namespace dns porkbun"],
      [
        "dns/cert-manager-webhook-porkbun",
        "helm --kube-context test uninstall --namespace dns cert-manager-webhook-porkbun",
      ],
      [undefined, `kubectl --context test delete apiservice v1alpha1.${group}`],
    ] as const) {
      const [problem] = problems(release);
      assert.match(problem?.message ?? "", /^APIService v1alpha1\.porkbun\.talinx\.dev is of /);
      assert.equal(problem?.fix, fix);
    }
  });

  it("is ignored if no zone is at Porkbun", () => {
    const cloudflare = stackOf({
      'certificates.zones["example.org"]': { cloudflare: { apiToken: "hunter2-hunter2" } },
    });
    assert.deepEqual(
      certificateProblems(cloudflare, { ...live(), apiServices: [{ group, release: "dns/x" }] }),
      [],
    );
  });
});
