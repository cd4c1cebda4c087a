import { z } from "zod";
import { expectations, hostName, secret, someText, text } from "../../stack-file/fields.ts";
import { asSecret, type Secret } from "../../stack-file/secrets.ts";
import { dnsLabel, uuid } from "../../stack-file/values.ts";
import type { Cluster } from "../cluster/config.ts";
import type { ZoneIds } from "./dns-zones.ts";
import { hostnameProblem, pathProblem, type Rule, serviceProblem } from "./rules.ts";

export interface TunnelConfig {
  name: string;
  accountId: string;
  /** Id of an existing tunnel. Absent for a new tunnel. */
  tunnelId?: string;
  zoneId: ZoneIds;
  apiToken: Secret;
  /** Apps whose hosts the tunnel carries. */
  apps: string[];
  /** Whether the tunnel also carries the host of the sign-in pages. Needed if only a tunnel leads to Pomerium. */
  authenticate: boolean;
  extraRules: Rule[];
  /** Present rules that the tunnel no longer needs: `<host>`, or `<host> <path>` for one path only. */
  drop: string[];
  /** cloudflared in the cluster. Absent if it runs elsewhere. */
  connector?: { image?: string; replicas: number };
}

/** Schema for a text in a rule. `problem` returns the reason why a text is not valid. */
const checked = (problem: (value: string) => string | undefined) =>
  text(
    (value) => problem(value) === undefined,
    (value) => problem(value) ?? "",
  );

const cloudflareId = (what: string) =>
  text(/^[0-9a-f]{32}$/, () => `is not a valid ${what}: 32 hexadecimal digits`);

const seconds = z.int().min(0, { error: "must be a number of seconds from 0" });

const originRequestSchema = z.strictObject({
  originServerName: someText
    .optional()
    .describe("Name that the origin's certificate is checked against. Default: the service's."),
  matchSNItoHost: z.boolean().optional().describe("Takes the request's host in its place. Default: false."),
  noTLSVerify: z.boolean().optional().describe("Takes any certificate of the origin. Default: false."),
  caPool: someText
    .optional()
    .describe("File, beside cloudflared, of the authority that the certificate is checked with."),
  httpHostHeader: someText.optional().describe("Host header. Default: the request's."),
  http2Origin: z.boolean().optional().describe("Speaks HTTP/2 to the origin. Default: false."),
  disableChunkedEncoding: z
    .boolean()
    .optional()
    .describe("For origins such as WSGI servers. Default: false."),
  noHappyEyeballs: z.boolean().optional().describe("Tries IPv6 and IPv4 in turn. Default: false."),
  proxyType: z.literal("socks").optional().describe("Serves as a SOCKS5 proxy. Default: as an HTTP proxy."),
  connectTimeout: seconds.optional().describe("Seconds. Default: 30."),
  tlsTimeout: seconds.optional().describe("Seconds. Default: 10."),
  tcpKeepAlive: seconds.optional().describe("Seconds. Default: 30."),
  keepAliveTimeout: seconds.optional().describe("Seconds. Default: 90."),
  keepAliveConnections: z.int().min(0).optional().describe("Idle connections at most. Default: 100."),
  access: z
    .strictObject({
      teamName: someText.describe("Team of Cloudflare Access."),
      audTag: z
        .array(someText)
        .describe("Audiences of the Access applications, of which one must have let it in."),
      required: z.boolean().optional().describe("Refuses what Access has not let in. Default: false."),
    })
    .optional()
    .describe("Has cloudflared check what Cloudflare Access has let in. Default: does not check."),
});

/** Settings of `originRequest` that can be written. Cloudflare has more, for example `bastionMode`. */
export const writableSettings: readonly string[] = Object.keys(originRequestSchema.shape);

const ruleSchema = z.strictObject({
  hostname: checked(hostnameProblem)
    .optional()
    .describe("Public host; `*.` may stand in front. Default: every host."),
  path: checked(pathProblem)
    .optional()
    .describe("Regular expression of Go's that is searched for in the path. Default: every path."),
  service: checked(serviceProblem).describe(
    "Where the requests go: scheme, address and port, without a path.",
  ),
  originRequest: originRequestSchema
    .optional()
    .describe(
      "How cloudflared speaks to the service, by Cloudflare's names. Default: Cloudflare's defaults.",
    ),
});

export const tunnelName = text(
  dnsLabel,
  "is not a valid tunnel name: lower case letters, digits and hyphens",
);

export const tunnelSchema = z.strictObject({
  accountId: cloudflareId("Cloudflare account id").describe(
    "Id of the Cloudflare account that owns the tunnel.",
  ),
  tunnelId: text(uuid, "is not a valid tunnel id: a UUID")
    .optional()
    .describe("Existing tunnel to take over. Default: a new one."),
  zoneId: z
    .union([
      cloudflareId("Cloudflare zone id"),
      z
        .record(hostName, cloudflareId("Cloudflare zone id"))
        .refine((zones) => Object.keys(zones).length > 0, { error: "is empty: name the zone of each host" })
        .meta({ minProperties: 1 })
        .describe("Ids of several zones, by their names."),
    ])
    .register(expectations, {
      expected: "a Cloudflare zone id, or a map of zones and their ids such as { example.org: <id> }",
    })
    .describe(
      "Id of the Cloudflare zone of the hosts' DNS records, in the account of the tunnel; or several zones: { example.org: <id> }.",
    ),
  apiToken: secret.describe("Token that may edit the tunnel and the zone's DNS; encrypted."),
  apps: z.array(someText).default([]).describe("Apps whose hosts the tunnel carries. Default: none."),
  authenticate: z
    .boolean()
    .optional()
    .describe(
      "The tunnel carries the sign-in pages too. Default: true for the only tunnel of a cluster that nothing else leads to.",
    ),
  extraRules: z
    .array(ruleSchema)
    .default([])
    .describe(
      "What else the tunnel carries, in order: paths of the apps' hosts ahead of them, all else after them. Default: nothing.",
    ),
  drop: z
    .array(checked((value) => hostnameProblem(value.split(" ", 1)[0] ?? "")))
    .default([])
    .describe(
      "Rules that the tunnel has today and no longer needs: a host, a host and a path after a space, or `*` for the catch-all. Default: none.",
    ),
  connector: z
    .strictObject({
      image: someText
        .optional()
        .describe("Image of cloudflared. Default: the release that the project pins."),
      replicas: z.int().min(1).default(2).describe("How many connect to Cloudflare. Default: 2."),
    })
    .optional()
    .describe("Runs cloudflared in the cluster. Default: it runs elsewhere."),
});

export type TunnelInput = z.output<typeof tunnelSchema>;

export type Tunnels = Readonly<Record<string, TunnelInput>>;

export function resolveTunnels(tunnels: Tunnels, exposure: Cluster["exposure"]): TunnelConfig[] {
  return Object.entries(tunnels).map(([name, tunnel]) => ({
    ...tunnel,
    name,
    apiToken: asSecret(tunnel.apiToken),
    authenticate: carriesSignIn(tunnel, tunnels, exposure),
  }));
}

export function carriesSignIn(
  tunnel: TunnelInput,
  tunnels: Tunnels,
  exposure: Cluster["exposure"] | undefined,
): boolean {
  return tunnel.authenticate ?? (Object.keys(tunnels).length === 1 && exposure === "tunnelOnly");
}
