import { z } from "zod";
import { someText, text } from "../../../stack-file/fields.ts";
import { uuid } from "../../../stack-file/values.ts";
import { dnsProvider } from "./solver.ts";

const id = (what: string) => text(uuid, `is not a valid ${what}: a UUID in lower case`);

/** @see https://cert-manager.io/docs/configuration/acme/dns01/azuredns/ */
export const azure = dnsProvider({
  description: "DNS at Azure, by a service principal or by a managed identity.",
  examples: [
    {
      subscriptionId: "00000000-0000-0000-0000-000000000001",
      resourceGroup: "dns",
      tenantId: "00000000-0000-0000-0000-000000000002",
      clientId: "00000000-0000-0000-0000-000000000003",
    },
    {
      subscriptionId: "00000000-0000-0000-0000-000000000001",
      resourceGroup: "dns",
      hostedZone: "example.org",
      managedIdentity: { clientId: "00000000-0000-0000-0000-000000000003" },
    },
  ],
  secrets: {
    clientSecret: {
      key: "client-secret",
      description: "Password of the service principal `clientId`; encrypted. Default: none.",
      neededIf: ({ clientId }) => clientId !== undefined,
    },
  },
  settings: {
    subscriptionId: id("subscription id").describe("Subscription of the zone."),
    resourceGroup: someText.describe("Resource group of the zone."),
    hostedZone: someText.optional().describe("Name of the zone at Azure. Default: it is looked up."),
    environment: z
      .enum(["AzurePublicCloud", "AzureChinaCloud", "AzureGermanCloud", "AzureUSGovernmentCloud"])
      .optional()
      .describe("Which Azure. Default: AzurePublicCloud."),
    tenantId: id("tenant id").optional().describe("Tenant of the service principal. Default: none."),
    clientId: id("client id")
      .optional()
      .describe("Service principal that may change the zone. Default: a managed identity does."),
    managedIdentity: z
      .strictObject({
        clientId: id("client id").optional().describe("Client id of the identity. Default: the only one."),
        resourceId: someText.optional().describe("Resource id in place of the client id. Default: none."),
        tenantId: id("tenant id").optional().describe("Its tenant, for workload identity. Default: its own."),
      })
      .optional()
      .describe("Which managed or workload identity of cert-manager's pods. Default: the only one."),
  },
  check: ({ tenantId, clientId, managedIdentity, ...given }) => {
    const found: [string, string][] = [];
    if (clientId !== undefined && tenantId === undefined)
      found.push(["tenantId", "missing: the tenant of the service principal `clientId`"]);
    if (clientId === undefined && (tenantId !== undefined || "clientSecret" in given))
      found.push(["clientId", "missing: the service principal"]);
    if (clientId !== undefined && managedIdentity !== undefined)
      found.push(["managedIdentity", "contradicts `clientId`: take one of the two away"]);
    if (managedIdentity?.resourceId !== undefined && (managedIdentity.clientId ?? managedIdentity.tenantId))
      found.push(["managedIdentity", "has `resourceId`, so it can have neither `clientId` nor `tenantId`"]);
    if (managedIdentity?.tenantId !== undefined && managedIdentity.clientId === undefined)
      found.push(["managedIdentity", "has `tenantId`, so it needs `clientId`"]);
    return found;
  },
  dns01: ({ clientSecret }, settings) => ({
    azureDNS: {
      subscriptionID: settings.subscriptionId,
      resourceGroupName: settings.resourceGroup,
      hostedZoneName: settings.hostedZone,
      environment: settings.environment,
      tenantID: settings.tenantId,
      clientID: settings.clientId,
      clientSecretSecretRef: clientSecret,
      managedIdentity: settings.managedIdentity && {
        clientID: settings.managedIdentity.clientId,
        resourceID: settings.managedIdentity.resourceId,
        tenantID: settings.managedIdentity.tenantId,
      },
    },
  }),
  fromLive: ({ azureDNS: given }) => {
    if (given === undefined) return undefined;
    const { managedIdentity } = given as { managedIdentity?: Record<string, unknown> };
    return {
      subscriptionId: given.subscriptionID,
      resourceGroup: given.resourceGroupName,
      hostedZone: given.hostedZoneName,
      environment: given.environment,
      tenantId: given.tenantID,
      clientId: given.clientID,
      managedIdentity: managedIdentity && {
        clientId: managedIdentity.clientID,
        resourceId: managedIdentity.resourceID,
        tenantId: managedIdentity.tenantID,
      },
    };
  },
});
