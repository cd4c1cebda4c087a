import { parse } from "yaml";
import { annotationPrefix } from "../../annotations/annotations.ts";
import { parsePolicy } from "../../language/parse.ts";
import { formatProblem } from "../../language/problems.ts";
import type { Criterion, Policy, Rule } from "../../language/types.ts";
import type { RoutePath } from "../routes.ts";
import type { ProtectedApp, ProtectedRoute, Protection } from "./view.ts";

/** The part of an Ingress that is about access. */
export interface IngressAccess {
  namespace: string;
  name: string;
  annotations: Readonly<Record<string, string>>;
  /** One host of its rules. An Ingress with several hosts is read once for each. */
  host: string;
  /** Paths of the host's rule. Default: all paths. */
  paths?: readonly (RoutePath & { pathType?: string })[];
  /** Whether Pomerium opens it to everybody, whatever its annotations say. Default: no. */
  opened?: boolean;
  /** Release of Pomerium on the cluster. Default: the newest known one. */
  pomerium?: string;
}

/** Reads annotations, and collects every reason why Pomerium would not take the Ingress. */
class Reader {
  readonly problems: string[] = [];
  readonly #annotations: Readonly<Record<string, string>>;

  constructor(annotations: Readonly<Record<string, string>>) {
    this.#annotations = annotations;
  }

  text(key: string): string | undefined {
    return this.#annotations[`${annotationPrefix}${key}`];
  }

  #value(key: string): unknown {
    const text = this.text(key);
    if (text === undefined) return undefined;
    try {
      return parse(text) as unknown;
    } catch {
      this.problems.push(`${key} is not YAML`);
      return undefined;
    }
  }

  /** A flag. Pomerium takes only YAML's true and false, neither "yes" nor 1. */
  flag(key: string): boolean {
    const value = this.#value(key);
    if (value === undefined || value === null || typeof value === "boolean") return value === true;
    this.problems.push(`${key} is "${this.text(key)}", neither true nor false`);
    return false;
  }

  list(key: string): string[] {
    const value = this.#value(key);
    if (value === undefined || value === null) return [];
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
    this.problems.push(`${key} is not a list of texts`);
    return [];
  }

  claims(key: string): [string, (string | number | boolean)[]][] {
    const value = this.#value(key);
    if (value === undefined || value === null) return [];
    const isScalar = (one: unknown): boolean => ["string", "number", "boolean"].includes(typeof one);
    if (
      typeof value === "object" &&
      !Array.isArray(value) &&
      Object.values(value).every((one) => Array.isArray(one) && one.every(isScalar))
    )
      return Object.entries(value as Record<string, (string | number | boolean)[]>);
    this.problems.push(`${key} is not a map of lists`);
    return [];
  }

  policy(key: string): Policy {
    const text = this.text(key);
    if (text === undefined) return [];
    const { policy, problems } = parsePolicy(text);
    if (policy) return policy;
    this.problems.push(...problems.map((problem) => `${key} ${formatProblem(problem)}`));
    return [];
  }
}

/** The protection that the annotations make together, joined as Pomerium does. */
function protectionOf(annotations: Readonly<Record<string, string>>): Protection {
  const reader = new Reader(annotations);
  const everybody = reader.flag("allow_public_unauthenticated_access");
  const anyUser = reader.flag("allow_any_authenticated_user");
  const preflight = reader.flag("cors_allow_preflight");
  reader.flag("path_regex");
  const domains = reader.list("allowed_domains");
  const users = reader.list("allowed_users");
  const claims = reader.claims("allowed_idp_claims");
  const own = reader.policy("policy");
  if (everybody && anyUser)
    reader.problems.push(
      "allow_public_unauthenticated_access and allow_any_authenticated_user exclude each other",
    );
  if (reader.problems.length > 0) return { unreadable: reader.problems.join("\n") };
  if (everybody && !own.some((rule) => rule.deny !== undefined)) return { public: true };

  const allow: Criterion[] = [
    ...(everybody ? [{ accept: true } as const] : []),
    ...(preflight ? [{ cors_preflight: true } as const] : []),
    ...(anyUser ? [{ authenticated_user: true } as const] : []),
    ...domains.map((is): Criterion => ({ domain: { is } })),
    ...claims.flatMap(([claim, values]) => values.map((value): Criterion => ({ [`claim/${claim}`]: value }))),
    // Pomerium also compares the identity provider's user id; an id that is an address is the address.
    ...users.map((is): Criterion => (is.includes("@") ? { email: { is } } : { user: { is } })),
  ];
  const rules: Rule[] = allow.length > 0 ? [{ allow: { or: allow } }] : [];
  return { policy: [...rules, ...own] };
}

const everyPath = [{ path: "/", exact: false }];

function routeOf(
  annotations: Readonly<Record<string, string>>,
  paths: NonNullable<IngressAccess["paths"]>,
  opened: boolean,
): ProtectedRoute {
  // Pomerium compares this annotation with "true", whatever its case, also where it reads no other.
  const isRegex =
    annotations[`${annotationPrefix}path_regex`]?.toLowerCase() === "true" &&
    paths.some(({ pathType = "ImplementationSpecific" }) => pathType === "ImplementationSpecific");
  if (!isRegex) return { paths, authorization: opened ? { public: true } : protectionOf(annotations) };
  const unreadable =
    "path_regex makes its paths expressions, which Pomerium tries before the prefixes of every Ingress of the host";
  return { paths: everyPath, authorization: { unreadable }, beforePrefixes: true };
}

/**
 * Reads from an Ingress who may reach its host. All annotations but the policy make one allow rule; the rules of the
 * policy follow. A public Ingress stays public whatever its policy allows; only a deny rule closes it. An Ingress that
 * cannot be read is `unreadable`, not refused: Pomerium still serves the last version that it could read.
 *
 * @see https://github.com/pomerium/pomerium/blob/main/config/policy_ppl.go
 */
export function fromIngress({
  namespace,
  name,
  annotations,
  host,
  paths,
  opened = false,
  pomerium,
}: IngressAccess): ProtectedApp {
  return {
    name: `${namespace}/${name}`,
    at: `Ingress ${namespace}/${name}`,
    host,
    routes: [
      {
        ...routeOf(annotations, paths ?? everyPath, opened),
        ...(annotations[`${annotationPrefix}tls_downstream_client_ca_secret`] === undefined
          ? {}
          : { hasClientAuthority: true }),
      },
    ],
    ...(pomerium === undefined ? {} : { pomerium }),
  };
}
