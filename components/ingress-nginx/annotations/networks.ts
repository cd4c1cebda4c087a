import { contains, type Network, parseNetwork } from "../../../stack-file/networks.ts";

/** The networks of a source range: `10.0.0.0/8, 192.168.0.10`. Other texts admit nobody, so they are left out. */
export function networksOf(value: string): Network[] {
  return value.split(",").flatMap((text) => parseNetwork(text.trim()) ?? []);
}

/** Whether one of the networks contains all of `inner`. */
export function within(inner: Network, networks: readonly Network[]): boolean {
  return networks.some((outer) => outer.bits <= inner.bits && contains(outer, inner.address));
}

/** Whether networks contain every IPv4 and every IPv6 address. */
export function isEverywhere(networks: readonly Network[]): boolean {
  return networksOf("0.0.0.0/0,::/0").every((all) => within(all, networks));
}
