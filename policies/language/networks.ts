import { isIPv4, isIPv6 } from "node:net";

/** An address as bytes: 4 of them, or 16; an IPv4 address in IPv6 clothes is the IPv4 address. */
export type Address = readonly number[];

/** A CIDR network; a lone address is the network that holds nothing else. */
export interface Network {
  address: Address;
  /** Leading bits that count. */
  bits: number;
}

function unmapped(bytes: number[]): Address {
  const mapped = bytes.length === 16 && bytes.slice(0, 12).every((byte, i) => byte === (i < 10 ? 0 : 255));
  return mapped ? bytes.slice(12) : bytes;
}

function bytesOf(text: string): number[] | undefined {
  if (isIPv4(text)) return text.split(".").map(Number);
  // A zone (`fe80::1%eth0`) names an interface of one machine, which no policy can mean.
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

/** Undefined when the text is no address. */
export function parseAddress(text: string): Address | undefined {
  const bytes = bytesOf(text);
  return bytes && unmapped(bytes);
}

/** Undefined when the text is neither an address nor a network. */
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

/** @see https://pkg.go.dev/net#IPNet.Contains which Pomerium uses: families never meet, mapped ones do. */
export function contains({ address, bits }: Network, candidate: Address): boolean {
  if (address.length !== candidate.length) return false;
  return address.every((byte, i) => {
    const shift = 8 - Math.min(8, Math.max(0, bits - i * 8));
    return byte >> shift === (candidate[i] ?? 0) >> shift;
  });
}
