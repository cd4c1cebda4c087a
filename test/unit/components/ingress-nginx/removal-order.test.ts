import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { ObjectRef } from "../../../../components/cluster/objects.ts";
import { removalOrder } from "../../../../components/ingress-nginx/removal-order.ts";

const kinds = [
  "ClusterRole",
  "ConfigMap",
  "DaemonSet",
  "Deployment",
  "Ingress",
  "IngressClass",
  "Job",
  "Lease",
  "Namespace",
  "NetworkPolicy",
  "RoleBinding",
  "Secret",
  "Service",
  "ServiceAccount",
  "ValidatingWebhookConfiguration",
];

const objects = fc.uniqueArray(
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constantFrom(...kinds),
    name: fc.string({ minLength: 1, maxLength: 3 }),
  }),
  { selector: ({ kind, name }) => `${kind} ${name}` },
);

function stageOf(order: readonly ObjectRef[][], kind: string): number[] {
  return order.flatMap((stage, i) => (stage.some((object) => object.kind === kind) ? [i] : []));
}

describe("the order in which ingress-nginx is removed", () => {
  it("contains each object exactly once", () => {
    fc.assert(
      fc.property(objects, (given) => {
        const order = removalOrder(given).flat();
        assert.equal(order.length, given.length);
        assert.deepEqual(new Set(order), new Set(given));
      }),
    );
  });

  it("has the webhook configuration first and the namespace last, alone in its stage", () => {
    fc.assert(
      fc.property(objects, (given) => {
        const order = removalOrder(given);
        for (const stage of stageOf(order, "ValidatingWebhookConfiguration")) assert.equal(stage, 0);
        for (const stage of stageOf(order, "Namespace")) assert.equal(stage, order.length - 1);
        for (const stage of order) {
          const found = new Set(stage.map(({ kind }) => kind));
          for (const alone of ["ValidatingWebhookConfiguration", "Ingress", "Namespace"])
            assert.ok(!found.has(alone) || found.size === 1, [...found].join());
        }
      }),
    );
  });

  it("stops the workload after its Ingresses and before its rights", () => {
    const of = (kind: string): ObjectRef => ({ apiVersion: "v1", kind, name: kind.toLowerCase() });
    const order = removalOrder(kinds.map(of)).map((stage) => stage.map(({ kind }) => kind));
    assert.deepEqual(order, [
      ["ValidatingWebhookConfiguration"],
      ["Ingress"],
      ["DaemonSet", "Deployment", "Job", "NetworkPolicy", "Service"],
      ["ClusterRole", "ConfigMap", "RoleBinding", "ServiceAccount"],
      ["IngressClass"],
      ["Lease", "Secret"],
      ["Namespace"],
    ]);
  });
});
