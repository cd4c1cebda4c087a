import { z } from "zod";
import { someText, text } from "../../../stack-file/fields.ts";
import { dnsProvider } from "./solver.ts";

/** @see https://cert-manager.io/docs/configuration/acme/dns01/google/ */
export const google = dnsProvider({
  description: "DNS at Google Cloud DNS, by a service account's key or by workload identity.",
  examples: [
    { project: "my-project" },
    { project: "my-project", hostedZone: "example-org", workloadIdentity: true },
  ],
  secrets: {
    serviceAccountKey: {
      key: "key.json",
      description:
        "Key of a service account with the role DNS Administrator, as JSON; encrypted. Default: none.",
      neededIf: ({ workloadIdentity }) => workloadIdentity !== true,
    },
  },
  settings: {
    project: text(
      /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      "is not a project id of Google Cloud",
    ).describe("Project id."),
    hostedZone: someText
      .optional()
      .describe("Name of the zone at Cloud DNS, which is not its domain. Default: it is looked up."),
    workloadIdentity: z
      .boolean()
      .default(false)
      .describe("cert-manager's own ServiceAccount may change the zone, so there is no key. Default: false."),
  },
  check: (given: { serviceAccountKey?: unknown; workloadIdentity?: boolean }) =>
    given.workloadIdentity && given.serviceAccountKey !== undefined
      ? [["serviceAccountKey", "contradicts `workloadIdentity`: take one of the two away"]]
      : [],
  dns01: ({ serviceAccountKey }, { project, hostedZone }) => ({
    cloudDNS: { project, hostedZoneName: hostedZone, serviceAccountSecretRef: serviceAccountKey },
  }),
  fromLive: ({ cloudDNS: given }) =>
    given && {
      project: given.project,
      hostedZone: given.hostedZoneName,
      workloadIdentity: given.serviceAccountSecretRef === undefined ? true : undefined,
    },
});
