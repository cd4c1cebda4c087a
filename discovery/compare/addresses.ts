import { isIP, isIPv6 } from "node:net";
import { reachedNow } from "../../components/pomerium/address.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Inventory } from "../inventory.ts";
import type { Address } from "./prober.ts";

/** Port of HTTPS where none is named. */
const https = 443;

/** Reads `192.168.0.171`, `192.168.0.171:8443`, `fd00::1` or `[fd00::1]:8443`; undefined for any other text. */
export function parseAddress(text: string): Address | undefined {
  if (isIP(text) !== 0) return { ip: text, port: https };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const ip = bracketed ?? plain ?? "";
  const port = digits === undefined ? https : Number(digits);
  const isValid = bracketed === undefined ? isIP(ip) === 4 : isIPv6(ip);
  return isValid && port > 0 && port < 65_536 ? { ip, port } : undefined;
}

export function addressText({ ip, port }: Address): string {
  return `${isIPv6(ip) ? `[${ip}]` : ip}:${port}`;
}

/** The addresses that the stack file itself names. */
export function addressesInFile(stack: Pick<Stack, "ingressNginx" | "pomerium">): {
  old?: Address;
  fresh?: Address;
} {
  const { ingressNginx, pomerium } = stack;
  const { ip, port } = pomerium.reach;
  return {
    ...(ingressNginx?.address === undefined ? {} : { old: { ip: ingressNginx.address, port: https } }),
    ...(ip === "" ? {} : { fresh: { ip, port } }),
  };
}

/**
 * The addresses that a cluster shows. The old one is absent if ingress-nginx has none, or if there are several: then a
 * person has to choose.
 */
export function addressesInCluster(
  { pomerium }: Pick<Stack, "pomerium">,
  { cluster, controllers }: Pick<Inventory, "cluster" | "controllers">,
): { old: Address[]; fresh?: Address } {
  const { ip, port } = reachedNow(pomerium.reach, cluster.services);
  const found = controllers.flatMap(({ service }) => {
    const open = service?.ports.find((each) => each.port === https);
    return open === undefined ? [] : (service?.addresses ?? []);
  });
  const old = [...new Set(found)]
    .filter((each) => isIP(each) !== 0)
    .map((each) => ({ ip: each, port: https }));
  return { old, ...(isIP(ip) === 0 ? {} : { fresh: { ip, port } }) };
}
