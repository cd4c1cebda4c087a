import { porkbunInstallation } from "./porkbun-webhook.ts";
import { dnsProvider } from "./solver.ts";

/**
 * cert-manager has no solver for Porkbun, so a webhook is installed. The webhooks read the credentials under
 * different names, and ignore unknown names.
 *
 * @see https://cert-manager.io/docs/configuration/acme/dns01/webhook/
 */
export const porkbun = dnsProvider({
  description: "DNS at Porkbun, by its cert-manager webhook; API access is switched on there per domain.",
  secrets: {
    apiKey: { key: "api-key", description: "Porkbun's API key; encrypted." },
    secretApiKey: { key: "secret-api-key", description: "Porkbun's secret API key; encrypted." },
  },
  settings: {},
  dns01: ({ apiKey, secretApiKey }, _, { webhook: { flavour, groupName } }) => ({
    webhook: {
      groupName,
      solverName: "porkbun",
      config:
        flavour === "talinx"
          ? { apiKey, secretApiKey }
          : { apiKeySecretRef: apiKey, secretKeySecretRef: secretApiKey },
    },
  }),
  fromLive: ({ webhook: given }) =>
    given && /porkbun/i.test(`${given.solverName} ${given.groupName}`) ? {} : undefined,
  installation: (zones, { webhook, namespace }) => [
    porkbunInstallation(webhook, { namespace, credentials: zones.flatMap((each) => each.credentials ?? []) }),
  ],
});
