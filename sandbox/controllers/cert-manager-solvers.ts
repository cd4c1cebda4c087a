/**
 * How cert-manager selects the solver for a name, and why a solver can fail.
 *
 * Imitates: the order of selectors, and the problems that the cluster itself causes (missing Secrets, keys, rights,
 * webhook pods, a class that nobody serves). Does not imitate: challenges, DNS records, or a provider that refuses a
 * token.
 */
import type { KubernetesObject } from "../cluster/api.ts";
import { hasCondition, isGoing, type Pod, type Secret, secretValue } from "./objects.ts";

export interface SecretKeySelector {
  name?: string;
  key?: string;
}

export interface Solver {
  selector?: { dnsNames?: string[]; dnsZones?: string[]; matchLabels?: Record<string, string> };
  dns01?: {
    webhook?: { groupName: string; solverName: string; config?: Record<string, SecretKeySelector> };
    cloudflare?: { apiTokenSecretRef?: SecretKeySelector };
  };
  /** Class of the Ingress that cert-manager makes for a challenge. `class` is the older field. */
  http01?: { ingress?: { ingressClassName?: string; class?: string } };
}

export interface WebhookPod extends Pod {
  spec: { containers: { name: string; image: string; env?: { name: string; value?: string }[] }[] };
}

/** The parts of the cluster that a solver depends on. */
export interface Surroundings {
  /** Finds a Secret in the namespace where cert-manager looks for this issuer's Secrets. */
  secret(name: string): Secret | undefined;
  pods: WebhookPod[];
  /** Whether cert-manager has the right to post challenges to an API group. */
  mayPost(group: string): Promise<boolean>;
  /** Whether a controller serves Ingresses of this class. */
  serves(ingressClass: string): boolean;
}

/**
 * Selects the solver for a name as cert-manager does. First comes a solver whose selector lists the name, then the
 * longest matching zone, then the most matching labels, then no selector. Wildcards need DNS-01.
 *
 * @see https://cert-manager.io/docs/configuration/acme/#adding-multiple-solver-types
 */
export function selectSolver(
  solvers: Solver[],
  dnsName: string,
  labels: Record<string, string> = {},
): Solver | undefined {
  const name = dnsName.replace(/^\*\./, "");
  let best: { solver: Solver; score: number[] } | undefined;
  for (const solver of solvers) {
    if (dnsName !== name && solver.dns01 === undefined) continue;
    const score = scoreOf(solver, name, dnsName, labels);
    if (score && (best === undefined || isHigher(score, best.score))) best = { solver, score };
  }
  return best?.solver;
}

/** How specific a solver is for a name, most important number first; undefined if its selector excludes the name. */
function scoreOf(
  { selector = {} }: Solver,
  name: string,
  dnsName: string,
  labels: Record<string, string>,
): number[] | undefined {
  const { dnsNames = [], dnsZones = [], matchLabels = {} } = selector;
  const wanted = Object.entries(matchLabels);
  if (!wanted.every(([key, value]) => labels[key] === value)) return undefined;
  const zones = dnsZones.filter((zone) => name === zone || name.endsWith(`.${zone}`));
  if (dnsNames.length > 0 && !dnsNames.includes(dnsName)) return undefined;
  if (dnsZones.length > 0 && zones.length === 0) return undefined;
  return [dnsNames.length > 0 ? 1 : 0, Math.max(0, ...zones.map((zone) => zone.length)), wanted.length];
}

function isHigher(a: number[], b: number[]): boolean {
  const [x = 0, y = 0] = a.flatMap((value, i) => (value === b[i] ? [] : [[value, b[i]!]]))[0] ?? [];
  return x > y;
}

/** Keys under which each Porkbun webhook looks for its credentials. An unknown webhook may use any of them. */
const configKeys: Record<string, readonly [string, string][]> = {
  "talinx/": [["apiKey", "secretApiKey"]],
  "mdonoughe/": [["apiKeySecretRef", "secretKeySecretRef"]],
};

/** The error with which a solver fails, in the words of the program that reports it; undefined if it succeeds. */
export async function solverProblem(
  { dns01, http01 }: Solver,
  surroundings: Surroundings,
): Promise<string | undefined> {
  const ingressClass = http01?.ingress?.ingressClassName ?? http01?.ingress?.class;
  if (ingressClass !== undefined && !surroundings.serves(ingressClass))
    return `HTTP-01 self check failed: nothing answers for Ingresses of class "${ingressClass}"`;
  if (dns01?.cloudflare) return secretProblem(dns01.cloudflare.apiTokenSecretRef, surroundings);
  if (!dns01?.webhook) return undefined;
  const { groupName, solverName, config = {} } = dns01.webhook;
  const pod = surroundings.pods.find((each) => serves(each, groupName));
  if (pod === undefined)
    return `the server could not find the requested resource (post ${solverName}.${groupName})`;
  if (!(await surroundings.mayPost(groupName)))
    return `${solverName}.${groupName} is forbidden: cert-manager cannot create resource "${solverName}" in API group "${groupName}"`;
  const image = pod.spec.containers[0]?.image ?? "";
  const flavour = Object.keys(configKeys).find((name) => image.includes(name));
  const pairs = flavour === undefined ? Object.values(configKeys).flat() : (configKeys[flavour] ?? []);
  const pair = pairs.find((keys) => keys.every((key) => config[key] !== undefined));
  if (pair === undefined) return "no API key given in porkbun webhook config";
  return secretProblem(config[pair[0]], surroundings) ?? secretProblem(config[pair[1]], surroundings);
}

function serves(pod: WebhookPod, groupName: string): boolean {
  return (
    !isGoing(pod) &&
    hasCondition(pod.status?.conditions, "Ready") &&
    pod.spec.containers.some(({ env = [] }) =>
      env.some(({ name, value }) => name === "GROUP_NAME" && value === groupName),
    )
  );
}

function secretProblem(
  { name = "", key = "" }: SecretKeySelector = {},
  { secret: find }: Surroundings,
): string | undefined {
  const secret = find(name);
  if (secret === undefined) return `secrets "${name}" not found`;
  return secretValue(secret, key) === undefined ? `key "${key}" not found in secret "${name}"` : undefined;
}

/** Asks the API server whether cert-manager's service account may post challenges to an API group. */
export async function mayPost(
  api: { request<T>(method: string, path: string, body: unknown): Promise<T> },
  group: string,
): Promise<boolean> {
  const review = await api.request<KubernetesObject & { status: { allowed: boolean } }>(
    "POST",
    "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user: "system:serviceaccount:cert-manager:cert-manager",
        resourceAttributes: { group, resource: "porkbun", verb: "create" },
      },
    },
  );
  return review.status.allowed;
}
