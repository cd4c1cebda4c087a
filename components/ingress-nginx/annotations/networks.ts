import { contains, holds, type Network, parseNetwork } from "../../../stack-file/networks.ts";

/** The networks of a source range: `10.0.0.0/8, 192.168.0.10`. Other texts admit nobody, so they are left out. */
export function networksOf(value: string): Network[] {
  return itemsOf(value).flatMap((text) => parseNetwork(text) ?? []);
}

/** The same as texts. Nothing else of the value is ever shown, because it may be anything. */
export function networkTexts(value: string): string[] {
  return itemsOf(value).filter((text) => parseNetwork(text) !== undefined);
}

/** Whether every text of a source range is a network. ingress-nginx refuses a range that holds anything else. */
export function isReadable(value: string): boolean {
  return itemsOf(value).every((text) => parseNetwork(text) !== undefined);
}

function itemsOf(value: string): string[] {
  return value
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

/** Whether one of the networks contains all of `inner`. */
export function within(inner: Network, networks: readonly Network[]): boolean {
  return networks.some((outer) => holds(outer, inner));
}

/** Whether networks contain every IPv4 and every IPv6 address, by one network or by parts. */
export function isEverywhere(networks: readonly Network[]): boolean {
  return networksOf("0.0.0.0/0,::/0").every((all) => covers(networks, all));
}

/** Whether networks contain every IPv4 address: almost every caller of a home has one. */
export function isAllOfIPv4(networks: readonly Network[]): boolean {
  return networksOf("0.0.0.0/0").every((all) => covers(networks, all));
}

/** Whether networks contain all of another one together: `0.0.0.0/1` and `128.0.0.0/1` contain `0.0.0.0/0`. */
function covers(networks: readonly Network[], inner: Network): boolean {
  if (within(inner, networks)) return true;
  // Only parts inside the network matter.
  const parts = networks.filter((each) => each.bits > inner.bits && contains(inner, each.address));
  return parts.length > 0 && halvesOf(inner).every((half) => covers(parts, half));
}

function halvesOf({ address, bits }: Network): Network[] {
  const upper = address.map((byte, i) => (i === bits >> 3 ? byte | (0x80 >> (bits & 7)) : byte));
  return [address, upper].map((each) => ({ address: each, bits: bits + 1 }));
}
