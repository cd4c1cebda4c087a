import { annotationPrefix } from "../../annotations/annotations.ts";
import type { LiveIngress } from "./ingress-object.ts";

type Rules = LiveIngress["rules"];

const everyPath = [{ path: "/", exact: false }];

/**
 * The hosts and paths that Pomerium serves for an Ingress of its class. A default backend answers at the first host of
 * the first `spec.tls`. A rule without a host answers at every host, written `*`.
 *
 * @see https://github.com/pomerium/ingress-controller/blob/v0.33.1/pomerium/ingress_to_route.go
 */
export function servedByPomerium({
  rules,
  anyHost,
  anyPaths,
  defaultBackend,
  tls,
}: Pick<LiveIngress, "rules" | "anyHost" | "anyPaths" | "defaultBackend" | "tls">): Rules {
  if (!anyHost) return rules;
  const host = defaultBackend && tls[0]?.hosts[0];
  return [
    ...rules,
    ...(host === undefined ? [] : [{ host, paths: everyPath }]),
    ...(anyPaths === undefined ? [] : [{ host: "*", paths: anyPaths }]),
    // Pomerium refuses such an Ingress. What it has served before is not known.
    ...(host === undefined && anyPaths === undefined ? [{ host: "*", paths: everyPath }] : []),
  ];
}

/** Whether Pomerium takes a rule without a host. Otherwise it refuses the whole Ingress. */
export const mayLackHost = ({ annotations }: Pick<LiveIngress, "annotations">): boolean =>
  annotations[`${annotationPrefix}subtle_allow_empty_host`]?.toLowerCase() === "true";

/** Why Pomerium refuses the rules of an Ingress as a whole; undefined if it takes them. */
export function refusedRules(
  ingress: Pick<LiveIngress, "annotations"> & Parameters<typeof servedByPomerium>[0],
): string | undefined {
  const { rules, anyHost, anyPaths, defaultBackend, tls } = ingress;
  if (anyPaths !== undefined && !mayLackHost(ingress))
    return "a rule has no host, and Pomerium takes that only with the annotation subtle_allow_empty_host";
  if (defaultBackend !== undefined && (tls.length !== 1 || tls[0]!.hosts.length !== 1))
    return "it has a default backend, and Pomerium takes that only with exactly one host in spec.tls";
  if ((anyHost && defaultBackend === undefined && anyPaths === undefined) || rules.some(isWithoutPaths))
    return "a rule has no paths, or a backend is no Service, and Pomerium takes neither";
  const places = servedByPomerium(ingress).flatMap(({ host, paths }) =>
    paths.map(({ path }) => `${host}${path}`),
  );
  const twice = places.find((place, i) => places.indexOf(place) !== i);
  return twice === undefined ? undefined : `it names ${twice} twice, and Pomerium takes that only once`;
}

const isWithoutPaths = ({ paths }: Rules[number]): boolean => paths.length === 0;

/**
 * Whether Pomerium lets everybody in by the label of cert-manager's challenges. It reads no annotation of such an
 * Ingress. An Ingress that only answers challenges opens nothing else.
 */
export function isOpenedAsSolver(
  ingress: Pick<LiveIngress, "solver"> & Parameters<typeof servedByPomerium>[0],
): boolean {
  return (
    ingress.solver &&
    servedByPomerium(ingress).some(
      ({ paths }) =>
        // A rule without paths is not a challenge's.
        paths.length === 0 || paths.some(({ path }) => !path.startsWith("/.well-known/acme-challenge/")),
    )
  );
}
