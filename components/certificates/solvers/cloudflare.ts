import { emailAddress } from "../../../stack-file/fields.ts";
import { dnsProvider } from "./solver.ts";

const isByKey = ({ email }: { email?: unknown }): boolean => email !== undefined;

/** @see https://cert-manager.io/docs/configuration/acme/dns01/cloudflare/ */
export const cloudflare = dnsProvider({
  description: "DNS at Cloudflare.",
  secrets: {
    apiToken: {
      key: "api-token",
      description: "Token with Zone:DNS:Edit and Zone:Zone:Read on the zone; encrypted.",
      neededIf: (settings) => !isByKey(settings),
    },
    apiKey: {
      key: "api-key",
      description:
        "Global API key of the account `email`, which may do everything; encrypted. Default: none.",
      neededIf: isByKey,
    },
  },
  settings: {
    email: emailAddress
      .optional()
      .describe("Account whose global API key is used in place of a token. Default: a token is used."),
  },
  check: (given: { email?: string | undefined; apiToken?: unknown; apiKey?: unknown }) => [
    ...(given.email !== undefined && given.apiToken !== undefined
      ? ([
          ["apiToken", "contradicts `email`, which asks for the global API key: take one of the two away"],
        ] as [string, string][])
      : []),
    ...(given.email === undefined && given.apiKey !== undefined
      ? ([["email", "missing: the account of `apiKey`"]] as [string, string][])
      : []),
  ],
  dns01: ({ apiToken, apiKey }, { email }) => ({
    cloudflare: { email, apiTokenSecretRef: apiToken, apiKeySecretRef: apiKey },
  }),
  // The global API key comes with the account's address.
  fromLive: ({ cloudflare: given }) => given && { email: given.apiKeySecretRef && given.email },
});
