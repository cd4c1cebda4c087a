import {
  isOpenedAsSolver,
  mayLackHost,
  servedByPomerium,
} from "../../policies/access/matrix/served-by-pomerium.ts";
import { type Access, type AppPath, accessRoutes, pathAuthorization } from "../../policies/access/routes.ts";
import { annotationPrefix } from "../../policies/annotations/annotations.ts";
import { isWildcard, standsForAll } from "../../stack-file/hosts.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { kubectl, kubectlDelete } from "../cluster/commands.ts";
import type { Cluster } from "../cluster/config.ts";
import { isForeign } from "../cluster/foreign.ts";
import { type LiveCluster, type LiveIngress, solverLabel } from "../cluster/live.ts";
import {
  ingressName,
  ingressNames,
  isIngressName,
  openIngressName,
  pathIngressName,
  pomeriumIngressClass,
} from "../cluster/names.ts";
import { idsOf, objectId } from "../cluster/objects.ts";
import type { ServiceBackend } from "./ingress.ts";

/** The part of an app that the checks need. */
export interface CheckedApp {
  name: string;
  /** Key path of the app: `apps.komga`. */
  at: string;
  host: string;
  namespace: string;
  service: ServiceBackend;
  access: Access;
  /** Paths that have their own Ingress. Default: none. */
  paths?: readonly (AppPath & { service: ServiceBackend })[];
}

/** The part of an app that its Ingresses are named after. */
export type IngressOwner = Pick<CheckedApp, "name" | "namespace" | "paths">;

/**
 * Finds other routes to an app's host, and annotations that let more people in than the stack file says.
 *
 * @param live Ingresses and Services of the live cluster.
 */
export function routeProblems(
  cluster: Pick<Cluster, "context">,
  apps: readonly Omit<CheckedApp, "service">[],
  { ingresses }: Pick<LiveCluster, "ingresses">,
): Problem[] {
  return [...rivals(cluster, apps, ingresses), ...openedByHand(cluster, apps, ingresses)];
}

/**
 * Finds Ingresses of Pomerium with an app's host and another name than the app's own. They make a second route. A
 * person whom one route refuses may pass through the other. An app's wildcard can also lose its requests to another
 * wildcard.
 */
function rivals(
  cluster: Pick<Cluster, "context">,
  apps: readonly Omit<CheckedApp, "service">[],
  ingresses: readonly LiveIngress[],
): Problem[] {
  const others = otherIngresses(apps, ingresses);
  return apps.flatMap((app) =>
    others
      .filter((ingress) =>
        servedByPomerium(ingress).some(
          ({ host }) =>
            host === app.host || (takesFrom(host, app.host) && (host !== "*" || mayLackHost(ingress))),
        ),
      )
      .map((ingress) => {
        const { namespace, name } = ingress;
        const served = servedByPomerium(ingress).map(({ host }) => host);
        const hosts = new Set(served.filter((host) => host !== app.host));
        const more = hosts.size > 0 ? `; it also serves ${[...hosts].join(", ")}` : "";
        return {
          at: `${app.at}.host`,
          message: `Ingress ${namespace}/${name} is a second route for ${app.host}: whoever is refused by one may pass by the other${more}`,
          fix: kubectlDelete(cluster, { kind: "Ingress", namespace, name }),
        };
      }),
  );
}

/**
 * Whether a host takes the requests of another one's wildcard. Of several wildcards, Pomerium takes the first by the
 * alphabet and not the longest, so `*` wins. An exact host comes before all.
 */
const takesFrom = (host: string, wildcard: string): boolean =>
  isWildcard(wildcard) && standsForAll(host, wildcard) && host < wildcard;

/** Ingresses of Pomerium that do not belong to this stack. A run does not change them. */
export function otherIngresses(
  apps: readonly IngressOwner[],
  ingresses: readonly LiveIngress[],
): LiveIngress[] {
  const own = idsOf(apps.flatMap(ownIngresses));
  return ingresses.filter(
    (ingress) =>
      ingress.ingressClass === pomeriumIngressClass &&
      !(ingress.solver && !isOpenedAsSolver(ingress)) &&
      !own.has(objectId(ingress)) &&
      // This program's own Ingress for an app that was removed or renamed: this run deletes it.
      !(isIngressName(ingress.name) && !isForeign(ingress)),
  );
}

/** Hosts of the Ingresses of Pomerium that do not belong to this stack. */
export function otherHosts(
  apps: readonly IngressOwner[],
  { ingresses }: Pick<LiveCluster, "ingresses">,
): string[] {
  return otherIngresses(apps, ingresses).flatMap(({ rules }) => rules.map(({ host }) => host));
}

/** Annotations that let people in without the policy. */
const opening = [
  "allow_public_unauthenticated_access",
  "allow_any_authenticated_user",
  "allowed_domains",
  "allowed_users",
  "allowed_groups",
  "allowed_idp_claims",
  "cors_allow_preflight",
].map((name) => annotationPrefix + name);

/**
 * Finds annotations that let more people in than the stack file says, and that no run would remove. A run that takes an
 * Ingress over removes what kubectl has set, but not what another tool has set. For an Ingress that it already manages,
 * a run does not compare such annotations.
 */
function openedByHand(
  cluster: Pick<Cluster, "context">,
  apps: readonly Omit<CheckedApp, "service">[],
  ingresses: readonly LiveIngress[],
): Problem[] {
  return apps.flatMap((app) => {
    const [site, open] = accessRoutes(app.access);
    const closed = [
      ...(site.authorization.public ? [] : [ingressName(app.name)]),
      ...(open === undefined || open.authorization.public ? [] : [openIngressName(app.name)]),
      ...(app.paths ?? [])
        .filter((path) => !pathAuthorization(path, app.access).public)
        .map(({ path }) => pathIngressName(app.name, path)),
    ];
    const own = ingresses.filter(
      ({ namespace, name }) => namespace === app.namespace && closed.includes(name),
    );
    return [
      ...own.filter(({ solver }) => solver).map((ingress) => markedAsSolver(cluster, app, ingress)),
      ...own.flatMap((ingress) => {
        const { namespace, name, annotations } = ingress;
        const setters = annotators(ingress);
        return opening
          .filter((key) => key in annotations && !isRemoved(setters[key] ?? "", isForeign(ingress)))
          .map((key) => ({
            at: `${app.at}.access`,
            message: `Ingress ${namespace}/${name} lets others in by ${key}: ${annotations[key]}, set ${setters[key] ? `by ${setters[key]}` : "by hand"}, and no run removes it`,
            fix: kubectl(cluster, `annotate ingress --namespace ${namespace} ${name} ${key}-`),
          }));
      }),
    ];
  });
}

/**
 * Pomerium opens an Ingress with the label of cert-manager's challenges to everybody, and reads none of its annotations.
 *
 * @see https://github.com/pomerium/ingress-controller/blob/v0.33.1/pomerium/ingress_to_route.go
 */
function markedAsSolver(
  cluster: Pick<Cluster, "context">,
  app: Pick<CheckedApp, "at">,
  { namespace, name }: Pick<LiveIngress, "namespace" | "name">,
): Problem {
  return {
    at: `${app.at}.access`,
    message: `Ingress ${namespace}/${name} has the label ${solverLabel} of a certificate's challenge, so Pomerium lets everybody in there`,
    fix: kubectl(cluster, `label ingress --namespace ${namespace} ${name} ${solverLabel}-`),
  };
}

/** Whether a run removes an annotation that `manager` has set and the program does not set. */
function isRemoved(manager: string, isTakenOver: boolean): boolean {
  const followed = isTakenOver
    ? ["pulumi-kubernetes", "kubectl", "before-first-apply"]
    : ["pulumi-kubernetes"];
  return followed.some((prefix) => manager.startsWith(prefix));
}

/** Annotation → field manager that set it last. */
function annotators({ managedFields = [] }: Pick<LiveIngress, "managedFields">): Record<string, string> {
  const byAge = [...managedFields].sort((a, b) => (a.time ?? "").localeCompare(b.time ?? ""));
  return Object.fromEntries(
    byAge.flatMap(({ manager = "", fieldsV1 }) => {
      const fields = fieldsV1 as { "f:metadata"?: { "f:annotations"?: object } } | undefined;
      return Object.keys(fields?.["f:metadata"]?.["f:annotations"] ?? {})
        .filter((key) => key.startsWith("f:"))
        .map((key) => [key.slice(2), manager]);
    }),
  );
}

/** The Ingresses that an app can have. */
export function ownIngresses({ namespace, ...app }: IngressOwner) {
  return ingressNames(app).map((name) => ({ namespace, name }));
}

/**
 * The Ingresses of an app that the cluster already has, `namespace/name`.
 *
 * @param live All Ingresses of the cluster, `namespace/name`.
 */
export function existingIngresses(live: ReadonlySet<string>, app: IngressOwner): string[] {
  return ownIngresses(app)
    .map(objectId)
    .filter((id) => live.has(id));
}
