import { isIPv6 } from "node:net";
import { z } from "zod";
import { expectations, ipAddress, portNumber, text } from "../../stack-file/fields.ts";
import type { Report } from "../../stack-file/problems.ts";
import type { AddressConfig } from "./address.ts";

const nodePort = portNumber.refine((port) => port >= 30_000 && port <= 32_767, {
  error: "is not among the ports of nodes, which are 30000 to 32767 unless the cluster says otherwise",
});

const trafficPolicy = z
  .enum(["Local", "Cluster"])
  .optional()
  .describe(
    "Local keeps callers' addresses, and only nodes that run Pomerium answer; Cluster lets every node answer and hides them. Default: Local.",
  );

const node = ipAddress.describe("Address of the node that the router and the tunnels lead to.");

export const addressSchema = z
  .union([
    z.literal("assigned").describe("Whichever address the load balancer gives."),
    z
      .strictObject({
        ips: z
          .array(ipAddress)
          .min(1, { error: "is empty: leave the key out for whichever address the load balancer gives" })
          .max(2, { error: "has too many: one address, or one of each family" })
          .optional()
          .describe("Addresses to ask for: one, or one IPv4 and one IPv6 address. Default: whichever."),
        class: text(
          (value) =>
            /^[a-z0-9A-Z]([-a-z0-9A-Z._]*[a-z0-9A-Z])?(\/[a-z0-9A-Z]([-a-z0-9A-Z._]*[a-z0-9A-Z])?)?$/.test(
              value,
            ),
          "is no class of load balancers, such as tailscale or io.cilium/bgp-control-plane",
        )
          .optional()
          .describe("Class of the load balancer (`loadBalancerClass`). Default: the cluster's."),
        dualStack: z
          .boolean()
          .optional()
          .describe("Whether to get an IPv4 and an IPv6 address where the cluster has both. Default: false."),
        annotations: z
          .record(z.string(), z.string())
          .optional()
          .describe("Annotations of the Service for the load balancer. Default: none."),
        trafficPolicy,
      })
      .describe("A load balancer: MetalLB, kube-vip, Cilium, a cloud."),
    z
      .strictObject({
        nodePort: z
          .strictObject({
            https: nodePort.describe("Port of the nodes for HTTPS."),
            http: nodePort.describe("Port of the nodes for HTTP, which redirects to HTTPS."),
          })
          .describe("Ports of every node."),
        node,
        trafficPolicy,
      })
      .describe("No load balancer: a fixed port of every node."),
    z
      .strictObject({
        hostPorts: z
          .strictObject({
            https: portNumber.default(443).describe("Port of the node for HTTPS. Default: 443."),
            http: portNumber.default(80).describe("Port of the node for HTTP. Default: 80."),
          })
          .describe("Ports of the node on which Pomerium runs."),
        node,
      })
      .describe("No load balancer: ports of the node itself, as k3s' ServiceLB uses them."),
  ])
  .register(expectations, {
    expected:
      "assigned, or a map with ips, class and dualStack, or with nodePort and node, or with hostPorts and node",
  })
  .describe("How Pomerium is reached, where `loadBalancerIP` does not say enough; exactly one of the two.");

export const loadBalancerIP = ipAddress
  .optional()
  .describe(
    "Address of Pomerium's LoadBalancer Service; not ingress-nginx's. Short for `address: {ips: [<address>]}`.",
  );

interface AddressInput {
  loadBalancerIP?: string | undefined;
  address?: z.output<typeof addressSchema> | undefined;
}

/** Checks that involve more than one value. Whether ingress-nginx has the same address is checked elsewhere. */
export function checkAddressForm({ loadBalancerIP, address }: AddressInput, report: Report): void {
  const at = ["pomerium", "address"];
  if ((loadBalancerIP === undefined) === (address === undefined))
    report.problem(
      ["pomerium", "loadBalancerIP"],
      address === undefined
        ? "missing: the address of Pomerium's LoadBalancer Service, or `address` for another way in"
        : "is there beside `address`: write one of the two",
    );
  if (typeof address !== "object" || !("ips" in address)) return;
  const { ips = [], dualStack } = address;
  const [one, other] = ips;
  if (one !== undefined && other !== undefined && isIPv6(one) === isIPv6(other))
    report.problem([...at, "ips"], "has two addresses of one family: write one IPv4 and one IPv6 address");
  if (dualStack && ips.length === 1)
    report.problem([...at, "dualStack"], "needs an address of each family in `ips`, or none");
}

/** Fills in the defaults. The input has passed the check. */
export function resolveAddress({ loadBalancerIP, address }: AddressInput): AddressConfig {
  const balanced = {
    kind: "loadBalancer",
    ips: loadBalancerIP === undefined ? [] : [loadBalancerIP],
    dualStack: false,
    annotations: {},
    trafficPolicy: "Local",
  } as const;
  if (address === undefined || address === "assigned") return balanced;
  if ("nodePort" in address)
    return {
      kind: "nodePort",
      ports: address.nodePort,
      node: address.node,
      trafficPolicy: address.trafficPolicy ?? "Local",
    };
  if ("hostPorts" in address)
    return { kind: "hostPorts", ports: address.hostPorts, node: address.node, trafficPolicy: "Local" };
  const { ips = [], annotations = {}, dualStack = false, trafficPolicy = "Local" } = address;
  const ofClass = address.class === undefined ? {} : { class: address.class };
  return { ...balanced, ips, annotations, dualStack, trafficPolicy, ...ofClass };
}
