import { isWildcard } from "../../stack-file/hosts.ts";
import type { Report } from "../../stack-file/problems.ts";
import type { Cluster } from "../cluster/config.ts";
import type { Phase } from "../cluster/phase.ts";
import {
  byDns,
  type CertificatesConfig,
  type CertificatesInput,
  exactlyOne,
  solverNameOf,
  type ZoneInput,
} from "./config.ts";
import { solverNames, solverOf } from "./solvers/registry.ts";

/** Checks the rules of the section that are about more than one value. */
export function checkCertificates(input: CertificatesInput, report: Report): void {
  const { server, staging } = input;
  const zones: Record<string, ZoneInput> = input.zones;
  checkIssuer(input, report);
  if (server !== undefined && staging)
    report.problem(
      ["certificates", "server"],
      "contradicts `staging`, which names another server: take one of the two away",
    );
  for (const [zone, value] of Object.entries(zones)) {
    const { type } = solverOf(solverNameOf(value));
    const at = ["certificates", "zones", zone];
    if (type !== "HTTP-01") continue;
    if (value.cnameStrategy !== undefined)
      report.problem(
        [...at, "cnameStrategy"],
        "is about DNS-01 only, and this zone is solved by HTTP-01: take it away",
      );
    if (value.wildcard)
      report.problem(
        [...at, "wildcard"],
        `wildcard certificates are issued by DNS-01 only: name ${byDns} with its credentials`,
      );
  }
  for (const name of solverNames) {
    const own = Object.entries(zones).filter(([, value]) => solverNameOf(value) === name);
    const values = Object.fromEntries(own.map(([zone, value]) => [zone, value[name]]));
    for (const { zone, path, message } of solverOf(name).problems?.(values) ?? [])
      report.problem(["certificates", "zones", zone, name, ...path], message);
  }
}

/** Refuses wildcard hosts in a zone whose solver cannot prove a wildcard. */
export function checkWildcardHosts(
  apps: readonly { at: string; host: string; zone: string }[],
  input: CertificatesInput,
  report: Report,
): void {
  const zones: Record<string, ZoneInput> = input.zones;
  for (const { at, host, zone } of apps) {
    const value = zones[zone];
    if (isWildcard(host) && value !== undefined && solverOf(solverNameOf(value)).type === "HTTP-01")
      report.problemAt(
        `${at}.host`,
        `${host} needs a wildcard certificate, which is issued by DNS-01 only: for ${zone}, name ${byDns} with its credentials`,
      );
  }
}

/**
 * Refuses the zones' solvers, the account and the server beside an existing issuer. Only the program's own issuer has
 * them.
 */
function checkIssuer(input: CertificatesInput, report: Report): void {
  const isExisting = typeof input.issuer === "object";
  if (!isExisting && input.email === undefined)
    report.problem(["certificates", "email"], "missing: address of the ACME account");
  for (const [zone, value] of Object.entries(input.zones)) {
    const solver = solverNameOf(value);
    if (isExisting === (solver === "existing")) continue;
    report.problem(
      ["certificates", "zones", zone, solver],
      isExisting
        ? "is not used: the cluster's own issuer solves this zone; write `existing: true` in its place"
        : `needs \`issuer: {existing: <name>}\`; without it, name ${exactlyOne}`,
    );
  }
  if (!isExisting) return;
  for (const key of ["email", "server", "preferredChain", "externalAccountBinding"] as const)
    if (input[key] !== undefined)
      report.problem(
        ["certificates", key],
        "has no effect: the issuer is the cluster's own; take the key away",
      );
  if (input.staging)
    report.problem(
      ["certificates", "staging"],
      "has no effect: the issuer is the cluster's own; take the key away",
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
