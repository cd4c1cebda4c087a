import { z } from "zod";
import { expectations, hostName, namespaceName, text } from "../../stack-file/fields.ts";
import type { Report } from "../../stack-file/problems.ts";
import { asSecret, type Secret } from "../../stack-file/secrets.ts";
import { dnsSubdomain, isEmail } from "../../stack-file/values.ts";
import type { Cluster } from "../cluster/config.ts";
import type { Phase } from "../cluster/phase.ts";
import { resolveWebhook, type Webhook, webhookSchema } from "./solvers/porkbun-webhook.ts";
import { type SolverName, solverNames, solverOf } from "./solvers/registry.ts";

export interface CertificatesConfig {
  /** Address of the ACME account. */
  email: string;
  /** ACME directory. */
  server: string;
  /** Name of the ClusterIssuer. */
  issuer: string;
  /** Namespace of cert-manager. */
  namespace: string;
  /** A canary certificate proves each zone before any host asks for a certificate. */
  canary: boolean;
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

/** In words, how a zone names its solver. */
export const exactlyOne = `exactly one of ${listed(solverNames, "and")}`;

/** In words, the solvers that can issue wildcards. */
export const byDns = listed(
  solverNames.filter((name) => solverOf(name).type === "DNS-01"),
  "or",
);

const zoneSchema = z
  .union(solverNames.map((name) => z.strictObject({ [name]: solverOf(name).schema, wildcard })))
  .register(expectations, { expected: `a map with ${exactlyOne}` })
  .describe(`How the zone's challenges are solved: ${exactlyOne}.`);

export const certificatesSchema = z.strictObject({
  email: text(isEmail, "is not an e-mail address").describe("Address of the ACME account."),
  server: text(
    (value) => URL.canParse(value) && new URL(value).protocol === "https:",
    "must be an https:// URL",
  )
    .optional()
    .describe("ACME directory. Default: Let's Encrypt."),
  staging: z
    .boolean()
    .default(false)
    .describe(
      "Let's Encrypt's staging server, which browsers do not trust and which hardly limits anything, for a rehearsal. Default: false.",
    ),
  issuer: text((value) => dnsSubdomain.test(value), "is not a valid name of a ClusterIssuer")
    .optional()
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
  webhook: webhookSchema
    .prefault({})
    .describe("The webhook for Porkbun; installed only when a zone is solved by it. Default: Talinx's."),
  zones: z
    .record(hostName, zoneSchema)
    .refine((zones) => Object.keys(zones).length > 0, { error: "is empty: every host needs a zone" })
    .describe("DNS zones of the stack's hosts, each with its credentials."),
});

export type CertificatesInput = z.output<typeof certificatesSchema>;

/** A zone that has passed the schema: its solver's name with the solver's input, and `wildcard`. */
type ZoneInput = CertificatesInput["zones"][string];

const letsEncrypt = {
  production: "https://acme-v02.api.letsencrypt.org/directory",
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
};

export function checkCertificates({ server, staging, zones }: CertificatesInput, report: Report): void {
  if (server !== undefined && staging)
    report.problem(
      ["certificates", "server"],
      "contradicts `staging`, which names another server: take one of the two away",
    );
  for (const [zone, input] of Object.entries(zones))
    if (input.wildcard && solverOf(solverNameOf(input)).type !== "DNS-01")
      report.problem(
        ["certificates", "zones", zone, "wildcard"],
        `wildcard certificates are issued by DNS-01 only: name ${byDns} with its credentials`,
      );
}

/** Warns if HTTP-01 cannot work. Let's Encrypt sends its request to port 80 and follows redirects to 443. */
export function warnOfHttp01(
  { zones }: CertificatesConfig,
  phase: Phase,
  exposure: Cluster["exposure"],
  report: Report,
): void {
  const why =
    exposure === "tunnelOnly"
      ? "nothing but a tunnel leads here"
      : phase === "coexist"
        ? "ingress-nginx holds these ports until the cutover"
        : undefined;
  for (const [zone, { solver }] of Object.entries(zones))
    if (solverOf(solver).type === "HTTP-01" && why !== undefined)
      report.warning(
        ["certificates", "zones", zone, solver],
        `ports 80 and 443 of every host must reach Pomerium from the internet, but ${why}; DNS-01 needs neither`,
      );
}

export function resolveCertificates(input: CertificatesInput): CertificatesConfig {
  const { staging, email, namespace, canary, webhook } = input;
  return {
    email,
    server: input.server ?? (staging ? letsEncrypt.staging : letsEncrypt.production),
    // cert-manager issues a certificate again only if its issuer changes, so staging has another one.
    issuer: input.issuer ?? (staging ? "letsencrypt-staging" : "letsencrypt-prod"),
    namespace,
    canary,
    webhook: resolveWebhook(webhook),
    zones: Object.fromEntries(Object.entries(input.zones).map(([name, zone]) => [name, resolveZone(zone)])),
  };
}

function resolveZone(input: ZoneInput): Zone {
  const solver = solverNameOf(input);
  const { secrets } = solverOf(solver);
  const given = Object.entries(typeof input[solver] === "object" ? (input[solver] ?? {}) : {});
  const isSecret = ([key]: [string, unknown]): boolean => Object.hasOwn(secrets, key);
  const values = Object.fromEntries(given) as Record<string, Parameters<typeof asSecret>[0]>;
  return {
    wildcard: input.wildcard === true,
    solver,
    secrets: Object.fromEntries(Object.keys(secrets).map((key) => [key, asSecret(values[key])])),
    settings: Object.fromEntries(given.filter((entry) => !isSecret(entry))),
  };
}

/** The name of a zone's solver. Every zone has one, because the schema refuses others. */
function solverNameOf(input: ZoneInput): SolverName {
  return solverNames.find((name) => name in input)!;
}
