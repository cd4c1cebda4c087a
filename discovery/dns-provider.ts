import { type SolverName, solverOf } from "../components/certificates/solvers/registry.ts";
import type { LiveSolver } from "../components/certificates/solvers/solver.ts";
import { isMap } from "../stack-file/paths.ts";
import { soundsSecret } from "./secret-names.ts";

/**
 * How a stack file says what a solver of a live issuer says, without its secrets. Undefined for HTTP-01, which needs
 * ingress-nginx today, and for a provider whose settings the stack file would not take.
 */
export function zoneValue({ dns01 }: LiveSolver): Record<string, unknown> | undefined {
  if (dns01 === undefined) return undefined;
  const { cnameStrategy, ...providers } = dns01;
  const [[key, value] = ["", undefined]] = Object.entries(providers);
  const found = translate(key, isMap(value) ? value : {});
  if (found === undefined) return undefined;
  const [name, settings] = found;
  const isAccepted = solverOf(name).schema.safeParse(settings).success;
  if (!isAccepted) return undefined;
  return { [name]: settings, ...(cnameStrategy === "Follow" ? { cnameStrategy } : {}) };
}

type Given = Readonly<Record<string, unknown>>;

/** The fields with a value, under the stack file's names. */
function pick(given: Given, names: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([from, to]) => (given[from] === undefined ? [] : [[to, given[from]]])),
  );
}

/** cert-manager's name of a provider and its settings → the stack file's. */
function translate(key: string, given: Given): [SolverName, Record<string, unknown>] | undefined {
  switch (key) {
    case "cloudflare":
      // The global API key comes with the account's address.
      return ["cloudflare", given.apiKeySecretRef === undefined ? {} : pick(given, { email: "email" })];
    case "digitalocean":
      return ["digitalocean", {}];
    case "route53":
      return [
        "route53",
        pick(given, {
          region: "region",
          hostedZoneID: "hostedZoneId",
          accessKeyID: "accessKeyId",
          role: "role",
        }),
      ];
    case "cloudDNS":
      return [
        "google",
        {
          ...pick(given, { project: "project", hostedZoneName: "hostedZone" }),
          ...(given.serviceAccountSecretRef === undefined ? { workloadIdentity: true } : {}),
        },
      ];
    case "akamai":
      return ["akamai", pick(given, { serviceConsumerDomain: "serviceConsumerDomain" })];
    case "acmeDNS":
      return ["acme-dns", pick(given, { host: "host" })];
    case "rfc2136":
      return [
        "rfc2136",
        pick(given, {
          nameserver: "nameserver",
          tsigKeyName: "tsigKeyName",
          tsigAlgorithm: "tsigAlgorithm",
        }),
      ];
    case "webhook":
      return /porkbun/i.test(`${given.solverName} ${given.groupName}`)
        ? ["porkbun", {}]
        : [
            "webhook",
            {
              ...pick(given, { groupName: "groupName", solverName: "solverName" }),
              ...(isMap(given.config) ? { config: withoutSecrets(given.config) } : {}),
            },
          ];
    default:
      return undefined;
  }
}

/** The configuration of a webhook without credentials. A reference to a Secret is none. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => typeof inner === "object" || !soundsSecret(key))
      .map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}
