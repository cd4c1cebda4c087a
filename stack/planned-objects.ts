import { talinx } from "../components/certificates/solvers/porkbun-webhook.ts";
import { pomeriumIngressClass } from "../components/cluster/names.ts";
import type { TunnelStack } from "../components/tunnels/carried-hosts.ts";
import { isHidden, isIngress, notYetKnown } from "../policies/guardrails/resource.ts";
import { leadsElsewhere } from "./planned-tunnel.ts";

type Tree = Readonly<Record<string, unknown>>;

/** One object of a preview: its state now, and its state after the run. */
export interface PlannedChange {
  op: string;
  /** `kubernetes:networking.k8s.io/v1:Ingress`. */
  type: string;
  /** `Ingress komga/komga-ingress`. */
  label: string;
  /** What the last run asked for. */
  asked?: Tree;
  /** The live object. */
  live?: Tree;
  /** What this run asks for; absent for a deletion. */
  asks?: Tree;
}

const tunnelType = "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig";

/** The types of the objects that the program makes. The program does not know what objects of other types open. */
const knownTypes = new Set([
  ...[
    "core/v1:ConfigMap",
    "core/v1:Namespace",
    "core/v1:PersistentVolume",
    "core/v1:PersistentVolumeClaim",
    "core/v1:Secret",
    "core/v1:Service",
    "core/v1:ServiceAccount",
    "apps/v1:Deployment",
    "apps/v1:DeploymentPatch",
    "apps/v1:StatefulSet",
    "batch/v1:Job",
    "policy/v1:PodDisruptionBudget",
    "networking.k8s.io/v1:Ingress",
    "networking.k8s.io/v1:IngressClass",
    "networking.k8s.io/v1:NetworkPolicy",
    "rbac.authorization.k8s.io/v1:ClusterRole",
    "rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    "rbac.authorization.k8s.io/v1:Role",
    "rbac.authorization.k8s.io/v1:RoleBinding",
    "apiextensions.k8s.io/v1:CustomResourceDefinition",
    "cert-manager.io/v1:Certificate",
    "cert-manager.io/v1:ClusterIssuer",
    "ingress.pomerium.io/v1:Pomerium",
    "ingress.pomerium.io/v1:PomeriumPatch",
    "kustomize/v2:Directory",
    "helm.sh/v3:Release",
  ].map((type) => `kubernetes:${type}`),
  tunnelType,
  "cloudflare:index/dnsRecord:DnsRecord",
  "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared",
  "random:index/randomPassword:RandomPassword",
]);

/** Kinds that lead requests to an app, and that this project neither makes nor understands. */
const strangeKinds =
  /:(?:Ingress(?:List|Patch|ClassPatch)|(?:HTTP|GRPC|TLS|TCP|UDP)Route|Gateway|GatewayClass|PolicyFilter)$/;

/**
 * Why an object may open something in a way that is not understood; undefined for others and for unchanged ones.
 *
 * @param stack The stack, for the address of Pomerium. Without it, every new rule of a tunnel counts.
 */
export function strange(change: PlannedChange, stack: TunnelStack | undefined): string | undefined {
  const { op, type, live, asks } = change;
  if (op === "same" || !asks) return undefined;
  // An import alone changes nothing.
  if (op === "import" ? strangeKinds.test(type) : !knownTypes.has(type))
    return "this kind of object can open a way to an app, and its effect is not computed";
  if (type === tunnelType) return leadsElsewhere(asks, live, stack, isHidden);
  if (/^kubernetes:core\/v1:Service$/.test(type) && isExposed(asks) && !(live && isExposed(live)))
    return "the Service gets an address outside the cluster, past Pomerium";
  if (op === "import") return undefined;
  if (isIngress(change) && !isPomeriums(asks))
    return "its IngressClass is not Pomerium's, so Pomerium does not protect it";
  if (type.endsWith("/v1:IngressClass") && metadataOf(asks).name !== pomeriumIngressClass)
    return "Pomerium may serve the Ingresses of this class too, which are not computed";
  if (type.endsWith(":Release") && asks.chart !== talinx.chart)
    return "a Helm chart can open a way to an app, and its objects are not computed";
  if (isOnNode(asks) && !(live && isOnNode(live)))
    return "its pods answer at the address of their node, past Pomerium";
  return undefined;
}

function metadataOf({ metadata }: Tree): { name?: unknown; namespace?: unknown } {
  return metadata ?? {};
}

function isExposed(service: Tree): boolean {
  const { type, externalIPs } = (service.spec ?? {}) as { type?: unknown; externalIPs?: unknown };
  const { name, namespace } = metadataOf(service);
  const isPomerium = namespace === "pomerium" && name === "pomerium-proxy";
  const hasAddress = externalIPs != null && JSON.stringify(externalIPs) !== "[]";
  return !isPomerium && (type === "LoadBalancer" || type === "NodePort" || hasAddress);
}

/** Whether pods use the network or a port of their node. Pomerium's own may. */
function isOnNode(workload: Tree): boolean {
  const { template } = (workload.spec ?? {}) as { template?: unknown };
  const text = JSON.stringify(template ?? {});
  return metadataOf(workload).namespace !== "pomerium" && /"hostNetwork":true|"hostPort":/.test(text);
}

interface Ingress {
  metadata?: { annotations?: Record<string, unknown> };
  spec?: { ingressClassName?: unknown };
}

/** A class that is not known yet counts as Pomerium's: the component returns it once Pomerium is ready. */
export function isPomeriums(object: Tree): boolean {
  const { spec, metadata } = object as Ingress;
  if ([spec, metadata, metadata?.annotations].some((whole) => isHidden(whole))) return true;
  const own = spec?.ingressClassName ?? metadata?.annotations?.["kubernetes.io/ingress.class"];
  return own === pomeriumIngressClass || own === notYetKnown;
}
