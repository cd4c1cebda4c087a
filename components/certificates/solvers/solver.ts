import { z } from "zod";
import { secret } from "../../../stack-file/fields.ts";
import type { Installation, InstallationContext } from "./installation.ts";
import type { Webhook } from "./porkbun-webhook.ts";

/** A key of a Secret in the namespace where cert-manager looks for a ClusterIssuer's Secrets. */
export interface SecretKey {
  name: string;
  key: string;
}

/** One entry of `spec.acme.solvers` in the cluster, whoever wrote it. */
export interface LiveSolver {
  selector?: { dnsZones?: string[]; dnsNames?: string[]; matchLabels?: Record<string, string> };
  dns01?: Record<string, unknown>;
  http01?: {
    ingress?: { ingressClassName?: string; class?: string; name?: string };
    gatewayHTTPRoute?: unknown;
  };
}

/** How a solver answers challenges: one entry of `spec.acme.solvers`, without its selector. */
export interface Challenge {
  dns01?: Record<string, unknown>;
  http01?: { ingress: { ingressClassName: string } };
}

/** Settings of the stack that apply to all zones. */
export interface ChallengeContext {
  /** IngressClass that answers HTTP-01 challenges. */
  ingressClass: string;
  /** The webhook for Porkbun. */
  webhook: Webhook;
}

/** Input of a solver for one zone. */
export interface SolverZone {
  /** Key in the stack file → where cert-manager finds the secret. */
  secrets: Record<string, SecretKey>;
  /** Settings that are no secrets. */
  settings: Record<string, unknown>;
}

/** Everything the project knows about one way of solving challenges. */
export interface Solver {
  /** Schema of the value under the solver's name in the stack file. */
  schema: z.ZodType;
  /** Key in the stack file → key in the Secret with the zone's credentials. */
  secrets: Readonly<Record<string, string>>;
  /** Only DNS-01 issues wildcards, and only DNS-01 can be proven before any host leads to Pomerium. */
  type: "DNS-01" | "HTTP-01";
  challenge(zone: SolverZone, context: ChallengeContext): Challenge;
  /** The necessary installation. Default: none, because the solver is built into cert-manager. */
  installation?(webhook: Webhook, context: InstallationContext): Installation;
}

/** A DNS provider, as its own file declares it. */
interface DnsProvider<Key extends string, Settings extends z.ZodRawShape> {
  /** Description in the stack file's schema. */
  description: string;
  /** The credentials, by their keys in the stack file. `key` is the key in the Secret. */
  secrets: Record<Key, { key: string; description: string }>;
  /** Schemas of further settings in the stack file, which are no secrets. */
  settings: Settings;
  /** Value of `dns01` in the ClusterIssuer. */
  dns01(
    secrets: Record<Key, SecretKey>,
    settings: z.output<z.ZodObject<Settings>>,
    context: ChallengeContext,
  ): Record<string, unknown>;
  installation?: Solver["installation"];
}

/** A solver by DNS-01. The schema of its secrets follows from their declaration. */
export function dnsProvider<Key extends string, Settings extends z.ZodRawShape>({
  description,
  secrets,
  settings,
  dns01,
  installation,
}: DnsProvider<Key, Settings>): Solver {
  const declared = Object.entries<{ key: string; description: string }>(secrets);
  return {
    schema: z
      .strictObject({
        ...Object.fromEntries(declared.map(([name, each]) => [name, secret.describe(each.description)])),
        ...settings,
      })
      .describe(description),
    secrets: Object.fromEntries(declared.map(([name, { key }]) => [name, key])),
    type: "DNS-01",
    challenge: (zone, context) => ({
      // The zone has passed the schema above.
      dns01: dns01(
        zone.secrets as Record<Key, SecretKey>,
        zone.settings as z.output<z.ZodObject<Settings>>,
        context,
      ),
    }),
    ...(installation === undefined ? {} : { installation }),
  };
}
