/**
 * The fields of `Pomerium/global` that a stack file can set, under `pomerium.settings`.
 *
 * They are those of the CRD of the newest supported release, typed as there, without the fields that this program
 * computes. A test compares them with that CRD, and the table of releases says which of them older releases lack.
 *
 * @see https://www.pomerium.com/docs/k8s/reference
 */

import { z } from "zod";
import { atLeast, firstWith } from "../../policies/language/releases.ts";
import { durationMilliseconds, goDuration } from "../../stack-file/duration.ts";
import { expectations, secretReference, someText, text, unknownKeys } from "../../stack-file/fields.ts";
import type { Report } from "../../stack-file/problems.ts";
import {
  claimHeaders,
  headers,
  limit,
  pattern,
  pemBytes,
  refreshRate,
  textMap,
  texts,
} from "./settings-values.ts";

/** Fields of the CRD that this program computes → the key of the stack file that decides them. */
export const computedFields: Readonly<Record<string, string>> = {
  authenticate: "the phase and `pomerium.authenticateHost` decide it",
  certificateAutoProvision:
    "the stack's issuer makes one certificate for each host (`certificates`), and Pomerium's controller may not make any",
  identityProvider: "write `pomerium.identityProvider`",
  secrets: "it names the Secret that this program makes once and protects",
  storage: "write `pomerium.storage`",
};

/** Fields of `cookie` that this program computes. */
const computedCookieFields: Readonly<Record<string, string>> = { expire: "write `pomerium.session`" };

const computed = (fields: Readonly<Record<string, string>>) => ({
  explain: (key: string) =>
    Object.hasOwn(fields, key) ? `is not for the stack file: ${fields[key]}` : undefined,
});

const fields = {
  accessLogFields: texts.describe(
    "Fields of the access log, such as `[request-id, method, path, response-code, duration, ip]`.",
  ),
  allowUpgrades: texts.describe("Protocols that a request may be upgraded to, such as `[websocket]`."),
  authorizeLogFields: texts.describe(
    "Fields of the log of decisions, such as `[request-id, email, host, path]`.",
  ),
  bearerTokenFormat: z
    .enum(["default", "idp_access_token", "idp_identity_token"])
    .describe("Kind of the bearer tokens in requests: Pomerium's own, or those of the identity provider."),
  caSecrets: z
    .array(secretReference)
    .describe("Secrets (`namespace/name`, key `ca.crt`) with certificate authorities that Pomerium trusts."),
  certificates: z
    .array(secretReference)
    .describe("TLS Secrets (`namespace/name`) that Pomerium serves besides those of the stack."),
  circuitBreakerThresholds: z
    .strictObject({
      maxConnectionPools: limit.optional().describe("Connection pools for each app."),
      maxConnections: limit.optional().describe("Connections to each app."),
      maxPendingRequests: limit.optional().describe("Requests that wait for a connection."),
      maxRequests: limit.optional().describe("Parallel requests to each app."),
      maxRetries: limit.optional().describe("Parallel retries."),
    })
    .describe("Limits of what Pomerium sends to an app at the same time."),
  codecType: z
    .enum(["auto", "http1", "http2", "http3"])
    .describe("HTTP version for clients; `http3` also needs a UDP port in front of Pomerium."),
  cookie: z
    .strictObject({
      domain: someText.optional().describe("Domain that the cookie is valid for, its subdomains included."),
      httpOnly: z.boolean().optional().describe("Whether scripts of a page cannot read the cookie."),
      name: someText.optional().describe("Name of the session cookie."),
      sameSite: z
        .enum(["strict", "lax", "none"])
        .optional()
        .describe("Which requests of other sites carry the cookie."),
    })
    .register(unknownKeys, computed(computedCookieFields))
    .describe("The session cookie. Its lifetime is `pomerium.session`."),
  dataBroker: z
    .strictObject({ clusterLeaderId: someText.optional().describe("Member that leads, for repairs.") })
    .describe("The store of a cluster of Pomeriums (`storage.cluster`)."),
  dns: z
    .strictObject({
      failureRefreshRate: refreshRate.optional().describe("Pause after a failed lookup."),
      lookupFamily: z
        .enum(["auto", "v4_only", "v6_only", "v4_preferred", "all"])
        .optional()
        .describe("Which addresses of an app are used."),
      queryTimeout: goDuration.optional().describe("Time for one query."),
      queryTries: limit.optional().describe("Queries before a lookup fails."),
      refreshRate: refreshRate.optional().describe("Pause between lookups."),
      udpMaxQueries: limit.optional().describe("Queries from one UDP port."),
      useTcp: z.boolean().optional().describe("Whether queries use TCP."),
    })
    .describe("How Pomerium looks up the addresses of apps."),
  downstreamMtls: z
    .strictObject({
      ca: pemBytes("CERTIFICATE")
        .optional()
        .describe("Authorities of client certificates: PEM text in base64."),
      crl: pemBytes("X509 CRL").optional().describe("Revoked client certificates: PEM text in base64."),
      enforcement: z
        .enum(["policy_with_default_deny", "policy", "reject_connection"])
        .optional()
        .describe(
          "What becomes of a client without a valid certificate. Pomerium's default refuses it everywhere.",
        ),
      matchSubjectAltNames: z
        .strictObject({
          dns: pattern.optional().describe("Pattern of a DNS name."),
          email: pattern.optional().describe("Pattern of an e-mail address."),
          ipAddress: pattern.optional().describe("Pattern of an IP address."),
          uri: pattern.optional().describe("Pattern of a URI."),
          userPrincipalName: pattern.optional().describe("Pattern of a user principal name."),
        })
        .optional()
        .describe("What a client certificate must be for."),
      maxVerifyDepth: limit.optional().describe("Longest chain of certificates."),
    })
    .describe("Client certificates."),
  envoyDynamicExtensions: texts.describe("Files in Pomerium's pod with extensions for Envoy."),
  headersWithUnderscoresAction: z
    .enum(["allow", "reject_request", "drop_header"])
    .describe("What becomes of a header with an underscore. Default: drop_header, as with ingress-nginx."),
  idpAccessTokenAllowedAudiences: texts.describe(
    "Audiences that an access token of the identity provider may have.",
  ),
  jwtClaimHeaders: claimHeaders.describe(
    "Header that the app gets → claim in it, such as `{X-Email: email}`. A caller's own header of that name is removed.",
  ),
  mcpAllowedAsMetadataDomains: texts.describe("Domains of metadata of MCP authorisation servers."),
  mcpAllowedClientIdDomains: texts.describe("Domains of metadata of MCP clients."),
  mergeSlashes: z
    .boolean()
    .describe(
      "Whether `//` in a path becomes `/`; must be true if a path is stricter than its app. Default: true, as with ingress-nginx.",
    ),
  normalizePath: z
    .boolean()
    .refine((value) => value, {
      error: "must stay true: otherwise `/open/../admin` is below the open path /open",
    })
    .describe("Whether `..` in a path is resolved first. Always true."),
  otel: z
    .strictObject({
      bspMaxExportBatchSize: limit.optional().describe("Most spans in one export."),
      bspScheduleDelay: goDuration.optional().describe("Pause between two exports."),
      endpoint: text((value) => URL.canParse(value), "is not a URL").describe("Collector's URL."),
      headers: textMap.optional().describe("Headers of an export."),
      logLevel: z
        .enum(["trace", "debug", "info", "warn", "error"])
        .optional()
        .describe("Level of its own log."),
      protocol: z.enum(["grpc", "http/protobuf"]).describe("Protocol of the collector."),
      resourceAttributes: textMap.optional().describe("Attributes of every span."),
      sampling: text(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/, 'is not a share from 0 to 1 as text, such as "0.1"')
        .optional()
        .describe("Share of the requests that are traced, as text."),
      timeout: goDuration.optional().describe("Time for one export."),
    })
    .describe("OpenTelemetry traces."),
  passIdentityHeaders: z
    .boolean()
    .describe(
      "Whether all apps get the signed header with the caller's identity. An app's `route` can differ.",
    ),
  pathWithEscapedSlashesAction: z
    .enum(["keep_unchanged", "reject_request", "unescape_and_redirect", "unescape_and_forward"])
    .refine((value) => value === "reject_request" || value === "unescape_and_redirect", {
      error:
        "must be reject_request or unescape_and_redirect: with the others, policy and app can read different paths",
    })
    .describe(
      "What becomes of `%2F` in a path: `unescape_and_redirect` or `reject_request`. Default: unescape_and_redirect.",
    ),
  programmaticRedirectDomains: texts.describe("Domains that a program's sign-in may lead back to."),
  runtimeFlags: z.record(someText, z.boolean()).describe("Switches of Pomerium's features."),
  setResponseHeaders: headers.describe(
    "Headers of every response, in place of the default ones, which are Strict-Transport-Security and X-Frame-Options.",
  ),
  ssh: z
    .strictObject({
      hostKeySecrets: z.array(secretReference).optional().describe("Secrets with host keys."),
      userCaKeySecret: secretReference
        .optional()
        .describe("Secret with the key that signs users' certificates."),
    })
    .describe("Keys for SSH routes."),
  timeouts: z
    .strictObject({
      idle: goDuration.optional().describe("Time without any data after which a connection ends."),
      read: goDuration.optional().describe("Time for a whole request to arrive. Default: 0s, no limit."),
      write: goDuration.optional().describe("Time for a whole request and its response; more than `read`."),
    })
    .describe("Limits for all apps; an app's `route` can differ."),
  useProxyProtocol: z
    .boolean()
    .describe("Whether a load balancer in front of Pomerium sends the PROXY protocol; then everything must."),
};

type Fields = typeof fields;

export const settingsSchema = z
  .strictObject(
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.optional()])) as {
      [K in keyof Fields]: z.ZodOptional<Fields[K]>;
    },
  )
  .refine(({ timeouts: { read, write } = {} }) => !isLonger(read, write), {
    error: "write must be longer than read, since it counts the request too",
    path: ["timeouts", "write"],
  })
  .register(unknownKeys, computed(computedFields))
  .register(expectations, { expected: "a map of Pomerium's settings" })
  .describe("Fields of Pomerium's own settings object, as its reference has them. Default: see each field.");

export type SettingsInput = z.output<typeof settingsSchema>;

/** Pomerium refuses a `read` that is not shorter than `write`. `0s` is no limit. */
function isLonger(read: string | undefined, write: string | undefined): boolean {
  if (read === undefined || write === undefined) return false;
  return durationMilliseconds(read)! >= durationMilliseconds(write)!;
}

/** Reports fields that the stack's release lacks, and what a setting changes beyond itself. */
export function checkSettings(
  settings: SettingsInput,
  version: string,
  authenticateHost: string | undefined,
  report: Report,
): void {
  const at = ["pomerium", "settings"];
  for (const field of Object.keys(settings)) {
    const since = firstWith("settings", field);
    if (since !== undefined && !atLeast(version, since))
      report.problem([...at, field], `needs Pomerium ${since} or later; the stack runs ${version}`);
  }
  const headers = Object.keys(settings.setResponseHeaders ?? {}).map((name) => name.toLowerCase());
  if (settings.setResponseHeaders !== undefined && !headers.includes("strict-transport-security"))
    report.warning(
      [...at, "setResponseHeaders"],
      "replaces the default headers, so Strict-Transport-Security is no longer sent; add it unless that is meant",
    );
  const { enforcement = "policy_with_default_deny" } = settings.downstreamMtls ?? {};
  if (settings.downstreamMtls !== undefined && enforcement !== "policy")
    report.warning(
      [...at, "downstreamMtls"],
      `${enforcement} refuses every caller without a valid client certificate, at public apps and open paths too; the access matrix does not show that`,
    );
  const domain = settings.cookie?.domain?.replace(/^\./, "").toLowerCase();
  if (
    domain !== undefined &&
    authenticateHost !== undefined &&
    !`.${authenticateHost}`.endsWith(`.${domain}`)
  )
    report.warning(
      [...at, "cookie", "domain"],
      `does not contain ${authenticateHost}, the host of the sign-in pages: browsers drop the session cookie there, so nobody can sign in; write a domain that all hosts have in common, or leave the key out`,
    );
  if (settings.useProxyProtocol)
    report.warning(
      [...at, "useProxyProtocol"],
      "every connection must begin with the PROXY protocol: connections past that load balancer are refused, tunnels included",
    );
}
