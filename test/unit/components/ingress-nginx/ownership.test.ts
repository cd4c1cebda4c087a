import { strict as assert } from "node:assert";
import type { ObjectMetadata } from "../../../../components/cluster/objects.ts";
import {
  classify,
  type Found,
  isOwnClass,
  type NamedByController,
} from "../../../../components/ingress-nginx/ownership.ts";

const installed = {
  namespace: "ingress-nginx",
  instance: "ingress-nginx",
  releaseNamespace: "ingress-nginx",
  adopted: [] as string[],
};
const known: NamedByController = { fullnames: [], leases: [], secrets: [], configMaps: [] };
const labels = { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/instance": "ingress-nginx" };

function object(kind: string, name: string, metadata: Partial<ObjectMetadata> = {}): Found {
  const { namespace = "ingress-nginx" } = metadata;
  return { ref: { apiVersion: "v1", kind, name, namespace }, metadata: { name, ...metadata, namespace } };
}

function of(
  kind: string,
  name: string,
  metadata: Partial<ObjectMetadata> = {},
  from = installed,
  by = known,
) {
  const each = object(kind, name, metadata);
  return classify(from, by, [each]).get(each);
}

describe("an object of an installation of ingress-nginx", () => {
  it("has the labels of its manifests, in any namespace or none", () => {
    assert.equal(of("Deployment", "ingress-nginx-controller", { labels }), "own");
    const ref = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "ingress-nginx" };
    const role = { ref, metadata: { name: "ingress-nginx", labels } };
    assert.equal(classify(installed, known, [role]).get(role), "own");
  });

  it("may have the labels of a chart with another name", () => {
    const own = { "app.kubernetes.io/instance": "ingress-nginx", "helm.sh/chart": "ingress-nginx-4.15.1" };
    assert.equal(of("Deployment", "edge-controller", { labels: own }), "own");
  });

  it("has no label of another instance", () => {
    const other = { ...labels, "app.kubernetes.io/instance": "internal" };
    assert.equal(of("Deployment", "internal-ingress-nginx-controller", { labels: other }), "stranger");
  });

  it("is not part of a release with the same name in another namespace", () => {
    const annotations = { "meta.helm.sh/release-namespace": "ingress-internal" };
    assert.equal(of("ClusterRole", "internal", { labels, annotations }), "stranger");
    assert.equal(isOwnClass(installed, { name: "internal", labels, annotations }), false);
  });

  it("is not another part of a parent chart's release", () => {
    const annotations = {
      "meta.helm.sh/release-name": "infra",
      "meta.helm.sh/release-namespace": "ingress-nginx",
    };
    const minio = { "app.kubernetes.io/name": "minio", "app.kubernetes.io/instance": "infra" };
    const infra = { ...installed, instance: "infra" };
    assert.equal(of("PersistentVolumeClaim", "minio", { labels: minio, annotations }, infra), "stranger");
  });

  it("may be a leftover without any label", () => {
    assert.equal(of("Secret", "ingress-nginx-admission"), "own");
    assert.equal(of("Lease", "ingress-nginx-leader"), "own");
    const helm = { owner: "helm", name: "ingress-nginx" };
    assert.equal(of("Secret", "sh.helm.release.v1.ingress-nginx.v3", { labels: helm }), "own");
  });

  it("may be named by the arguments of its controller, or have been adopted while it was", () => {
    const by = { fullnames: [], leases: ["edge"], secrets: ["edge-tls"], configMaps: ["ingress-nginx/tcp"] };
    assert.equal(of("Lease", "edge", {}, installed, by), "own");
    assert.equal(of("Secret", "edge-tls", {}, installed, by), "own");
    assert.equal(of("ConfigMap", "tcp", {}, installed, by), "own");
    assert.equal(of("Lease", "edge"), "stranger");
    assert.equal(of("Lease", "edge", {}, { ...installed, adopted: ["Lease ingress-nginx/edge"] }), "own");
  });

  it("is named after the release and the chart, when the release's name lacks the chart's", () => {
    const edge = { namespace: "edge", instance: "edge", releaseNamespace: "edge", adopted: [] };
    const there = { namespace: "edge" };
    assert.equal(of("Secret", "edge-ingress-nginx-admission", there, edge), "own");
    assert.equal(of("Lease", "edge-ingress-nginx-leader", there, edge), "own");
    assert.equal(of("Secret", "ingress-nginx-admission", there, edge), "stranger");
  });

  it("is not the record of another release, nor a Secret of somebody else", () => {
    const helm = { owner: "helm", name: "grafana" };
    assert.equal(of("Secret", "sh.helm.release.v1.grafana.v1", { labels: helm }), "stranger");
    assert.equal(of("Secret", "basic-auth"), "stranger");
  });

  it("is not a leftover with the same name in another namespace", () => {
    assert.equal(of("Secret", "ingress-nginx-admission", { namespace: "default" }), "stranger");
  });
});

describe("an object that is deleted with its owner", () => {
  const controlledBy = (uid: string) => ({ ownerReferences: [{ uid, controller: true }] });

  it("is made by the workload, down to its pods", () => {
    const deployment = object("Deployment", "controller", { uid: "d", labels });
    const set = object("ReplicaSet", "controller-1", { uid: "r", labels, ...controlledBy("d") });
    const pod = object("Pod", "controller-1-x", { uid: "p", labels, ...controlledBy("r") });
    // Whatever order they are read in.
    const sorted = classify(installed, known, [pod, set, deployment]);
    assert.deepEqual(
      [deployment, set, pod].map((each) => sorted.get(each)),
      ["own", "generated", "generated"],
    );
  });

  it("is not made by another operator, nor controlled by an unknown object", () => {
    const external = object("ExternalSecret", "music", { uid: "e" });
    const secret = object("Secret", "music", { uid: "s", ...controlledBy("e") });
    const orphan = object("Secret", "database", { uid: "o", ...controlledBy("somewhere-else") });
    const sorted = classify(installed, known, [external, secret, orphan]);
    assert.deepEqual(
      [external, secret, orphan].map((each) => sorted.get(each)),
      ["stranger", "stranger", "stranger"],
    );
  });

  it("does not include objects that own each other in a circle", () => {
    const one = object("Thing", "one", { uid: "1", ...controlledBy("2") });
    const other = object("Thing", "other", { uid: "2", ...controlledBy("1") });
    assert.deepEqual([...classify(installed, known, [one, other]).values()], ["stranger", "stranger"]);
  });

  it("may be one that every namespace has", () => {
    assert.equal(of("ConfigMap", "kube-root-ca.crt"), "generated");
    assert.equal(of("ServiceAccount", "default"), "generated");
    const annotations = { "kubernetes.io/service-account.name": "default" };
    assert.equal(of("Secret", "default-token-x", { annotations }), "generated");
  });
});

describe("parts that the chart does not label", () => {
  const released = {
    "meta.helm.sh/release-name": "ingress-nginx",
    "meta.helm.sh/release-namespace": "ingress-nginx",
  };

  it("are recognised by Helm's marks and the chart's prefix", () => {
    for (const [kind, name] of [
      ["Issuer", "ingress-nginx-self-signed-issuer"],
      ["Issuer", "ingress-nginx-root-issuer"],
      ["Certificate", "ingress-nginx-root-cert"],
      ["Certificate", "ingress-nginx-admission"],
      ["NetworkPolicy", "ingress-nginx-webhooks-allow"],
    ] as const) {
      assert.equal(of(kind, name, { annotations: released }), "own", name);
      assert.equal(of(kind, name), "stranger", name);
    }
    const named = { ...known, fullnames: ["edge"] };
    assert.equal(of("Issuer", "edge-root-issuer", { annotations: released }, installed, named), "own");
  });

  it("are not those of another chart in the same release", () => {
    assert.equal(of("PersistentVolumeClaim", "minio", { annotations: released }), "stranger");
    const minio = { "app.kubernetes.io/name": "minio" };
    assert.equal(of("Secret", "ingress-nginx-minio", { annotations: released, labels: minio }), "stranger");
  });

  it("include the Secrets of its own Certificates, and no other Secrets", () => {
    const certificate = object("Certificate", "ingress-nginx-root-cert", { annotations: released });
    const secretOf = (name: string) =>
      object("Secret", `${name}-tls`, { annotations: { "cert-manager.io/certificate-name": name } });
    const [own, other] = [secretOf("ingress-nginx-root-cert"), secretOf("wiki")];
    const classified = classify(installed, known, [own, other, certificate]);
    assert.deepEqual(
      [own, other].map((each) => classified.get(each)),
      ["own", "stranger"],
    );
  });

  it("include the lock of an old controller, and no other ConfigMap of that name", () => {
    const annotations = { "control-plane.alpha.kubernetes.io/leader": "{}" };
    const by = { ...known, leases: ["edge"] };
    for (const name of ["ingress-controller-leader", "ingress-controller-leader-nginx"])
      assert.equal(of("ConfigMap", name, { annotations }), "own", name);
    assert.equal(of("ConfigMap", "edge", { annotations }, installed, by), "own");
    assert.equal(of("ConfigMap", "edge", {}, installed, by), "stranger");
    assert.equal(of("ConfigMap", "other-leader", { annotations }), "stranger");
  });
});

describe("a release whose objects are in another namespace", () => {
  const overridden = { ...installed, namespace: "edge", releaseNamespace: "flux-system" };
  const annotations = { "meta.helm.sh/release-namespace": "flux-system" };

  it("is recognised in both", () => {
    assert.equal(
      of("Deployment", "controller", { namespace: "edge", labels, annotations }, overridden),
      "own",
    );
    const helm = { owner: "helm", name: "ingress-nginx" };
    assert.equal(
      of("Secret", "sh.helm.release.v1.x", { namespace: "flux-system", labels: helm }, overridden),
      "own",
    );
    assert.equal(
      of("Secret", "sh.helm.release.v1.x", { namespace: "elsewhere", labels: helm }, overridden),
      "stranger",
    );
  });
});

describe("an object with owners of which none is its controller", () => {
  const pod = object("Pod", "controller-1-x", { uid: "p", labels });
  const foreign = object("Thing", "foreign", { uid: "f" });
  const ownedBy = (...uids: string[]) =>
    object("CiliumEndpoint", "controller-1-x", { ownerReferences: uids.map((uid) => ({ uid })) });
  const classOf = (each: Found) => classify(installed, known, [each, pod, foreign]).get(each);

  it("is deleted when all its owners are deleted", () => {
    assert.equal(classOf(ownedBy("p")), "generated");
  });

  it("stays while another one stays, or one is unknown", () => {
    for (const owners of [["p", "f"], ["f"], ["p", "somewhere-else"]])
      assert.equal(classOf(ownedBy(...owners)), "stranger", owners.join());
  });
});
