import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  createdHere,
  isForeign,
  takeOver,
} from "../../../sandbox/engine/providers/kubernetes/field-managers.ts";
import { manifestOrder, parseManifest } from "../../../sandbox/engine/providers/kubernetes/manifest.ts";
import {
  gvkOf,
  idOf,
  inputsOf,
  nameOf,
  outputsOf,
  parseId,
  toApi,
  typeOf,
} from "../../../sandbox/engine/providers/kubernetes/object.ts";
import { readiness } from "../../../sandbox/engine/providers/kubernetes/readiness.ts";
import { parseWaitFor } from "../../../sandbox/engine/providers/kubernetes/wait-for.ts";
import { hasSecret, mask, type Properties } from "../../../sandbox/engine/values.ts";

describe("a Kubernetes object", () => {
  it("has the type, kind and id that Pulumi's provider gives it", () => {
    assert.deepEqual(gvkOf("kubernetes:core/v1:Service"), {
      apiVersion: "v1",
      kind: "Service",
      patch: false,
    });
    assert.deepEqual(gvkOf("kubernetes:core/v1:NamespacePatch"), {
      apiVersion: "v1",
      kind: "Namespace",
      patch: true,
    });
    assert.deepEqual(gvkOf("kubernetes:ingress.pomerium.io/v1:Pomerium"), {
      apiVersion: "ingress.pomerium.io/v1",
      kind: "Pomerium",
      patch: false,
    });
    for (const [apiVersion, kind] of [
      ["v1", "Secret"],
      ["apps/v1", "Deployment"],
    ] as const) {
      const { patch: _, ...gvk } = gvkOf(typeOf({ apiVersion, kind }));
      assert.deepEqual(gvk, { apiVersion, kind });
    }
    assert.equal(idOf({ metadata: { name: "a", namespace: "b" } }), "b/a");
    assert.deepEqual(parseId("b/a"), { namespace: "b", name: "a" });
    assert.deepEqual(parseId("a"), { namespace: "", name: "a" });
  });

  it("of kind Secret shows none of its data, not even the copy that kubectl left behind", () => {
    const live = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "a",
        managedFields: [],
        annotations: {
          "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"c3dvcmRmaXNo"}}',
          b: "c",
        },
      },
      data: { a: "c3dvcmRmaXNo" },
    };
    assert.ok(!JSON.stringify(mask(outputsOf(live, "manager"))).includes("c3dvcmRmaXNo"));
    assert.ok(!JSON.stringify(mask(inputsOf(live))).includes("c3dvcmRmaXNo"));
    assert.ok(!hasSecret(outputsOf({ ...live, kind: "ConfigMap" }, "manager")));
  });

  it("spells x-kubernetes-… as the API does, however deep", () => {
    assert.deepEqual(toApi({ a: [{ x_kubernetes_preserve_unknown_fields: true, plain_name: 1 }] }), {
      a: [{ "x-kubernetes-preserve-unknown-fields": true, plain_name: 1 }],
    });
  });
});

describe("a manifest", () => {
  it("is read as Kubernetes reads it: lists taken apart, YAML 1.1 numbers, dates as text", () => {
    const objects = parseManifest(`
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {on: 2020-01-01, mode: 0644}}
---
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
`);
    assert.deepEqual(objects.map(nameOf), ["one", "two"]);
    assert.equal(JSON.stringify(objects[0]?.data), '{"true":"2020-01-01","mode":420}');
    assert.throws(
      () => parseManifest("apiVersion: v1\nkind: ConfigMap\n"),
      /without apiVersion, kind or name/,
    );
  });

  it("puts every object after its namespace, its definition and what it names, whatever the order in the file", () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } };
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "settings.example.org" },
      spec: { group: "example.org", names: { kind: "Setting" } },
    };
    const setting = { apiVersion: "example.org/v1", kind: "Setting", metadata: { name: "global" } };
    const depends =
      "example.org/Setting/global, apps/namespaces/ns/Deployment/web, /namespaces/ns/Service/absent";
    const config = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c", namespace: "ns", annotations: { "config.kubernetes.io/depends-on": depends } },
    };
    const web = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "ns" } };
    fc.assert(
      fc.property(
        fc.shuffledSubarray([namespace, definition, setting, config, web], { minLength: 5 }),
        (objects) => {
          const order = manifestOrder(objects);
          assert.deepEqual(order.get(setting), [definition]);
          assert.deepEqual(order.get(web), [namespace]);
          assert.deepEqual(new Set(order.get(config)), new Set([namespace, setting, web]));
          assert.deepEqual(order.get(namespace), []);
        },
      ),
    );
  });
});

describe("pulumi.com/waitFor", () => {
  const object = {
    status: {
      phase: "Running",
      ready: true,
      replicas: 2,
      conditions: [
        { type: "Progressing", status: "False" },
        { type: "Ready", status: "True" },
      ],
    },
  };
  const met = (annotation: string): boolean => parseWaitFor(annotation).every((each) => each.isMet(object));

  it("waits for a field to be there, to have a value, or for a condition", () => {
    for (const each of [
      "jsonpath={.status.phase}=Running",
      "jsonpath={.status.phase}",
      "jsonpath={.status.ready}=true",
      "jsonpath={.status.replicas}=2",
      'jsonpath={.status.conditions[?(@.type=="Ready")].status}=True',
      "jsonpath={.status.conditions[1].type}=Ready",
      "jsonpath={.status['phase']}=Running",
      "condition=Ready",
      "condition=Progressing=False",
      '["condition=Ready", "jsonpath={.status.replicas}=2"]',
    ]) {
      assert.ok(met(each), each);
    }
    for (const each of [
      "jsonpath={.status.phase}=Pending",
      "jsonpath={.status.absent}",
      "condition=Progressing",
      "condition=Absent",
      '["condition=Ready", "condition=Absent"]',
    ]) {
      assert.ok(!met(each), each);
    }
  });

  it("that cannot be read is an error, never a wait without end", () => {
    for (const each of ["ready", "jsonpath=.status.phase=Running", "jsonpath={.status..phase}", "[]"]) {
      assert.throws(() => parseWaitFor(each), SyntaxError, each);
    }
  });
});

describe("readiness", () => {
  const deployment = (status: Properties): Properties => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { generation: 2 },
    spec: { replicas: 2 },
    status,
  });
  const ready = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

  it("of a Deployment means that every Pod is available, up to date, and the only one", () => {
    assert.equal(readiness(deployment(ready)), undefined);
    for (const change of [
      { observedGeneration: 1 },
      { updatedReplicas: 1 },
      { availableReplicas: 1 },
      { replicas: 3 },
    ]) {
      assert.ok(
        "waitingFor" in (readiness(deployment({ ...ready, ...change })) ?? {}),
        JSON.stringify(change),
      );
    }
    const stuck = { type: "Progressing", reason: "ProgressDeadlineExceeded", message: "no Pod came up" };
    assert.deepEqual(readiness(deployment({ ...ready, conditions: [stuck] })), { failed: "no Pod came up" });
  });

  it("of what nothing waits for is given at once", () => {
    assert.equal(readiness({ apiVersion: "v1", kind: "ConfigMap" }), undefined);
    assert.equal(readiness({ apiVersion: "v1", kind: "Service", spec: { type: "ClusterIP" } }), undefined);
    assert.ok(readiness({ apiVersion: "v1", kind: "Service", spec: { type: "LoadBalancer" } }));
    assert.ok(readiness({ apiVersion: "networking.k8s.io/v1", kind: "Ingress" }));
    assert.deepEqual(
      readiness({
        apiVersion: "batch/v1",
        kind: "Job",
        status: { conditions: [{ type: "Failed", status: "True", message: "m" }] },
      }),
      { failed: "m" },
    );
  });
});

describe("field managers", () => {
  const live: Properties = {
    metadata: {
      managedFields: [
        { manager: "kubectl-create", operation: "Update", fieldsV1: { "f:data": { "f:a": {} } } },
        { manager: "kubectl-edit", operation: "Update", fieldsV1: { "f:data": { "f:b": {} } } },
        { manager: "controller", operation: "Update", fieldsV1: { "f:data": { "f:c": {} } } },
        {
          manager: "kubectl-create",
          operation: "Update",
          subresource: "status",
          fieldsV1: { "f:status": {} },
        },
      ],
    },
  };

  it("hand kubectl's fields over, and leave those of controllers and of the status alone", () => {
    const owners = takeOver(live, "ours") ?? [];
    assert.deepEqual(
      owners.map(({ manager, subresource }) => [manager, subresource ?? ""]),
      [
        ["controller", ""],
        ["kubectl-create", "status"],
        ["ours", ""],
      ],
    );
    assert.deepEqual(owners.at(-1)?.fieldsV1, { "f:data": { "f:a": {}, "f:b": {} } });
    assert.equal(owners.at(-1)?.operation, "Apply");
    assert.equal(
      takeOver({ metadata: { managedFields: owners } }, "ours"),
      undefined,
      "nothing is left to take",
    );
  });

  it("tell whose a field is", () => {
    assert.ok(isForeign(live, "ours", ["data", "c"]));
    assert.ok(!isForeign(live, "controller", ["data", "c"]));
    assert.ok(!isForeign(live, "ours", ["data", "absent"]));
    assert.ok(!createdHere(live));
    assert.ok(createdHere({ metadata: { name: "an object without content" } }));
    assert.ok(
      createdHere({ metadata: { managedFields: [{ manager: "pulumi-kubernetes", operation: "Update" }] } }),
    );
  });
});
