import { strict as assert } from "node:assert";
import { installerGate } from "../../../../components/ingress-nginx/gates/installer.ts";
import { readInstallers } from "../../../../components/ingress-nginx/installers.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";
import { installer, ready } from "../../stack/state.ts";
import { nginxWith } from "./nginx.ts";

describe("a tool that installs ingress-nginx again", () => {
  const { fake, connect } = useFakeApi();
  interface Marks {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  }
  const read = async (metadata: Marks = {}) =>
    (
      await readInstallers(await connect(), {
        instance: "edge",
        namespace: "network",
        workloads: [{ namespace: "network", name: "edge-controller", ...metadata }],
      })
    ).map(({ label, isSuspended }) => `${label}: ${isSuspended ? "suspended" : "active"}`);

  it("is the HelmRelease or the Kustomization that Flux's labels name, until it is suspended", async () => {
    const labels = {
      "helm.toolkit.fluxcd.io/name": "edge",
      "helm.toolkit.fluxcd.io/namespace": "flux-system",
      "kustomize.toolkit.fluxcd.io/name": "infra",
      "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    };
    assert.deepEqual(await read({ labels }), []);
    for (const version of ["v2", "v2beta2", "v2beta1", "v3"]) {
      const group = "helm.toolkit.fluxcd.io";
      const release = `/apis/${group}/${version}/namespaces/flux-system/helmreleases/edge`;
      fake.objects = {
        [`/apis/${group}`]: { preferredVersion: { groupVersion: `${group}/${version}` } },
        [release]: { metadata: { name: "edge" }, spec: {} },
        "/apis/kustomize.toolkit.fluxcd.io": {
          versions: [{ groupVersion: "kustomize.toolkit.fluxcd.io/v1beta2" }],
        },
        "/apis/kustomize.toolkit.fluxcd.io/v1beta2/namespaces/flux-system/kustomizations/infra": {
          metadata: { name: "infra" },
          spec: { suspend: true },
        },
      };
      assert.deepEqual(
        await read({ labels }),
        ["HelmRelease flux-system/edge: active", "Kustomization flux-system/infra: suspended"],
        version,
      );
      fake.objects[release] = { metadata: { name: "edge" }, spec: { suspend: true } };
      assert.deepEqual((await read({ labels }))[0], "HelmRelease flux-system/edge: suspended");
      delete fake.objects[release];
      assert.equal((await read({ labels })).length, 1);
    }
  });

  it("is the Bundle of Rancher's Fleet with the release or the mark, until it is paused", async () => {
    const bundle = (name: string, spec: object, labels: object = {}) => ({
      metadata: { namespace: "fleet-local", name, labels },
      spec,
    });
    const set = (...items: object[]) => {
      fake.objects["/apis/fleet.cattle.io/v1alpha1/bundles"] = { items };
    };
    set(
      bundle("infra-edge", { defaultNamespace: "network", helm: { releaseName: "edge" } }),
      bundle("edge", { targetNamespace: "elsewhere" }),
      bundle("edge-db", { defaultNamespace: "network" }),
    );
    assert.deepEqual(await read(), ["Bundle fleet-local/infra-edge: active"]);
    set(bundle("edge", { targetNamespace: "network", paused: true }));
    assert.deepEqual(await read(), ["Bundle fleet-local/edge: suspended"]);
    set(bundle("infra-nginx", {}), bundle("nginx", {}), bundle("infra", {}));
    const annotations = { "objectset.rio.cattle.io/id": "default-infra-nginx-cattle-fleet-system" };
    assert.deepEqual(
      (await read({ annotations })).filter((text) => text.startsWith("Bundle fleet-local/infra-nginx:")),
      ["Bundle fleet-local/infra-nginx: active"],
    );
    const commands = async () =>
      (await readInstallers(await connect(), { instance: "edge", namespace: "network", workloads: [] })).map(
        ({ command }) => command,
      );
    set(bundle("edge", { targetNamespace: "network" }, { "fleet.cattle.io/repo-name": "infra" }));
    assert.deepEqual(await commands(), [
      `patch gitrepo.fleet.cattle.io --namespace fleet-local infra --type merge --patch '{"spec":{"paused":true}}'`,
    ]);
    set(bundle("edge", { targetNamespace: "network" }));
    assert.match((await commands()).join(), /^patch bundle\.fleet\.cattle\.io --namespace fleet-local edge /);
  });

  it("is the Bundle of a Rancher server elsewhere, of which only the mark is in this cluster", async () => {
    const annotations = { "objectset.rio.cattle.io/id": "default-infra-nginx" };
    assert.deepEqual(await read({ annotations }), ["Bundle default-infra-nginx of Rancher's Fleet: active"]);
  });

  it("is the HelmChart of k3s or RKE2 for that release, until it is marked as unmanaged", async () => {
    const chart = (namespace: string, name: string, spec: object, annotations: object = {}) => ({
      metadata: { namespace, name, annotations },
      spec,
    });
    fake.objects["/apis/helm.cattle.io/v1/helmcharts"] = {
      items: [
        chart("kube-system", "edge", { targetNamespace: "network" }),
        chart("kube-system", "traefik", { targetNamespace: "network" }),
        chart("kube-system", "edge", { targetNamespace: "elsewhere" }),
        chart("network", "edge", {}, { "helmcharts.helm.cattle.io/unmanaged": "true" }),
      ],
    };
    assert.deepEqual(await read(), [
      "HelmChart kube-system/edge: active",
      "HelmChart network/edge: suspended",
    ]);
  });

  it("is the Application that Argo CD's marks name, while it syncs by itself", async () => {
    const application = (name: string, syncPolicy: object) => ({
      metadata: { namespace: "argocd", name },
      spec: { syncPolicy },
    });
    fake.objects["/apis/argoproj.io/v1alpha1/applications"] = {
      items: [
        application("edge", { automated: { selfHeal: true } }),
        application("other", { automated: {} }),
      ],
    };
    const marks: Marks[] = [
      { annotations: { "argocd.argoproj.io/tracking-id": "edge:apps/Deployment:network/edge-controller" } },
      { labels: { "argocd.argoproj.io/instance": "edge" } },
      { labels: { "app.kubernetes.io/instance": "edge" } },
    ];
    for (const metadata of marks) assert.deepEqual(await read(metadata), ["Application argocd/edge: active"]);
    // Helm itself has installed it.
    const annotations = { "meta.helm.sh/release-name": "edge" };
    assert.deepEqual(await read({ annotations, labels: { "app.kubernetes.io/instance": "edge" } }), []);
    fake.objects["/apis/argoproj.io/v1alpha1/applications"] = { items: [application("edge", {})] };
    assert.deepEqual(await read({ labels: { "argocd.argoproj.io/instance": "edge" } }), [
      "Application argocd/edge: suspended",
    ]);
  });

  it("is minikube's add-on manager", async () => {
    assert.deepEqual(await read({ labels: { "addonmanager.kubernetes.io/mode": "Reconcile" } }), [
      "add-on ingress of minikube: active",
    ]);
  });

  it("does not exist if a person has used Helm or kubectl", async () => {
    assert.deepEqual(await read(), []);
  });

  it("prevents retired, with the command that suspends it", () => {
    const state = ready();
    const gate = (isSuspended: boolean) =>
      installerGate({ ...state, nginx: nginxWith([], { installers: [{ ...installer, isSuspended }] }) });
    assert.deepEqual(gate(false), [
      {
        subject: "HelmRelease network/ingress-nginx",
        ok: false,
        note: "Flux puts back what is removed",
        fix: "kubectl --context test patch helmrelease",
      },
    ]);
    assert.equal(gate(true)[0]?.ok, true);
  });
});
