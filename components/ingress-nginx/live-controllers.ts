import type { ClusterReader } from "../cluster/api.ts";
import type { LiveIngress } from "../cluster/live.ts";
import type { ObjectMetadata, ObjectRef } from "../cluster/objects.ts";
import { nginxPrefix } from "./annotations/judgement.ts";
import {
  type ControllerRules,
  isLabelledController,
  type PodTemplate,
  rulesOf,
  runsIngressNginx,
  type Stream,
  streamsOf,
} from "./controller.ts";
import { collectionPath, configMapKind, namespaceKind, refOf, workloadKinds } from "./kinds.ts";
import type { Found } from "./ownership.ts";
import { type ClassOfIngresses, classesOf, ingressesOf } from "./served-by-controller.ts";

/** A controller of the cluster, and what it serves by its own rules. */
export interface LiveController {
  /** Its Deployment, DaemonSet or StatefulSet; absent when that was deleted, and what it served is left. */
  workload?: ObjectRef;
  /** Its pods run in the network of their nodes. */
  hostNetwork?: true;
  /** Its plan in the stack file: `unknown` if the file does not mention it. */
  plan: "retire" | "keep" | "unknown";
  /** The label of its objects; absent without such a label. */
  instance?: { name: string; byHelm: boolean };
  /** Number of pods that its workload asks for; undefined for a DaemonSet. */
  replicas?: number;
  rules: ControllerRules;
  /** IngressClasses that it serves. */
  classes: string[];
  /** Ingresses that it serves, with annotations under the usual prefix. */
  ingresses: LiveIngress[];
  /** Settings from its ConfigMap: `whitelist-source-range` → `10.0.0.0/8`. */
  settings: Record<string, string>;
  /** Data of the ConfigMaps that its Ingresses name by `custom-headers`, by `namespace/name`. */
  headers: Record<string, Record<string, string>>;
  /** Ports that it forwards, from the ConfigMaps of its TCP and UDP services. */
  streams: Stream[];
}

/** An IngressClass as the API server has it. */
export interface ClassObject {
  metadata: ObjectMetadata;
  spec?: { controller?: string };
}

/** A workload of any kind of which a controller may be. */
export interface LiveWorkload extends Found {
  template: PodTemplate;
  replicas?: number;
  isController: boolean;
}

interface WorkloadObject {
  metadata: ObjectMetadata;
  spec: { replicas?: number; template: PodTemplate };
}

/** Every workload of the cluster. A controller is recognised by what its pods run, or by upstream's labels. */
export async function readWorkloads(api: ClusterReader): Promise<LiveWorkload[]> {
  const lists = await Promise.all(
    workloadKinds.map(async (kind) =>
      (await api.list<WorkloadObject>(collectionPath(kind))).map(
        ({ metadata, spec: { template, replicas } }): LiveWorkload => ({
          ref: refOf(kind, metadata),
          metadata,
          template,
          ...(replicas === undefined ? {} : { replicas }),
          isController: runsIngressNginx(template) || isLabelledController(metadata.labels),
        }),
      ),
    ),
  );
  return lists.flat();
}

/** Reads what the rules of a controller refer to, and applies them. */
export async function readController(
  api: ClusterReader,
  of: { workload: LiveWorkload; plan: LiveController["plan"] } | { namespace: string; plan: "retire" },
  cluster: { classes: readonly ClassOfIngresses[]; ingresses: readonly LiveIngress[] },
): Promise<LiveController> {
  const workload = "workload" in of ? of.workload : undefined;
  const namespace = "workload" in of ? (of.workload.ref.namespace ?? "") : of.namespace;
  const rules = rulesOf(workload?.template, namespace);
  const { settings, tcp, udp } = rules.configMaps;
  const [selected, ...data] = await Promise.all([
    rules.watchNamespace === undefined && rules.watchNamespaceSelector !== undefined
      ? namespacesOf(api, rules.watchNamespaceSelector)
      : undefined,
    ...[settings, tcp, udp].map((id) => dataOf(api, id)),
  ]);
  const serving = {
    rules,
    ...(selected === undefined ? {} : { selected }),
    // Ingresses of a deleted class still count for an installation that is retired, but not for a kept controller.
    withDeletedClass: of.plan === "retire",
  };
  const served = ingressesOf(serving, cluster.classes, cluster.ingresses);
  return {
    ...(workload === undefined ? {} : { workload: workload.ref }),
    ...(workload?.template.spec.hostNetwork ? { hostNetwork: true } : {}),
    plan: of.plan,
    ...instanceOf(workload?.metadata),
    ...(workload?.replicas === undefined ? {} : { replicas: workload.replicas }),
    rules,
    classes: classesOf(serving, cluster.classes),
    ingresses: served,
    settings: data[0] ?? {},
    headers: await customHeaders(api, served),
    streams: [...streamsOf("TCP", data[1] ?? {}), ...streamsOf("UDP", data[2] ?? {})],
  };
}

/** The label by which an installation is recognised, and whether Helm or Argo CD set it. */
function instanceOf(metadata: ObjectMetadata | undefined): Pick<LiveController, "instance"> {
  const name = metadata?.labels?.["app.kubernetes.io/instance"];
  if (name === undefined) return {};
  return { instance: { name, byHelm: metadata?.labels?.["helm.sh/chart"] !== undefined } };
}

/** Names of the namespaces with the labels of a selector. */
async function namespacesOf(api: ClusterReader, selector: string): Promise<ReadonlySet<string>> {
  const query = new URLSearchParams({ labelSelector: selector });
  const found = await api.listMetadata<{ metadata: ObjectMetadata }>(
    `${collectionPath(namespaceKind)}?${query}`,
  );
  return new Set(found.map(({ metadata }) => metadata.name));
}

/** Data of the ConfigMaps that Ingresses name by `custom-headers`. One that does not exist is left out. */
async function customHeaders(
  api: ClusterReader,
  ingresses: readonly LiveIngress[],
): Promise<LiveController["headers"]> {
  const named = ingresses.flatMap(({ annotations }) => annotations[`${nginxPrefix}custom-headers`] ?? []);
  const found = await Promise.all(
    [...new Set(named.map((id) => id.trim()))].map(async (id) => [id, await dataOf(api, id)] as const),
  );
  return Object.fromEntries(found.filter(([, data]) => Object.keys(data).length > 0));
}

/** Data of a ConfigMap, `namespace/name`; none without such a ConfigMap. */
async function dataOf(api: ClusterReader, id: string | undefined): Promise<Record<string, string>> {
  const [namespace, name] = id?.split("/") ?? [];
  if (!namespace || !name) return {};
  const path = `${collectionPath(configMapKind, namespace)}/${name}`;
  return (await api.find<{ data?: Record<string, string> }>(path))?.data ?? {};
}
