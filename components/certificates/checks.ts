import { canarySecret, type IssuerSpec, type Solver, type SolverName, zoneOfHost } from "./issuer-spec.ts";
import type { LiveCertificate, LiveIssuance, LiveIssuer, LiveSolver } from "./live.ts";

/**
 * What an `up` does to the ClusterIssuer, for the announcement of a preview: one line per difference, none when
 * there is no difference.
 */
export function issuerChange(name: string, before: LiveIssuer | undefined, after: IssuerSpec): string[] {
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
export function describeSolver({ selector, dns01, http01 }: LiveSolver | Solver): string {
  const { dnsZones, dnsNames, matchLabels }: NonNullable<LiveSolver["selector"]> = selector ?? {};
  const labels = Object.entries(matchLabels ?? {}).map(([key, value]) => `label ${key}=${value}`);
  const names = [...(dnsNames ?? []), ...(dnsZones ?? []), ...labels].join(", ") || "every name";
  return `${names}: ${dns01 ? describeDns(dns01) : describeHttp(http01)}`;
}

function describeDns(dns01: Record<string, unknown> | NonNullable<Solver["dns01"]>): string {
  const [provider = "nobody"] = Object.keys(dns01).filter((key) => key !== "cnameStrategy");
  const webhook =
    "webhook" in dns01 ? (dns01.webhook as { solverName?: string; groupName?: string }) : undefined;
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

/**
 * Certificates of the issuer that nobody will be able to renew, since a name of theirs lies in no zone that the
 * new solvers know. They stay valid until they end.
 */
export function withoutSolver(
  { certificates }: Pick<LiveIssuance, "certificates">,
  issuer: string,
  zones: readonly string[],
): LiveCertificate[] {
  return certificates.filter(
    ({ clusterIssuer, dnsNames }) =>
      clusterIssuer === issuer &&
      dnsNames.some((name) => zoneOfHost(name.replace(/^\*\./, ""), zones) === undefined),
  );
}

interface SecretName {
  namespace: string;
  secretName: string;
}

/** Certificates that write to a Secret. */
function writers(
  { certificates }: Pick<LiveIssuance, "certificates">,
  { namespace, secretName }: SecretName,
): LiveCertificate[] {
  return certificates.filter((each) => each.namespace === namespace && each.secretName === secretName);
}

/** The Certificate that writes to a Secret already and is nobody's, whatever its name: that one is taken over. */
export function ownCertificate(
  live: Pick<LiveIssuance, "certificates">,
  secret: SecretName,
): LiveCertificate | undefined {
  const free = writers(live, secret).filter(({ owner }) => owner === undefined);
  return free.find(({ name }) => name === secret.secretName) ?? free[0];
}

/**
 * Why a certificate for this Secret cannot be had: another Certificate writes to it. Two would take turns for ever,
 * and one that belongs to an Ingress goes with that Ingress, ours or not.
 */
export function certificateConflict(
  live: Pick<LiveIssuance, "certificates">,
  secret: SecretName,
): string | undefined {
  const own = ownCertificate(live, secret);
  const writer = writers(live, secret).find((each) => each !== own);
  if (writer === undefined) return undefined;
  const whose = writer.owner === undefined ? "" : `, which belongs to ${writer.owner} and goes with it`;
  return `Secret ${secret.namespace}/${secret.secretName} is written by Certificate ${writer.name}${whose}; choose another name`;
}

/** Zones whose solver has not been proven by its canary, each with the reason; those with HTTP-01 have none. */
export function unproven(
  { certificates }: Pick<LiveIssuance, "certificates">,
  { namespace, zones }: { namespace: string; zones: Record<string, { solver: SolverName }> },
): { zone: string; message: string }[] {
  return Object.entries(zones).flatMap(([zone, { solver }]) => {
    if (solver === "http01") return [];
    const canary = certificates.find(
      (each) => each.namespace === namespace && each.name === canarySecret(zone),
    );
    if (canary?.ready) return [];
    const reason = canary === undefined ? "there is none" : (canary.message ?? "it is not READY yet");
    return [{ zone, message: `Certificate ${namespace}/${canarySecret(zone)}: ${reason}` }];
  });
}
