import type { Phase } from "../cluster/phase.ts";

/** The part of a stack that decides where its names must lead. */
export interface NamesStack {
  phase: Phase;
  exposure: "direct" | "tunnelOnly";
  /** Host of the sign-in pages; absent if a tunnel carries it. */
  signIn?: string;
  /** Other hosts that no tunnel carries. */
  hosts: readonly {
    host: string;
    /** Whether ingress-nginx serves the host in this phase. */
    isNginx: boolean;
  }[];
  /** Addresses inside the network. Pomerium's is empty while it is not known. */
  pomerium: string;
  nginx?: string | undefined;
  /** Public port of Pomerium in this phase, and the port at its own address. */
  publicPort: number;
  ownPort: number;
}

/** The name that the DNS is asked for: a wildcard answers for any name below it. */
export function askedName(host: string): string {
  return host.replace(/^\*/, "any");
}

/** The hosts that must lead to Pomerium in this phase. */
export function ownHosts({ signIn, hosts }: Pick<NamesStack, "signIn" | "hosts">): string[] {
  const others = hosts.filter(({ isNginx }) => !isNginx).map(({ host }) => host);
  return [...new Set([...(signIn === undefined ? [] : [signIn]), ...others])];
}

/**
 * Whether a router maps the public port to another one. Then a name must lead to the router from inside the network too:
 * Pomerium's own address does not answer on the public port.
 */
export function needsRouter({
  exposure,
  publicPort,
  ownPort,
}: Pick<NamesStack, "exposure" | "publicPort" | "ownPort">): boolean {
  return exposure === "direct" && publicPort !== ownPort;
}

/** The changes that a person must make in the DNS for this phase, whatever it contains now. */
export function nameSteps(stack: NamesStack): string[] {
  const { phase, pomerium, nginx } = stack;
  const hosts = ownHosts(stack);
  if (hosts.length === 0) return [];
  if (phase === "coexist") {
    const names = firstHosts(hosts);
    const records =
      hosts.length === 1 ? `a record for ${names} that leads` : `records for ${names} that lead`;
    return [
      stack.exposure === "direct"
        ? `DNS: ${records} to the router, as those of your other hosts do`
        : `DNS: ${records} to ${pomerium || "Pomerium"}`,
    ];
  }
  if (phase === "cutover" && nginx !== undefined)
    return [
      `DNS: if your network has its own names that lead to ${nginx}, let them lead to ${pomerium || "Pomerium"}`,
    ];
  return [];
}

/** The first hosts, and how many more. */
export function firstHosts(hosts: readonly string[]): string {
  const rest = hosts.length - 2;
  return rest > 0 ? `${hosts.slice(0, 2).join(", ")} and ${rest} more` : hosts.join(" and ");
}
