import { contains, parseAddress, parseNetwork, sameAddress } from "../../stack-file/networks.ts";
import type { LiveNames } from "./live.ts";
import { askedName, firstHosts, type NamesStack, nameSteps, needsRouter, ownHosts } from "./names.ts";

/**
 * What the DNS lacks for this phase, as far as this machine sees it; the general steps if it was not asked. A network
 * may have its own names, so no line here is certain, and none stops a run.
 */
export function nameLines(stack: NamesStack, live: LiveNames): string[] {
  const hosts = ownHosts(stack);
  const known = hosts.filter((host) => live.has(askedName(host)));
  const addresses = (host: string): readonly string[] => live.get(askedName(host)) ?? [];
  const { pomerium } = stack;
  const target = needsRouter(stack)
    ? "the router"
    : [pomerium || "Pomerium", ...(stack.exposure === "direct" ? ["the router"] : [])].join(" or ");
  const missing = known.filter((host) => addresses(host).length === 0);
  const lines =
    missing.length === 0
      ? []
      : [`${firstHosts(missing)} ${has(missing)} no address; let ${it(missing)} lead to ${target}`];
  const byAddress = Map.groupBy(
    known.flatMap((host) => addresses(host).map((address) => ({ host, address }))),
    ({ address }) => address,
  );
  for (const [address, all] of byAddress) {
    const note = addressProblem(address, stack);
    if (note !== undefined)
      lines.push(`${firstHosts(all.map(({ host }) => host))} ${leads(all)} to ${address}, ${note}`);
  }
  return [
    ...(isDone(stack, hosts, addresses) ? [] : nameSteps(stack)),
    ...lines.map((line) => `DNS, seen from here: ${line}`),
  ];
}

/** Whether this machine sees that nothing is left to do. Public names say nothing about those inside the network. */
function isDone(
  stack: NamesStack,
  hosts: readonly string[],
  addresses: (host: string) => readonly string[],
): boolean {
  return hosts.every((host) => {
    const all = addresses(host);
    const isFine = all.length > 0 && all.every((address) => addressProblem(address, stack) === undefined);
    return (
      isFine && (stack.phase !== "cutover" || all.some((address) => sameAddress(address, stack.pomerium)))
    );
  });
}

/**
 * Why an address is wrong in this phase; undefined if it may be right. The program does not know the public address.
 */
function addressProblem(address: string, stack: NamesStack): string | undefined {
  const { pomerium, nginx, publicPort } = stack;
  const isOwn = pomerium !== "" && sameAddress(address, pomerium);
  if (needsRouter(stack)) {
    if (isOwn || (nginx !== undefined && sameAddress(address, nginx)))
      return `where nothing answers port ${publicPort}; the router does`;
    return undefined;
  }
  if (isOwn) return undefined;
  if (nginx !== undefined && sameAddress(address, nginx))
    return `which is ingress-nginx; Pomerium is ${pomerium || "elsewhere"}`;
  if (pomerium !== "" && isPrivate(address))
    return `which is not Pomerium (${pomerium}); that is right only if it forwards to Pomerium`;
  return undefined;
}

const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8"].map(
  (text) => parseNetwork(text)!,
);

function isPrivate(text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && privateNetworks.some((network) => contains(network, address));
}

const has = (hosts: readonly string[]): string => (hosts.length === 1 ? "has" : "have");
const it = (hosts: readonly string[]): string => (hosts.length === 1 ? "it" : "them");
const leads = (hosts: readonly unknown[]): string => (hosts.length === 1 ? "leads" : "lead");
