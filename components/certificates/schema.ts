import { z } from "zod";
import { expectations, hostName, namespaceName, secret, someText, text } from "../../stack-file/fields.ts";
import { dnsSubdomain, isEmail } from "../../stack-file/values.ts";

const wildcard = z
  .boolean()
  .default(false)
  .describe("One wildcard certificate for the zone in place of one per host. Default: false.");

const zoneSchema = z
  .union([
    z.strictObject({
      porkbun: z
        .strictObject({
          apiKey: secret.describe("Porkbun's API key; encrypted."),
          secretApiKey: secret.describe("Porkbun's secret API key; encrypted."),
        })
        .describe("DNS at Porkbun, by its cert-manager webhook; API access is switched on there per domain."),
      wildcard,
    }),
    z.strictObject({
      cloudflare: z
        .strictObject({
          apiToken: secret.describe("Token with Zone:DNS:Edit and Zone:Zone:Read on the zone; encrypted."),
        })
        .describe("DNS at Cloudflare."),
      wildcard,
    }),
    z.strictObject({
      http01: z
        .literal(true)
        .describe(
          "HTTP-01 through Pomerium, without credentials: works only where ports 80 and 443 of every host reach Pomerium from the internet, so neither before the cutover nor through a tunnel.",
        ),
      wildcard,
    }),
  ])
  .register(expectations, { expected: "a map with exactly one of porkbun, cloudflare and http01" })
  .describe("How the zone's challenges are solved: exactly one of porkbun, cloudflare and http01.");

const webhookSchema = z.strictObject({
  flavour: z
    .enum(["talinx", "mdonoughe"])
    .default("talinx")
    .describe(
      "Whose webhook the chart installs: they read the credentials under different names. Default: talinx.",
    ),
  repository: someText
    .optional()
    .describe("Helm repository. Default: Talinx's, unless `chart` says where the chart is."),
  chart: someText
    .optional()
    .describe(
      "Chart: name in the repository, path of a folder or archive (relative to the project), or oci:// address. Default: Talinx's.",
    ),
  version: someText
    .optional()
    .describe("Chart version. Default: 1.0.0 of Talinx's; a chart from a path has its own."),
  groupName: text(
    (value) => dnsSubdomain.test(value) && value.includes("."),
    "is no API group: a domain name",
  )
    .optional()
    .describe(
      "API group that the webhook serves, of no other webhook in the cluster. Default: porkbun.talinx.dev.",
    ),
  image: text(
    (value) => /^[^\s@]+:(?!latest$)[A-Za-z0-9_][\w.-]*(@sha256:[0-9a-f]{64})?$/.test(value),
    "must be an image with its tag, and not latest, which is another image every so often",
  )
    .optional()
    .describe("Image with its tag, never latest. Default: the flavour's release."),
  values: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Further values for the chart; they are no place for secrets. Default: none."),
  solverRbac: z
    .enum(["chart", "own"])
    .default("chart")
    .describe(
      "Who lets cert-manager call the webhook: the chart, or this program for a chart that does not. Default: chart.",
    ),
});

export const certificatesSchema = z.strictObject({
  email: text(isEmail, "is no e-mail address").describe("Address of the ACME account."),
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
  issuer: text((value) => dnsSubdomain.test(value), "is no name of a ClusterIssuer")
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
