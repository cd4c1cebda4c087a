import { z } from "zod";
import { isReleaseTag, newestRelease, pinnedCommits } from "../../policies/language/releases.ts";
import {
  amount,
  duration,
  hostName,
  httpsUrl,
  portNumber,
  secret,
  someText,
  text,
} from "../../stack-file/fields.ts";
import { didYouMean } from "../../stack-file/nearest.ts";
import { asSecret, type Secret } from "../../stack-file/secrets.ts";
import type { Cluster } from "../cluster/config.ts";
import { type AddressConfig, type Reach, reachedAt } from "./address.ts";
import { addressSchema, loadBalancerIP, resolveAddress } from "./address-schema.ts";
import {
  type IdentityProvider,
  identityProviders,
  providersWithUrl,
  refusedProvider,
} from "./identity-providers.ts";
import { type SettingsInput, settingsSchema } from "./settings-schema.ts";
import type { StorageConfig } from "./storage.ts";
import { resolveStorage, storageSchema } from "./storage-schema.ts";

export interface PomeriumConfig {
  /** Release tag of upstream's repository: `v0.33.1`. */
  version: string;
  /** Commit that the tag must point to; absent only if `source` is a folder. */
  commit?: string;
  /** Folder (relative to the project) or git URL that replaces upstream's repository. */
  source?: string;
  /** How requests get to Pomerium. */
  address: AddressConfig;
  /** Where it answers HTTPS inside the network. The address is empty while the load balancer chooses it. */
  reach: Reach;
  /** Public HTTPS port of Pomerium while ingress-nginx holds 443. */
  coexistPort: number;
  /** Host of the sign-in pages: `authenticate.<domain>`. */
  authenticateHost: string;
  /** How long a sign-in lasts, a Go duration. */
  session: string;
  identityProvider: {
    provider: IdentityProvider;
    clientId: string;
    clientSecret: Secret;
    /** Issuer's URL. */
    url?: string;
    scopes?: string[];
    requestParams?: Record<string, string>;
    /** Parameters that must not be readable. */
    secretRequestParams?: Record<string, Secret>;
    /** Certificates of a private authority, as PEM text. */
    ca?: string;
  };
  storage: StorageConfig;
  /** Fields of Pomerium's own settings object. */
  settings: SettingsInput;
  resources: { requests: ResourceList; limits: ResourceList };
}

export interface ResourceList {
  cpu: string;
  memory: string;
}

const certificates = text(
  (value) => /-----BEGIN CERTIFICATE-----/.test(value) && !/PRIVATE KEY/.test(value),
  "is not the text of certificates in PEM form (-----BEGIN CERTIFICATE-----), without a private key",
);

const identityProviderSchema = z.strictObject({
  provider: z
    .string()
    .refine((value) => (identityProviders as readonly string[]).includes(value), {
      error: ({ input }) =>
        refusedProvider(String(input)) ??
        `must be one of ${identityProviders.join(", ")}${didYouMean(String(input), identityProviders)}`,
    })
    .transform((value) => value as IdentityProvider)
    .meta({ enum: identityProviders })
    .describe(
      "Identity provider. Those that Pomerium has no client for are `oidc`; the names of common self-hosted ones are understood as well.",
    ),
  clientId: someText.describe("OAuth client's id."),
  clientSecret: secret.describe("OAuth client's secret; encrypted."),
  url: httpsUrl.optional().describe(`Issuer; required for ${providersWithUrl.join(", ")}.`),
  scopes: z
    .array(someText)
    .min(1, { error: "is empty: leave the key out for the provider's own" })
    .optional()
    .describe(
      "OAuth scopes, such as `[openid, profile, email, offline_access, groups]`. Default: the provider's own.",
    ),
  requestParams: z
    .record(someText, z.string())
    .optional()
    .describe(
      "Further parameters of the sign-in request, such as `{prompt: select_account}`. Default: Pomerium's own.",
    ),
  secretRequestParams: z
    .record(someText, secret)
    .optional()
    .describe(
      "Further parameters of the sign-in request that must not be readable; each encrypted. Default: none.",
    ),
  ca: certificates
    .optional()
    .describe(
      "Certificates of the private authority that signed the provider's certificate, as PEM text. Default: public authorities only.",
    ),
});

/** Upstream's own values. */
const defaults = { requests: { cpu: "300m", memory: "200Mi" }, limits: { cpu: "5", memory: "1Gi" } };

const resourceList = (of: { cpu: string; memory: string }) =>
  z.strictObject({
    cpu: amount.describe(`CPU, a quantity in cores. Default: ${of.cpu}.`).default(of.cpu),
    memory: amount.describe(`Memory, a quantity in bytes. Default: ${of.memory}.`).default(of.memory),
  });

export const pomeriumSchema = z.strictObject({
  version: text(
    isReleaseTag,
    (value) =>
      /^\d+\.\d+\.\d+$/.test(value)
        ? `lacks the tag's "v": write v${value}`
        : `is no release tag, such as ${newestRelease}`,
    { pattern: /^v\d+\.\d+\.\d+$/, examples: [newestRelease] },
  )
    .describe(`Upstream tag of Pomerium's ingress controller. Default: ${newestRelease}.`)
    .default(newestRelease),
  commit: text(/^[0-9a-f]{40}$/, "must be a whole commit: 40 hexadecimal digits")
    .optional()
    .describe("Commit that the tag must be; required for a tag that this project does not know."),
  source: someText
    .optional()
    .describe("Directory (relative to the project) or git URL in place of upstream's repository."),
  loadBalancerIP,
  address: addressSchema.optional(),
  coexistPort: portNumber
    .optional()
    .describe(
      "Public HTTPS port of Pomerium while ingress-nginx holds 443. Default: 8443; 443 where only tunnels lead to the cluster.",
    ),
  authenticateHost: hostName
    .optional()
    .describe("Host of the sign-in pages. Default: `authenticate.<domain>`."),
  session: duration.describe("How long a sign-in lasts, a Go duration. Default: 14h.").default("14h"),
  identityProvider: identityProviderSchema.describe("Who tells Pomerium who somebody is."),
  storage: storageSchema,
  settings: settingsSchema.prefault({}),
  resources: z
    .strictObject({
      requests: resourceList(defaults.requests).prefault({}).describe("What the pod is given."),
      limits: resourceList(defaults.limits).prefault({}).describe("What the pod may use."),
    })
    .prefault({})
    .describe("Resources of Pomerium's pod. Default: upstream's."),
});

export type PomeriumInput = z.output<typeof pomeriumSchema>;

/** @param domain Domain of the sign-in pages' host, unless the stack file names the host. */
export function resolvePomerium(
  input: PomeriumInput,
  domain: string,
  exposure: Cluster["exposure"],
): PomeriumConfig {
  const { identityProvider, storage, resources, loadBalancerIP: _, address: __, ...rest } = input;
  const commit = input.commit ?? pinnedCommits[input.version];
  const address = resolveAddress(input);
  const { secretRequestParams, ...client } = identityProvider;
  return {
    ...rest,
    ...(commit === undefined ? {} : { commit }),
    address,
    reach: reachedAt(address),
    // Only a router can forward a second port. A tunnel carries only 443.
    coexistPort: input.coexistPort ?? (exposure === "direct" ? 8443 : 443),
    authenticateHost: authenticateHost(input, domain),
    identityProvider: {
      ...client,
      clientSecret: asSecret(client.clientSecret),
      ...(secretRequestParams && {
        secretRequestParams: Object.fromEntries(
          Object.entries(secretRequestParams).map(([name, value]) => [name, asSecret(value)]),
        ),
      }),
    },
    storage: resolveStorage(storage),
    resources,
  };
}

export function authenticateHost(input: Pick<PomeriumInput, "authenticateHost">, domain: string): string {
  return input.authenticateHost ?? `authenticate.${domain}`;
}
