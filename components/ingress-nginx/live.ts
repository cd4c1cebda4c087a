import type { ReadOnlyApi } from "../cluster/api.ts";
import type { LiveIngress } from "../cluster/live.ts";
import type { ObjectRef } from "../cluster/objects.ts";
import { type Belonging, belonging, type Installation, type Metadata } from "./belonging.ts";

/** What a cluster runs of ingress-nginx. */
export interface LiveIngressNginx {
  /** Every object of the installation and what it left behind at run time, without the Ingresses. */
  installation: ObjectRef[];
  /** IngressClasses that it serves. */
  classes: string[];
  /** Ingresses of those classes, without those that cert-manager makes for a challenge. */
  ingresses: LiveIngress[];
  /** What else lies in its namespace, which therefore stays: `ConfigMap custom-headers`. Empty when it can go. */
  strangers: string[];
  /** Adopted by this program once, still there, and not ingress-nginx' any more, as far as it can be told. */
  strayed: ObjectRef[];
  /** Settings of the controller as a whole, from its ConfigMap: `whitelist-source-range` → `10.0.0.0/8`. */
  settings: Record<string, string>;
  /** Ports that it passes on as they are, by the ConfigMaps of its TCP and UDP services. */
  streams: Stream[];
}

/** A port that ingress-nginx passes on without looking at what goes through. */
export interface Stream {
  protocol: "TCP" | "UDP";
  /** Port of its Service. */
  port: string;
  /** `namespace/service:port`. */
  backend: string;
}

/** All of it, Ingresses included. */
export function leavingObjects({ installation, ingresses }: LiveIngressNginx): ObjectRef[] {
  const ingress = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };
  return [...installation, ...ingresses.map(({ namespace, name }) => ({ ...ingress, namespace, name }))];
}

/** Where objects of one kind are found. */
interface Collection {
  apiVersion: string;
  kind: string;
  plural: string;
}

const collection = (apiVersion: string, kind: string, plural = `${kind.toLowerCase()}s`): Collection => ({
  apiVersion,
  kind,
  plural,
});

/** Kinds that lie outside of any namespace; of these, only what is labelled as the installation's is looked at. */
const clusterWide = [
  collection("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
  collection("rbac.authorization.k8s.io/v1", "ClusterRole"),
  collection("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
];

/**
 * Kinds that the manifests and the chart put into the namespace with every option switched on, or that somebody may
 * keep there: a namespace takes all that is in it along.
 */
const namespaced = [
  collection("v1", "ConfigMap"),
  collection("v1", "PersistentVolumeClaim"),
  collection("v1", "Pod"),
  collection("v1", "Secret"),
  collection("v1", "Service"),
  collection("v1", "ServiceAccount"),
  collection("apps/v1", "ReplicaSet"),
  collection("apps/v1", "StatefulSet"),
  collection("autoscaling/v2", "HorizontalPodAutoscaler"),
  collection("batch/v1", "CronJob"),
  collection("batch/v1", "Job"),
  collection("cert-manager.io/v1", "Certificate"),
  collection("cert-manager.io/v1", "Issuer"),
  collection("coordination.k8s.io/v1", "Lease"),
  collection("monitoring.coreos.com/v1", "PrometheusRule"),
  collection("monitoring.coreos.com/v1", "ServiceMonitor"),
  collection("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  collection("policy/v1", "PodDisruptionBudget"),
  collection("rbac.authorization.k8s.io/v1", "Role"),
  collection("rbac.authorization.k8s.io/v1", "RoleBinding"),
];

/** Kinds that the controller may be of. */
const workloads = [collection("apps/v1", "Deployment"), collection("apps/v1", "DaemonSet")];

interface WorkloadObject {
  metadata: Metadata;
  spec: {
    template: {
      spec: {
        containers: { args?: string[] }[];
        volumes?: { secret?: { secretName?: string } }[];
      };
    };
  };
}

interface IngressClassObject {
  metadata: Metadata;
  spec?: { controller?: string };
}

/** The controller's name for itself, unless its `--controller-class` says otherwise. */
const controllerClass = "k8s.io/ingress-nginx";

/**
 * Reads what the cluster runs of ingress-nginx, in one round of parallel questions. Of everything but the workload
 * and the classes only the metadata is asked for.
 *
 * @param installed Where it was installed, and how.
 * @param ingresses Every Ingress of the cluster.
 * @throws ClusterError when the cluster does not answer.
 */
export async function readIngressNginx(
  api: ReadOnlyApi,
  installed: Installation,
  ingresses: Promise<readonly LiveIngress[]>,
): Promise<LiveIngressNginx> {
  const { namespace, instance } = installed;
  const [all, own, classes, running, lists] = await Promise.all([
    ingresses,
    api.findMetadata<{ metadata: Metadata }>(`/api/v1/namespaces/${namespace}`),
    api.list<IngressClassObject>("/apis/networking.k8s.io/v1/ingressclasses"),
    Promise.all(workloads.map((each) => read<WorkloadObject>(api, each, { namespace }))),
    Promise.all([
      ...clusterWide.map((each) => readMetadata(api, each, { instance })),
      ...namespaced.map((each) => readMetadata(api, each, { namespace })),
    ]),
  ]);
  const controllers = running
    .flat()
    .filter(({ ref, object: { metadata } }) => belonging(installed, ref, metadata) === "own")
    .map(({ object }) => object);
  const args = controllers.flatMap(({ spec }) =>
    spec.template.spec.containers.flatMap((each) => each.args ?? []),
  );
  const known: Installation = {
    ...installed,
    leases: flags(args, "election-id"),
    secrets: controllers.flatMap(({ spec }) =>
      (spec.template.spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []),
    ),
  };

  const told = [...running.flat(), ...lists.flat()].map(({ ref, object: { metadata } }) => ({
    ref,
    is: belonging(known, ref, metadata),
  }));
  const refs = (is: Belonging): ObjectRef[] => told.filter((each) => each.is === is).map(({ ref }) => ref);
  const [served = controllerClass] = flags(args, "controller-class");
  const ownClasses = classes
    .filter(({ spec, metadata: { labels } }) => {
      const of = labels?.["app.kubernetes.io/instance"];
      return spec?.controller === served && (of === undefined || of === instance);
    })
    .map(({ metadata: { name } }) => ({ apiVersion: "networking.k8s.io/v1", kind: "IngressClass", name }));
  // An IngressClass that somebody deleted by hand has left its Ingresses behind.
  const names = new Set(ownClasses.map(({ name }) => name));
  if (!classes.some(({ metadata }) => metadata.name === defaultClass)) names.add(defaultClass);
  const leaving = all.filter(
    ({ ingressClass, solver }) => ingressClass !== undefined && names.has(ingressClass) && !solver,
  );
  const strangers = [
    ...refs("stranger").filter((each) => each.namespace === namespace),
    ...all
      .filter((each) => each.namespace === namespace && !leaving.includes(each) && !each.solver)
      .map(({ name }): ObjectRef => ({ apiVersion: "", kind: "Ingress", name })),
  ].map(({ kind, name }) => `${kind} ${name}`);
  return {
    installation: [
      ...refs("own"),
      ...ownClasses,
      ...(own === undefined || isShared(namespace)
        ? []
        : [{ apiVersion: "v1", kind: "Namespace", name: namespace }]),
    ],
    classes: [...names],
    ingresses: leaving,
    strangers,
    strayed: [],
    settings: {},
    streams: [],
  };
}

const defaultClass = "nginx";

/** Namespaces that every cluster has, and that no installation can call its own. */
const isShared = (namespace: string): boolean => namespace === "default" || namespace.startsWith("kube-");

interface Found<T> {
  ref: ObjectRef;
  object: T;
}

/** Which objects of a kind: all of a namespace, or those of the cluster that carry an instance's label. */
type Scope = { namespace: string } | { instance: string };

function pathOf({ apiVersion, plural }: Collection, scope: Scope): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  if ("namespace" in scope) return `${group}/namespaces/${scope.namespace}/${plural}`;
  const selector = { labelSelector: `app.kubernetes.io/instance=${scope.instance}` };
  return `${group}/${plural}?${new URLSearchParams(selector)}`;
}

async function read<T extends { metadata: Metadata }>(
  api: ReadOnlyApi,
  from: Collection,
  scope: Scope,
): Promise<Found<T>[]> {
  return found(from, await api.list<T>(pathOf(from, scope)));
}

async function readMetadata(
  api: ReadOnlyApi,
  from: Collection,
  scope: Scope,
): Promise<Found<{ metadata: Metadata }>[]> {
  return found(from, await api.listMetadata<{ metadata: Metadata }>(pathOf(from, scope)));
}

function found<T extends { metadata: Metadata }>({ apiVersion, kind }: Collection, objects: T[]): Found<T>[] {
  return objects.map((object) => {
    const { namespace, name } = object.metadata;
    return { ref: { apiVersion, kind, ...(namespace ? { namespace } : {}), name }, object };
  });
}

/** Values of a flag in a program's arguments. */
function flags(args: readonly string[], name: string): string[] {
  const prefix = `--${name}=`;
  return args.filter((arg) => arg.startsWith(prefix)).map((arg) => arg.slice(prefix.length));
}
