import { hostName } from "../../../stack-file/fields.ts";
import { dnsProvider } from "./solver.ts";

/** @see https://cert-manager.io/docs/configuration/acme/dns01/akamai/ */
export const akamai = dnsProvider({
  description: "DNS at Akamai Edge DNS, by an API client with the right to change its zones.",
  examples: [{ serviceConsumerDomain: "akab-example.luna.akamaiapis.net" }],
  secrets: {
    clientToken: { key: "client-token", description: "Client token of the API client; encrypted." },
    clientSecret: { key: "client-secret", description: "Client secret of the API client; encrypted." },
    accessToken: { key: "access-token", description: "Access token of the API client; encrypted." },
  },
  settings: {
    serviceConsumerDomain: hostName.describe(
      "Host of the API client, which Akamai calls its base URI or `host`.",
    ),
  },
  dns01: ({ clientToken, clientSecret, accessToken }, { serviceConsumerDomain }) => ({
    akamai: {
      serviceConsumerDomain,
      clientTokenSecretRef: clientToken,
      clientSecretSecretRef: clientSecret,
      accessTokenSecretRef: accessToken,
    },
  }),
  fromLive: ({ akamai: given }) => given && { serviceConsumerDomain: given.serviceConsumerDomain },
});
