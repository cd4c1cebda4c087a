import { strict as assert } from "node:assert";
import type { LiveCluster, LiveIngress } from "../../../components/cluster/live.ts";
import { objectLabel } from "../../../components/cluster/objects.ts";
import type { ReadinessRow } from "../../../components/cluster/readiness.ts";
import { type LiveIngressNginx, leavingObjects } from "../../../components/ingress-nginx/live.ts";
import { failedTestProblems } from "../../../policies/access/assertions/run.ts";
import { announce } from "../../../stack/announce.ts";
import { stackProblems } from "../../../stack/checks.ts";
import type { Findings } from "../../../stack/findings.ts";
import { phaseEffects } from "../../../stack/phases.ts";
import type { Stack } from "../../../stack/stack.ts";
import { issuance } from "../components/certificates/issuance.ts";
import { nginxWith } from "../components/ingress-nginx/nginx.ts";
import { openNetwork } from "../components/network-policies/network.ts";
import { goodStack, parse, put } from "./base.ts";
import { deployed, ingress } from "./state.ts";

const uid = "3f1c0f5e-7d0a-4d6e-8a51-0c2f3b1d9e77";

function stack(edits: Record<string, unknown> = {}): Stack {
  const raw = put(goodStack(), "cluster.uid", uid);
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return parse(raw);
}

function cluster(changes: Partial<LiveCluster> = {}): LiveCluster {
  return { uid, services: [], ingresses: [], ...changes };
}

function findings(
  live: LiveCluster,
  ingressNginx = nginxWith([], { controllers: [], installation: [], classes: [] }),
): Omit<Findings, "readiness"> {
  return {
    cluster: live,
    certificates: issuance(),
    ingressNginx,
    network: openNetwork,
    pomerium: { existing: [], foreign: [], forced: [], readyReplicas: 1, nodes: [], claims: [] },
    tunnels: { live: {}, problems: [] },
  };
}

function announced(
  of: Stack,
  live: LiveCluster,
  ingressNginx?: LiveIngressNginx,
  gates: readonly ReadinessRow[] = [],
): string {
  return announce(of, { ...findings(live, ingressNginx), readiness: gates }, phaseEffects(of));
}

describe("the announcement of a preview", () => {
  it("says that access is unchanged if the cluster enforces the stack file already", () => {
    const text = announced(stack(), cluster({ ingresses: deployed(stack()) }));
    assert.match(text, /^access +unchanged$/m);
  });

  it("names who gains access, where, and by which line", () => {
    const more = stack({ "users.groups.readers": ["alice@gmail.com", "bob@gmail.com", "erin@gmail.com"] });
    const text = announced(more, cluster({ ingresses: deployed(stack()) }));
    assert.match(
      text,
      /\+1 +erin@gmail\.com +may reach +komga\.example\.org\/ +group readers \(users\.groups\.readers\[2\]\)/,
    );
  });

  it("names who loses access when a person leaves a group", () => {
    const fewer = stack({ "users.groups.readers": ["alice@gmail.com"] });
    const text = announced(fewer, cluster({ ingresses: deployed(stack()) }));
    assert.match(text, /-1 +bob@gmail\.com +loses +komga\.example\.org/);
  });

  const written = [{ manager: "pulumi-kubernetes-a1b2c3" }];
  const publicly = { "ingress.pomerium.io/allow_public_unauthenticated_access": "true" };
  const forDave = { "ingress.pomerium.io/policy": "- allow: { or: [{ email: { is: dave@gmail.com } }] }" };
  const demo = (annotations: Record<string, string>, more: Partial<LiveIngress> = {}): LiveIngress =>
    ingress("demo", "demo", ["demo.example.org"], { ingressClass: "pomerium", annotations, ...more });

  it("lists a public Ingress of others as public, because no run changes it", () => {
    const text = announced(stack(), cluster({ ingresses: [...deployed(stack()), demo(publicly)] }));
    assert.match(text, /^access +unchanged$/m);
    assert.match(text, /^public +unchanged \(1: demo\.example\.org\)$/m);
  });

  it("does not say that somebody loses an Ingress of another Pulumi program", () => {
    const ingresses = [...deployed(stack()), demo(forDave, { managedFields: written })];
    assert.match(announced(stack(), cluster({ ingresses })), /^access +unchanged$/m);
  });

  it("does not say that somebody loses a hand-made Ingress with the name of an app's Ingress", () => {
    const ingresses = [...deployed(stack()), demo(forDave, { name: "demo-pomerium-ingress" })];
    assert.match(announced(stack(), cluster({ ingresses })), /^access +unchanged$/m);
  });

  it("says that a host is gone when its app leaves the stack file, because the Ingress is deleted", () => {
    const ingresses = [
      ...deployed(stack()),
      demo(forDave, { name: "demo-pomerium-ingress", managedFields: written }),
    ];
    assert.match(announced(stack(), cluster({ ingresses })), /^gone +demo\.example\.org/m);
  });

  it("ignores Ingresses of other classes", () => {
    const others = deployed(stack()).map((ingress) => ({ ...ingress, ingressClass: "tailscale" }));
    assert.equal(announced(stack(), cluster({ ingresses: others })), announced(stack(), cluster()));
  });

  it("lists the steps to take by hand, and the way back", () => {
    const text = announced(stack(), cluster());
    assert.match(text, /^by hand +identity provider \(google\): authorised redirect URI https:\/\//m);
    assert.match(text, /way back: /);
  });
});

describe("the announcement about ingress-nginx", () => {
  const nginx = nginxWith([ingress("komga", "komga-ingress", ["komga.example.org", "old.example.org"])], {
    installation: ["Namespace", "Deployment", "Service"].map((kind) => ({
      apiVersion: "v1",
      kind,
      name: "ingress-nginx",
    })),
  });
  const rows = [
    { name: "hosts", items: [{ subject: "old.example.org", ok: false, note: "no app has this host" }] },
    { name: "canaries", items: [{ subject: "example.org", ok: false }], override: "proven elsewhere" },
  ];
  const adopted = leavingObjects(nginx).map(objectLabel);
  const at = (phase: string): LiveCluster => cluster({ record: { phase, adopted } });

  it("names the previous phase if it differs", () => {
    const cutover = stack({ phase: "cutover" });
    assert.match(
      announced(cutover, at("coexist"), nginx),
      /^test · coexist → cutover {4}way back: pulumi config set --stack test phase coexist && pulumi up/,
    );
    assert.match(announced(cutover, at("cutover"), nginx), /^test · cutover {4}way back: /);
    assert.match(announced(cutover, cluster(), nginx), /^test · cutover {4}way back: /);
  });

  it("says that a cluster stays in coexist on purpose, and speaks of no removal", () => {
    const stays = stack({
      ingressNginx: { helmRelease: "ingress-nginx", stays: { "old.example.org": "public" } },
      "apps.wiki.migrated": undefined,
    });
    const text = announced(stays, at("coexist"), nginx);
    assert.match(
      text,
      /^test · coexist, on purpose {4}way back: none needed: ingress-nginx keeps its hosts$/m,
    );
    assert.match(text, /^ {9}1 host stays at ingress-nginx: old\.example\.org$/m);
    assert.match(text, /! komga\.example\.org is served by ingress-nginx too, past Pomerium/);
    assert.doesNotMatch(text, /retired|cutover/);
  });

  it("of an update repeats of the preview only who gains and loses access, and what is left to do", () => {
    const of = stack({ phase: "cutover" });
    const text = (isPreview: boolean): string[] =>
      announce(of, { ...findings(at("coexist"), nginx), readiness: rows }, phaseEffects(of), {
        isPreview,
      }).split("\n");
    const [before, update] = [text(true), text(false)];
    const more = [
      `more     before a run: pulumi preview --stack ${of.name}`,
      `         after it: npx pomerium-migration ready ${of.name}`,
    ];
    assert.deepEqual(update.slice(-2), more);
    assert.deepEqual(
      update.slice(0, -2).filter((line) => !before.includes(line)),
      [],
    );
    const titles = (lines: string[]): string[] =>
      lines.flatMap((line) => /^[a-z]+( hand)?(?= {2})/.exec(line)?.[0] ?? []);
    assert.deepEqual(titles(update), ["access", "public", "by hand", "more"]);
    assert.ok(titles(before).includes("ready") && titles(before).includes("nginx"));
    assert.equal(update[0], before[0]);
    // The state of the cluster is the one before the run, and would be taken for the one after it.
    assert.ok(!update.some((line) => line.includes("Pomerium is not installed yet")));
  });

  it("of an update leaves the warnings of the stack file to the preview", () => {
    const of = stack({ "users.groups.unused": ["eve@example.org"] });
    assert.ok(of.warnings.length > 0);
    const text = (isPreview: boolean): string =>
      announce(of, { ...findings(at("coexist"), nginx), readiness: [] }, phaseEffects(of), { isPreview });
    assert.match(text(true), /Pulumi\.test\.yaml: \d+ warnings?/);
    assert.doesNotMatch(text(false), /warning/);
  });

  it("counts the objects that are kept until retired, and names what retired still needs", () => {
    for (const phase of ["coexist", "cutover"]) {
      const text = announced(stack({ phase }), at("coexist"), nginx, rows);
      assert.match(
        text,
        /^nginx {4}3 objects and 1 Ingress stay as they are, kept from deletion until retired$/m,
      );
      assert.match(
        text,
        /^ready {4}Pomerium is not installed yet\n {9}hosts {5}0\/1\n {11}old\.example\.org {2}no app has this host$/m,
      );
      assert.match(text, /^ {9}canaries {2}0\/1 {2}! OVERRIDDEN: proven elsewhere$/m);
    }
  });

  it("counts the objects that retired removes, and names the overridden gates and the abandoned hosts", () => {
    const edits = { phase: "retired", "ingressNginx.abandon": { "old.example.org": "nobody calls it" } };
    const strangers = { "ingress-nginx": ["ConfigMap mine"] };
    const text = announced(stack(edits), at("cutover"), { ...nginx, strangers }, rows);
    assert.match(
      text,
      /^nginx {4}2 objects and 1 Ingress are removed; namespace ingress-nginx stays: ConfigMap mine$/m,
    );
    assert.match(text, /^ {9}! goes dark: old\.example\.org \(nobody calls it\)$/m);
    assert.match(text, /! OVERRIDDEN: proven elsewhere/);
    assert.doesNotMatch(text, /hosts/);
    assert.match(announced(stack(edits), at("cutover"), nginx), /3 objects and 1 Ingress are removed$/m);
  });

  it("names objects that stay because they were never adopted, each with the command that removes it", () => {
    const retired = stack({ phase: "retired" });
    const said = (of: readonly string[], more: Partial<LiveIngressNginx> = {}): string[] =>
      announced(retired, cluster({ record: { phase: "retired", adopted: [...of] } }), { ...nginx, ...more })
        .split("\n")
        .filter((line) => /removed|is left/.test(line))
        .map((line) => line.slice(9));
    assert.deepEqual(said(adopted), ["3 objects and 1 Ingress are removed"]);
    assert.deepEqual(said(adopted.slice(0, -1)), [
      "3 objects and 0 Ingresses are removed",
      `! Ingress komga/komga-ingress is left, since it was never adopted: kubectl --context ${retired.cluster.context} delete ingress --namespace komga komga-ingress`,
    ]);
    assert.deepEqual(said(["Secret long/gone"], { installation: [] }), [
      `! Ingress komga/komga-ingress is left, since it was never adopted: kubectl --context ${retired.cluster.context} delete ingress --namespace komga komga-ingress`,
    ]);
  });

  it("names the Certificates that are deleted along with their Ingresses, if they are few", () => {
    const rowOf = (names: string[]): ReadinessRow[] => [
      {
        name: "owners",
        items: [
          ...names.map((name) => ({ subject: `Certificate ${name}`, ok: true })),
          { subject: "Certificate a/needed", ok: false },
        ],
      },
    ];
    const retired = stack({ phase: "retired" });
    assert.match(
      announced(retired, at("cutover"), nginx, rowOf(["a/x", "b/y"])),
      /^ {9}2 Certificates go along with their Ingresses: a\/x, b\/y$/m,
    );
    assert.match(
      announced(stack(), at("coexist"), nginx, rowOf(["a/x", "b/y", "c/z", "d/z"])),
      /^ {9}4 Certificates will go along with their Ingresses$/m,
    );
    assert.doesNotMatch(announced(retired, at("cutover"), nginx, rowOf([])), /go(es)? along/);
  });

  it("names abandoned ports and wildcard hosts by their keys", () => {
    const edits = {
      phase: "retired",
      "ingressNginx.abandon": { "tcp/22": "its own address", "udp/53": "never was", "*": "a page of 404" },
    };
    const streams = [{ protocol: "TCP", port: "22", backend: "gitea/ssh:22" } as const];
    const ingresses = nginx.ingresses.map((each) => ({ ...each, anyHost: true }));
    const text = announced(stack(edits), at("cutover"), { ...nginx, streams, ingresses });
    assert.match(text, /! goes dark: tcp\/22 \(its own address\)/);
    assert.match(text, /! goes dark: \* \(a page of 404\)/);
    assert.doesNotMatch(text, /udp/);
  });

  it("names adopted Ingresses that have another class now", () => {
    const own = { ...deployed(stack())[0]!, namespace: "web", name: "wiki", ingressClass: "tailscale" };
    const ref = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", namespace: "web", name: "wiki" };
    const live = { ...at("coexist"), ingresses: [own] };
    assert.match(
      announced(stack(), live, { ...nginx, unrecognised: [ref] }),
      /^ {9}! Ingress web\/wiki does not belong to ingress-nginx any more \(class tailscale\): it is released, not deleted$/m,
    );
    assert.doesNotMatch(announced(stack(), live, nginx), /released/);
  });

  it("says that nothing of it is left after the removal", () => {
    const gone = { ...nginx, installation: [], ingresses: [] };
    assert.match(
      announced(stack({ phase: "retired" }), at("retired"), gone),
      /^nginx {4}nothing of it is in this cluster$/m,
    );
  });

  it("is empty for a cluster without ingress-nginx", () => {
    assert.doesNotMatch(
      announced(stack({ ingressNginx: undefined, tunnels: undefined }), cluster()),
      /^nginx/m,
    );
  });
});

describe("the checks before a run", () => {
  const gate = [{ at: "phase", message: "gate canaries" }];

  it("report another cluster alone, because its content does not matter", () => {
    const problems = stackProblems(stack(), findings(cluster({ uid: "another" })), gate);
    assert.deepEqual(
      problems.map(({ at }) => at),
      ["cluster.uid"],
    );
  });

  it("report a failing access test beside another cluster", () => {
    const tested = stack({ "accessTests.apps.komga": [{ deny: ["alice@gmail.com", "stranger"] }] });
    const problems = stackProblems(tested, findings(cluster({ uid: "another" })), gate);
    assert.deepEqual(
      problems.map(({ at }) => at),
      ["accessTests.apps.komga[0].deny[0]", "cluster.uid"],
    );
  });

  it("report every app without its Service, and every gate that does not hold", () => {
    const problems = stackProblems(stack(), findings(cluster()), gate).map(({ at }) => at);
    const services = stack().apps.map(({ at }) => `${at}.service.name`);
    assert.deepEqual(
      problems.filter((at) => at.endsWith("service.name")),
      services,
    );
    assert.equal(problems.at(-1), "phase");
  });

  it("report a NetworkPolicy that keeps Pomerium away, and the announcement names what is not judged", () => {
    const service = {
      namespace: "komga",
      name: "komga-svc",
      type: "ClusterIP",
      headless: false,
      selector: { app: "komga" },
      ports: [{ port: 25600, targetPort: 25600 }],
    };
    const seen = {
      ...findings(cluster({ services: [service] })),
      network: {
        ...openNetwork,
        policies: [{ metadata: { namespace: "komga", name: "closed" }, spec: { podSelector: {} } }],
        pods: [{ namespace: "komga", labels: { app: "komga" }, ports: [] }],
        unjudged: [{ kind: "CiliumNetworkPolicy", namespace: "komga", name: "l7" }],
      },
    };
    assert.ok(
      stackProblems(stack(), seen, []).some(({ message }) =>
        message.startsWith("by NetworkPolicy komga/closed,"),
      ),
    );
    const text = announce(stack(), { ...seen, readiness: [] }, phaseEffects(stack()));
    assert.match(text, /^network +! not judged here, .*: CiliumNetworkPolicy komga\/l7$/m);
  });

  it("report a failing access test with the line that decides and the edit that fixes it", () => {
    const tested = stack({ "accessTests.apps.komga": [{ deny: ["alice@gmail.com", "stranger"] }] });
    const [problem, ...others] = failedTestProblems(tested);
    assert.deepEqual(others, []);
    assert.equal(problem?.at, "accessTests.apps.komga[0].deny[0]");
    assert.match(
      problem?.message ?? "",
      /alice@gmail\.com must not pass at komga\.example\.org\/, but passes/,
    );
    assert.match(problem?.fix ?? "", /users\.groups\.readers\[0\]/);
  });
});
