import type { LiveIngress } from "../components/cluster/live.ts";
import { objectId } from "../components/cluster/objects.ts";
import type { Serving } from "../components/ingress-nginx/protections.ts";
import type { Inventory } from "./inventory.ts";

type Asked = Pick<Inventory, "controllers" | "nginx" | "cluster">;

/**
 * What each controller serves. An export may lack the workloads, or no controller is recognised. Then the Ingresses that
 * look like ingress-nginx's count as those of one controller.
 */
export function servingControllers({ controllers, nginx, cluster }: Asked): readonly Serving[] {
  if (controllers.length > 0) return controllers;
  const unserved = new Set(nginx.unserved.flatMap(({ ingresses }) => ingresses));
  return [
    { ingresses: cluster.ingresses.filter((ingress) => unserved.has(objectId(ingress))), settings: {} },
  ];
}

/** The Ingresses of all controllers, each once. */
export function servedIngresses(inventory: Asked): LiveIngress[] {
  const all = servingControllers(inventory).flatMap(({ ingresses }) => ingresses);
  return [...new Map(all.map((ingress) => [objectId(ingress), ingress])).values()];
}
