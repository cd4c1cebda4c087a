import type { ReadOnlyApi, ServedKind } from "../cluster/api.ts";
import type { LiveCluster, LiveIngress } from "../cluster/live.ts";
import { type ObjectRef, objectLabel } from "../cluster/objects.ts";
import { controllerOf, type PodTemplate, type Stream, streamsOf } from "./controller.ts";
import {
  classKind,
  clusterRightsKinds,
  collectionPath,
  ingressKind,
  type KindOfObject,
  namespacedKinds,
  namespaceKind,
  objectPath,
  refOf,
  refOfLabel,
  webhookKind,
  workloadKinds,
} from "./kinds.ts";
import { classify, type Found, type Installation, isOwnClass, type Metadata } from "./ownership.ts";
import type { StackView } from "./stack-view.ts";

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
  /** Adopted by this program, still there, and not recognised as ingress-nginx's any more. */
  unrecognised: ObjectRef[];
  /** Settings of the controller as a whole, from its ConfigMap: `whitelist-source-range` → `10.0.0.0/8`. */
  settings: Record<string, string>;
  /** Ports that it passes on as they are, by the ConfigMaps of its TCP and UDP services. */
  streams: Stream[];
}

export type { Stream } from "./controller.ts";

/** All of it, Ingresses included. */
export function leavingObjects({
  installation,
  ingresses,
}: Pick<LiveIngressNginx, "installation" | "ingresses">): ObjectRef[] {
  return [...installation, ...ingresses.map((ingress) => refOf(ingressKind, ingress))];
}

interface Some {
  metadata: Metadata;
}

interface Workload extends Some {
  spec: { template: PodTemplate };
}

interface ConfigMap extends Some {
  data?: Record<string, string>;
}

interface IngressClass extends Some {
  spec?: { controller?: string };
}

interface WebhookConfiguration extends Some {
  webhooks?: { clientConfig: { service?: { namespace: string; name: string } } }[];
}

/** Value of the label `app.kubernetes.io/instance` in upstream's static manifests. */
const manifestInstance = "ingress-nginx";

/** Reads what the cluster runs of the ingress-nginx in the stack file; undefined when the file has no `ingressNginx`. */
export async function inspectIngressNginx(
  { phase, ingressNginx }: Pick<StackView, "phase" | "ingressNginx">,
  api: ReadOnlyApi,
  cluster: Promise<LiveCluster>,
): Promise<LiveIngressNginx | undefined> {
  if (ingressNginx === undefined) return undefined;
  const { namespace, from } = ingressNginx;
  const instance = "helmRelease" in from ? from.helmRelease : manifestInstance;
  const { record } = await cluster;
  return readIngressNginx(
    api,
    { namespace, instance, adopted: record?.adopted ?? [] },
    {
      ingresses: cluster.then(({ ingresses }) => ingresses),
      removal: record?.phase === "retired" ? "begun" : phase === "retired" ? "next" : "no",
    },
  );
}

export interface ReadOptions {
  /** Every Ingress of the cluster. */
  ingresses: Promise<readonly LiveIngress[]>;
  /**
   * How far its removal is. Before it begins, what was adopted and is not recognised any more is looked for; afterwards,
   * what is missing is gone. From the run on that removes the namespace, with whatever is in it, every kind that the API
   * server knows is looked at there, and not only those of which ingress-nginx may have objects.
   */
  removal: "no" | "next" | "begun";
}

/**
 * Reads what the cluster runs of ingress-nginx, in a round of parallel questions, and another where something is to be
 * made sure of. Of Secrets only the metadata is asked for.
 *
 * @throws ClusterError when the cluster does not answer.
 */
export async function readIngressNginx(
  api: ReadOnlyApi,
  installation: Installation,
  { ingresses, removal }: ReadOptions,
): Promise<LiveIngressNginx> {
  const { namespace } = installation;
  const [all, own, classes, webhooks, workloads, configMaps, rights, inside] = await Promise.all([
    ingresses,
    api.findMetadata<Some>(`${collectionPath(namespaceKind)}/${namespace}`),
    api.list<IngressClass>(collectionPath(classKind)),
    api.list<WebhookConfiguration>(collectionPath(webhookKind)),
    Promise.all(workloadKinds.map((kind) => list<Workload>(api, kind, namespace))),
    list<ConfigMap>(api, configMapKind, namespace),
    Promise.all(clusterRightsKinds.map((kind) => labelled(api, kind, installation))),
    Promise.all(
      namespacedKinds
        .filter((kind) => !workloadKinds.includes(kind) && kind !== configMapKind)
        .map((kind) => listMetadata(api, kind, namespace)),
    ),
  ]);
  const others =
    own === undefined || removal === "no" ? { found: [], silent: [] } : await readOthers(api, namespace);
  const pods = workloads.flat();
  const ownPods = classify(installation, nothingKnown, pods);
  const controller = controllerOf(
    pods.filter((each) => ownPods.get(each) === "own").map(({ object }) => object.spec.template),
    namespace,
  );
  const configMap = await configMapsOf(api, configMaps, Object.values(controller.configMaps), namespace);

  const ours = [...pods, ...configMaps, ...rights.flat(), ...inside.flat()];
  const sorted = classify(installation, { ...controller, configMaps: Object.values(controller.configMaps) }, [
    ...ours,
    ...others.found,
  ]);
  const objects = ours.filter((each) => sorted.get(each) === "own").map(({ ref }) => ref);
  const services = new Set(objects.filter(({ kind }) => kind === "Service").map(({ name }) => name));
  const asked = webhooks
    .filter((each) => isOwnWebhook(installation, each, services))
    .map(({ metadata }) => refOf(webhookKind, metadata));
  const served = classes
    .filter(
      ({ metadata, spec }) =>
        spec?.controller === controller.controllerClass && isOwnClass(installation, metadata),
    )
    .map(({ metadata }) => refOf(classKind, metadata));

  const names = new Set([...served.map(({ name }) => name), ...controller.annotationClasses]);
  // An IngressClass that somebody deleted by hand has left its Ingresses behind.
  if (!classes.some(({ metadata }) => metadata.name === defaultClass)) names.add(defaultClass);
  const leaving = all.filter(
    ({ ingressClass, solver }) =>
      !solver && (ingressClass === undefined ? controller.servesClassless : names.has(ingressClass)),
  );
  const live = {
    installation: [
      ...objects,
      ...asked,
      ...served,
      ...(own === undefined || isShared(namespace) ? [] : [refOf(namespaceKind, own.metadata)]),
    ],
    classes: [...names],
    ingresses: leaving,
  };
  const { settings, tcp, udp } = controller.configMaps;
  return {
    ...live,
    strangers: [
      ...[...ours, ...others.found]
        .filter((each) => each.ref.namespace === namespace && sorted.get(each) === "stranger")
        .map(({ ref }) => `${ref.kind} ${ref.name}`),
      ...all
        .filter((each) => each.namespace === namespace && !leaving.includes(each) && !each.solver)
        .map(({ name }) => `${ingressKind.kind} ${name}`),
      ...others.silent,
    ],
    unrecognised: removal === "begun" ? [] : await readUnrecognised(api, installation, leavingObjects(live)),
    settings: configMap(settings),
    streams: [...streamsOf("TCP", configMap(tcp)), ...streamsOf("UDP", configMap(udp))],
  };
}

const defaultClass = "nginx";
const nothingKnown = { leases: [], secrets: [], configMaps: [] };
const configMapKind = namespacedKinds.find(({ kind }) => kind === "ConfigMap")!;

/** Namespaces that every cluster has, and that no installation can call its own. */
const isShared = (namespace: string): boolean => namespace === "default" || namespace.startsWith("kube-");

interface FoundObject<T extends Some> extends Found {
  object: T;
}

function found<T extends Some>(kind: KindOfObject, objects: T[]): FoundObject<T>[] {
  return objects.map((object) => ({ ref: refOf(kind, object.metadata), metadata: object.metadata, object }));
}

async function list<T extends Some>(
  api: ReadOnlyApi,
  kind: KindOfObject,
  namespace: string,
): Promise<FoundObject<T>[]> {
  return found(kind, await api.list<T>(collectionPath(kind, namespace)));
}

async function listMetadata(api: ReadOnlyApi, kind: KindOfObject, namespace: string): Promise<Found[]> {
  return found(kind, await api.listMetadata<Some>(collectionPath(kind, namespace)));
}

/** Of what lies outside of any namespace, only what is labelled as the installation's is looked at. */
async function labelled(api: ReadOnlyApi, kind: KindOfObject, { instance }: Installation): Promise<Found[]> {
  const selector = new URLSearchParams({ labelSelector: `app.kubernetes.io/instance=${instance}` });
  return found(kind, await api.listMetadata<Some>(`${collectionPath(kind)}?${selector}`));
}

/** Kinds that say nothing of what lies in a namespace: they are about other objects in it. */
const isAboutOthers = ({ apiVersion, kind }: ServedKind): boolean =>
  kind === "Event" || kind === "Endpoints" || apiVersion.startsWith("metrics.k8s.io/");

/** Everything in the namespace that is of none of ingress-nginx' kinds, and why it may not be all. */
async function readOthers(
  api: ReadOnlyApi,
  namespace: string,
): Promise<{ found: Found[]; silent: string[] }> {
  const served = await api.kinds();
  if (served === undefined)
    return { found: [], silent: ["whatever an API server older than Kubernetes 1.27 does not tell"] };
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
    // Kubernetes cannot empty a namespace either while something that serves a kind does not answer.
    silent: [...silent].map((apiVersion) => `whatever ${apiVersion} has there, which does not answer`),
  };
}

const groupOf = (apiVersion: string): string => apiVersion.replace(/\/?[^/]*$/, "");

/**
 * Whether a webhook configuration leads to the installation's Service: that is what makes it fail every Ingress write
 * once the Service is gone. One that leads elsewhere is told by its labels.
 */
function isOwnWebhook(
  installation: Installation,
  { metadata, webhooks = [] }: WebhookConfiguration,
  services: ReadonlySet<string>,
): boolean {
  const called = webhooks.flatMap(({ clientConfig }) => clientConfig.service ?? []);
  if (called.length > 0)
    return called.some(({ namespace, name }) => namespace === installation.namespace && services.has(name));
  const each = { ref: refOf(webhookKind, metadata), metadata };
  return classify(installation, nothingKnown, [each]).get(each) === "own";
}

/** Contents of ConfigMaps by `namespace/name`; those outside of the namespace are asked for. */
async function configMapsOf(
  api: ReadOnlyApi,
  inside: readonly FoundObject<ConfigMap>[],
  wanted: readonly string[],
  own: string,
): Promise<(id: string | undefined) => Record<string, string>> {
  const contents = new Map(inside.map(({ ref, object }) => [`${own}/${ref.name}`, object.data ?? {}]));
  await Promise.all(
    wanted.map(async (id) => {
      const [namespace = "", name = ""] = id.split("/");
      if (namespace === own) return;
      const found = await api.find<ConfigMap>(`${collectionPath(configMapKind, namespace)}/${name}`);
      contents.set(id, found?.data ?? {});
    }),
  );
  return (id) => contents.get(id ?? "") ?? {};
}

/** What was adopted, is still there, and is not recognised any more. */
async function readUnrecognised(
  api: ReadOnlyApi,
  { adopted }: Installation,
  live: readonly ObjectRef[],
): Promise<ObjectRef[]> {
  const labels = new Set(live.map(objectLabel));
  const missing = adopted.filter((label) => !labels.has(label)).flatMap((label) => refOfLabel(label) ?? []);
  const there = await Promise.all(
    missing.map(async (ref) => (await api.findMetadata(objectPath(ref)!)) !== undefined),
  );
  return missing.filter((_, i) => there[i]);
}
