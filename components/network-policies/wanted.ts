import type { LiveService } from "../cluster/live.ts";
import { pomeriumNamespace, pomeriumPodLabels } from "../cluster/names.ts";
import { type IsolatedService, type Peer, prometheusLabels } from "./config.ts";
import type { LabelSelector, Labels } from "./policy.ts";

/** Who connects to the apps' pods besides Pomerium, as the live cluster has it. */
export interface Callers {
  /** Namespaces of the controllers of ingress-nginx that still serve. */
  nginx: readonly string[];
  /** Such a controller runs in the network of its node, so it has the node's address. */
  nginxOnNodes: boolean;
  /** Addresses of the nodes, as networks. */
  nodes: readonly string[];
}

/** A NetworkPolicy that lets only Pomerium and the callers in the stack file connect to the pods of a Service. */
export interface WantedPolicy {
  namespace: string;
  name: string;
  spec: {
    podSelector: { matchLabels: Labels };
    policyTypes: ["Ingress"];
    ingress: { from: PeerObject[]; ports?: { protocol: "TCP" | "UDP"; port: number | string }[] }[];
  };
}

interface PeerObject {
  namespaceSelector?: LabelSelector;
  podSelector?: LabelSelector;
  ipBlock?: { cidr: string };
}

/** Name of the NetworkPolicy of a Service. */
export const isolationName = (service: string): string => `${service}-only-from-${pomeriumNamespace}`;

/** The isolated Services with what the cluster has of them. Other checks report a Service that does not exist. */
export function withServices(
  isolated: readonly IsolatedService[],
  services: readonly LiveService[],
): { isolated: IsolatedService; service: LiveService }[] {
  return isolated.flatMap((each) => {
    const service = services.find(
      ({ namespace, name }) => namespace === each.namespace && name === each.service,
    );
    return service === undefined ? [] : [{ isolated: each, service }];
  });
}

/** The NetworkPolicies of a stack. A Service without own pods has none. */
export function wantedPolicies(
  isolated: readonly IsolatedService[],
  services: readonly LiveService[],
  callers: Callers,
): WantedPolicy[] {
  return withServices(isolated, services).flatMap(({ isolated: each, service }) => {
    const { selector } = service;
    if (selector === undefined) return [];
    const ports = each.ports.map((port) => ({
      protocol: each.protocol,
      port: podPort(service, port),
    }));
    const nginx: PeerObject[] = [
      ...callers.nginx.map((namespace) => ({ namespaceSelector: named(namespace) })),
      ...(callers.nginxOnNodes ? blocks(callers.nodes) : []),
    ];
    const others = each.allowFrom.flatMap((peer) => peerObjects(peer, callers));
    return [
      {
        namespace: each.namespace,
        name: isolationName(each.service),
        spec: {
          podSelector: { matchLabels: selector },
          policyTypes: ["Ingress"],
          ingress: [
            {
              from: [
                {
                  namespaceSelector: named(pomeriumNamespace),
                  podSelector: { matchLabels: { ...pomeriumPodLabels } },
                },
                ...nginx,
              ],
              ports,
            },
            ...(others.length > 0 ? [{ from: distinct(others) }] : []),
          ],
        },
      },
    ];
  });
}

/** The pods' port behind a port of their Service, by number or name. */
export function podPort({ ports }: LiveService, port: number | string): number | string {
  const found = ports.find((each) => each.port === port || each.name === port);
  return found?.targetPort ?? port;
}

function peerObjects(peer: Peer, { nodes }: Callers): PeerObject[] {
  if (peer === "prometheus")
    return [{ namespaceSelector: {}, podSelector: { matchLabels: { ...prometheusLabels } } }];
  if (peer === "nodes") return blocks(nodes);
  if ("network" in peer) return blocks([peer.network]);
  return [
    {
      namespaceSelector: named(peer.namespace),
      ...(peer.pods === undefined ? {} : { podSelector: { matchLabels: peer.pods } }),
    },
  ];
}

const named = (namespace: string): LabelSelector => ({
  matchLabels: { "kubernetes.io/metadata.name": namespace },
});

/** A single address is a network too. */
function blocks(networks: readonly string[]): PeerObject[] {
  return networks.map((each) => ({
    ipBlock: { cidr: each.includes("/") ? each : `${each}/${each.includes(":") ? 128 : 32}` },
  }));
}

function distinct(peers: readonly PeerObject[]): PeerObject[] {
  return [...new Map(peers.map((peer) => [JSON.stringify(peer), peer])).values()];
}
