import { objectId } from "../components/cluster/objects.ts";
import type { Comment } from "./commented-yaml.ts";
import type { Controller, Inventory } from "./inventory.ts";
import { type Task, todo } from "./section.ts";

/** How people will reach Pomerium beside ingress-nginx, as a part of the section about Pomerium. */
export interface WayIn {
  value: Record<string, unknown>;
  comments: Comment[];
  oneLine: string[][];
  tasks: Task[];
}

type Cluster = Pick<Inventory, "cluster" | "controllers" | "workloads" | "missing">;

/** An address of the load balancer; or ports of the nodes, where none gives Pomerium an address of its own. */
export function wayInOf(inventory: Cluster): WayIn {
  const { cluster, controllers, missing } = inventory;
  const node = nodeOfServiceLb(inventory);
  if (node !== undefined)
    return portsOfNodes(inventory, {
      node,
      why: "k3s' ServiceLB gives the nodes' ports 443 and 80 to ingress-nginx, so Pomerium gets others. The router then forwards to them.",
    });
  const hasAddress = cluster.services.some(({ addresses = [] }) => addresses.length > 0);
  if (controllers.length > 0 && !hasAddress && !missing.includes("services"))
    return portsOfNodes(inventory, {
      why: "no Service of the cluster has an address of a load balancer. If there is one, write `loadBalancerIP` in place of `address`.",
    });
  return ownAddress(inventory);
}

/**
 * The address of a node whose ports ServiceLB has given to ingress-nginx. Its pods have labels with the Service; k3s and
 * RKE2 spell them differently.
 *
 * @see https://docs.k3s.io/networking/networking-services#service-load-balancer
 */
function nodeOfServiceLb({ controllers, workloads }: Cluster): string | undefined {
  const forwarded = workloads.map(({ labels }) => {
    const of = (what: string): string | undefined =>
      Object.entries(labels).find(
        ([key]) => /^svccontroller\.\w+\.cattle\.io\//.test(key) && key.endsWith(what),
      )?.[1];
    return objectId({ namespace: of("/svcnamespace") ?? "", name: of("/svcname") ?? "" });
  });
  const served = ({ service }: Controller): boolean =>
    service !== undefined && forwarded.includes(objectId(service));
  return controllers.find(served)?.service?.addresses?.[0];
}

function portsOfNodes({ cluster }: Cluster, { node, why }: { node?: string; why: string }): WayIn {
  const taken = new Set(cluster.services.flatMap(({ ports }) => ports.map(({ nodePort }) => nodePort)));
  const free = (from: number): number => (taken.has(from) ? free(from + 1) : from);
  return {
    value: { address: { nodePort: { https: free(30443), http: free(30080) }, node: node ?? null } },
    comments: [{ path: ["address"], place: "before", text: `DECIDE: ${why}` }],
    oneLine: [["address", "nodePort"]],
    tasks:
      node === undefined
        ? [
            {
              path: ["address", "node"],
              comment: `${todo} the address of a node: kubectl get nodes --output wide`,
              message: "the address of a node, for Pomerium's ports",
            },
          ]
        : [],
  };
}

function ownAddress({ cluster, controllers }: Cluster): WayIn {
  const nginx = controllers.flatMap(({ service }) => service?.addresses ?? []);
  const taken = new Set(cluster.services.flatMap(({ addresses = [] }) => addresses));
  const others = `Taken by load balancers today: ${[...taken].join(", ")}.`;
  return {
    value: { loadBalancerIP: null },
    comments:
      taken.size > new Set(nginx).size ? [{ path: ["loadBalancerIP"], place: "before", text: others }] : [],
    oneLine: [],
    tasks: [
      {
        path: ["loadBalancerIP"],
        comment: [
          `${todo} a free address of the load balancer`,
          ...(nginx[0] === undefined ? [] : [`not ${nginx[0]}, which is ingress-nginx's`]),
        ].join(", "),
        message: "a free address for Pomerium",
      },
    ],
  };
}
