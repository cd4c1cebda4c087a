import { text } from "../../../stack-file/fields.ts";
import { dnsProvider } from "./solver.ts";

/** @see https://cert-manager.io/docs/configuration/acme/dns01/acme-dns/ */
export const acmeDns = dnsProvider({
  description:
    "A server of acme-dns: a CNAME of `_acme-challenge.<host>` leads to it, and the DNS provider needs no API.",
  examples: [{ host: "https://auth.acme-dns.io" }],
  secrets: {
    accounts: {
      key: "acmedns.json",
      description:
        'What acme-dns answered to /register, as JSON by host: { "example.org": { "username": … } }; encrypted.',
    },
  },
  settings: {
    host: text(
      (value) => /^https?:\/\/[^\s/]+(\/\S*)?$/.test(value) && URL.canParse(value),
      "must be an http:// or https:// URL",
    ).describe("URL of the acme-dns server."),
  },
  dns01: ({ accounts }, { host }) => ({ acmeDNS: { host, accountSecretRef: accounts } }),
  fromLive: ({ acmeDNS: given }) => given && { host: given.host },
});
