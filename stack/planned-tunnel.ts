import { carriedHosts, type TunnelStack } from "../components/tunnels/carried-hosts.ts";
import { isOrigin } from "../components/tunnels/origins.ts";
import { describeMatch, dnsForm } from "../components/tunnels/rules.ts";

type Tree = Readonly<Record<string, unknown>>;

/** A rule as Cloudflare's provider has it. */
interface Rule {
  hostname?: string;
  path?: string;
  service?: unknown;
  originRequest?: { originServerName?: unknown } | null;
}

/**
 * Why new rules of a planned tunnel may lead past Pomerium; undefined if none does. A host that the stack file leaves at
 * ingress-nginx may lead anywhere, because Pomerium does not protect it yet.
 *
 * @param hidden Whether a value is not known before the run.
 */
export function leadsElsewhere(
  asks: Tree,
  live: Tree | undefined,
  stack: TunnelStack | undefined,
  hidden: (value: unknown) => boolean,
): string | undefined {
  const rules = rulesOf(asks);
  if (rules === undefined) return "the rules of the tunnel are not known before the run";
  const idOf = ({ hostname, path, service }: Rule): string => JSON.stringify([hostname, path, service]);
  const known = new Set((live && rulesOf(live))?.map(idOf));
  const carried = stack?.tunnels.flatMap((tunnel) => carriedHosts(stack, tunnel)) ?? [];
  const strange = rules.filter((rule) => {
    const { hostname, service, originRequest } = rule;
    if (known.has(idOf(rule))) return false;
    const host = carried.find((one) => hostname !== undefined && dnsForm(one.host) === dnsForm(hostname));
    if (host?.servedBy === "ingress-nginx") return false;
    // The component returns Pomerium's address once Pomerium serves the host.
    if (hidden(service)) return host === undefined || originRequest?.originServerName !== hostname;
    if (typeof service !== "string") return true;
    const reach = stack?.pomerium.reach;
    return !service.startsWith("http_status:") && !(reach && isOrigin(service, reach.ip, reach.port));
  });
  if (strange.length === 0) return undefined;
  const places = strange.map(
    (rule) => `${describeMatch(rule)} to ${hidden(rule.service) ? "an unknown address" : rule.service}`,
  );
  return `the tunnel leads ${places.join(", ")}, which is not Pomerium's address`;
}

function rulesOf({ config }: Tree): Rule[] | undefined {
  const { ingresses } = (config ?? {}) as { ingresses?: unknown };
  const isRule = (rule: unknown): boolean => typeof rule === "object" && rule !== null;
  return Array.isArray(ingresses) && ingresses.every(isRule)
    ? (ingresses as Record<string, unknown>[]).map(({ hostname, path, ...rest }) => ({
        ...rest,
        ...(typeof hostname === "string" && hostname !== "" ? { hostname } : {}),
        ...(typeof path === "string" && path !== "" ? { path } : {}),
      }))
    : undefined;
}
