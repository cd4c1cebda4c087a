import { type LiveIssuance, readIssuance } from "../components/certificates/live.ts";
import type { ClusterReader } from "../components/cluster/api.ts";
import { type LiveCluster, type LiveService, readCluster } from "../components/cluster/live.ts";
import { objectId } from "../components/cluster/objects.ts";
import type { IngressNginxConfig } from "../components/ingress-nginx/config.ts";
import { classKind, collectionPath } from "../components/ingress-nginx/kinds.ts";
import {
  type LiveController,
  type LiveIngressNginx,
  readIngressNginx,
} from "../components/ingress-nginx/live.ts";
import type { ClassObject } from "../components/ingress-nginx/live-controllers.ts";
import { type Unserved, unservedIngresses } from "../components/ingress-nginx/unserved.ts";
import { remembering } from "./remembering.ts";

/** Everything of a cluster that matters for its migration. */
export interface Inventory {
  cluster: LiveCluster;
  /** Every controller counts as retired if its objects can be recognised. */
  nginx: LiveIngressNginx;
  controllers: Controller[];
  /** Ingresses that no known program serves, without those that have neither a class nor a sign of ingress-nginx. */
  unclaimed: Unserved[];
  issuance: LiveIssuance;
  workloads: Workload[];
  /** Names of the nodes. */
  nodes: string[];
  /** Kinds of which an export has no object, so that nothing is known about them. Empty for a live cluster. */
  missing: string[];
}

/** A workload of the cluster, as far as it shows which app it is. */
export interface Workload {
  kind: string;
  namespace: string;
  name: string;
  /** Labels of its pods. */
  labels: Readonly<Record<string, string>>;
  images: string[];
}

/** A controller of ingress-nginx, and how people reach it. */
export interface Controller extends LiveController {
  /** How the stack file names its installation; undefined if its objects carry no label to know them by. */
  installation?: IngressNginxConfig["installations"][number];
  /** The Service that leads to its pods. */
  service?: LiveService;
  /** Image of its container. */
  image?: string;
}

interface WorkloadObject {
  metadata: { namespace?: string; name: string };
  spec: {
    template: {
      metadata?: { labels?: Record<string, string> };
      spec?: { containers?: { image?: string }[] };
    };
  };
}

/**
 * Reads what a migration is about.
 *
 * @throws ClusterError if the cluster does not answer.
 */
export async function readInventory(
  reader: ClusterReader & { readonly missing?: string[] },
): Promise<Inventory> {
  const api = remembering(reader);
  const reading = readCluster(api);
  const stack = { phase: "coexist" as const };
  const [cluster, classes, found, issuance, workloads, nodes] = await Promise.all([
    reading,
    api.list<ClassObject>(collectionPath(classKind)),
    readIngressNginx(stack, api, reading),
    readIssuance(api, { issuer: "", namespace: "cert-manager", webhooks: [], objects: [] }),
    readAllWorkloads(api),
    api.listMetadata<{ metadata: { name: string } }>("/api/v1/nodes"),
  ]);
  const controllers = await Promise.all(
    found.controllers.map((controller) => readController(api, controller, cluster, workloads)),
  );
  const installations = controllers.flatMap(({ installation }) => installation ?? []);
  // Read again, as the stack file will have it: now it is known which objects belong to an installation.
  const nginx = await readIngressNginx(
    { ...stack, ingressNginx: { installations, keep: {}, abandon: {}, override: {} } },
    api,
    reading,
  );
  return {
    cluster,
    nginx,
    missing: reader.missing ?? [],
    unclaimed: unservedIngresses(
      classes.map(({ metadata, spec }) => ({ name: metadata.name, controller: spec?.controller })),
      cluster.ingresses,
      // A controller that is not known here may serve what the known ones do not.
      { served: controllers.flatMap(({ ingresses }) => ingresses), hasController: false },
    ),
    controllers: controllers.sort((one, other) => other.ingresses.length - one.ingresses.length),
    issuance,
    workloads,
    nodes: nodes.map(({ metadata }) => metadata.name),
  };
}

async function readAllWorkloads(api: ClusterReader): Promise<Workload[]> {
  const kinds = { Deployment: "deployments", StatefulSet: "statefulsets", DaemonSet: "daemonsets" };
  const lists = await Promise.all(
    Object.entries(kinds).map(async ([kind, plural]) =>
      (await api.list<WorkloadObject>(`/apis/apps/v1/${plural}`)).map(
        ({ metadata, spec: { template } }): Workload => ({
          kind,
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          labels: template.metadata?.labels ?? {},
          images: (template.spec?.containers ?? []).flatMap(({ image }) => image ?? []),
        }),
      ),
    ),
  );
  return lists.flat();
}

async function readController(
  api: ClusterReader,
  controller: LiveController,
  { services }: LiveCluster,
  workloads: readonly Workload[],
): Promise<Controller> {
  const { workload: ref } = controller;
  const workload = workloads.find(
    (each) => ref && each.kind === ref.kind && objectId(each) === objectId(ref),
  );
  const service = services
    .filter((each) => each.type !== "ClusterIP" && workload !== undefined && leadsTo(each, workload))
    // The one with an address, if there are several.
    .sort((one, other) => (other.addresses?.length ?? 0) - (one.addresses?.length ?? 0))[0];
  const installation = await installationOf(api, controller, service);
  const image = workload?.images.find((each) => /nginx/.test(each)) ?? workload?.images[0];
  return {
    ...controller,
    ...(installation === undefined ? {} : { installation }),
    ...(service === undefined ? {} : { service }),
    ...(image === undefined ? {} : { image }),
  };
}

/** Whether a Service selects the pods of a workload. */
export function leadsTo({ namespace, selector }: LiveService, workload: Workload): boolean {
  return (
    selector !== undefined &&
    namespace === workload.namespace &&
    Object.entries(selector).every(([key, value]) => workload.labels[key] === value)
  );
}

async function installationOf(
  api: ClusterReader,
  { workload, instance }: LiveController,
  service: LiveService | undefined,
): Promise<Controller["installation"]> {
  const namespace = workload?.namespace;
  if (namespace === undefined || instance === undefined) return undefined;
  // Upstream's static manifests have this label too, but no chart's.
  if (instance.byHelm || instance.name !== "ingress-nginx")
    return { namespace, from: { helmRelease: instance.name } };
  return { namespace, from: { manifest: await manifestOf(api, service) } };
}

/** Which of upstream's manifests was applied: they differ in the type of the Service, which a person may have changed. */
async function manifestOf(
  api: ClusterReader,
  service: LiveService | undefined,
): Promise<"baremetal" | "cloud"> {
  if (service === undefined) return "baremetal";
  const { namespace, name, type } = service;
  const object = await api.findMetadata<{ metadata: { annotations?: Record<string, string> } }>(
    `/api/v1/namespaces/${namespace}/services/${name}`,
  );
  const applied = object?.metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"] ?? "";
  const [, first = type] = /"type":"(NodePort|LoadBalancer)"/.exec(applied) ?? [];
  return first === "NodePort" ? "baremetal" : "cloud";
}
