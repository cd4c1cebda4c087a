/** The Service in front of the proxy, as patches over upstream's. */

import { isIPv6 } from "node:net";
import { skipAwait, waitFor } from "../cluster/wait-for.ts";
import type { AddressConfig, Ports } from "./address.ts";
import * as names from "./names.ts";

/** Annotation by which MetalLB is asked for several addresses. The field `loadBalancerIP` has room for one. */
const metalLbAddresses = "metallb.io/loadBalancerIPs";

/** Merge patch of the Service. */
export function service(address: AddressConfig): object {
  const { trafficPolicy } = address;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: names.proxyService, namespace: names.namespace, annotations: annotations(address) },
    spec: { externalTrafficPolicy: trafficPolicy, ...typed(address) },
  };
}

/** Pulumi waits for the address only: the endpoints are the pods of the workload, for which it waits anyway. */
function annotations(address: AddressConfig): Record<string, string> {
  if (address.kind !== "loadBalancer") return skipAwait;
  return {
    ...(address.ips.length > 1 ? { [metalLbAddresses]: address.ips.join(",") } : {}),
    ...address.annotations,
    ...waitFor("jsonpath={.status.loadBalancer.ingress[0]}"),
  };
}

function typed(address: AddressConfig): object {
  // Pomerium copies the address of its Service to every Ingress. A Service of type ClusterIP would have none to copy.
  if (address.kind !== "loadBalancer") return { type: "NodePort" };
  const [ip, second] = address.ips;
  return {
    ...(ip !== undefined && second === undefined ? { loadBalancerIP: ip } : {}),
    ...(address.class === undefined ? {} : { loadBalancerClass: address.class }),
    ...families(address),
  };
}

function families({ ips, dualStack }: { ips: readonly string[]; dualStack: boolean }): object {
  if (ips.length > 1)
    return {
      ipFamilyPolicy: "RequireDualStack",
      ipFamilies: ips.map((ip) => (isIPv6(ip) ? "IPv6" : "IPv4")),
    };
  if (dualStack) return { ipFamilyPolicy: "PreferDualStack" };
  return ips.some(isIPv6) ? { ipFamilies: ["IPv6"] } : {};
}

/**
 * JSON patch of the Service's ports with fixed node ports; undefined if there are none. The whole list, because two
 * ports of older releases have the same number. Their port for HTTP/3 led nowhere and is left out.
 */
export function servicePorts(address: AddressConfig): object[] | undefined {
  if (address.kind === "loadBalancer") return undefined;
  const fixed = address.kind === "nodePort" ? address.ports : undefined;
  const port = (name: keyof Ports, number: number): object => ({
    name,
    port: number,
    targetPort: name,
    protocol: "TCP",
    ...(fixed ? { nodePort: fixed[name] } : {}),
  });
  return [{ op: "replace", path: "/spec/ports", value: [port("https", 443), port("http", 80)] }];
}

/** JSON patch of the pod's ports with ports of the node; undefined if there are none. */
export function podPorts(address: AddressConfig): object[] | undefined {
  if (address.kind !== "hostPorts") return undefined;
  const { https, http } = address.ports;
  return [
    {
      op: "replace",
      path: "/spec/template/spec/containers/0/ports",
      value: [
        { name: "https", containerPort: 8443, hostPort: https, protocol: "TCP" },
        { name: "http", containerPort: 8080, hostPort: http, protocol: "TCP" },
        { name: "metrics", containerPort: 9090, protocol: "TCP" },
      ],
    },
  ];
}
