import { contains, type Network, parseNetwork } from "../../../stack-file/networks.ts";

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
  return networks.some((outer) => outer.bits <= inner.bits && contains(outer, inner.address));
}

/** Whether networks contain every IPv4 and every IPv6 address. */
export function isEverywhere(networks: readonly Network[]): boolean {
  return networksOf("0.0.0.0/0,::/0").every((all) => within(all, networks));
}
