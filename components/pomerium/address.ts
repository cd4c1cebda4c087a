import type { LiveService } from "../cluster/live.ts";
import * as names from "./names.ts";

/** How requests get to Pomerium's pods. */
export type AddressConfig = (LoadBalancer | NodePorts | HostPorts) & {
  /**
   * `Local` keeps the caller's address, which access logs and the networks of `access.from` need. Only nodes that run
   * Pomerium answer then. With `Cluster`, every node answers, and Pomerium sees the address of a node.
   */
  trafficPolicy: "Local" | "Cluster";
};

/** A separate address, from MetalLB, a cloud, or another load balancer. */
export interface LoadBalancer {
  kind: "loadBalancer";
  /** Addresses to ask for: none, one, or one of each family. */
  ips: readonly string[];
  /** Class of the load balancer. Default: the cluster's. */
  class?: string | undefined;
  /** Whether the Service gets an address of each family where the cluster has both. */
  dualStack: boolean;
  /** Annotations that the load balancer understands. */
  annotations: Readonly<Record<string, string>>;
}

/** A port of every node. */
export interface NodePorts {
  kind: "nodePort";
  ports: Ports;
  /** Address of the node that the router and the tunnels lead to. */
  node: string;
}

/** Ports of the node on which Pomerium runs. */
export interface HostPorts {
  kind: "hostPorts";
  ports: Ports;
  node: string;
}

export interface Ports {
  https: number;
  http: number;
}

/** Where Pomerium answers HTTPS inside the network. The address is empty while the load balancer chooses it. */
export interface Reach {
  ip: string;
  port: number;
}

/** The same with the address that the load balancer has given, if the stack file names none. */
export function reachedNow(reach: Reach, services: readonly LiveService[]): Reach {
  if (reach.ip !== "") return reach;
  const own = services.find(
    ({ namespace, name }) => namespace === names.namespace && name === names.proxyService,
  );
  return { ...reach, ip: own?.addresses?.[0] ?? "" };
}

export function reachedAt(address: AddressConfig): Reach {
  return address.kind === "loadBalancer"
    ? { ip: address.ips[0] ?? "", port: 443 }
    : { ip: address.node, port: address.ports.https };
}
