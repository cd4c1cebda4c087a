import type { ReadOnlyApi } from "../cluster/api.ts";
import { objectId } from "../cluster/objects.ts";
import type { Metadata } from "./ownership.ts";

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
  workloads: readonly Metadata[];
}

interface InstallerObject {
  metadata: Metadata;
  spec?: {
    suspend?: boolean;
    targetNamespace?: string;
    syncPolicy?: { automated?: object };
  };
}

/** Reads what may put an installation back: Flux, k3s and RKE2, Argo CD, and the add-ons of minikube. */
export async function readInstallers(api: ReadOnlyApi, installed: Installed): Promise<Installer[]> {
  const found = await Promise.all([
    readFlux(api, installed),
    readHelmCharts(api, installed),
    readApplications(api, installed),
  ]);
  return [...found.flat(), ...addons(installed)];
}

/** The values of a label on the workloads, each once. */
function valuesOf({ workloads }: Installed, read: (metadata: Metadata) => string | undefined): string[] {
  return [...new Set(workloads.flatMap((each) => read(each) ?? []))];
}

/** Flux labels every object with the HelmRelease or Kustomization that it comes from. */
async function readFlux(api: ReadOnlyApi, installed: Installed): Promise<Installer[]> {
  const kinds = [
    {
      kind: "HelmRelease",
      group: "helm.toolkit.fluxcd.io",
      plural: "helmreleases",
      versions: ["v2", "v2beta2"],
    },
    {
      kind: "Kustomization",
      group: "kustomize.toolkit.fluxcd.io",
      plural: "kustomizations",
      versions: ["v1"],
    },
  ];
  const found = await Promise.all(
    kinds.map(async ({ kind, group, plural, versions }) => {
      const ids = valuesOf(installed, ({ labels = {} }) => {
        const name = labels[`${group}/name`];
        return name && `${labels[`${group}/namespace`] ?? installed.namespace}/${name}`;
      });
      return Promise.all(
        ids.map(async (id): Promise<Installer[]> => {
          const [namespace, name] = id.split("/");
          const objects = await Promise.all(
            versions.map((version) =>
              api.find<InstallerObject>(
                `/apis/${group}/${version}/namespaces/${namespace}/${plural}/${name}`,
              ),
            ),
          );
          const object = objects.find((each) => each !== undefined);
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

const unmanaged = "helmcharts.helm.cattle.io/unmanaged";

/** k3s and RKE2 install a HelmChart as a release with its name. */
async function readHelmCharts(api: ReadOnlyApi, { instance, namespace }: Installed): Promise<Installer[]> {
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
async function readApplications(api: ReadOnlyApi, installed: Installed): Promise<Installer[]> {
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
