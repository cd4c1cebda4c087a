import { isIPv4, isIPv6 } from "node:net";

/** An address as 4 or 16 bytes. An IPv4 address that is mapped into IPv6 (`::ffff:10.0.0.1`) has 4. */
export type Address = readonly number[];

/** A CIDR network. A single address is a network that holds nothing else. */
export interface Network {
  address: Address;
  /** Number of leading bits that an address of the network shares with `address`. */
  bits: number;
}

function unmapped(bytes: number[]): Address {
  const mapped = bytes.length === 16 && bytes.slice(0, 12).every((byte, i) => byte === (i < 10 ? 0 : 255));
  return mapped ? bytes.slice(12) : bytes;
}

function bytesOf(text: string): number[] | undefined {
  if (isIPv4(text)) return text.split(".").map(Number);
  // A zone (`fe80::1%eth0`) is an interface of one machine, which no policy can mean.
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const quads = text.replace(/[\d.]+$/, (tail) => {
    if (!tail.includes(".")) return tail;
    const [a = 0, b = 0, c = 0, d = 0] = tail.split(".").map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = "", tail] = quads.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((one) => Number.parseInt(one, 16));
  const before = groups(head);
  const after = groups(tail ?? "");
  const middle = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...middle, ...after].flatMap((group) => [group >> 8, group & 255]);
}

/** The host of a URL. An IPv6 address has brackets in a URL alone. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

/** Undefined if the text is not an address. */
export function parseAddress(text: string): Address | undefined {
  const bytes = bytesOf(text);
  return bytes && unmapped(bytes);
}

/** Whether two texts spell the same address: `fd00::1` is also `fd00:0::1`. False if one of them is not an address. */
export function sameAddress(one: string, other: string): boolean {
  const [a, b] = [parseAddress(one), parseAddress(other)];
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Reads an address or a network. Undefined if the text is neither. Host bits do not count: `10.0.0.5/8` is `10.0.0.0/8`. */
export function parseNetwork(text: string): Network | undefined {
  const [before = "", after, more] = text.split("/");
  const bytes = bytesOf(before);
  if (bytes === undefined || more !== undefined) return undefined;
  if (after === undefined) return { address: unmapped(bytes), bits: unmapped(bytes).length * 8 };
  const bits = /^(?:0|[1-9]\d{0,2})$/.test(after) ? Number(after) : Number.NaN;
  if (!(bits <= bytes.length * 8)) return undefined;
  const masked = bytes.map((byte, i) => byte & (0xff << Math.max(0, 8 - Math.max(0, bits - i * 8))));
  const address = unmapped(masked);
  return { address, bits: bits - (bytes.length - address.length) * 8 };
}

/**
 * Whether a network holds an address. An IPv4 network holds no IPv6 address, except a mapped one.
 *
 * @see https://pkg.go.dev/net#IPNet.Contains
 */
export function contains({ address, bits }: Network, candidate: Address): boolean {
  if (address.length !== candidate.length) return false;
  return address.every((byte, i) => {
    const shift = 8 - Math.min(8, Math.max(0, bits - i * 8));
    return byte >> shift === (candidate[i] ?? 0) >> shift;
  });
}

/** Whether one network has every address of another. */
export function holds(outer: Network, inner: Network): boolean {
  return outer.bits <= inner.bits && contains(outer, inner.address);
}

function addressText(address: Address): string {
  if (address.length === 4) return address.join(".");
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((address[2 * i]! << 8) | address[2 * i + 1]!).toString(16),
  );
  // A URL shortens the address in the usual way.
  return hostOf(new URL(`http://[${groups.join(":")}]`));
}

/** The network that a text with host bits means (`192.168.1.5/16` → `192.168.0.0/16`); undefined without host bits. */
export function withoutHostBits(text: string): string | undefined {
  const [host = "", bits] = text.split("/");
  const network = parseNetwork(text);
  const address = parseAddress(host);
  if (bits === undefined || network === undefined || address === undefined) return undefined;
  const isNetworkAddress = address.every((byte, i) => byte === network.address[i]);
  return isNetworkAddress ? undefined : `${addressText(network.address)}/${network.bits}`;
}

/** What is wrong with the text of a network; undefined if nothing is. */
export function networkProblem(text: string): string | undefined {
  if (parseNetwork(text) === undefined) {
    const [host = "", bits = ""] = text.split("/");
    const most = isIPv4(host) ? 32 : 128;
    return parseAddress(host) !== undefined && /^\d+$/.test(bits) && Number(bits) > most
      ? `has more bits than the ${most} of an IPv${most === 32 ? 4 : 6} address`
      : "is neither an IP address nor a network such as 10.244.0.0/16";
  }
  const meant = withoutHostBits(text);
  return (
    meant &&
    `is a host and a network at once: write ${meant} for the network, or ${text.split("/")[0]} for the host`
  );
}
