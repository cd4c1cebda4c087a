import { dnsProvider } from "./solver.ts";

/** @see https://cert-manager.io/docs/configuration/acme/dns01/cloudflare/ */
export const cloudflare = dnsProvider({
  description: "DNS at Cloudflare.",
  secrets: {
    apiToken: {
      key: "api-token",
      description: "Token with Zone:DNS:Edit and Zone:Zone:Read on the zone; encrypted.",
    },
  },
  settings: {},
  dns01: ({ apiToken }) => ({ cloudflare: { apiTokenSecretRef: apiToken } }),
});
