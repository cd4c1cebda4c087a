import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { admits, isolating, selects } from "../../../../components/network-policies/admits.ts";
import type { Caller, NetworkPolicy, Target } from "../../../../components/network-policies/policy.ts";
import { openNetwork } from "./network.ts";

const { caller } = openNetwork;
const target: Target = {
  namespace: "komga",
  labels: { app: "komga" },
  port: 25600,
  portNames: ["http"],
  protocol: "TCP",
};

type Spec = NonNullable<NetworkPolicy["spec"]>;

function policy(spec: Spec, namespace = "komga"): NetworkPolicy {
  return { metadata: { namespace, name: "some" }, spec };
}

/** The verdict of one rule for the pods of the target's namespace. */
function ruled(rule: NonNullable<Spec["ingress"]>[number], by: Caller = caller) {
  return admits([policy({ podSelector: {}, ingress: [rule] })], by, target);
}

const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });

describe("a NetworkPolicy", () => {
  it("that admits only the namespace of ingress-nginx keeps Pomerium away", () => {
    assert.equal(ruled({ from: [{ namespaceSelector: inNamespace("ingress-nginx") }] }), "no");
    const byName = { matchLabels: { "app.kubernetes.io/name": "ingress-nginx" } };
    assert.equal(ruled({ from: [{ namespaceSelector: byName }] }), "no");
    assert.equal(ruled({ from: [{ namespaceSelector: {}, podSelector: byName }] }), "no");
  });

  it("admits Pomerium by its namespace, by its pods, or by an expression", () => {
    for (const from of [
      [{ namespaceSelector: inNamespace("pomerium") }],
      [{ namespaceSelector: inNamespace("ingress-nginx") }, { namespaceSelector: inNamespace("pomerium") }],
      [{ namespaceSelector: {} }],
      [{ namespaceSelector: {}, podSelector: { matchLabels: { "app.kubernetes.io/name": "pomerium" } } }],
      [
        {
          namespaceSelector: {
            matchExpressions: [
              { key: "kubernetes.io/metadata.name", operator: "In", values: ["ingress-nginx", "pomerium"] },
            ],
          },
        },
      ],
      [{ namespaceSelector: { matchExpressions: [{ key: "guarded", operator: "DoesNotExist" }] } }],
      [],
      undefined,
    ])
      assert.equal(ruled(from === undefined ? {} : { from }), "yes", JSON.stringify(from));
  });

  it("means pods of its own namespace by a pod selector alone", () => {
    assert.equal(ruled({ from: [{ podSelector: {} }] }), "no");
    const near: Target = { ...target, namespace: "pomerium" };
    const own = policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }, "pomerium");
    assert.equal(admits([own], caller, near), "yes");
  });

  it("admits nobody without a rule, and is only about pods of its namespace that it selects", () => {
    const closed = policy({ podSelector: { matchLabels: { app: "komga" } } });
    assert.equal(admits([closed], caller, target), "no");
    assert.equal(admits([closed], caller, { ...target, labels: { app: "other" } }), "yes");
    assert.equal(admits([closed], caller, { ...target, namespace: "other" }), "yes");
    assert.equal(admits([policy({})], caller, target), "no", "an absent selector means every pod");
  });

  it("limits nothing that comes in when it is only about what goes out", () => {
    assert.equal(admits([policy({ policyTypes: ["Egress"] })], caller, target), "yes");
    assert.equal(admits([policy({ policyTypes: ["Ingress", "Egress"] })], caller, target), "no");
  });

  it("takes nothing away from another one that admits", () => {
    const closed = policy({ podSelector: {} });
    const open = policy({ podSelector: {}, ingress: [{}] });
    assert.equal(admits([closed, open], caller, target), "yes");
    assert.equal(isolating([closed, open], target).length, 2);
  });

  it("counts only for the ports that it names", () => {
    for (const [ports, verdict] of [
      [[{ port: 25600 }], "yes"],
      [[{ port: 80 }], "no"],
      [[{ port: 25000, endPort: 26000 }], "yes"],
      [[{ port: 25000, endPort: 25599 }], "no"],
      [[{ port: "http" }], "yes"],
      [[{ port: "metrics" }], "no"],
      [[{ protocol: "UDP", port: 25600 }], "no"],
      [[{ protocol: "TCP" }], "yes"],
      [[], "yes"],
    ] as const)
      assert.equal(ruled({ ports: [...ports] }), verdict, JSON.stringify(ports));
    const unknown = { ...target, port: undefined, portNames: [] };
    assert.equal(
      admits([policy({ podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] })], caller, unknown),
      "unknown",
    );
  });

  it("counts only for the protocol that it names, which is TCP by default", () => {
    const udp: Target = { ...target, protocol: "UDP" };
    const verdict = (ports: object[], to: Target) =>
      admits([policy({ podSelector: {}, ingress: [{ ports }] })], caller, to);
    assert.equal(verdict([{ protocol: "UDP", port: 25600 }], udp), "yes");
    assert.equal(verdict([{ port: 25600 }], udp), "no");
    assert.equal(verdict([{ protocol: "UDP" }], target), "no");
    assert.equal(verdict([{ port: 25600 }, { protocol: "UDP", port: 25600 }], udp), "yes");
  });

  it("by addresses is judged by those of Pomerium's pods, and not known before they run", () => {
    const by = (cidr: string, except: string[] = []) => ({ from: [{ ipBlock: { cidr, except } }] });
    const running = { ...caller, pods: [["10.244.1.7", "fd00::7"], ["10.244.2.9"]] };
    assert.equal(ruled(by("10.244.0.0/16")), "unknown");
    assert.equal(ruled(by("0.0.0.0/0")), "yes");
    assert.equal(ruled(by("0.0.0.0/0", ["10.0.0.0/8"])), "unknown");
    assert.equal(ruled(by("10.244.0.0/16"), running), "yes");
    assert.equal(ruled(by("10.244.1.0/24"), running), "no", "every pod must be admitted");
    assert.equal(ruled(by("10.244.0.0/16", ["10.244.2.0/24"]), running), "no");
    assert.equal(ruled(by("0.0.0.0/0", ["192.168.0.0/16"]), running), "yes");
  });
});

describe("a label selector", () => {
  const labels = fc.dictionary(fc.constantFrom("app", "tier", "env"), fc.constantFrom("a", "b", "c"));
  const keys = fc.constantFrom("app", "tier", "env");
  const values = fc.subarray(["a", "b", "c"]);

  it("with NotIn selects exactly what In does not, and DoesNotExist what Exists does not", () => {
    fc.assert(
      fc.property(labels, keys, values, (some, key, list) => {
        const by = (operator: string) =>
          selects({ matchExpressions: [{ key, operator, values: list }] }, some);
        assert.notEqual(by("In"), by("NotIn"));
        assert.notEqual(by("Exists"), by("DoesNotExist"));
      }),
    );
  });

  it("selects what its parts select, and more labels of a pod do not matter to matchLabels", () => {
    fc.assert(
      fc.property(labels, labels, (matchLabels, more) => {
        assert.ok(selects({ matchLabels }, { ...more, ...matchLabels }));
        assert.equal(
          selects({ matchLabels }, more),
          Object.entries(matchLabels).every(([key, value]) => more[key] === value),
        );
      }),
    );
  });

  it("with an operator that is not known selects nothing", () => {
    assert.equal(selects({ matchExpressions: [{ key: "app", operator: "Gt", values: ["1"] }] }, {}), false);
  });
});
