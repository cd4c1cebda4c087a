import type { ClusterReader } from "../cluster/api.ts";
import { type ObjectMetadata, objectId } from "../cluster/objects.ts";

/** A tool that installs ingress-nginx again when its objects are deleted. */
export interface Installer {
  /** The object, for people: `HelmRelease network/ingress-nginx`. */
  label: string;
  /** Whether it leaves the objects alone for now. */
  isSuspended: boolean;
  /** The necessary action, in words. */
  note: string;
  /** The command that suspends it, without `kubectl`. */
  command: string;
}

/** The facts about an installation by which its installer is found. */
interface Installed {
  /** Name of the release. */
  instance: string;
  namespace: string;
  /** Metadata of its workloads. */
  workloads: readonly ObjectMetadata[];
}

interface InstallerObject {
  metadata: ObjectMetadata;
  spec?: {
    suspend?: boolean;
    targetNamespace?: string;
    syncPolicy?: { automated?: object };
  };
}

/** Reads what may put an installation back: Flux, k3s and RKE2, Argo CD, Fleet, and the add-ons of minikube. */
export async function readInstallers(api: ClusterReader, installed: Installed): Promise<Installer[]> {
  const found = await Promise.all([
    readFlux(api, installed),
    readHelmCharts(api, installed),
    readApplications(api, installed),
    readFleet(api, installed),
  ]);
  return [...found.flat(), ...addons(installed)];
}

/** The values of a label on the workloads, each once. */
function valuesOf(
  { workloads }: Installed,
  read: (metadata: ObjectMetadata) => string | undefined,
): string[] {
  return [...new Set(workloads.flatMap((each) => read(each) ?? []))];
}

/** Flux labels every object with the HelmRelease or Kustomization that it comes from. */
async function readFlux(api: ClusterReader, installed: Installed): Promise<Installer[]> {
  const kinds = [
    { kind: "HelmRelease", group: "helm.toolkit.fluxcd.io", plural: "helmreleases" },
    { kind: "Kustomization", group: "kustomize.toolkit.fluxcd.io", plural: "kustomizations" },
  ];
  const found = await Promise.all(
    kinds.map(async ({ kind, group, plural }) => {
      const ids = valuesOf(installed, ({ labels = {} }) => {
        const name = labels[`${group}/name`];
        return name && `${labels[`${group}/namespace`] ?? installed.namespace}/${name}`;
      });
      if (ids.length === 0) return [];
      const version = await servedVersion(api, group);
      if (version === undefined) return [];
      return Promise.all(
        ids.map(async (id): Promise<Installer[]> => {
          const [namespace, name] = id.split("/");
          const object = await api.find<InstallerObject>(
            `/apis/${version}/namespaces/${namespace}/${plural}/${name}`,
          );
          if (object === undefined) return [];
          return [
            {
              label: `${kind} ${id}`,
              isSuspended: object.spec?.suspend === true,
              note: "Flux puts back what is removed; suspend it first, and delete it afterwards",
              command: `patch ${kind.toLowerCase()} --namespace ${namespace} ${name} --type merge --patch '{"spec":{"suspend":true}}'`,
            },
          ];
        }),
      );
    }),
  );
  return found.flat(2);
}

/** The version of an API group that the API server prefers: `helm.toolkit.fluxcd.io/v2`. Undefined without the group. */
async function servedVersion(api: ClusterReader, group: string): Promise<string | undefined> {
  interface Group {
    preferredVersion?: { groupVersion: string };
    versions?: { groupVersion: string }[];
  }
  const found = await api.find<Group>(`/apis/${group}`);
  return found?.preferredVersion?.groupVersion ?? found?.versions?.[0]?.groupVersion;
}

interface Bundle extends InstallerObject {
  spec?: {
    paused?: boolean;
    targetNamespace?: string;
    defaultNamespace?: string;
    helm?: { releaseName?: string };
  };
}

/** Fleet marks every object with the name of its Bundle. In a cluster that Rancher manages from outside, the mark is all. */
const fleetMark = "objectset.rio.cattle.io/id";

/** Rancher's Fleet deploys each Bundle as a Helm release. A GitRepo writes the Bundle, so that is what is paused. */
async function readFleet(api: ClusterReader, installed: Installed): Promise<Installer[]> {
  const { instance, namespace } = installed;
  const marks = valuesOf(installed, ({ annotations }) => annotations?.[fleetMark]);
  const bundles = (await api.list<Bundle>("/apis/fleet.cattle.io/v1alpha1/bundles")).filter(
    ({ metadata: { name }, spec = {} }) =>
      marks.some((mark) => `-${mark}-`.includes(`-${name}-`)) ||
      ((spec.helm?.releaseName ?? name) === instance &&
        [spec.targetNamespace, spec.defaultNamespace].includes(namespace)),
  );
  const note =
    "Fleet deploys it again with the next change; pause it first, and remove it from Git afterwards";
  if (bundles.length === 0)
    return marks.map((mark) => ({
      label: `Bundle ${mark} of Rancher's Fleet`,
      isSuspended: false,
      note: `${note}. The Bundle is in the cluster of the Rancher server: override the gate when it is paused there`,
      command: `get deployments,daemonsets --namespace ${namespace} --output yaml`,
    }));
  return bundles.map(({ metadata, spec }) => {
    const repository = metadata.labels?.["fleet.cattle.io/repo-name"];
    const [kind, name] =
      repository === undefined
        ? ["bundle.fleet.cattle.io", metadata.name]
        : ["gitrepo.fleet.cattle.io", repository];
    return {
      label: `Bundle ${objectId(metadata)}`,
      isSuspended: spec?.paused === true,
      note,
      command: `patch ${kind} --namespace ${metadata.namespace} ${name} --type merge --patch '{"spec":{"paused":true}}'`,
    };
  });
}

const unmanaged = "helmcharts.helm.cattle.io/unmanaged";

/** k3s and RKE2 install a HelmChart as a release with its name. */
async function readHelmCharts(api: ClusterReader, { instance, namespace }: Installed): Promise<Installer[]> {
  const charts = await api.list<InstallerObject>("/apis/helm.cattle.io/v1/helmcharts");
  return charts
    .filter(
      ({ metadata, spec }) =>
        metadata.name === instance && (spec?.targetNamespace ?? metadata.namespace) === namespace,
    )
    .map(({ metadata }) => {
      const isBundled = metadata.name.startsWith("rke2-");
      return {
        label: `HelmChart ${objectId(metadata)}`,
        isSuspended: metadata.annotations?.[unmanaged] === "true",
        note: isBundled
          ? `RKE2 puts back what is removed; add ${metadata.name} to \`disable\` in /etc/rancher/rke2/config.yaml of each server, and mark it as unmanaged until then`
          : "the Helm controller puts back what is removed; mark it as unmanaged first, and delete it afterwards",
        command: `annotate helmchart --namespace ${metadata.namespace} ${metadata.name} ${unmanaged}=true`,
      };
    });
}

/** Argo CD marks every object with the Application that it comes from, by annotation or label. */
async function readApplications(api: ClusterReader, installed: Installed): Promise<Installer[]> {
  const tracked = valuesOf(
    installed,
    ({ annotations = {}, labels = {} }) =>
      annotations["argocd.argoproj.io/tracking-id"]?.split(":")[0] ??
      labels["argocd.argoproj.io/instance"] ??
      // Without Helm's own mark, this label may be Argo CD's.
      (annotations["meta.helm.sh/release-name"] === undefined
        ? labels["app.kubernetes.io/instance"]
        : undefined),
  );
  if (tracked.length === 0) return [];
  const applications = await api.list<InstallerObject>("/apis/argoproj.io/v1alpha1/applications");
  return applications
    .filter(
      ({ metadata }) =>
        tracked.includes(metadata.name) || tracked.includes(`${metadata.namespace}_${metadata.name}`),
    )
    .map(({ metadata, spec }) => ({
      label: `Application ${objectId(metadata)}`,
      isSuspended: spec?.syncPolicy?.automated === undefined,
      note: "Argo CD puts back what is removed; switch its automatic sync off first, and delete it afterwards",
      command: `patch application --namespace ${metadata.namespace} ${metadata.name} --type json --patch '[{"op":"remove","path":"/spec/syncPolicy/automated"}]'`,
    }));
}

/** minikube's add-on manager puts its objects back until the add-on is disabled. */
function addons(installed: Installed): Installer[] {
  const modes = valuesOf(installed, ({ labels }) => labels?.["addonmanager.kubernetes.io/mode"]);
  return modes.includes("Reconcile")
    ? [
        {
          label: "add-on ingress of minikube",
          isSuspended: false,
          note: "minikube puts back what is removed; remove it by `minikube addons disable ingress` instead",
          command: `get deployments --namespace ${installed.namespace} --show-labels`,
        },
      ]
    : [];
}
