import type { LiveIngress } from "../cluster/live.ts";
import { idsOf, objectId } from "../cluster/objects.ts";
import { nginxPrefix } from "./annotations/judgement.ts";
import type { ClassOfIngresses } from "./served-by-controller.ts";

/** Ingresses that may be ingress-nginx's, although no known controller serves them. */
export interface Unserved {
  /** Their class, or `without-class`. Also the name under `ingressNginx.keep`. */
  name: string;
  /** `namespace/name`. */
  ingresses: string[];
  /** The sign of ingress-nginx that they have. */
  why: string;
  /**
   * Whether the spec of each of them names an IngressClass that does not exist, as after a removal. No ingress-nginx
   * serves such an Ingress, unless it may not read IngressClasses.
   */
  dangling: boolean;
}

/** Name of the Ingresses without a class. */
export const withoutClass = "without-class";

/** Controllers and classes of other programs, some of which read annotations of ingress-nginx as well. */
const others =
  /(^|[^a-z])(alb|ambassador|apisix|avi|aws|azure|caddy|cilium|citrix|cloudflare(-tunnel)?|contour|emissary|envoy|f5|gce|gke|haproxy|higress|istio|kong|nginx\.(com|org)|ngrok|openshift(-default)?|pomerium|skipper|tailscale|traefik|webapprouting)([^a-z]|$)/i;

/**
 * Ingresses that no known controller serves, grouped by class. An Ingress with a sign of ingress-nginx is always
 * listed. One of an unknown class is listed only if the cluster has no known ingress-nginx: an unrecognised one may
 * serve it.
 *
 * @param served Ingresses that a known controller serves.
 * @param hasController Whether the cluster runs a known controller.
 */
export function unservedIngresses(
  classes: readonly ClassOfIngresses[],
  ingresses: readonly LiveIngress[],
  { served, hasController }: { served: readonly LiveIngress[]; hasController: boolean },
): Unserved[] {
  const known = idsOf(served);
  const found = ingresses
    .filter((ingress) => !ingress.solver && !known.has(objectId(ingress)))
    .flatMap((ingress) => {
      const why = signOf(classes, ingress, hasController);
      const name = ingress.ingressClass ?? withoutClass;
      return why === undefined ? [] : [{ name, ingress, why, dangling: isDangling(classes, ingress) }];
    });
  return [...Map.groupBy(found, ({ name }) => name)].map(([name, group]) => ({
    name,
    ingresses: group.map(({ ingress }) => objectId(ingress)),
    why: [...new Set(group.map(({ why }) => why))].join("; "),
    dangling: group.every(({ dangling }) => dangling),
  }));
}

function isDangling(
  classes: readonly ClassOfIngresses[],
  { ingressClass, classByAnnotation }: LiveIngress,
): boolean {
  return (
    ingressClass !== undefined && !classByAnnotation && !classes.some(({ name }) => name === ingressClass)
  );
}

function signOf(
  classes: readonly ClassOfIngresses[],
  ingress: LiveIngress,
  hasController: boolean,
): string | undefined {
  const { ingressClass, annotations } = ingress;
  // ingress-nginx serves no class of `spec.ingressClassName` that has no IngressClass. `nginx` may have lost its own.
  if (isDangling(classes, ingress) && hasController && ingressClass !== "nginx") return undefined;
  const object = classes.find(({ name }) => name === ingressClass);
  // An IngressClass says which program serves it. Without one, the name of the class may.
  const program = object?.controller ?? ingressClass ?? "";
  if (others.test(program)) return undefined;
  const whose = object === undefined ? "the class has no IngressClass" : `its controller is ${program}`;
  if (/(^|[^a-z])nginx([^a-z]|$)/i.test(program)) return whose;
  const annotation = Object.keys(annotations).find((key) => key.startsWith(nginxPrefix));
  if (annotation !== undefined) return `annotations such as ${annotation}`;
  if (hasController || ingressClass === undefined) return undefined;
  return `${whose}, ${object === undefined ? "and its name" : "which"} is not known here`;
}
