import type { ClusterReader, ServedKind } from "../cluster/api.ts";
import { type ObjectMetadata, type ObjectRef, objectLabel } from "../cluster/objects.ts";
import { rulesOf } from "./controller.ts";
import {
  clusterRightsKinds,
  collectionPath,
  ingressKind,
  type KindOfObject,
  monitoringKinds,
  namespacedKinds,
  namespaceKind,
  refOf,
  secretKind,
  workloadKinds,
} from "./kinds.ts";
import type { LiveWorkload } from "./live-controllers.ts";
import { classify, type Found, type Installation, type NamedByController } from "./ownership.ts";

/**
 * How far the removal is:
 * - `no`: this run removes nothing;
 * - `next`: this run removes the installations;
 * - `begun`: an earlier run has begun to remove them.
 */
export type Removal = "no" | "next" | "begun";

/** The marks of an installation in the stack file and the phase record. */
export type InstallationMarks = Omit<Installation, "releaseNamespace">;

/** The existing objects of an installation. */
export interface LiveInstallation {
  marks: Installation;
  /** Its objects, without IngressClasses, webhooks, the namespace and Ingresses. */
  objects: ObjectRef[];
  /** Its workloads: controllers, and the default backend. */
  workloads: LiveWorkload[];
  /** Its namespace, unless every cluster has a namespace of this name. */
  namespace: ObjectRef | undefined;
  /** Other objects in its namespace. The namespace stays because of them. */
  strangers: ObjectRef[];
  /** Reasons why there may be more of them. */
  silent: string[];
  /** Names of all Services in its namespace. */
  services: string[];
}

interface Some {
  metadata: ObjectMetadata;
}

/**
 * Reads the objects of an installation.
 *
 * From the run on that removes the namespace, every kind that the API server knows is read there. Before that, only the
 * kinds of which ingress-nginx has objects are.
 */
export async function readInstallation(
  api: ClusterReader,
  marks: InstallationMarks,
  workloads: readonly LiveWorkload[],
  { removal }: { removal: Removal },
): Promise<LiveInstallation> {
  const { namespace, instance } = marks;
  const inside = workloads.filter(({ ref }) => ref.namespace === namespace);
  const installation = { ...marks, releaseNamespace: releaseNamespaceOf(marks, inside) };
  const [own, lists, wide, records] = await Promise.all([
    api.findMetadata<Some>(`${collectionPath(namespaceKind)}/${namespace}`),
    Promise.all(
      namespacedKinds
        .filter((kind) => !workloadKinds.includes(kind))
        .map((kind) => listMetadata(api, kind, namespace)),
    ),
    Promise.all(
      [...clusterRightsKinds, ...monitoringKinds].map((kind) =>
        labelled(api, kind, `app.kubernetes.io/instance=${instance}`),
      ),
    ),
    installation.releaseNamespace === namespace
      ? []
      : labelled(api, secretKind, `owner=helm,name=${instance}`, installation.releaseNamespace),
  ]);
  const removable = own === undefined || isShared(namespace) ? undefined : refOf(namespaceKind, own.metadata);
  const others =
    removable === undefined || removal === "no"
      ? { found: [], silent: [] }
      : await readOthers(api, namespace);
  const controllers = inside.filter(
    (each) => each.isController && classify(installation, nothingNamed, [each]).get(each) === "own",
  );
  const ours = unique([...inside, ...lists.flat(), ...wide.flat(), ...records]);
  const classified = classify(installation, namedBy(controllers, namespace), [...ours, ...others.found]);
  const is = (each: Found, belonging: string): boolean => classified.get(each) === belonging;
  return {
    marks: installation,
    objects: ours.filter((each) => is(each, "own")).map(({ ref }) => ref),
    workloads: inside.filter((each) => is(each, "own")),
    namespace: removable,
    strangers: [...ours, ...others.found]
      .filter((each) => each.ref.namespace === namespace && is(each, "stranger"))
      .map(({ ref }) => ref),
    silent: others.silent,
    services: lists
      .flat()
      .filter(({ ref }) => ref.kind === "Service")
      .map(({ ref }) => ref.name),
  };
}

const nothingNamed: NamedByController = { fullnames: [], leases: [], secrets: [], configMaps: [] };

/** The facts that the arguments and names of the controllers show. */
function namedBy(controllers: readonly LiveWorkload[], namespace: string): NamedByController {
  const rules = controllers.map(({ template }) => rulesOf(template, namespace));
  return {
    fullnames: controllers.map(({ ref }) => ref.name.replace(/-controller$/, "")),
    leases: rules.flatMap(({ leases }) => leases),
    secrets: rules.flatMap(({ secrets }) => secrets),
    configMaps: rules.flatMap(({ configMaps }) => Object.values(configMaps)),
  };
}

/** Namespace of the Helm release, according to its workloads. */
function releaseNamespaceOf(
  { namespace, instance }: InstallationMarks,
  workloads: readonly LiveWorkload[],
): string {
  const releasedIn = workloads
    .filter(
      ({ isController, metadata: { annotations, labels } }) =>
        isController &&
        (annotations?.["meta.helm.sh/release-name"] ?? labels?.["app.kubernetes.io/instance"]) === instance,
    )
    .map(({ metadata: { annotations } }) => annotations?.["meta.helm.sh/release-namespace"] ?? namespace);
  return releasedIn.includes(namespace) ? namespace : (releasedIn[0] ?? namespace);
}

/** Namespaces that every cluster has, and that no installation owns. */
const isShared = (namespace: string): boolean => namespace === "default" || namespace.startsWith("kube-");

function unique(found: readonly Found[]): Found[] {
  return [...new Map(found.map((each) => [objectLabel(each.ref), each])).values()];
}

async function listMetadata(api: ClusterReader, kind: KindOfObject, namespace: string): Promise<Found[]> {
  return found(kind, await api.listMetadata<Some>(collectionPath(kind, namespace)));
}

/** Objects with these labels, in all namespaces or in one. */
async function labelled(
  api: ClusterReader,
  kind: KindOfObject,
  labelSelector: string,
  namespace?: string,
): Promise<Found[]> {
  const query = new URLSearchParams({ labelSelector });
  return found(kind, await api.listMetadata<Some>(`${collectionPath(kind, namespace)}?${query}`));
}

function found(kind: KindOfObject, objects: readonly Some[]): Found[] {
  return objects.map(({ metadata }) => ({ ref: refOf(kind, metadata), metadata }));
}

/** Kinds whose objects are about other objects of the namespace. */
const isAboutOthers = ({ apiVersion, kind }: ServedKind): boolean =>
  kind === "Event" || kind === "Endpoints" || apiVersion.startsWith("metrics.k8s.io/");

/** Objects of the namespace that are of none of ingress-nginx's kinds, and reasons why there may be more. */
async function readOthers(
  api: ClusterReader,
  namespace: string,
): Promise<{ found: Found[]; silent: string[] }> {
  const served = await api.kinds();
  if (served === undefined)
    return { found: [], silent: ["objects that an API server older than Kubernetes 1.27 does not list"] };
  const ours = new Set(
    [...namespacedKinds, ingressKind].map(({ apiVersion, plural }) => `${groupOf(apiVersion)} ${plural}`),
  );
  const others = served.filter(
    (kind) =>
      kind.namespaced &&
      kind.listed &&
      !isAboutOthers(kind) &&
      !ours.has(`${groupOf(kind.apiVersion)} ${kind.plural}`),
  );
  const lists = await Promise.all(
    others.filter(({ answers }) => answers).map((kind) => listMetadata(api, kind, namespace)),
  );
  const silent = new Set(others.filter(({ answers }) => !answers).map(({ apiVersion }) => apiVersion));
  return {
    found: lists.flat(),
    // While something that serves a kind does not answer, Kubernetes cannot empty a namespace either.
    silent: [...silent].map((apiVersion) => `objects of ${apiVersion}, which does not answer`),
  };
}

const groupOf = (apiVersion: string): string => apiVersion.replace(/\/?[^/]*$/, "");
