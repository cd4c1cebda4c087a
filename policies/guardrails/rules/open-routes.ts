import { fromIngress } from "../../access/matrix/ingress.ts";
import { mayOpenSomewhere, opensSomewhere } from "../../access/matrix/opens.ts";
import { isOpenedAsSolver, servedByPomerium } from "../../access/matrix/served-by-pomerium.ts";
import type { RoutePath } from "../../access/routes.ts";
import { annotationPrefix } from "../../annotations/annotations.ts";
import { hiddenPart, pomeriumIngress, type Resource } from "../resource.ts";

/** A path of a host that callers without a session reach. */
export interface OpenRoute extends RoutePath {
  /** `*` for a rule without a host. */
  host: string;
}

/** The paths that an Ingress of Pomerium opens to everybody, and why some of them are not known. */
export interface Opened {
  open: OpenRoute[];
  unknown?: string;
}

/** Reads what a resource opens to callers without a session. Nothing for other resources than Ingresses of Pomerium. */
export function openRoutes(
  resource: Resource,
  { classes, pomerium }: { classes: readonly string[]; pomerium: string },
): Opened {
  const ingress = pomeriumIngress(resource, classes);
  if (ingress === undefined) return { open: [] };
  const hidden = hiddenPart(resource, annotationPrefix);
  if (hidden !== undefined) return { open: [], unknown: `${hidden} is not known before the run` };
  const opened = isOpenedAsSolver(ingress);
  const found: Opened = { open: [] };
  for (const { host, paths } of servedByPomerium(ingress)) {
    const rule = { ...ingress, host, opened, pomerium };
    const app = fromIngress(paths.length > 0 ? { ...rule, paths } : rule);
    for (const { paths: own, authorization, hasClientAuthority } of app.routes) {
      if (authorization.unreadable !== undefined) {
        if (authorization.unreadable.startsWith("path_regex")) found.unknown = authorization.unreadable;
      } else if (
        authorization.public ??
        (hasClientAuthority
          ? opensSomewhere(authorization.policy, pomerium, own, true)
          : mayOpenSomewhere(authorization.policy, pomerium, own))
      )
        found.open.push(...own.map(({ path, exact }) => ({ host, path, exact })));
    }
  }
  return found;
}

/** Whether a path is the whole host. */
export const isWhole = ({ path, exact }: RoutePath): boolean => !exact && path === "/";
