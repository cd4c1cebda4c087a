import type { LiveIngress } from "../cluster/live.ts";
import { nginxPrefix } from "./annotations/judgement.ts";
import type { ControllerRules } from "./controller.ts";

/** An IngressClass. */
export interface ClassOfIngresses {
  name: string;
  /** `spec.controller`. */
  controller: string | undefined;
}

/** The rules of a controller, applied to a cluster. */
export interface AppliedRules {
  rules: ControllerRules;
  /** Names of the namespaces that `watchNamespaceSelector` selects; undefined without a selector. */
  selected?: ReadonlySet<string>;
  /** Whether Ingresses count that it served until somebody deleted their IngressClass. */
  withDeletedClass: boolean;
}

/** Names of the IngressClasses that a controller serves. */
export function classesOf({ rules }: AppliedRules, classes: readonly ClassOfIngresses[]): string[] {
  return classes
    .filter(
      ({ name, controller }) =>
        controller === rules.controllerClass || (rules.classByName && name === rules.annotationClass),
    )
    .map(({ name }) => name);
}

/**
 * The Ingresses that a controller serves: the class in `spec.ingressClassName` is matched by the IngressClass, and the
 * class of the annotation by `--ingress-class`. `--watch-namespace` wins over the selector.
 *
 * With `withDeletedClass`, an Ingress counts as well whose IngressClass does not exist, if it names the class of
 * `--ingress-class`. Ingresses of cert-manager's challenges do not count.
 *
 * @see https://github.com/kubernetes/ingress-nginx/blob/controller-v1.15.1/internal/ingress/controller/store/store.go
 */
export function ingressesOf(
  serving: AppliedRules,
  classes: readonly ClassOfIngresses[],
  ingresses: readonly LiveIngress[],
): LiveIngress[] {
  const { rules, selected, withDeletedClass } = serving;
  const own = new Set(classesOf(serving, classes));
  if (withDeletedClass && !classes.some(({ name }) => name === rules.annotationClass))
    own.add(rules.annotationClass);
  const watches = ({ namespace }: LiveIngress): boolean =>
    rules.watchNamespace === undefined
      ? (selected?.has(namespace) ?? true)
      : namespace === rules.watchNamespace;
  const hasClass = ({ ingressClass, classByAnnotation }: LiveIngress): boolean => {
    if (ingressClass === undefined) return rules.servesClassless;
    return classByAnnotation ? ingressClass === rules.annotationClass : own.has(ingressClass);
  };
  return ingresses
    .filter((ingress) => !ingress.solver && watches(ingress) && hasClass(ingress))
    .map((ingress) => asRead(ingress, rules));
}

/** The Ingress with the annotations that the controller reads, under ingress-nginx's usual prefix. */
function asRead(ingress: LiveIngress, { annotationsPrefix }: ControllerRules): LiveIngress {
  if (annotationsPrefix === nginxPrefix) return ingress;
  const annotations = Object.entries(ingress.annotations).flatMap(([key, value]) => {
    if (key.startsWith(annotationsPrefix))
      return [[nginxPrefix + key.slice(annotationsPrefix.length), value] as const];
    return key.startsWith(nginxPrefix) ? [] : [[key, value] as const];
  });
  return { ...ingress, annotations: Object.fromEntries(annotations) };
}
