import { pomeriumIngressClass } from "../cluster/names.ts";
import { withoutSolver } from "./checks.ts";
import type { CertificatesConfig } from "./config.ts";
import { type IssuerSolver, type IssuerSpec, issuerSpec } from "./issuer-spec.ts";
import type { LiveIssuance, LiveIssuer, LiveSolver } from "./live.ts";

/** How the ClusterIssuer changes, and which certificates nobody renews any more. */
export function issuanceLines(config: CertificatesConfig, live: LiveIssuance): string[] {
  const { issuer, zones } = config;
  const after = issuerSpec({
    ...config,
    accountKey: live.issuer?.acme?.accountKey ?? issuer,
    ingressClass: pomeriumIngressClass,
  });
  const left = live.issuer?.foreign ? withoutSolver(live, issuer, Object.keys(zones)) : [];
  return [
    ...issuerLines(issuer, live.issuer, after),
    ...left.map(
      ({ namespace, name, dnsNames, notAfter }) =>
        `! not renewed any more: ${namespace}/${name} (${dnsNames.join(", ")})${notAfter ? `, valid until ${notAfter}` : ""}; add its zone to certificates.zones`,
    ),
  ];
}

/** What an `up` does to the ClusterIssuer: one line per difference, none without a difference. */
export function issuerLines(name: string, before: LiveIssuer | undefined, after: IssuerSpec): string[] {
  const { server, email, privateKeySecretRef, solvers } = after.acme;
  if (before === undefined)
    return [`ClusterIssuer ${name} is created`, ...solvers.map((solver) => `+ ${describeSolver(solver)}`)];
  const { acme } = before;
  if (acme === undefined)
    return [
      `ClusterIssuer ${name} becomes an ACME issuer; until now it is another kind`,
      ...solvers.map((solver) => `+ ${describeSolver(solver)}`),
    ];
  const [old, wanted] = [acme.solvers, solvers].map((list) => list.map(describeSolver));
  const field = (label: string, from: string, to: string): string[] =>
    from === to ? [] : [`  ${label} ${from || "(none)"} → ${to}`];
  const lines = [
    ...field("server", acme.server, server),
    ...field("e-mail", acme.email, email),
    ...field("account key", acme.accountKey, privateKeySecretRef.name),
    ...old!.filter((line) => !wanted!.includes(line)).map((line) => `- ${line}`),
    ...wanted!.filter((line) => !old!.includes(line)).map((line) => `+ ${line}`),
  ];
  if (lines.length === 0) return [];
  return [`ClusterIssuer ${name} ${before.foreign ? "is taken over" : "changes"}`, ...lines];
}

/** `example.org: DNS-01 by cloudflare`, `every name: HTTP-01 through class nginx`. */
export function describeSolver({ selector, dns01, http01 }: LiveSolver | IssuerSolver): string {
  const { dnsZones, dnsNames, matchLabels }: NonNullable<LiveSolver["selector"]> = selector ?? {};
  const labels = Object.entries(matchLabels ?? {}).map(([key, value]) => `label ${key}=${value}`);
  const names = [...(dnsNames ?? []), ...(dnsZones ?? []), ...labels].join(", ") || "every name";
  return `${names}: ${dns01 ? describeDns(dns01) : describeHttp(http01)}`;
}

function describeDns(dns01: Record<string, unknown>): string {
  const [provider = "nobody"] = Object.keys(dns01).filter((key) => key !== "cnameStrategy");
  const webhook = dns01.webhook as { solverName?: string; groupName?: string } | undefined;
  return webhook
    ? `DNS-01 by webhook ${webhook.solverName ?? ""} of ${webhook.groupName ?? ""}`
    : `DNS-01 by ${provider}`;
}

function describeHttp(http01: LiveSolver["http01"]): string {
  const ingress = http01?.ingress;
  const className = ingress?.ingressClassName ?? ingress?.class;
  if (className !== undefined) return `HTTP-01 through class ${className}`;
  if (ingress?.name !== undefined) return `HTTP-01 through Ingress ${ingress.name}`;
  return http01?.gatewayHTTPRoute === undefined ? "HTTP-01 through any class" : "HTTP-01 through a Gateway";
}
