import { z } from "zod";
import { secret, secretIf } from "../../../stack-file/fields.ts";
import type { PathPart } from "../../../stack-file/paths.ts";
import type { InstallationZone, SolverInstallation } from "./installation.ts";
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

/** The value of `dns01` of an issuer that the cluster has: cert-manager's name of the provider → its settings. */
export type LiveChallenge = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

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

/** Settings of the stack that an installation needs. */
export interface InstallationContext extends Pick<ChallengeContext, "webhook"> {
  /** Namespace of cert-manager. */
  namespace: string;
}

/** Input of a solver for one zone. */
export interface SolverZone {
  /** Key in the stack file → where cert-manager finds the secret. A secret that the zone does not have is absent. */
  secrets: Record<string, SecretKey>;
  /** Settings that are not secret. */
  settings: Record<string, unknown>;
}

/** The value of a zone's solver in the stack file, divided. */
export interface ZoneValue {
  /** The secrets that the zone has, and those that it needs and lacks. */
  secrets: Record<string, SecretInput>;
  settings: Record<string, unknown>;
}

type SecretInput = z.output<typeof secret>;

/** Everything the project knows about one way of solving challenges. */
export interface Solver {
  /** Schema of the value under the solver's name in the stack file. */
  schema: z.ZodType;
  /** Values for the stack file, without their secrets. */
  examples: readonly unknown[];
  /** Key in the stack file → key in the Secret with the zone's credentials. Another secret has the same key in both. */
  secrets: Readonly<Record<string, string>>;
  /** Only DNS-01 issues wildcards, and only DNS-01 can be proven before any host leads to Pomerium. */
  type: "DNS-01" | "HTTP-01" | "existing issuer";
  /** Divides a value that has passed the schema. */
  divide(value: unknown): ZoneValue;
  challenge(zone: SolverZone, context: ChallengeContext): Challenge;
  /** The value for the stack file, without its secrets, of a challenge that an issuer of the cluster has. */
  fromLive?(dns01: LiveChallenge): Record<string, unknown> | undefined;
  /** The necessary installations for its zones. Default: none, because the solver is built into cert-manager. */
  installation?(zones: readonly InstallationZone[], context: InstallationContext): SolverInstallation[];
  /** Finds mistakes that the schema cannot see: about the zone's name, or about several zones. */
  problems?(zones: Readonly<Record<string, unknown>>): ZoneProblem[];
}

export interface ZoneProblem {
  zone: string;
  /** Key path below the solver's name. */
  path: PathPart[];
  message: string;
}

/** A secret of a DNS provider. */
interface DeclaredSecret {
  /** Key in the Secret. */
  key: string;
  description: string;
  /** Whether a zone with these settings needs it. Default: always. */
  neededIf?: (settings: Readonly<Record<string, unknown>>) => boolean;
}

/** A DNS provider, as its own file declares it. */
interface DnsProvider<Key extends string, Settings extends z.ZodRawShape> {
  /** Description in the stack file's schema. */
  description: string;
  /** Values for the stack file, without their secrets. Default: one without settings. */
  examples?: readonly Partial<z.input<z.ZodObject<Settings>>>[];
  /** The credentials, by their keys in the stack file. */
  secrets: Record<Key, DeclaredSecret>;
  /** Schemas of further settings in the stack file, which are no secrets. */
  settings: Settings;
  /** Finds mistakes that concern several settings: the wrong key, and the message. Default: none. */
  check?: (settings: z.output<z.ZodObject<Settings>>) => [key: string, message: string][];
  /** Value of `dns01` in the ClusterIssuer. Fields that are undefined are left out. */
  dns01(
    secrets: Record<Key, SecretKey | undefined>,
    settings: z.output<z.ZodObject<Settings>>,
    context: ChallengeContext,
  ): Record<string, unknown>;
  /**
   * The settings for the stack file of a challenge that an issuer of the cluster has; undefined if it is of another
   * provider. Fields that are undefined are left out.
   */
  fromLive(dns01: LiveChallenge): Record<string, unknown> | undefined;
  installation?: Solver["installation"];
}

/** A solver by DNS-01. The schema of its secrets follows from their declaration. */
export function dnsProvider<Key extends string, Settings extends z.ZodRawShape>({
  description,
  examples = [{}],
  secrets,
  settings,
  check,
  dns01,
  fromLive,
  installation,
}: DnsProvider<Key, Settings>): Solver {
  const declared = Object.entries<DeclaredSecret>(secrets);
  type Given = z.output<z.ZodObject<Settings>>;
  const object = z
    .strictObject({
      ...Object.fromEntries(
        declared.map(([name, { description, neededIf }]) => [
          name,
          (neededIf === undefined ? secret : secretIf(neededIf)).describe(description),
        ]),
      ),
      ...settings,
    })
    .superRefine((given, context) => {
      for (const [key, message] of check?.(given as Given) ?? [])
        context.addIssue({ code: "custom", path: [key], message });
    });
  return {
    schema: object.meta({
      description,
      ...(Object.keys(settings).length > 0 ? { examples: [...examples] } : {}),
    }),
    examples,
    secrets: Object.fromEntries(declared.map(([name, { key }]) => [name, key])),
    type: "DNS-01",
    divide: (value) => {
      const given = value as Record<string, SecretInput>;
      const has = ([name, { neededIf }]: [string, DeclaredSecret]): boolean =>
        given[name] !== undefined || (neededIf?.(given) ?? true);
      return {
        secrets: Object.fromEntries(declared.filter(has).map(([name]) => [name, given[name]])),
        settings: Object.fromEntries(Object.entries(given).filter(([name]) => !Object.hasOwn(secrets, name))),
      };
    },
    challenge: (zone, context) => ({
      // The zone has passed the schema above.
      dns01: withoutUndefined(
        dns01(zone.secrets as Record<Key, SecretKey>, zone.settings as Given, context),
      ) as Record<string, unknown>,
    }),
    fromLive: (live) => withoutUndefined(fromLive(live)) as Record<string, unknown> | undefined,
    ...(installation === undefined ? {} : { installation }),
  };
}

/** The value without undefined fields, at any depth. */
function withoutUndefined(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, withoutUndefined(field)]),
  );
}
