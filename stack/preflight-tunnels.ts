import { CloudflareError, ReadOnlyCloudflare } from "../components/tunnels/api.ts";
import { carriedHosts, origin, recordHosts } from "../components/tunnels/carried-hosts.ts";
import { recordsToMake, ruleChanges, takeoverProblems } from "../components/tunnels/checks.ts";
import type { TunnelConfig } from "../components/tunnels/config.ts";
import { type LiveTunnel, readTunnel } from "../components/tunnels/live.ts";
import { ingressRules } from "../components/tunnels/rules.ts";
import { setSecret } from "../stack-file/commands.ts";
import { keyPath } from "../stack-file/paths.ts";
import type { Problem } from "../stack-file/problems.ts";
import { SecretText } from "../stack-file/secret-text.ts";
import type { Stack } from "./stack.ts";

/** What a run finds at Cloudflare and makes of it, by the tunnel's name. */
export interface TunnelReport {
  /** Hosts to make a DNS record for. */
  records: Record<string, string[]>;
  /** How the list of rules changes, a line for each that does. */
  changes: Record<string, string[]>;
  problems: Problem[];
}

/**
 * Looks at the stack's tunnels before anything is registered: a tunnel's rules are written as a whole, so what
 * it carries today must be known.
 */
export async function inspectTunnels(stack: Stack): Promise<TunnelReport> {
  const report: TunnelReport = { records: {}, changes: {}, problems: [] };
  await Promise.all(stack.tunnels.map((tunnel) => inspect(stack, tunnel, report)));
  return report;
}

async function inspect(stack: Stack, tunnel: TunnelConfig, report: TunnelReport): Promise<void> {
  const { name, tunnelId } = tunnel;
  const problem = (key: string, message: string, mend?: string): void => {
    report.problems.push({ at: keyPath(["tunnels", name, key]), message, ...(mend ? { mend } : {}) });
  };
  const hosts = recordHosts(stack, tunnel);
  let live: LiveTunnel | undefined;
  try {
    live = await readTunnel(new ReadOnlyCloudflare(tokenOf(tunnel)), tunnel, hosts);
  } catch (error) {
    if (!(error instanceof CloudflareError)) throw error;
    if (error.status === 401 || error.status === 403)
      problem(
        "apiToken",
        `${error.message}; it needs Cloudflare Tunnel: Edit on the account and DNS: Edit on the zone`,
        setSecret(stack.name, ["tunnels", name, "apiToken"]),
      );
    else problem("accountId", error.message);
    return;
  }
  if (live === undefined) {
    problem("tunnelId", `account ${tunnel.accountId} has no tunnel ${tunnelId}`);
    return;
  }
  const rules = ingressRules(carriedHosts(stack, tunnel), tunnel.extraRules);
  const pomerium = origin(stack.pomerium.loadBalancerIP);
  for (const { at, message } of takeoverProblems(live, { ...tunnel, rules, pomerium, hosts }))
    problem(at, message);
  report.records[name] = recordsToMake(live, hosts);
  report.changes[name] = ruleChanges(live, rules);
}

function tokenOf({ apiToken }: TunnelConfig): string {
  // The program's secrets are open; sealed ones are for the command line, which does not come here.
  return apiToken instanceof SecretText ? apiToken.reveal() : "";
}
