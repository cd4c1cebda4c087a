import type { Problem } from "../../stack-file/problems.ts";
import type { LiveCluster, LiveIngress, LiveService } from "../cluster/live.ts";
import { pomeriumIngressClass } from "../cluster/names.ts";
import { idsOf, objectId } from "../cluster/objects.ts";
import { selects } from "./admits.ts";
import { type IsolatedService, peerText } from "./config.ts";
import type { LiveNetwork } from "./live.ts";
import { pluginWarning } from "./plugin.ts";
import type { Labels } from "./policy.ts";
import { type Callers, isolationName, podPort, withServices } from "./wanted.ts";

/** A Service to which a tunnel leads past Pomerium. */
export interface TunnelledService {
  tunnel: string;
  /** Requests that the rule matches: `komga.example.org ^/api`. */
  rule: string;
  namespace: string;
  service: string;
}

/** Services that cannot be isolated, because they do not have their own pods. */
export function isolationProblems(
  isolated: readonly IsolatedService[],
  { services }: Pick<LiveCluster, "services">,
): Problem[] {
  return withServices(isolated, services)
    .filter(({ service }) => service.selector === undefined)
    .map(({ isolated: { at }, service }) => ({
      at: `${at}.isolate`,
      message: `Service ${objectId(service)} selects no pods (it is an external name, or has endpoints made by hand), so no NetworkPolicy can be about them; write \`isolate: false\``,
    }));
}

/**
 * What a preview says about isolation: who still reaches each Service, and what is cut off as far as the cluster shows
 * it.
 *
 * @param leaving Ingresses that go with ingress-nginx, which is admitted until then.
 * @param tunnelled Rules of tunnels that lead to a Service by its name.
 */
export function isolationLines(
  isolated: readonly IsolatedService[],
  { services, ingresses }: Pick<LiveCluster, "services" | "ingresses">,
  { policies, isolation }: Pick<LiveNetwork, "policies" | "isolation">,
  callers: Callers,
  leaving: readonly Pick<LiveIngress, "namespace" | "name">[],
  tunnelled: readonly TunnelledService[] = [],
): string[] {
  const all = withServices(isolated, services).flatMap(({ isolated: each, service }) =>
    service.selector === undefined ? [] : [{ each, service, selector: service.selector }],
  );
  if (all.length === 0) return [];
  const warning = isolation && pluginWarning(isolation.plugin);
  const gone = idsOf(leaving);
  return [
    ...(warning === undefined ? [] : [`! ${warning}`]),
    ...all.flatMap(({ each, service, selector }) => {
      const pods = (isolation?.pods ?? [])
        .filter(
          ({ namespace, labels }) =>
            namespace === each.namespace && selects({ matchLabels: selector }, labels),
        )
        .map(({ labels }) => labels);
      const ports = each.ports.map((port) => String(podPort(service, port))).join(", ");
      const nginx = callers.nginx.length > 0 ? ["ingress-nginx until retired"] : [];
      const others = [...new Set(each.allowFrom.map(peerText))];
      const who = [...nginx, ...others].map((one) => `, ${one}`).join("");
      return [
        `${objectId(service)}: only Pomerium reaches its pods, on port ${ports}${who}`,
        ...(isolation?.onNodes.some(
          ({ namespace, labels }) =>
            namespace === each.namespace && selects({ matchLabels: selector }, labels),
        )
          ? [
              `! ${objectId(service)}: its pods run in the network of their node (hostNetwork), so no NetworkPolicy is about them: everybody who reaches the node reaches them`,
            ]
          : []),
        ...cutOff(each, service, { selector, pods }, services).map(
          (line) => `! ${objectId(service)}: ${line}`,
        ),
        ...otherIngresses(each, ingresses, gone).map((line) => `! ${objectId(service)}: ${line}`),
        ...tunnelled
          .filter(({ namespace, service: name }) => namespace === each.namespace && name === each.service)
          .map(
            ({ tunnel, rule }) =>
              `! ${objectId(service)}: tunnel ${tunnel} leads ${rule} straight there; its cloudflared is cut off, unless allowFrom names it`,
          ),
        ...stillAdmitting(each, service, { selector, pods }, policies),
      ];
    }),
  ];
}

/** What is known of the pods of a Service. */
interface Pods {
  /** The Service's selector. */
  selector: Labels;
  /** The labels of each running pod. Empty if none runs. */
  pods: readonly Labels[];
}

/** Other Services that lead to the same pods. Their callers are cut off, since the policy is about the pods. */
function cutOff(
  { ports }: IsolatedService,
  own: LiveService,
  { selector, pods }: Pods,
  services: readonly LiveService[],
): string[] {
  const targets = new Set(ports.map((port) => podPort(own, port)));
  const outside = ["LoadBalancer", "NodePort"];
  return services
    .filter((each) => each.namespace === own.namespace && each.selector !== undefined)
    .filter(
      (each) =>
        each === own ||
        overlaps(each.selector!, selector) ||
        pods.some((labels) => selects({ matchLabels: each.selector! }, labels)),
    )
    .flatMap((each) => {
      const other = each.ports.filter(({ targetPort }) => !targets.has(targetPort)).map(({ port }) => port);
      const isOpen = outside.includes(each.type);
      if (each === own && !isOpen && other.length === 0) return [];
      const which = `port${other.length === 1 ? "" : "s"} ${other.join(", ")}`;
      const how = isOpen
        ? `${each.type} ${objectId(each)} leads to its pods from outside the cluster, and no longer will`
        : each === own
          ? `its own ${which} will be closed`
          : `Service ${objectId(each)}${other.length === 0 ? "" : ` (${which})`} leads to the same pods; its callers are cut off`;
      return [`${how}, unless allowFrom names the callers`];
    });
}

/** Whether one pod may have the labels of both selectors. */
function overlaps(one: Labels, other: Labels): boolean {
  return (
    Object.entries(one).every(([key, value]) => other[key] === undefined || other[key] === value) &&
    // Without a common label, only the pods themselves can show that both lead to them.
    Object.keys(one).some((key) => other[key] !== undefined)
  );
}

/** Ingresses of other controllers that lead to the Service. */
function otherIngresses(
  { namespace, service }: IsolatedService,
  ingresses: readonly LiveIngress[],
  leaving: ReadonlySet<string>,
): string[] {
  return ingresses
    .filter(
      (each) =>
        each.namespace === namespace &&
        each.ingressClass !== pomeriumIngressClass &&
        !leaving.has(objectId(each)) &&
        backendsOf(each).includes(service),
    )
    .map(
      (each) =>
        `Ingress ${objectId(each)} of class ${each.ingressClass ?? "none"} leads there; its controller is cut off, unless allowFrom names its namespace`,
    );
}

/** Names of the Services to which an Ingress leads. */
function backendsOf({ rules, anyPaths = [], defaultBackend }: LiveIngress): (string | undefined)[] {
  const paths = [...rules.flatMap((rule) => rule.paths), ...anyPaths];
  return [...paths.map(({ backend }) => backend?.service), defaultBackend?.service];
}

/** Policies of others that admit callers to the same pods. Policies add up, so what they admit stays admitted. */
function stillAdmitting(
  { namespace, service }: IsolatedService,
  own: LiveService,
  { selector, pods }: Pods,
  policies: LiveNetwork["policies"],
): string[] {
  // Pods have more labels than their Service selects. While none runs, the selector is all that is known.
  const known = pods.length > 0 ? pods : [selector];
  const others = policies.filter(
    ({ metadata, spec = {} }) =>
      metadata.namespace === namespace &&
      metadata.name !== isolationName(service) &&
      (spec.ingress ?? []).length > 0 &&
      known.some((labels) => selects(spec.podSelector ?? {}, labels)),
  );
  return others.length === 0
    ? []
    : [
        `! ${objectId(own)}: NetworkPolicy ${others.map(({ metadata }) => objectId(metadata)).join(", ")} admits callers too, and still will: policies add up`,
      ];
}
