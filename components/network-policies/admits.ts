import { contains, parseAddress, parseNetwork } from "../../stack-file/networks.ts";
import type { Admission, Caller, LabelSelector, Labels, NetworkPolicy, Target } from "./policy.ts";

type Rule = NonNullable<NonNullable<NetworkPolicy["spec"]>["ingress"]>[number];
type Peer = NonNullable<Rule["from"]>[number];

/** Whether labels fit a selector. An empty selector fits everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  return (
    Object.entries(matchLabels).every(([key, value]) => has(key) && labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      switch (operator) {
        case "In":
          return has(key) && values.includes(labels[key]!);
        case "NotIn":
          return !has(key) || !values.includes(labels[key]!);
        case "Exists":
          return has(key);
        case "DoesNotExist":
          return !has(key);
        default:
          return false;
      }
    })
  );
}

/**
 * The policies that limit who may connect to a pod. Without any, everybody may.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function isolating(policies: readonly NetworkPolicy[], target: Pick<Target, "namespace" | "labels">) {
  return policies.filter(
    ({ metadata, spec = {} }) =>
      metadata.namespace === target.namespace &&
      // Without types, a policy is about incoming connections.
      (spec.policyTypes ?? ["Ingress"]).includes("Ingress") &&
      selects(spec.podSelector ?? {}, target.labels),
  );
}

/** Whether NetworkPolicies let the caller's pods connect to the target's port. One that admits them is enough. */
export function admits(policies: readonly NetworkPolicy[], caller: Caller, target: Target): Admission {
  const found = isolating(policies, target);
  if (found.length === 0) return "yes";
  return any(
    found.flatMap(({ metadata: { namespace }, spec }) =>
      (spec?.ingress ?? []).map((rule) =>
        both(peersAdmit(rule, namespace, caller), portsAdmit(rule, target)),
      ),
    ),
  );
}

const any = (all: readonly Admission[]): Admission =>
  all.includes("yes") ? "yes" : all.includes("unknown") ? "unknown" : "no";

const both = (a: Admission, b: Admission): Admission =>
  a === "no" || b === "no" ? "no" : a === "yes" && b === "yes" ? "yes" : "unknown";

/** A rule without peers is for everybody. */
function peersAdmit({ from = [] }: Rule, namespace: string, caller: Caller): Admission {
  return from.length === 0 ? "yes" : any(from.map((peer) => peerAdmits(peer, namespace, caller)));
}

function peerAdmits(
  { ipBlock, namespaceSelector, podSelector }: Peer,
  own: string,
  caller: Caller,
): Admission {
  if (ipBlock !== undefined) return blockAdmits(ipBlock, caller);
  const isInNamespace =
    namespaceSelector === undefined
      ? caller.namespace === own
      : selects(namespaceSelector, caller.namespaceLabels);
  return isInNamespace && selects(podSelector ?? {}, caller.labels) ? "yes" : "no";
}

/** Kubernetes gives a pod its address when it starts, so a block decides nothing before that, except one for all. */
function blockAdmits({ cidr, except = [] }: NonNullable<Peer["ipBlock"]>, { pods }: Caller): Admission {
  const block = parseNetwork(cidr);
  const holes = except.flatMap((text) => parseNetwork(text) ?? []);
  if (block === undefined) return "unknown";
  if (block.bits === 0 && holes.length === 0) return "yes";
  if (pods.length === 0) return "unknown";
  const isInside = (text: string): boolean => {
    const address = parseAddress(text);
    return (
      address !== undefined && contains(block, address) && !holes.some((hole) => contains(hole, address))
    );
  };
  return pods.every((addresses) => addresses.some(isInside)) ? "yes" : "no";
}

/** Whether peers are everybody inside and outside the cluster. */
export function isForEverybody(peers: readonly Peer[] = []): boolean {
  return (
    peers.length === 0 ||
    peers.some(
      ({ ipBlock }) =>
        ipBlock !== undefined &&
        (ipBlock.except ?? []).length === 0 &&
        parseNetwork(ipBlock.cidr)?.bits === 0,
    )
  );
}

/** Whether a policy alone lets everybody connect to a port of the pods that it is about. */
export function admitsEverybody(
  { spec }: NetworkPolicy,
  port: Pick<Target, "port" | "portNames" | "protocol">,
): boolean {
  return (spec?.ingress ?? []).some((rule) => isForEverybody(rule.from) && portsAdmit(rule, port) === "yes");
}

/** A rule without ports is for all of them. */
function portsAdmit(
  { ports = [] }: Rule,
  target: Pick<Target, "port" | "portNames" | "protocol">,
): Admission {
  if (ports.length === 0) return "yes";
  return any(
    ports.map(({ protocol = "TCP", port, endPort }): Admission => {
      if (protocol !== target.protocol) return "no";
      if (port === undefined) return "yes";
      if (typeof port === "string") return target.portNames.includes(port) ? "yes" : "no";
      if (target.port === undefined) return "unknown";
      return target.port >= port && target.port <= (endPort ?? port) ? "yes" : "no";
    }),
  );
}
