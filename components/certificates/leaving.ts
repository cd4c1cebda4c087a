import type { ObjectName } from "../cluster/objects.ts";
import type { LiveCertificate } from "./live-certificate.ts";
import type { LiveSolver } from "./solvers/solver.ts";

/** Ingresses and classes that are removed with ingress-nginx. */
export interface LeavingIngresses {
  /** IngressClasses. */
  classes: readonly string[];
  ingresses: readonly ObjectName[];
}

/** The Ingress that owns a Certificate. The Certificate is deleted with it. */
export function goesWith(
  { ingresses }: Pick<LeavingIngresses, "ingresses">,
  { namespace, owner }: Pick<LiveCertificate, "namespace" | "owner">,
): ObjectName | undefined {
  return ingresses.find((each) => each.namespace === namespace && owner === `Ingress ${each.name}`);
}

/**
 * Whether nobody answers an HTTP-01 challenge after ingress-nginx is removed. The cluster's default class answers a
 * challenge without a class. The default may be another class after the removal.
 *
 * @param namespace Namespace of the challenge's Ingress. Default: any.
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
