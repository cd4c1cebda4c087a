import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { LiveIngress } from "../../../../../components/cluster/live.ts";
import type { LiveSettings } from "../../../../../components/cluster/pomerium-status.ts";
import { hostsGate } from "../../../../../components/ingress-nginx/gates/hosts.ts";
import type { GateInput } from "../../../../../stack/gates.ts";
import { failing, ingress, ready, stackOf } from "../../../stack/state.ts";

/** A ready cluster with these nginx Ingresses more. */
function withIngresses(state: GateInput, ...more: LiveIngress[]): GateInput {
  return { ...state, nginx: { ...state.nginx, ingresses: [...state.nginx.ingresses, ...more] } };
}

function withSettings(state: GateInput, change: (settings: LiveSettings) => object): GateInput {
  const settings = state.pomerium.settings!;
  return { ...state, pomerium: { ...state.pomerium, settings: { ...settings, ...change(settings) } } };
}

describe("a host of an nginx Ingress", () => {
  it("is taken over once Pomerium reports every Ingress of its app", () => {
    assert.deepEqual(hostsGate(ready()), [{ subject: "komga.example.org", ok: true, note: "app komga" }]);
  });

  it("is missing while Pomerium has not taken its Ingress, with Pomerium's reason", () => {
    for (const name of ["komga-pomerium-ingress", "komga-pomerium-ingress-open"]) {
      const state = withSettings(ready(), ({ ingress }) => ({
        ingress: {
          ...ingress,
          [`komga/${name}`]: { reconciled: false, error: "get secret komga/komga-tls" },
        },
      }));
      assert.deepEqual(failing(hostsGate(state)), [
        `komga.example.org: app komga: Ingress komga/${name} not reconciled: get secret komga/komga-tls`,
      ]);
    }
    assert.deepEqual(failing(hostsGate(withSettings(ready(), () => ({ ingress: {} })))), [
      "komga.example.org: app komga: Pomerium reports nothing about Ingress komga/komga-pomerium-ingress",
    ]);
  });

  it("is missing while the app has no Ingress yet, or one with another host", () => {
    const state = ready();
    const without = state.cluster.ingresses.filter(({ name }) => name !== "komga-pomerium-ingress");
    assert.deepEqual(failing(hostsGate({ ...state, cluster: { ...state.cluster, ingresses: without } })), [
      "komga.example.org: app komga: Ingress komga/komga-pomerium-ingress is not there yet",
    ]);
    const renamed = state.cluster.ingresses.map((each) =>
      each.name === "komga-pomerium-ingress"
        ? { ...each, rules: [{ host: "books.example.org", paths: [] }] }
        : each,
    );
    assert.deepEqual(failing(hostsGate({ ...state, cluster: { ...state.cluster, ingresses: renamed } })), [
      "komga.example.org: app komga: Ingress komga/komga-pomerium-ingress serves books.example.org so far",
    ]);
  });

  it("is missing if Pomerium's settings are not in force", () => {
    for (const change of [{ current: false }, { reconciled: false }])
      assert.deepEqual(failing(hostsGate(withSettings(ready(), () => change))), [
        "Pomerium/global: settings not in force",
      ]);
  });

  it("is missing if no pod of Pomerium is ready, whatever Pomerium has reported", () => {
    const state = ready();
    const dead = { ...state, pomerium: { ...state.pomerium, readyReplicas: 0 } };
    assert.deepEqual(failing(hostsGate(dead)), [
      "Pomerium pomerium/pomerium: none of its pods is ready, so nothing serves, whatever it has reported",
    ]);
    // Nobody relies on it where every host is abandoned.
    const old = ingress("web", "old", ["old.example.org"]);
    const stack = stackOf({ "ingressNginx.abandon": { "old.example.org": "nobody calls it" } });
    assert.deepEqual(failing(hostsGate({ ...dead, stack, nginx: { ...dead.nginx, ingresses: [old] } })), []);
  });

  it("is missing while Pomerium's report is of an earlier generation of its Ingress", () => {
    const at = (generation: number | undefined, observedGeneration: number | undefined): string[] => {
      const id = "komga/komga-pomerium-ingress";
      const state = withSettings(ready(), ({ ingress }) => ({
        ingress: {
          ...ingress,
          [id]: { reconciled: true, ...(observedGeneration === undefined ? {} : { observedGeneration }) },
        },
      }));
      const ingresses = state.cluster.ingresses.map((each) =>
        each.name === "komga-pomerium-ingress" && generation !== undefined ? { ...each, generation } : each,
      );
      return failing(hostsGate({ ...state, cluster: { ...state.cluster, ingresses } }));
    };
    assert.deepEqual(at(3, 2), [
      "komga.example.org: app komga: Ingress komga/komga-pomerium-ingress not reconciled yet: Pomerium reports its generation 2, it is at 3",
    ]);
    for (const [live, reported] of [
      [3, 3],
      [3, undefined],
      [undefined, 3],
    ])
      assert.deepEqual(at(live, reported), []);
  });

  it("may be an alias, a twin with or without www, or any other host", () => {
    const prefix = "nginx.ingress.kubernetes.io/";
    const subjects = (more: Partial<LiveIngress>): string[] => {
      const state = ready();
      const one = ingress("komga", "komga-ingress", ["komga.example.org"], more);
      return failing(hostsGate({ ...state, nginx: { ...state.nginx, ingresses: [one] } })).map(
        (text) => text.split(":")[0] ?? "",
      );
    };
    assert.deepEqual(subjects({}), []);
    assert.deepEqual(subjects({ annotations: { [`${prefix}server-alias`]: "a.example.org" } }), [
      "a.example.org",
    ]);
    assert.deepEqual(subjects({ annotations: { [`${prefix}from-to-www-redirect`]: "true" } }), [
      "www.komga.example.org",
    ]);
    assert.deepEqual(subjects({ anyHost: true }), ["*"]);
  });

  it("that no app has is named with its Ingress and the command that abandons it", () => {
    const [item] = hostsGate(withIngresses(ready(), ingress("ryot", "ryot", ["a.example.org"])));
    assert.deepEqual(item, {
      subject: "a.example.org",
      ok: false,
      at: "apps",
      note: "no app has this host (Ingress ryot/ryot); add one, or abandon the host",
      fix: `pulumi config set --stack test --path 'ingressNginx.abandon["a.example.org"]' '<why>'`,
    });
  });

  it("is given up when the stack file abandons it by its name", () => {
    const state = ready(stackOf({ "ingressNginx.abandon": { "a.example.org": "nobody calls it" } }));
    const [a, b] = hostsGate(
      withIngresses(state, ingress("ryot", "ryot", ["a.example.org", "aa.example.org"])),
    );
    assert.deepEqual(a, { subject: "a.example.org", ok: true, note: "abandoned: nobody calls it" });
    assert.equal(b?.ok, false);
  });

  it("that is a wildcard needs an app with that wildcard, and any host at all is taken over by no app", () => {
    const state = withIngresses(
      ready(),
      ingress("web", "wild", ["*.example.org"]),
      ingress("web", "fallback", []),
    );
    assert.deepEqual(failing(hostsGate(state)), [
      "*: serves every host that no other Ingress has, and no app can (Ingress web/fallback); abandon it",
      "*.example.org: no app has this wildcard for its host (Ingress web/wild); add one, or abandon the host",
    ]);
    const config = {
      ...state.stack.ingressNginx!,
      abandon: { "*": "a page of 404", "*.example.org": "none" },
    };
    assert.deepEqual(failing(hostsGate({ ...state, stack: { ...state.stack, ingressNginx: config } })), []);
  });

  it("is never counted as taken over unless an app has exactly that host", () => {
    const state = ready();
    const taken = new Set(state.stack.apps.map(({ host }) => host));
    const label = fc.constantFrom("komga", "influxdb", "wiki", "a", "*", "kom");
    const host = fc
      .tuple(label, fc.constantFrom("", ".komga"), fc.constantFrom("example.org", "example.net", "org"))
      .map(([first, middle, zone]) => `${first}${middle}.${zone}`);
    fc.assert(
      fc.property(fc.array(fc.array(host, { maxLength: 3 }), { maxLength: 4 }), (lists) => {
        const ingresses = lists.map((hosts, i) => ingress("web", `old-${i}`, hosts));
        const items = hostsGate({ ...state, nginx: { ...state.nginx, ingresses } });
        const hosts = new Set(lists.flatMap((list) => (list.length === 0 ? ["*"] : list)));
        assert.deepEqual(new Set(items.map(({ subject }) => subject)), hosts);
        for (const { subject, ok } of items) assert.equal(ok, taken.has(subject), subject);
      }),
    );
  });
});

describe("a port that ingress-nginx forwards", () => {
  const ssh = { protocol: "TCP", port: "22", backend: "gitea/ssh:22" } as const;
  const found = (edits: Record<string, unknown> = {}) => {
    const state = ready(stackOf(edits));
    return hostsGate({ ...state, nginx: { ...state.nginx, streams: [ssh] } }).find(({ subject }) =>
      subject.startsWith("TCP"),
    );
  };

  it("prevents retired, with the command that abandons it", () => {
    assert.deepEqual(found(), {
      subject: "TCP 22 (gitea/ssh:22)",
      ok: false,
      at: "ingressNginx.abandon",
      note: "ingress-nginx forwards the port, and no app can; give its Service an address of its own, and abandon the port",
      fix: `pulumi config set --stack test --path 'ingressNginx.abandon["tcp/22"]' '<why>'`,
    });
  });

  it("is given up by its protocol and number, and by no other", () => {
    assert.equal(found({ "ingressNginx.abandon": { "tcp/22": "its own address" } })?.ok, true);
    for (const other of ["udp/22", "tcp/2222"])
      assert.equal(found({ "ingressNginx.abandon": { [other]: "gone" } })?.ok, false);
  });
});
