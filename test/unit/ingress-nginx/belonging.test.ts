import { strict as assert } from "node:assert";
import { belonging, type Metadata } from "../../../components/ingress-nginx/belonging.ts";

const installed = { namespace: "ingress-nginx", instance: "ingress-nginx" };
const labels = { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/instance": "ingress-nginx" };

function of(kind: string, name: string, metadata: Partial<Metadata> = {}, from = installed): string {
  const { namespace = from.namespace } = metadata;
  const ref = { apiVersion: "v1", kind, name, namespace };
  return belonging(from, ref, { name, namespace, ...metadata });
}

describe("what belongs to an installation of ingress-nginx", () => {
  it("is whatever its manifests have labelled, in any namespace or none", () => {
    assert.equal(of("Deployment", "ingress-nginx-controller", { labels }), "own");
    const ref = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "ingress-nginx" };
    assert.equal(belonging(installed, ref, { name: "ingress-nginx", labels }), "own");
  });

  it("is not that of another instance", () => {
    const other = { ...labels, "app.kubernetes.io/instance": "internal" };
    assert.equal(of("Deployment", "internal-ingress-nginx-controller", { labels: other }), "stranger");
  });

  it("is not another app of a release with the same name", () => {
    const other = { ...labels, "app.kubernetes.io/name": "defaultbackend-of-mine" };
    assert.equal(of("ConfigMap", "pages", { labels: other }), "stranger");
  });

  it("is what Helm says of it, whatever its labels", () => {
    const annotations = {
      "meta.helm.sh/release-name": "ingress-nginx",
      "meta.helm.sh/release-namespace": "ingress-nginx",
    };
    assert.equal(of("Service", "edge-controller", { annotations }), "own");
  });

  it("has leftovers that carry no label at all", () => {
    assert.equal(of("Secret", "ingress-nginx-admission"), "own");
    assert.equal(of("Lease", "ingress-nginx-leader"), "own");
    const helm = { owner: "helm", name: "ingress-nginx" };
    assert.equal(of("Secret", "sh.helm.release.v1.ingress-nginx.v3", { labels: helm }), "own");
  });

  it("names its leftovers after a release that does not hold the chart's name", () => {
    const edge = { namespace: "edge", instance: "edge" };
    assert.equal(of("Secret", "edge-ingress-nginx-admission", {}, edge), "own");
    assert.equal(of("Lease", "edge-ingress-nginx-leader", {}, edge), "own");
    assert.equal(of("Secret", "ingress-nginx-admission", {}, edge), "stranger");
  });

  it("is not another release's record, nor a Secret that somebody keeps there", () => {
    const helm = { owner: "helm", name: "grafana" };
    assert.equal(of("Secret", "sh.helm.release.v1.grafana.v1", { labels: helm }), "stranger");
    assert.equal(of("Secret", "basic-auth"), "stranger");
  });

  it("does not reach for leftovers of the same name elsewhere", () => {
    assert.equal(of("Secret", "ingress-nginx-admission", { namespace: "default" }), "stranger");
  });

  it("leaves out what goes by itself: pods, tokens, what every namespace has", () => {
    const ownerReferences = [{ controller: true }];
    assert.equal(of("Pod", "ingress-nginx-controller-x", { labels, ownerReferences }), "generated");
    assert.equal(of("ConfigMap", "kube-root-ca.crt"), "generated");
    assert.equal(of("ServiceAccount", "default"), "generated");
    const annotations = { "kubernetes.io/service-account.name": "default" };
    assert.equal(of("Secret", "default-token-x", { annotations }), "generated");
  });
});
