import { credentialsName, type SolverName } from "./issuer-spec.ts";
import { resolveWebhook, type Webhook, type WebhookArgs } from "./webhook.ts";

/** An object that an issuer needs, beside its Helm release. */
export interface IssuerObject {
  kind: keyof typeof collections;
  name: string;
  /** Absent for what is cluster-wide. */
  namespace?: string;
}

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const collections = {
  Secret: { base: "/api/v1", plural: "secrets" },
  ClusterRole: { base: rbac, plural: "clusterroles" },
  ClusterRoleBinding: { base: rbac, plural: "clusterrolebindings" },
  Role: { base: rbac, plural: "roles" },
  RoleBinding: { base: rbac, plural: "rolebindings" },
};

/** Everything that is read of a cluster for an issuer. */
export interface WantedIssuance {
  /** Name of the ClusterIssuer. */
  issuer: string;
  /** Namespace of cert-manager. */
  namespace: string;
  /** Name of the webhook's Helm release; absent when none is needed. */
  release?: string;
  objects: IssuerObject[];
}

/** What an issuer with these arguments consists of, its canaries apart. */
export function wantedIssuance(args: {
  issuer: string;
  namespace?: string;
  zones: Record<string, { solver: SolverName }>;
  webhook?: WebhookArgs;
}): WantedIssuance {
  const { issuer, namespace = "cert-manager" } = args;
  const webhook = resolveWebhook(args.webhook);
  const solvers = Object.entries(args.zones).map(([zone, { solver }]) => [zone, solver] as const);
  const isNeeded = solvers.some(([, solver]) => solver === "porkbun");
  const secrets = solvers
    .filter(([, solver]) => solver !== "http01")
    .map(([zone, solver]) => ({ kind: "Secret", name: credentialsName(zone, solver), namespace }) as const);
  return {
    issuer,
    namespace,
    ...(isNeeded ? { release: webhook.release } : {}),
    objects: [...secrets, ...(isNeeded ? webhookRights(webhook, namespace) : [])],
  };
}

/** Rights that a webhook's chart leaves out. */
function webhookRights(webhook: Webhook, namespace: string): IssuerObject[] {
  const challenges = challengesName(webhook);
  const credentials = { name: credentialsRoleName(webhook), namespace };
  return [
    ...(webhook.solverRbac === "own"
      ? ([
          { kind: "ClusterRole", name: challenges },
          { kind: "ClusterRoleBinding", name: challenges },
        ] as const)
      : []),
    ...(webhook.flavour === "mdonoughe"
      ? ([
          { kind: "Role", ...credentials },
          { kind: "RoleBinding", ...credentials },
        ] as const)
      : []),
  ];
}

/** A name that no chart uses: where the chart has the rule after all, Helm would refuse to share it. */
export function challengesName({ release }: Webhook): string {
  return `${release}:challenges`;
}

export function credentialsRoleName({ release }: Webhook): string {
  return `${release}:credentials`;
}

/** Where the API server has the object. */
export function objectPath({ kind, name, namespace }: IssuerObject): string {
  const { base, plural } = collections[kind];
  return `${base}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}/${name}`;
}
