import { dnsProvider } from "./solver.ts";

/** @see https://cert-manager.io/docs/configuration/acme/dns01/digitalocean/ */
export const digitalocean = dnsProvider({
  description: "DNS at DigitalOcean.",
  secrets: {
    token: {
      key: "access-token",
      description: "Access token that may read and write the account's domains; encrypted.",
    },
  },
  settings: {},
  dns01: ({ token }) => ({ digitalocean: { tokenSecretRef: token } }),
  fromLive: ({ digitalocean: given }) => given && {},
});
