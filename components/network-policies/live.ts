import type { ClusterReader } from "../cluster/api.ts";
import { pomeriumNamespace, pomeriumPodLabels } from "../cluster/names.ts";
import { type ObjectOfKind, objectLabel } from "../cluster/objects.ts";
import { selects } from "./admits.ts";
import { type NetworkPlugin, recognise } from "./plugin.ts";
import type { Caller, Labels, NetworkPolicy } from "./policy.ts";

/** Everything of a cluster that decides whether Pomerium's pods may connect to the apps' pods. */
export interface LiveNetwork {
  /** Those in the namespaces of the apps and of Pomerium. */
  policies: NetworkPolicy[];
  /** Pods of the namespaces of apps that have a NetworkPolicy. */
  pods: LivePod[];
  /** Pomerium's pods. */
  caller: Caller;
  /** Policies of network plugins, which this program does not judge. One without a namespace is about the whole cluster. */
  unjudged: ObjectOfKind[];
  /** What isolation needs to know. Absent if nothing is isolated. */
  isolation?: {
    plugin: NetworkPlugin;
    /** Addresses of the nodes, as networks: their own, and those by which their network reaches pods. */
    nodes: string[];
    /** Pods of the isolated Services' namespaces that run in the network of their node. No policy is about them. */
    onNodes: { namespace: string; labels: Labels }[];
    /** The other running pods of these namespaces. */
    pods: { namespace: string; labels: Labels }[];
  };
}

interface NodeObject {
  spec?: { podCIDRs?: string[] };
  status?: { addresses?: { type: string; address: string }[]; nodeInfo?: { kubeletVersion?: string } };
}

export interface LivePod {
  namespace: string;
  labels: Labels;
  /** Ports that its containers name. */
  ports: { name: string; port: number; protocol: string }[];
}

interface PodObject {
  metadata: { namespace: string; labels?: Record<string, string> };
  spec?: {
    hostNetwork?: boolean;
    containers?: { ports?: { name?: string; containerPort: number; protocol?: string }[] }[];
  };
  status?: { phase?: string; podIPs?: { ip: string }[] };
}

interface NamespaceObject {
  metadata: { labels?: Record<string, string> };
}

/** Kinds that limit connections in addition to NetworkPolicies. A cluster-wide one may be about any namespace. */
const otherKinds = [
  { kind: "CiliumNetworkPolicy", path: "/apis/cilium.io/v2/ciliumnetworkpolicies" },
  { kind: "CiliumClusterwideNetworkPolicy", path: "/apis/cilium.io/v2/ciliumclusterwidenetworkpolicies" },
  // Calico has its own NetworkPolicy, which some of its releases serve in a second group.
  { kind: "Calico NetworkPolicy", path: "/apis/crd.projectcalico.org/v1/networkpolicies" },
  { kind: "Calico NetworkPolicy", path: "/apis/projectcalico.org/v3/networkpolicies" },
  { kind: "GlobalNetworkPolicy", path: "/apis/crd.projectcalico.org/v1/globalnetworkpolicies" },
  { kind: "GlobalNetworkPolicy", path: "/apis/projectcalico.org/v3/globalnetworkpolicies" },
  { kind: "AdminNetworkPolicy", path: "/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies" },
  {
    kind: "BaselineAdminNetworkPolicy",
    path: "/apis/policy.networking.k8s.io/v1alpha1/baselineadminnetworkpolicies",
  },
] as const;

/** Calico shows Kubernetes' own NetworkPolicies among its own, with this prefix. */
const copyOfKubernetes = /^knp\./;

/** Reads which network plugin runs, the nodes' addresses, and the pods that no policy can be about. */
async function readIsolation(
  isolated: readonly { namespace: string }[],
  api: ClusterReader,
): Promise<NonNullable<LiveNetwork["isolation"]>> {
  const namespaces = [...new Set(isolated.map(({ namespace }) => namespace))];
  const [daemonSets, nodes, pods] = await Promise.all([
    api.listMetadata<{ metadata: { name: string } }>("/apis/apps/v1/daemonsets"),
    api.list<NodeObject>("/api/v1/nodes"),
    Promise.all(namespaces.map((each) => podsOf(each, api))),
  ]);
  const running = pods.flat().filter(isRunning);
  const labelled = (all: readonly PodObject[]) =>
    all.map(({ metadata: { namespace, labels = {} } }) => ({ namespace, labels }));
  const kubelets = nodes.flatMap(({ status }) => status?.nodeInfo?.kubeletVersion ?? []);
  return {
    plugin: recognise(
      daemonSets.map(({ metadata }) => metadata.name),
      kubelets,
    ),
    nodes: [...new Set(nodes.flatMap(addressesOf))].sort(),
    onNodes: labelled(running.filter(({ spec }) => spec?.hostNetwork === true)),
    pods: labelled(running.filter(({ spec }) => spec?.hostNetwork !== true)),
  };
}

/**
 * The addresses with which a node connects to pods: its own, and those of its bridge and its overlay. The latter are
 * the first two addresses of its pods' network.
 */
function addressesOf({ spec, status }: NodeObject): string[] {
  const own = (status?.addresses ?? [])
    .filter(({ type }) => type === "InternalIP")
    .map(({ address }) => address);
  const first = (spec?.podCIDRs ?? []).flatMap((cidr) => {
    const [address = ""] = cidr.split("/");
    return address.includes(":") ? [`${address}/127`] : [`${address}/31`];
  });
  return [...own.map((address) => `${address}/${address.includes(":") ? 128 : 32}`), ...first];
}

/**
 * Reads the NetworkPolicies, and the pods only where a policy is about an app's namespace.
 *
 * @throws ClusterError when the cluster does not answer.
 */
export async function readNetwork(
  {
    apps,
    isolation,
  }: { apps: readonly { namespace: string }[]; isolation: readonly { namespace: string }[] },
  api: ClusterReader,
): Promise<LiveNetwork> {
  const about = isolation.length > 0 ? readIsolation(isolation, api) : undefined;
  const namespaces = [...new Set(apps.map(({ namespace }) => namespace))];
  const [all, unjudged] = await Promise.all([
    api.list<NetworkPolicy>("/apis/networking.k8s.io/v1/networkpolicies"),
    readUnjudged(namespaces, api),
  ]);
  const policies = all.filter(({ metadata }) =>
    [...namespaces, pomeriumNamespace].includes(metadata.namespace),
  );
  const limited = namespaces.filter((each) => policies.some(({ metadata }) => metadata.namespace === each));
  const [pods, own, namespace] =
    limited.length === 0
      ? [[], [], undefined]
      : await Promise.all([
          Promise.all(limited.map((each) => podsOf(each, api))),
          podsOf(pomeriumNamespace, api),
          api.findMetadata<NamespaceObject>(`/api/v1/namespaces/${pomeriumNamespace}`),
        ]);
  return {
    policies,
    // A pod in its node's network has the node's address, which NetworkPolicies are not about.
    pods: pods
      .flat()
      .filter((pod) => isRunning(pod) && pod.spec?.hostNetwork !== true)
      .map(livePod),
    caller: callerOf(own, namespace),
    unjudged,
    ...(about === undefined ? {} : { isolation: await about }),
  };
}

/** Reads the policies of network plugins that may be about the namespaces. Each counts once, in whatever group it is. */
async function readUnjudged(namespaces: readonly string[], api: ClusterReader): Promise<ObjectOfKind[]> {
  const found = await Promise.all(
    otherKinds.map(async ({ kind, path }) =>
      (await api.listMetadata<{ metadata: { namespace?: string; name: string } }>(path))
        .map(({ metadata: { namespace, name } }) => ({
          kind,
          name,
          ...(namespace === undefined ? {} : { namespace }),
        }))
        .filter(
          ({ namespace, name }) =>
            (namespace === undefined || namespaces.includes(namespace)) && !copyOfKubernetes.test(name),
        ),
    ),
  );
  return [...new Map(found.flat().map((each) => [objectLabel(each), each])).values()];
}

function livePod({ metadata, spec }: PodObject): LivePod {
  return {
    namespace: metadata.namespace,
    labels: metadata.labels ?? {},
    ports: (spec?.containers ?? []).flatMap(({ ports = [] }) =>
      ports.flatMap(({ name, containerPort: port, protocol = "TCP" }) =>
        name === undefined ? [] : [{ name, port, protocol }],
      ),
    ),
  };
}

/** Pomerium as the network policies of apps see it. */
function callerOf(pods: readonly PodObject[], namespace: NamespaceObject | undefined): Caller {
  return {
    namespace: pomeriumNamespace,
    namespaceLabels: {
      // Kubernetes sets the first label, and this program the second.
      "kubernetes.io/metadata.name": pomeriumNamespace,
      "app.kubernetes.io/name": "pomerium",
      ...(namespace?.metadata.labels ?? {}),
    },
    labels: pomeriumPodLabels,
    pods: pods
      .filter(
        (pod) => isRunning(pod) && selects({ matchLabels: pomeriumPodLabels }, pod.metadata.labels ?? {}),
      )
      .map(({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip))
      .filter((addresses) => addresses.length > 0),
  };
}

const podsOf = (namespace: string, api: ClusterReader): Promise<PodObject[]> =>
  api.list<PodObject>(`/api/v1/namespaces/${namespace}/pods`);

function isRunning({ status }: PodObject): boolean {
  return status?.phase !== "Succeeded" && status?.phase !== "Failed";
}
