import { strict as assert } from "node:assert";
import { certificateProblems } from "../../../../../components/certificates/checks.ts";
import type { CertificatesConfig } from "../../../../../components/certificates/config.ts";
import { installations, wantedIssuance } from "../../../../../components/certificates/issuer-objects.ts";
import { goodStack, parse, problemsOf, put, type Raw } from "../../../stack/base.ts";
import { issuance } from "../issuance.ts";
import { challengeOf, mistakesOf } from "./challenge-of.ts";

const zone = { groupName: "acme.example.org", solverName: "hetzner" };
const install = {
  release: "webhook-hetzner",
  repository: "https://charts.example.com",
  chart: "cert-manager-webhook-hetzner",
  version: "1.4.0",
};

function withZones(zones: Record<string, object>): Raw {
  const raw = goodStack();
  for (const [name, webhook] of Object.entries(zones)) put(raw, `certificates.zones["${name}"]`, { webhook });
  return raw;
}

const certificates = (zones: Record<string, object>): CertificatesConfig =>
  parse(withZones(zones)).certificates;

describe("DNS by any webhook", () => {
  it("passes the configuration on as it is", () => {
    const config = { secretName: "webhook-example.org", nested: [{ zone: "example.org" }] };
    assert.deepEqual(challengeOf("webhook", { ...zone, config }), { webhook: { ...zone, config } });
    assert.deepEqual(challengeOf("webhook", zone), { webhook: zone });
  });

  it("may be installed already: then only what its chart does not give is made", () => {
    assert.deepEqual(installations(certificates({ "example.org": zone }))[0], {
      at: 'certificates.zones["example.org"].webhook.groupName',
      apiGroup: "acme.example.org",
      rights: [],
    });
    const config = { ref: "webhook-example.org" };
    const rights = { solverRbac: "own", serviceAccount: "hetzner", secrets: { key: "x" }, config };
    const [{ rights: given }] = installations(certificates({ "example.org": { ...zone, ...rights } })) as [
      ReturnType<typeof installations>[number],
    ];
    assert.deepEqual(
      given.map(({ name, namespace, rules, serviceAccount }) => [name, namespace, rules[0], serviceAccount]),
      [
        [
          "webhook-acme.example.org:challenges",
          undefined,
          { apiGroups: ["acme.example.org"], resources: ["*"], verbs: ["create"] },
          { name: "cert-manager", namespace: "cert-manager" },
        ],
        [
          "webhook-acme.example.org:credentials",
          "cert-manager",
          {
            apiGroups: [""],
            resources: ["secrets"],
            resourceNames: ["webhook-example.org"],
            verbs: ["get"],
          },
          { name: "hetzner", namespace: "cert-manager" },
        ],
      ],
    );
  });

  it("is installed once for all zones of its API group", () => {
    const two = { "example.org": { ...zone, install }, "example.net": zone };
    const [first, ...others] = installations(certificates(two));
    assert.deepEqual(others, []);
    assert.deepEqual(first?.release, {
      part: "webhook-webhook-hetzner",
      name: "webhook-hetzner",
      repository: "https://charts.example.com",
      chart: "cert-manager-webhook-hetzner",
      version: "1.4.0",
      values: {
        groupName: "acme.example.org",
        certManager: { namespace: "cert-manager", serviceAccountName: "cert-manager" },
      },
    });
    const other = { ...zone, groupName: "acme.example.net" };
    assert.equal(installations(certificates({ "example.org": zone, "example.net": other })).length, 2);
  });

  it("keeps its Helm release when its API group changes, since Helm knows it by its name", () => {
    const partOf = (groupName: string) =>
      installations(certificates({ "example.org": { ...zone, groupName, install } }))[0]?.release?.part;
    assert.equal(partOf("acme.example.org"), partOf("dns.example.org"));
  });

  it("is refused with two charts for one API group", () => {
    const two = { "example.org": { ...zone, install }, "example.net": { ...zone, install } };
    assert.deepEqual(problemsOf(withZones(two)), []);
    two["example.net"].install = { ...install, version: "1.5.0" };
    assert.deepEqual(problemsOf(withZones(two)), [
      'certificates.zones["example.net"].webhook.install: differs from that of example.org, although both webhooks serve the same API group; write it at example.org only',
    ]);
  });

  it("is refused if its configuration does not name the Secret of its secrets", () => {
    const secrets = { key: "hunter2-hunter2" };
    const message =
      'certificates.zones["example.org"].webhook.config: does not name the Secret webhook-example.org, so the webhook cannot read `secrets`';
    assert.deepEqual(problemsOf(withZones({ "example.org": { ...zone, secrets } })), [message]);
    const other = { ...zone, secrets, config: { secretName: "webhook-example.net" } };
    assert.deepEqual(problemsOf(withZones({ "example.org": other })), [message]);
  });

  it("never installs the newest chart of the day", () => {
    const { version: _, ...unpinned } = install;
    for (const chart of [unpinned, { release: "w", chart: "oci://charts.example.com/w" }])
      assert.deepEqual(mistakesOf("webhook", { ...zone, install: chart }), [
        "install.version: missing: without it, the newest chart of the day would be installed",
      ]);
    assert.deepEqual(mistakesOf("webhook", { ...zone, install: { release: "w", chart: "./chart" } }), []);
  });

  it("is refused before anything is changed if it is said to be there and is not", () => {
    const stack = parse(withZones({ "example.org": zone }));
    assert.deepEqual(wantedIssuance(stack.certificates).webhooks, [
      { at: 'certificates.zones["example.org"].webhook.groupName', apiGroup: "acme.example.org" },
    ]);
    const [problem, ...others] = certificateProblems(stack, issuance());
    assert.deepEqual(others, []);
    assert.equal(problem?.at, 'certificates.zones["example.org"].webhook.groupName');
    assert.match(problem?.message ?? "", /^there is no APIService v1alpha1\.acme\.example\.org/);
    const apiServices = [{ group: "acme.example.org", release: "dns/whatever" }];
    assert.deepEqual(certificateProblems(stack, issuance({ apiServices })), []);
  });
});
