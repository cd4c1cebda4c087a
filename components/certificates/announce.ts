import { pomeriumIngressClass } from "../cluster/names.ts";
import { objectId } from "../cluster/objects.ts";
import { certificateOf, withoutSolver } from "./checks.ts";
import { existingSecretLines } from "./existing-secrets.ts";
import { type IssuerSpec, issuerSpec } from "./issuer-spec.ts";
import { fieldsOfFormerServer, type IssuerStack, keptIssuer } from "./issuer-take-over.ts";
import type { LeavingIngresses } from "./leaving.ts";
import type { LiveIssuance } from "./live.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import { mayAnswer } from "./solver-selection.ts";
import type { LiveSolver } from "./solvers/solver.ts";
import { type CertificateNeeds, wantedCertificates } from "./wanted.ts";

/** Lists changes of the ClusterIssuer and of taken-over Certificates, and Certificates that are no longer renewed. */
export function issuanceLines(
  stack: IssuerStack & CertificateNeeds,
  live: LiveIssuance,
  leaving: LeavingIngresses,
): string[] {
  const { issuer, isExisting, zones } = stack.certificates;
  // The program does not touch an issuer that it only uses.
  if (isExisting)
    return [...trustLines(live.issuer), ...takeOverLines(stack, live), ...existingSecretLines(stack, live)];
  const kept = keptIssuer(stack, live.issuer, leaving);
  const after = issuerSpec({
    ...stack.certificates,
    accountKey: live.issuer?.acme?.accountKey ?? issuer,
    ingressClass: pomeriumIngressClass,
    kept,
  });
  const left = live.issuer?.foreign
    ? withoutSolver(live, issuer, Object.keys(zones)).filter(
        ({ dnsNames }) =>
          !dnsNames.every((name) => after.acme.solvers.some((solver) => mayAnswer(solver, name))),
      )
    : [];
  return [
    ...issuerLines(issuer, live.issuer, after),
    ...fieldsOfFormerServer(stack.certificates, live.issuer).map(
      (field) => `- ${field}, which is for the former ACME server`,
    ),
    ...left.map(
      ({ namespace, name, dnsNames, notAfter }) =>
        `! not renewed any more: ${namespace}/${name} (${dnsNames.join(", ")})${notAfter ? `, valid until ${notAfter}` : ""}; add its zone to certificates.zones`,
    ),
    ...takeOverLines(stack, live),
    ...existingSecretLines(stack, live),
  ];
}

/** Says which browsers accept the certificates of the cluster's own issuer. */
function trustLines(issuer: LiveIssuer | undefined): string[] {
  switch (issuer?.untrusted) {
    case "selfSigned":
      return [
        `! ClusterIssuer ${issuer.name} signs each certificate with its own key (selfSigned): every browser refuses them. Name another issuer under certificates.issuer, or let this program make one`,
      ];
    case "ca":
      return [
        `ClusterIssuer ${issuer.name} is a private authority (ca): browsers accept its certificates only on devices that trust it`,
      ];
    default:
      return [];
  }
}

/** Lists Certificates of somebody else that get another issuer or more names. */
function takeOverLines(
  stack: CertificateNeeds & Pick<IssuerStack, "certificates">,
  live: LiveIssuance,
): string[] {
  const { issuer } = stack.certificates;
  return wantedCertificates(stack).flatMap((wanted) => {
    const found = certificateOf(live, wanted);
    if (found?.foreign === undefined || found.foreign.isTakenOver) return [];
    const before = found.clusterIssuer ?? found.issuer ?? "another kind of issuer";
    const added = wanted.dnsNames.filter((name) => !found.dnsNames.includes(name));
    const changes = [
      ...(found.clusterIssuer === issuer ? [] : [`issuer ${before} → ${issuer}`]),
      ...(added.length === 0 ? [] : [`also for ${added.join(", ")}`]),
    ];
    if (changes.length === 0) return [];
    return [`Certificate ${objectId(found)} is taken over: ${changes.join("; ")}`];
  });
}

/** Lists the changes that an `up` makes to the ClusterIssuer, one line each. */
export function issuerLines(name: string, before: LiveIssuer | undefined, after: IssuerSpec): string[] {
  const { server, email, privateKeySecretRef, preferredChain, externalAccountBinding, solvers } = after.acme;
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
    from === to ? [] : [`  ${label} ${from || "(none)"} → ${to || "(none)"}`];
  const { preferredChain: chain, externalAccountBinding: binding } = (acme.others ?? {}) as Partial<
    IssuerSpec["acme"]
  >;
  const lines = [
    ...field("server", acme.server, server),
    ...field("e-mail", acme.email, email),
    ...field("account key", acme.accountKey, privateKeySecretRef.name),
    // With another server, the fields of the former one are listed separately.
    ...(acme.server === server
      ? [
          ...field("preferred chain", chain ?? "", preferredChain ?? ""),
          ...field("account binding", binding?.keyID ?? "", externalAccountBinding?.keyID ?? ""),
        ]
      : []),
    ...old!.filter((line) => !wanted!.includes(line)).map((line) => `- ${line}`),
    ...wanted!.filter((line) => !old!.includes(line)).map((line) => `+ ${line}`),
    ...solvers.flatMap((solver, i) => {
      const same = acme.solvers[old!.indexOf(wanted![i]!)];
      const changes = same === undefined ? [] : settingChanges(same, solver);
      return changes.length === 0 ? [] : [`~ ${wanted![i]}: ${changes.join(", ")}`];
    }),
  ];
  if (lines.length === 0) return [];
  return [`ClusterIssuer ${name} ${before.foreign ? "is taken over" : "changes"}`, ...lines];
}

/** Changed settings of a solver that keeps its names and its provider: `azureDNS.resourceGroupName old → dns`. */
function settingChanges(before: LiveSolver, after: LiveSolver): string[] {
  const [old, wanted] = [before, after].map((solver) => new Map(leaves({ ...solver, selector: undefined })));
  return [...new Set([...old!.keys(), ...wanted!.keys()])].flatMap((path) => {
    const [from = "(none)", to = "(none)"] = [old!.get(path), wanted!.get(path)];
    return from === to ? [] : [`${path} ${from} → ${to}`];
  });
}

/** Every value inside a solver that is no map, with its path below `dns01` or `http01`. */
function leaves(value: unknown, path: readonly string[] = []): [path: string, text: string][] {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
  // `None` is cert-manager's default.
  if (value === undefined || value === null || (path.at(-1) === "cnameStrategy" && value === "None"))
    return [];
  return [[path.slice(1).join("."), typeof value === "string" ? value : JSON.stringify(value)]];
}

/** `example.org: DNS-01 by cloudflare`, `every name: HTTP-01 through class nginx`. */
export function describeSolver({ selector, dns01, http01 }: LiveSolver): string {
  const { dnsZones, dnsNames, matchLabels }: NonNullable<LiveSolver["selector"]> = selector ?? {};
  const labels = Object.entries(matchLabels ?? {}).map(([key, value]) => `label ${key}=${value}`);
  const names = [...(dnsNames ?? []), ...(dnsZones ?? []), ...labels].join(", ") || "every name";
  return `${names}: ${dns01 ? describeDns(dns01) : describeHttp(http01)}`;
}

function describeDns({ cnameStrategy, ...dns01 }: Record<string, unknown>): string {
  const [provider = "nobody"] = Object.keys(dns01);
  const follows = cnameStrategy === "Follow" ? ", following CNAMEs" : "";
  const webhook = dns01.webhook as { solverName?: string; groupName?: string } | undefined;
  return webhook
    ? `DNS-01 by webhook ${webhook.solverName ?? ""} of ${webhook.groupName ?? ""}${follows}`
    : `DNS-01 by ${provider}${follows}`;
}

function describeHttp(http01: LiveSolver["http01"]): string {
  const ingress = http01?.ingress;
  const { ingressClassName, class: older, name, ...settings } = ingress ?? {};
  const extra = Object.keys(settings).length === 0 ? "" : ` with ${Object.keys(settings).join(", ")}`;
  const className = ingressClassName ?? older;
  if (className !== undefined) return `HTTP-01 through class ${className}${extra}`;
  if (name !== undefined) return `HTTP-01 through Ingress ${name}${extra}`;
  return http01?.gatewayHTTPRoute === undefined
    ? `HTTP-01 through any class${extra}`
    : "HTTP-01 through a Gateway";
}
