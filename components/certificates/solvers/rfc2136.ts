import { z } from "zod";
import { someText, text } from "../../../stack-file/fields.ts";
import { dnsProvider } from "./solver.ts";

/** @see https://cert-manager.io/docs/configuration/acme/dns01/rfc2136/ */
export const rfc2136 = dnsProvider({
  description: "DNS by dynamic updates (RFC 2136): BIND, Knot, PowerDNS, Technitium.",
  examples: [
    { nameserver: "192.168.0.53:53", tsigKeyName: "acme-update", tsigAlgorithm: "HMACSHA512" },
    { nameserver: "[2001:db8::53]" },
  ],
  secrets: {
    tsigSecret: {
      key: "tsig-secret",
      description: "TSIG key `tsigKeyName`, in Base64 as the name server has it; encrypted. Default: none.",
      neededIf: ({ tsigKeyName }) => tsigKeyName !== undefined,
    },
  },
  settings: {
    nameserver: text(
      /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]/]+)(:\d{1,5})?$/,
      "is not a name server: an address or host, with `:port` if that is not 53; an IPv6 address in brackets",
    ).describe("Authoritative name server that accepts the updates, with `:port` if that is not 53."),
    tsigKeyName: someText.optional().describe("Name of the TSIG key. Default: the updates are not signed."),
    tsigAlgorithm: z
      .enum(["HMACMD5", "HMACSHA1", "HMACSHA256", "HMACSHA512"])
      .optional()
      .describe("Algorithm of the TSIG key. Default: HMACMD5, which is cert-manager's."),
  },
  check: (given: {
    tsigSecret?: unknown;
    tsigKeyName?: string | undefined;
    tsigAlgorithm?: string | undefined;
  }) =>
    given.tsigKeyName === undefined && (given.tsigSecret !== undefined || given.tsigAlgorithm !== undefined)
      ? [["tsigKeyName", "missing: the name of the TSIG key"]]
      : [],
  dns01: ({ tsigSecret }, settings) => ({ rfc2136: { ...settings, tsigSecretSecretRef: tsigSecret } }),
  fromLive: ({ rfc2136: given }) =>
    given && {
      nameserver: given.nameserver,
      tsigKeyName: given.tsigKeyName,
      tsigAlgorithm: given.tsigAlgorithm,
    },
});
