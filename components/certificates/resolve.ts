import type { Report } from "../../stack-file/problems.ts";
import { asSecret } from "../../stack-file/secrets.ts";
import type { Cluster } from "../cluster/config.ts";
import type { Phase } from "../cluster/phase.ts";
import type { CertificatesConfig, Zone } from "./config.ts";
import type { CertificatesInput } from "./schema.ts";

const letsEncrypt = {
  production: "https://acme-v02.api.letsencrypt.org/directory",
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
};

export function checkCertificates(
  { server, staging, webhook, zones }: CertificatesInput,
  report: Report,
): void {
  if (server !== undefined && staging)
    report.problem(
      ["certificates", "server"],
      "contradicts `staging`, which names another server: take one of the two away",
    );
  for (const [zone, { wildcard, ...solver }] of Object.entries(zones))
    if (wildcard && "http01" in solver)
      report.problem(
        ["certificates", "zones", zone, "wildcard"],
        "wildcard certificates are issued by DNS-01 only: name porkbun or cloudflare with its credentials",
      );
  const { flavour, chart, repository, version } = webhook;
  if (flavour === "mdonoughe" && chart === undefined)
    report.problem(
      ["certificates", "webhook", "chart"],
      "missing: mdonoughe publishes no Helm repository; name the chart's folder in a checkout",
    );
  const isRemote = repository !== undefined || chart?.startsWith("oci://") === true;
  if (chart !== undefined && isRemote && version === undefined)
    report.problem(
      ["certificates", "webhook", "version"],
      "missing: without it, the newest chart of the day would be installed",
    );
}

/** Where HTTP-01 cannot work: Let's Encrypt asks at port 80 of the host and follows the redirect to 443. */
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
    if (solver === "http01" && why !== undefined)
      report.warning(
        ["certificates", "zones", zone, "http01"],
        `ports 80 and 443 of every host must reach Pomerium from the internet, but ${why}; DNS-01 needs neither`,
      );
}

export function resolveCertificates(input: CertificatesInput): CertificatesConfig {
  const { staging, email, namespace, canary, webhook } = input;
  return {
    email,
    server: input.server ?? (staging ? letsEncrypt.staging : letsEncrypt.production),
    // An issuer of its own: certificates are only issued anew when they change over to another one.
    issuer: input.issuer ?? (staging ? "letsencrypt-staging" : "letsencrypt-prod"),
    namespace,
    canary,
    webhook,
    zones: Object.fromEntries(
      Object.entries(input.zones).map(([name, zone]): [string, Zone] => {
        const { wildcard } = zone;
        if ("http01" in zone) return [name, { solver: "http01", wildcard }];
        if ("cloudflare" in zone)
          return [name, { solver: "cloudflare", wildcard, apiToken: asSecret(zone.cloudflare.apiToken) }];
        return [
          name,
          {
            solver: "porkbun",
            wildcard,
            apiKey: asSecret(zone.porkbun.apiKey),
            secretApiKey: asSecret(zone.porkbun.secretApiKey),
          },
        ];
      }),
    ),
  };
}
