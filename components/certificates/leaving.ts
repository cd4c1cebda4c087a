import type { ObjectName } from "../cluster/objects.ts";
import type { LiveCertificate } from "./live.ts";
import type { LiveSolver } from "./solvers/solver.ts";

/** What is removed with ingress-nginx. */
export interface LeavingIngresses {
  /** IngressClasses. */
  classes: readonly string[];
  ingresses: readonly ObjectName[];
}

/** The Ingress that a Certificate belongs to and is deleted with. */
export function goesWith(
  { ingresses }: Pick<LeavingIngresses, "ingresses">,
  { namespace, owner }: Pick<LiveCertificate, "namespace" | "owner">,
): ObjectName | undefined {
  return ingresses.find((each) => each.namespace === namespace && owner === `Ingress ${each.name}`);
}

/**
 * Whether HTTP-01 challenges stop being answered when ingress-nginx is removed. The cluster's default class answers a
 * challenge without a class. Whichever class that is today, it may be another one once ingress-nginx is removed.
 *
 * @param namespace Namespace of the challenge's Ingress; any when absent.
 * @see https://cert-manager.io/docs/configuration/acme/http01/
 */
export function leaves(
  { classes, ingresses }: LeavingIngresses,
  ingress: NonNullable<LiveSolver["http01"]>["ingress"],
  namespace?: string,
): boolean {
  if (ingress === undefined) return false;
  if (ingress.name)
    return ingresses.some(
      (each) => each.name === ingress.name && (namespace === undefined || each.namespace === namespace),
    );
  const className = ingress.ingressClassName ?? ingress.class;
  return className === undefined ? classes.length > 0 : classes.includes(className);
}
