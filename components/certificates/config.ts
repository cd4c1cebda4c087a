import { z } from "zod";
import {
  emailAddress,
  expectations,
  hostName,
  httpsUrl,
  namespaceName,
  secret,
  someText,
  text,
} from "../../stack-file/fields.ts";
import { asSecret, type Secret } from "../../stack-file/secrets.ts";
import { dnsSubdomain } from "../../stack-file/values.ts";
import { type CnameStrategy, cnameStrategies } from "./issuer-spec.ts";
import { resolveWebhook, type Webhook, webhookSchema } from "./solvers/porkbun-webhook.ts";
import { type SolverName, solverNames, solverOf } from "./solvers/registry.ts";

export interface CertificatesConfig {
  /** Address of the ACME account. */
  email: string;
  /** ACME directory. */
  server: string;
  /** Name of the ClusterIssuer. */
  issuer: string;
  /** Whether the ClusterIssuer is the cluster's own, which the program only uses. Then it has no account or solver. */
  isExisting: boolean;
  /** Namespace of cert-manager. */
  namespace: string;
  /** A canary certificate proves each zone before any host asks for a certificate. */
  canary: boolean;
  /** Common name of the root of the wanted chain. Absent for the chain that the server prefers. */
  preferredChain?: string;
  /** The authority's account that the ACME account belongs to. */
  externalAccountBinding?: { keyId: string; key: Secret };
  /** The webhook for Porkbun. */
  webhook: Webhook;
  /** Zone → how its challenges are solved. */
  zones: Record<string, Zone>;
}

export interface Zone {
  /** One wildcard certificate for the zone in place of one per host. */
  wildcard: boolean;
  solver: SolverName;
  /** The solver's credentials, by their keys in the stack file. */
  secrets: Record<string, Secret>;
  /** The solver's further settings. */
  settings: Record<string, unknown>;
  /** Whether challenges follow a CNAME to another zone. Absent: as in the existing issuer, else they do not. */
  cnameStrategy?: CnameStrategy;
}

/** `porkbun, cloudflare and http01`. */
function listed(names: readonly string[], word: "and" | "or"): string {
  const last = names.at(-1);
  return names.length < 2 ? String(last) : `${names.slice(0, -1).join(", ")} ${word} ${last}`;
}

const wildcard = z
  .boolean()
  .default(false)
  .describe("One wildcard certificate for the zone in place of one per host. Default: false.");

const cnameStrategy = z
  .enum(cnameStrategies)
  .describe(
    "Follow: a CNAME of `_acme-challenge.<host>` leads the challenge to another zone, whose credentials are given here. Default: as in the existing issuer, else None.",
  );

/** In words, how a zone names its solver. */
export const exactlyOne = `exactly one of ${listed(solverNames, "and")}`;

/** In words, the solvers that can issue wildcards. */
export const byDns = listed(
  solverNames.filter((name) => solverOf(name).type === "DNS-01"),
  "or",
);

const zoneSchema = z
  .union([
    ...solverNames.map((name) =>
      z.strictObject({ [name]: solverOf(name).schema, wildcard, cnameStrategy: cnameStrategy.optional() }),
    ),
    z.strictObject({ existing: solverOf("existing").schema, wildcard }),
  ])
  .register(expectations, { expected: `a map with ${exactlyOne}` })
  .describe(`How the zone's challenges are solved: ${exactlyOne}.`);

const issuerName = text(dnsSubdomain, "is not a valid name of a ClusterIssuer");

export const certificatesSchema = z.strictObject({
  email: emailAddress
    .optional()
    .describe("Address of the ACME account; needed unless the issuer is the cluster's own."),
  server: httpsUrl.optional().describe("ACME directory. Default: Let's Encrypt."),
  staging: z
    .boolean()
    .default(false)
    .describe(
      "Let's Encrypt's staging server, which browsers do not trust and which hardly limits anything, for a rehearsal. Default: false.",
    ),
  issuer: z
    .union([
      issuerName,
      z
        .strictObject({ existing: issuerName.describe("Name of the ClusterIssuer.") })
        .describe("The cluster's own issuer, used unchanged. Each zone is then `existing: true`."),
    ])
    .optional()
    .register(expectations, { expected: "the name of a ClusterIssuer, or { existing: <name> }" })
    .describe(
      "Name of the ClusterIssuer; one that exists is taken over. Default: letsencrypt-prod, with `staging` letsencrypt-staging.",
    ),
  namespace: namespaceName
    .default("cert-manager")
    .describe(
      "Namespace of cert-manager, where it looks for a ClusterIssuer's Secrets. Default: cert-manager.",
    ),
  canary: z
    .boolean()
    .default(true)
    .describe(
      "Prove each zone by a certificate for canary.<zone> before any host's is asked for. Default: true.",
    ),
  preferredChain: text((value) => value.length > 0 && value.length <= 64, "must have 1 to 64 characters")
    .optional()
    .describe(
      "Common name of the root of the wanted chain, if the server offers several, such as ISRG Root X1. Default: the server's choice.",
    ),
  externalAccountBinding: z
    .strictObject({
      keyId: someText.describe("Key id of the account at the authority."),
      key: secret.describe("Its MAC key in base64url, as the authority shows it; encrypted."),
    })
    .optional()
    .describe(
      "Your account with the authority, to which the ACME account belongs. ZeroSSL, Google Trust Services and others ask for it. Default: none.",
    ),
  webhook: webhookSchema
    .prefault({})
    .describe("The webhook for Porkbun; installed only when a zone is solved by it. Default: Talinx's."),
  zones: z
    .record(hostName, zoneSchema)
    .refine((zones) => Object.keys(zones).length > 0, { error: "is empty: every host needs a zone" })
    .meta({ minProperties: 1 })
    .describe("DNS zones of the stack's hosts, each with its credentials."),
});

export type CertificatesInput = z.output<typeof certificatesSchema>;

/** A zone that has passed the schema: its solver's name with the solver's input, and settings of every zone. */
export type ZoneInput = Readonly<Record<string, unknown>>;

const letsEncrypt = {
  production: "https://acme-v02.api.letsencrypt.org/directory",
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
};

export function resolveCertificates(input: CertificatesInput): CertificatesConfig {
  const { staging, issuer, namespace, canary, webhook, preferredChain, externalAccountBinding } = input;
  const isExisting = typeof issuer === "object";
  return {
    // An existing issuer has its own account.
    email: input.email ?? "",
    server: input.server ?? (staging ? letsEncrypt.staging : letsEncrypt.production),
    // cert-manager issues a certificate again only if its issuer changes, so staging has another one.
    issuer: isExisting ? issuer.existing : (issuer ?? (staging ? "letsencrypt-staging" : "letsencrypt-prod")),
    isExisting,
    namespace,
    canary,
    ...(preferredChain === undefined ? {} : { preferredChain }),
    ...(externalAccountBinding === undefined
      ? {}
      : { externalAccountBinding: { ...externalAccountBinding, key: asSecret(externalAccountBinding.key) } }),
    webhook: resolveWebhook(webhook),
    zones: Object.fromEntries(Object.entries(input.zones).map(([name, zone]) => [name, resolveZone(zone)])),
  };
}

function resolveZone(input: ZoneInput): Zone {
  const solver = solverNameOf(input);
  const { secrets, settings } = solverOf(solver).divide(input[solver]);
  return {
    wildcard: input.wildcard === true,
    solver,
    secrets: Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, asSecret(value)])),
    settings,
    ...(input.cnameStrategy === undefined ? {} : { cnameStrategy: input.cnameStrategy as CnameStrategy }),
  };
}

/** The name of a zone's solver. Every zone has one, because the schema refuses others. */
export function solverNameOf(input: ZoneInput): SolverName {
  return solverNames.find((name) => name in input) ?? "existing";
}
