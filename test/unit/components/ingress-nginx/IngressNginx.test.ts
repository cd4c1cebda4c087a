import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import type { ObjectRef } from "../../../../components/cluster/objects.ts";
import { IngressNginx } from "../../../../components/ingress-nginx/IngressNginx.ts";
import { hookName, keepUntilRetired } from "../../../../components/ingress-nginx/keep.ts";
import { type Registration, record } from "../pomerium/recorder.ts";

const object = (apiVersion: string, kind: string, name: string, namespace?: string): ObjectRef => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

const objects = [
  object("v1", "Namespace", "ingress-nginx"),
  object("v1", "Secret", "ingress-nginx-admission", "ingress-nginx"),
  object("apps/v1", "Deployment", "ingress-nginx-controller", "ingress-nginx"),
  object("networking.k8s.io/v1", "Ingress", "komga-ingress", "komga"),
  object("networking.k8s.io/v1", "Ingress", "ryot-ingress", "ryot"),
  object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "ingress-nginx-admission"),
];

/** Once adopted, and now of another class. */
const released = [object("networking.k8s.io/v1", "Ingress", "moved", "komga")];

function register(): Promise<Registration[]> {
  return record(() => {
    const provider = new k8s.Provider("cluster", { kubeconfig: "{}" });
    const keeping = { stack: "octavo", phase: "coexist", live: objects, stays: [] };
    const beforeDelete = keepUntilRetired(keeping, { context: "octavo" });
    return new IngressNginx("ingress-nginx", { objects, released, beforeDelete }, { provider });
  });
}

describe("the ingress-nginx of a cluster", () => {
  let adopted: Registration[];
  const of = (type: string): Registration[] => adopted.filter((each) => each.type === type);

  let letGo: Registration[];

  before(async () => {
    const all = (await register()).filter(({ type }) => /^kubernetes:.*\//.test(type));
    letGo = all.filter(({ importId }) => importId === "komga/moved");
    adopted = all.filter((each) => !letGo.includes(each));
  });

  it("is adopted object by object, and never written to", () => {
    assert.equal(adopted.length, objects.length);
    for (const { importId, ignoreChanges, name, inputs } of adopted) {
      assert.deepEqual(ignoreChanges, ["*"], name);
      assert.equal(name, `ingress-nginx:${importId}`);
      assert.deepEqual(Object.keys(inputs).sort(), ["apiVersion", "kind"]);
    }
  });

  it("has the usual types of Kubernetes resources in Pulumi", () => {
    assert.deepEqual([...new Set(adopted.map(({ type }) => type))].sort(), [
      "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
      "kubernetes:apps/v1:Deployment",
      "kubernetes:core/v1:Namespace",
      "kubernetes:core/v1:Secret",
      "kubernetes:networking.k8s.io/v1:Ingress",
    ]);
  });

  it("has a hook that runs before each deletion, and no flag that outlives its phase", () => {
    for (const { beforeDelete, protect } of adopted) {
      assert.deepEqual(beforeDelete, [hookName]);
      assert.equal(protect, false);
    }
  });

  it("depends on what is removed later, so that Pulumi keeps the order of the removal", () => {
    const [webhook] = of("kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration");
    assert.deepEqual(webhook?.after, [
      "ingress-nginx:komga/komga-ingress",
      "ingress-nginx:ryot/ryot-ingress",
    ]);
    for (const ingress of of("kubernetes:networking.k8s.io/v1:Ingress"))
      assert.deepEqual(ingress.after, ["ingress-nginx:ingress-nginx/ingress-nginx-controller"]);
    assert.deepEqual(of("kubernetes:core/v1:Namespace")[0]?.after, []);
  });

  it("releases objects that are not removed with it: the next run forgets them and leaves them", () => {
    assert.equal(letGo.length, 1);
    for (const { retainOnDelete, beforeDelete, ignoreChanges } of letGo) {
      assert.equal(retainOnDelete, true);
      assert.deepEqual(beforeDelete, []);
      assert.deepEqual(ignoreChanges, ["*"]);
    }
    for (const { retainOnDelete, name } of adopted) assert.equal(retainOnDelete, false, name);
  });

  it("marks the content of its Secrets as secret, with the copy that kubectl leaves", () => {
    assert.deepEqual(of("kubernetes:core/v1:Secret")[0]?.secretOutputs, ["data", "stringData", "metadata"]);
  });
});
