import { removeKey, setKey } from "../../stack-file/commands.ts";
import { didYouMean } from "../../stack-file/nearest.ts";
import { keyPath } from "../../stack-file/paths.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { counted, few } from "../../stack-file/text.ts";
import { kubectl } from "../cluster/commands.ts";
import type { LiveCluster } from "../cluster/live.ts";
import { objectId, objectLabel } from "../cluster/objects.ts";
import { missingSectionProblems, unrecognisedProblems } from "./adoption.ts";
import type { LiveController, LiveIngressNginx } from "./live.ts";
import type { StackView } from "./stack-view.ts";
import { withoutClass } from "./unserved.ts";
import { noWayBack } from "./way-back.ts";

/** Finds differences between the live cluster and the stack file's section about ingress-nginx. */
export function ingressNginxProblems(
  stack: StackView,
  cluster: Pick<LiveCluster, "record" | "ingresses">,
  nginx: LiveIngressNginx,
): Problem[] {
  const known = stack.ingressNginx === undefined ? undefined : nginx;
  return [
    ...noWayBack(stack, cluster, known),
    ...missingSectionProblems(stack, cluster),
    ...(known === undefined ? [] : unrecognisedProblems(stack, known)),
    ...unknownControllerProblems(stack, nginx),
    ...unservedProblems(stack, cluster, nginx),
    ...keepProblems(stack, cluster, nginx),
    ...webhookProblems(stack, nginx),
    ...replacesProblems(stack, cluster),
  ];
}

/** Controllers that the stack file does not mention. Otherwise nobody would notice the hosts that they serve. */
function unknownControllerProblems(
  { name: stack }: Pick<StackView, "name">,
  { controllers }: Pick<LiveIngressNginx, "controllers">,
): Problem[] {
  return controllers
    .filter(({ plan }) => plan === "unknown")
    .flatMap((controller) => {
      const { workload } = controller;
      if (workload === undefined) return [];
      return [
        {
          at: "ingressNginx",
          message: `${objectLabel(workload)} runs ingress-nginx (${describe(controller)}), and the stack file does not say what becomes of it. To retire it, ${toRetire(controller)}. If it stays, say why`,
          fix: setKey(stack, ["ingressNginx", "keep", objectId(workload)], "<why>"),
        },
      ];
    });
}

function describe({ classes, rules, ingresses }: LiveController): string {
  const names = [...new Set([...classes, ...(rules.servesClassless ? ["none"] : [])])];
  const scope =
    rules.watchNamespace !== undefined
      ? [`namespace ${rules.watchNamespace}`]
      : rules.watchNamespaceSelector !== undefined
        ? [`namespaces with ${rules.watchNamespaceSelector}`]
        : [];
  return [
    `class ${(names.length > 0 ? names : [rules.annotationClass]).join(", ")}`,
    ...scope,
    counted(ingresses.length, "Ingress", "Ingresses"),
  ].join(", ");
}

/** The keys to set so that the installation of a controller is recognised. */
function toRetire({ workload, instance }: LiveController): string {
  const namespace = workload?.namespace ?? "";
  if (instance === undefined)
    return "uninstall it the way it was installed, since its objects have no label by which they could be recognised";
  const key = instance.byHelm ? "helmRelease" : "helmRelease (or manifest)";
  return `set ingressNginx.${key} to ${instance.name} and ingressNginx.namespace to ${namespace}, or add both to ingressNginx.also`;
}

/** Ingresses that may be ingress-nginx's, although the cluster runs no controller for them. */
function unservedProblems(
  { name: stack, phase, ingressNginx }: Pick<StackView, "name" | "phase" | "ingressNginx">,
  { record }: Pick<LiveCluster, "record">,
  { unserved }: Pick<LiveIngressNginx, "unserved">,
): Problem[] {
  // After the removal, an Ingress of the class has no effect.
  if (record?.phase === "retired") return [];
  return (
    unserved
      // Without its class it has no effect either, even if the record of the removal is lost.
      .filter(({ dangling }) => !(phase === "retired" && dangling))
      .filter(({ name }) => !Object.hasOwn(ingressNginx?.keep ?? {}, name))
      .map(({ name, ingresses, why }) => ({
        at: "ingressNginx",
        message: `${counted(ingresses.length, "Ingress", "Ingresses")} ${className(name)} (${few(ingresses)}) may be ingress-nginx's (${why}), and no Deployment, DaemonSet or StatefulSet was found that runs it for them. Describe the installation under ingressNginx, or say why nothing is needed`,
        fix: setKey(stack, ["ingressNginx", "keep", name], "<why>"),
      }))
  );
}

const className = (name: string): string => (name === withoutClass ? "without a class" : `of class ${name}`);

/** Names under `keep` that do not exist, or that belong to an installation that is retired. */
function keepProblems(
  { name: stack, ingressNginx }: Pick<StackView, "name" | "ingressNginx">,
  { ingresses }: Pick<LiveCluster, "ingresses">,
  { controllers, unserved, classes }: Pick<LiveIngressNginx, "controllers" | "unserved" | "classes">,
): Problem[] {
  return Object.keys(ingressNginx?.keep ?? {}).flatMap((key) => {
    const controller = controllers.find(({ workload }) => workload && objectId(workload) === key);
    if (controller?.plan === "keep" || unserved.some(({ name }) => name === key)) return [];
    const path = ["ingressNginx", "keep", key];
    const [at, fix] = [keyPath(path), removeKey(stack, path)];
    if (controller !== undefined || classes.includes(key))
      return [{ at, message: "belongs to an installation that is retired; remove one of the two", fix }];
    // An unneeded answer does no harm.
    if (ingresses.some(({ ingressClass }) => ingressClass === key)) return [];
    return [{ at, message: "nothing in the cluster with this name runs ingress-nginx; remove it", fix }];
  });
}

/** Webhooks because of which the API server refuses every write of an Ingress, in every phase. */
function webhookProblems(
  { cluster }: Pick<StackView, "cluster">,
  { deadWebhooks }: Pick<LiveIngressNginx, "deadWebhooks">,
): Problem[] {
  return deadWebhooks.map(({ name, service, why }) => ({
    at: "cluster",
    message: `ValidatingWebhookConfiguration ${name} calls the Service ${service}, which ${why === "missing" ? "does not exist" : "has no pods"}, so the API server refuses every write of an Ingress`,
    fix: kubectl(cluster, `delete validatingwebhookconfiguration ${name}`),
  }));
}

/**
 * Names under an app's `replaces` that no Ingress has, so that nobody is asked about its protections. An Ingress that
 * was adopted and deleted later is fine.
 */
function replacesProblems(
  { phase, cluster, apps }: Pick<StackView, "phase" | "cluster" | "apps">,
  { record, ingresses }: Pick<LiveCluster, "record" | "ingresses">,
): Problem[] {
  if (phase === "retired" || record?.phase === "retired") return [];
  return apps.flatMap(({ at, namespace, replaces }) => {
    const there = ingresses.filter((each) => each.namespace === namespace).map(({ name }) => name);
    return replaces
      .filter((name) => !there.includes(name))
      .filter((name) => !record?.adopted.includes(objectLabel({ kind: "Ingress", namespace, name })))
      .map((name) => ({
        at: `${at}.replaces`,
        message: `there is no Ingress ${namespace}/${name}${didYouMean(name, there)}`,
        fix: kubectl(cluster, `get ingresses --namespace ${namespace}`),
      }));
  });
}
