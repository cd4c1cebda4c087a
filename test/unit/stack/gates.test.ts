import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { objectId, objectLabel } from "../../../components/cluster/objects.ts";
import { readinessData, readinessTable } from "../../../components/cluster/readiness-table.ts";
import { gateNames } from "../../../components/ingress-nginx/gates/names.ts";
import { isRemoved } from "../../../components/ingress-nginx/removal-state.ts";
import { noWayBack } from "../../../components/ingress-nginx/way-back.ts";
import { type GateInput, gateProblems, gates } from "../../../stack/gates.ts";
import { readinessOf } from "../../../stack/preflight.ts";
import { openNetwork } from "../components/network-policies/network.ts";
import { failing, ingress, installer, ready, stackOf } from "./state.ts";

/** Everything wrong at once. */
function unready(edits: Record<string, unknown> = {}): GateInput {
  const state = ready(stackOf(edits));
  return {
    ...state,
    cluster: {
      ...state.cluster,
      record: { phase: "coexist", adopted: [] },
      ingresses: [
        ...state.cluster.ingresses,
        ingress("komga", "by-hand", ["komga.example.org"], {
          ingressClass: "pomerium",
          tls: [{ hosts: ["books.example.org"], secretName: "tls-secret" }],
        }),
      ],
    },
    nginx: {
      ...state.nginx,
      ingresses: [...state.nginx.ingresses, ingress("old", "old", ["old.example.org"])],
      installers: [installer],
    },
    traffic: {
      "komga.example.org": { isPomerium: false, note: "answered with status 404, and not by Pomerium" },
    },
    issuance: {
      ...state.issuance,
      issuers: [
        {
          name: "other",
          foreign: true,
          ready: true,
          acme: {
            server: "",
            email: "",
            accountKey: "other",
            solvers: [{ http01: { ingress: { class: "nginx" } } }],
          },
        },
      ],
      certificates: state.issuance.certificates.filter(({ name }) => !name.startsWith("canary-")),
    },
  };
}

describe("the gates before retired", () => {
  it("are all open on a cluster that has been through cutover and lacks nothing", () => {
    const rows = gates(ready());
    assert.deepEqual(
      rows.map(({ name }) => name),
      [...gateNames],
    );
    assert.deepEqual(
      rows.flatMap(({ items }) => failing(items)),
      [],
    );
    assert.deepEqual(gateProblems(stackOf(), rows), []);
    assert.equal(readinessData(rows).ready, true);
  });

  it("report all problems at once, each with the edit or the command that fixes it", () => {
    const rows = gates(unready());
    const problems = gateProblems(stackOf(), rows);
    assert.deepEqual(
      [...new Set(problems.map(({ message }) => message.split(":")[0]?.replace(/^gate /, "")))],
      [...gateNames],
      "a gate lets through what it should not",
    );
    for (const { at, message, fix } of problems) {
      assert.ok(at, message);
      assert.match(fix ?? "", /^(pulumi|kubectl|curl) /, message);
    }
  });

  it("are the rows of the table in the documentation", () => {
    const page = readFileSync(new URL("../../../docs/real-cluster.md", import.meta.url), "utf8");
    const [, table = ""] = page.split("| gate | holds when |\n| --- | --- |\n");
    const rows = [...(table.split("\n\n")[0] ?? "").matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(rows, [...gateNames]);
  });

  it("hold back nothing before the stack asks for retired", () => {
    for (const phase of ["coexist", "cutover"])
      assert.deepEqual(gateProblems(stackOf({ phase }), gates(unready({ phase }))), []);
  });

  it("each have an override that opens no other gate", () => {
    for (const name of gateNames) {
      const edits = { "ingressNginx.override": { [name]: "known" } };
      const left = gateProblems(stackOf(edits), gates(unready(edits)));
      assert.deepEqual(
        [...new Set(left.map(({ message }) => message.split(":")[0]?.replace(/^gate /, "")))],
        gateNames.filter((each) => each !== name),
      );
    }
    const edits = { "ingressNginx.override": Object.fromEntries(gateNames.map((name) => [name, "known"])) };
    const rows = gates(unready(edits));
    assert.deepEqual(gateProblems(stackOf(edits), rows), []);
    assert.equal(readinessData(rows).ready, true);
  });

  it("are absent once ingress-nginx is gone, and where it never was", () => {
    const state = unready();
    const [namespace] = state.nginx.installation;
    for (const installation of [[], [namespace!]]) {
      const nginx = {
        ...state.nginx,
        installation,
        ingresses: [],
        strangers: { "ingress-nginx": ["ConfigMap mine"] },
      };
      assert.ok(isRemoved(nginx));
      assert.deepEqual(gates({ ...state, nginx }), []);
    }
    const nginx = { ...state.nginx, installation: [] };
    assert.equal(gates({ ...state, nginx }).length, gateNames.length);
  });
});

describe("a removal that has begun", () => {
  const webhook = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    name: "ingress-nginx-admission",
  };
  const begun = (state: GateInput, change: Partial<GateInput["nginx"]> = {}): GateInput => {
    const adopted = [...state.nginx.installation, webhook].map(objectLabel);
    const ingresses = state.nginx.ingresses.map(
      ({ namespace, name }) => `Ingress ${objectId({ namespace, name })}`,
    );
    return {
      ...state,
      cluster: { ...state.cluster, record: { phase: "retired", adopted: [...adopted, ...ingresses] } },
      nginx: { ...state.nginx, ...change },
    };
  };
  const [namespace] = ready().nginx.installation;

  it("goes on although a canary, an issuer or a Secret has gone bad, but loses no host and no Certificate", () => {
    const rows = gates(begun(unready()));
    assert.deepEqual(
      rows.map(({ name }) => name),
      ["phase", "hosts", "owners"],
    );
    const messages = gateProblems(stackOf(), rows).map(({ message }) => message.split(":")[0]);
    assert.deepEqual([...new Set(messages)], ["gate hosts", "gate owners"]);
  });

  it("is not held back once the Ingresses are gone", () => {
    assert.deepEqual(gateProblems(stackOf(), gates(begun(unready(), { ingresses: [] }))), []);
  });

  it("is held back by a new object, which nothing would remove", () => {
    const old = ingress("web", "new", ["komga.example.org"]);
    const state = begun(ready());
    const later = { ...state, nginx: { ...state.nginx, ingresses: [...state.nginx.ingresses, old] } };
    const [problem, ...others] = gateProblems(stackOf(), gates(later));
    assert.deepEqual(others, []);
    assert.match(problem?.message ?? "", /^gate phase: Ingress web\/new: is new since the removal began/);
    assert.equal(problem?.fix, "kubectl --context test delete ingress --namespace web new");
  });

  it("is over when neither a controller nor a webhook is left: a later Ingress of the class is nobody's", () => {
    const later = [ingress("web", "later", ["later.example.org"])];
    const left = { installation: [namespace!], controllers: [], ingresses: later };
    assert.deepEqual(gates(begun(ready(), left)), []);
    assert.equal(gates(begun(ready(), { ...left, installation: [namespace!, webhook] })).length, 3);
    assert.equal(gates(begun(ready(), { ...left, controllers: ready().nginx.controllers })).length, 3);
    const state = begun(ready(), left);
    const record = { phase: "cutover", adopted: [] };
    assert.equal(gates({ ...state, cluster: { ...state.cluster, record } }).length, gateNames.length);
  });

  it("shows every gate again to a stack that goes back", () => {
    const stack = stackOf({ phase: "cutover" });
    assert.equal(gates(begun(ready(stack))).length, gateNames.length);
  });
});

describe("the phases", () => {
  const at = (phase: string | undefined): string[] => {
    const { cluster, ...state } = ready();
    const { record: before, ...fresh } = cluster;
    const record = phase === undefined ? {} : { record: { phase, adopted: before?.adopted ?? [] } };
    return gateProblems(stackOf(), gates({ ...state, cluster: { ...fresh, ...record } })).map(
      ({ at, message, fix }) => `${at}: ${message} » ${fix}`,
    );
  };

  it("lead to retired through cutover alone", () => {
    assert.deepEqual(at("coexist"), [
      "phase: gate phase: test: has been brought to coexist; cutover comes before retired » pulumi config set --stack test phase cutover && pulumi up --stack test",
    ]);
    assert.deepEqual(at("cutover"), []);
    assert.deepEqual(at("retired"), []);
  });

  it("are written down in the cluster; without that, Pulumi must look before it writes them again", () => {
    assert.deepEqual(at(undefined), [
      "phase: gate phase: test: has not been brought to any phase yet, or its ConfigMap pomerium/pomerium-migration was deleted; cutover comes before retired » pulumi config set --stack test phase cutover && pulumi up --refresh --stack test",
    ]);
  });

  it("let new objects be adopted before retired removes the rest", () => {
    const { cluster, ...state } = ready();
    const record = { phase: "cutover", adopted: (cluster.record?.adopted ?? []).slice(0, -1) };
    const [problem, ...others] = gateProblems(
      stackOf(),
      gates({ ...state, cluster: { ...cluster, record } }),
    );
    assert.deepEqual(others, []);
    assert.match(problem?.message ?? "", /Ingress komga\/komga-ingress: is new since .*; adopt it first/);
    assert.match(problem?.fix ?? "", /phase cutover && pulumi up/);
  });

  it("have a way back from retired only while everything that was adopted is there", () => {
    const state = ready();
    const adopted = state.cluster.record?.adopted ?? [];
    const back = (phase: string, recorded: string, nginx: Partial<GateInput["nginx"]> = {}): string[] =>
      noWayBack(
        stackOf({ phase }),
        { record: { phase: recorded, adopted } },
        { ...state.nginx, ...nginx },
      ).map(({ at, message }) => `${at}: ${message}`);
    const [namespace] = state.nginx.installation;
    for (const phase of ["coexist", "cutover"]) {
      const no = `phase: test has been brought to retired, and there is no way back to ${phase}: ingress-nginx`;
      assert.deepEqual(back(phase, "retired"), []);
      assert.deepEqual(back(phase, "retired", { ingresses: [] }), [
        `${no} lacks Ingress komga/komga-ingress`,
      ]);
      const gone = { installation: [namespace!], controllers: [] };
      assert.deepEqual(back(phase, "retired", gone), [`${no} is gone`]);
      assert.deepEqual(back(phase, "cutover", gone), []);
    }
    assert.deepEqual(back("retired", "retired", { ingresses: [] }), []);
  });

  it("lead a second installation through cutover to retired in its turn, when the first is removed", () => {
    const state = ready();
    const record = { phase: "retired", adopted: ["Deployment first/controller", "Ingress a/b"] };
    const back = (phase: string, adopted = record.adopted) =>
      noWayBack(stackOf({ phase }), { record: { ...record, adopted } }, state.nginx).length;
    assert.equal(back("cutover"), 0);
    assert.equal(back("coexist"), 1);
    // A part of an installation that is being removed.
    assert.equal(back("cutover", [...record.adopted, "Ingress komga/komga-ingress"]), 1);
    const rows = gates({ ...state, cluster: { ...state.cluster, record } });
    const [problem, ...others] = gateProblems(stackOf(), rows);
    assert.deepEqual(others, []);
    assert.match(problem?.message ?? "", /^gate phase: test: names an installation that was not adopted/);
    assert.match(problem?.fix ?? "", /phase cutover && pulumi up/);
  });

  it("have no way back to coexist for a second installation after the first was retired", () => {
    const state = ready();
    const { adopted } = state.cluster.record!;
    const back = (phase: string, recorded: string, retired: string[], nginx = state.nginx) =>
      noWayBack(stackOf({ phase }), { record: { phase: recorded, adopted, retired } }, nginx);
    const first = ["Deployment first/controller", "Ingress a/b"];
    for (const recorded of ["cutover", "coexist"]) {
      const [problem] = back("coexist", recorded, first);
      assert.match(
        problem?.message ?? "",
        /^test has retired an ingress-nginx before this one \(Deployment first\/controller and 1 more\), and there is no way back to coexist/,
      );
      assert.match(problem?.fix ?? "", /phase cutover && pulumi up/);
    }
    for (const phase of ["cutover", "retired"]) assert.deepEqual(back(phase, "cutover", first), []);
    assert.deepEqual(back("coexist", "cutover", []), [], "nothing was retired before");
    assert.deepEqual(back("coexist", "cutover", adopted.slice(0, 2)), [], "somebody has restored it");
  });

  it("have no way back from retired without `ingressNginx` in the stack file", () => {
    const [problem] = noWayBack(
      stackOf({ phase: "cutover", ingressNginx: undefined, tunnels: undefined }),
      { record: { phase: "retired", adopted: [] } },
      undefined,
    );
    assert.match(problem?.message ?? "", /no way back to cutover: the stack file has no `ingressNginx`/);
  });
});

describe("the readiness table", () => {
  const rows = [
    {
      name: "hosts",
      items: [
        { subject: "a.example.org", ok: true, note: "app a" },
        { subject: "b.example.org", ok: false, note: "no app has this host", fix: "kubectl get ingress" },
      ],
    },
    { name: "canaries", items: [{ subject: "example.org", ok: false, note: "off" }], override: "proven" },
    { name: "owners", items: [], override: "for later" },
  ];

  it("counts what holds, names what does not, and marks what was overridden", () => {
    assert.deepEqual(readinessTable(rows), [
      "hosts     1/2",
      "  b.example.org  no app has this host",
      "canaries  0/1  ! OVERRIDDEN: proven",
      "  example.org  off",
      "owners    none  override not needed: for later",
    ]);
  });

  it("lists the first items of a long row, and the command that lists all of them", () => {
    const items = ["a", "b", "c", "d"].map((subject) => ({ subject, ok: false, note: "off" }));
    const short = (most: number) => readinessTable([{ name: "hosts", items }], { most, all: "show all" });
    assert.deepEqual(short(2), ["hosts  0/4", "  a  off", "  b  off", "  and 2 more: show all"]);
    assert.deepEqual(short(3), ["hosts  0/4", "  a  off", "  b  off", "  c  off", "  d  off"]);
  });

  it("gives programs the same as JSON", () => {
    const data = readinessData(rows);
    assert.equal(data.ready, false);
    assert.deepEqual(JSON.parse(JSON.stringify(data)), data);
    assert.deepEqual(data.rows[0], {
      name: "hosts",
      ok: 1,
      of: 2,
      missing: [{ subject: "b.example.org", note: "no app has this host", fix: "kubectl get ingress" }],
    });
    assert.equal(readinessData(rows.slice(1)).ready, true);
  });
});

describe("the readiness of a cluster that stays in coexist on purpose", () => {
  const readiness = (stays?: object) => {
    const { stack, nginx, issuance, ...state } = unready({
      phase: "coexist",
      ...(stays && { "ingressNginx.stays": stays }),
    });
    const { cluster, traffic = {} } = state;
    return readinessOf(stack, {
      cluster,
      traffic,
      certificates: issuance,
      ingressNginx: nginx,
      network: openNetwork,
      pomerium: { existing: [], foreign: [], forced: [], readyReplicas: 1, nodes: [], claims: [] },
    });
  };

  it("has no rows, and still refuses a lost protection", () => {
    assert.ok(readiness().rows.length > 3);
    const { rows, problems } = readiness({ "old.example.org": "public" });
    assert.deepEqual(rows, []);
    assert.deepEqual(problems, readiness().problems);
  });
});
