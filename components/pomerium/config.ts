import { isIP } from "node:net";
import { z } from "zod";
import {
  atLeast,
  isReleaseTag,
  newestRelease,
  oldestRelease,
  pinnedCommits,
  releaseWarning,
} from "../../policies/language/releases.ts";
import {
  amount,
  duration,
  expectations,
  hostName,
  portNumber,
  secret,
  someText,
  text,
  unknownKeys,
} from "../../stack-file/fields.ts";
import { sameAddress } from "../../stack-file/networks.ts";
import type { Report } from "../../stack-file/problems.ts";
import { asSecret, type Secret } from "../../stack-file/secrets.ts";
import { dnsSubdomain, quantity } from "../../stack-file/values.ts";
import type { Cluster } from "../cluster/config.ts";
import { hostPathProblem } from "./host-path.ts";
import {
  type IdentityProvider,
  identityProviders,
  providerProblems,
  providersWithUrl,
} from "./identity-providers.ts";
import { isGitUrl, upstreamRepository } from "./upstream.ts";

export interface PomeriumConfig {
  /** Release tag of upstream's repository: `v0.33.1`. */
  version: string;
  /** Commit that the tag must point to; absent only if `source` is a folder. */
  commit?: string;
  /** Folder (relative to the project) or git URL that replaces upstream's repository. */
  source?: string;
  /** Address of the LoadBalancer Service. */
  loadBalancerIP: string;
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
  };
  storage:
    | {
        pebble: {
          hostPath: string;
          size: string;
          /** Node that has the folder. Absent on a cluster with one node. */
          node?: string | undefined;
        };
      }
    | { postgres: { connection: Secret; replicas: number } };
  resources: { requests: ResourceList; limits: ResourceList };
}

export interface ResourceList {
  cpu: string;
  memory: string;
}

const identityProviderSchema = z.strictObject({
  provider: z.enum(identityProviders).describe("Kind of identity provider."),
  clientId: someText.describe("OAuth client's id."),
  clientSecret: secret.describe("OAuth client's secret; encrypted."),
  url: text((value) => URL.canParse(value) && new URL(value).protocol === "https:", "must be an https:// URL")
    .optional()
    .describe(`Issuer; required for ${providersWithUrl.join(", ")}.`),
  scopes: z.array(someText).optional().describe("OAuth scopes. Default: the provider's own."),
});

/** Explains why the Pebble store has no setting for the number of pods. */
const oneWriter = {
  explain: (key: string) =>
    key === "replicas"
      ? "Pebble has one writer and so one replica; `storage.postgres` takes more"
      : undefined,
};

const storageSchema = z
  .union([
    z
      .strictObject({
        pebble: z
          .strictObject({
            hostPath: text(
              (value) => /^\/[^\0]*$/.test(value) && value !== "/" && !value.split("/").includes(".."),
              'must be an absolute path on the node, below /, without ".."',
            ).describe("Directory on the node; made when it is absent, owned by uid and gid 65532."),
            size: amount.describe("Size of the volume, a quantity. Default: 2Gi.").default("2Gi"),
            node: text(
              (value) => dnsSubdomain.test(value),
              "is no name of a node: lower case letters, digits, hyphens and dots",
            )
              .optional()
              .describe("Node that has the folder; required on a cluster with several nodes."),
          })
          .describe("Pomerium's own store on one node: one writer, so one replica.")
          .register(unknownKeys, oneWriter),
      })
      .describe("One node.")
      .register(unknownKeys, oneWriter),
    z
      .strictObject({
        postgres: z
          .strictObject({
            connection: secret.describe("Connection string, `postgres://…`; encrypted."),
            replicas: z
              .int()
              .min(1, { error: "must be at least 1" })
              .default(2)
              .describe("Pods of Pomerium. Default: 2."),
          })
          .describe("PostgreSQL, for more than one replica."),
      })
      .describe("A busy cluster."),
  ])
  .register(expectations, { expected: "a map with exactly one of pebble and postgres" })
  .describe("Where sessions are kept: exactly one of pebble and postgres.");

/** Upstream's own values. */
const defaults = { requests: { cpu: "300m", memory: "200Mi" }, limits: { cpu: "5", memory: "1Gi" } };

const resourceList = (of: { cpu: string; memory: string }) =>
  z.strictObject({
    cpu: amount.describe(`CPU, a quantity in cores. Default: ${of.cpu}.`).default(of.cpu),
    memory: amount.describe(`Memory, a quantity in bytes. Default: ${of.memory}.`).default(of.memory),
  });

export const pomeriumSchema = z.strictObject({
  version: text(isReleaseTag, (value) =>
    /^\d+\.\d+\.\d+$/.test(value)
      ? `lacks the tag's "v": write v${value}`
      : `is no release tag, such as ${newestRelease}`,
  )
    .describe(`Upstream tag of Pomerium's ingress controller. Default: ${newestRelease}.`)
    .default(newestRelease),
  commit: text((value) => /^[0-9a-f]{40}$/.test(value), "must be a whole commit: 40 hexadecimal digits")
    .optional()
    .describe("Commit that the tag must be; required for a tag that this project does not know."),
  source: someText
    .optional()
    .describe("Directory (relative to the project) or git URL in place of upstream's repository."),
  loadBalancerIP: text((value) => isIP(value) !== 0, "is no IP address").describe(
    "Address of Pomerium's LoadBalancer Service; not ingress-nginx's.",
  ),
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
  resources: z
    .strictObject({
      requests: resourceList(defaults.requests).prefault({}).describe("What the pod is given."),
      limits: resourceList(defaults.limits).prefault({}).describe("What the pod may use."),
    })
    .prefault({})
    .describe("Resources of Pomerium's pod. Default: upstream's."),
});

export type PomeriumInput = z.output<typeof pomeriumSchema>;

/** Other sections that the checks of Pomerium's section need. A section with a mistake is undefined. */
export interface PomeriumContext {
  exposure?: Cluster["exposure"] | undefined;
  /** The section about ingress-nginx; undefined if there is none. */
  ingressNginx?: { address?: string | undefined } | undefined;
}

/** Checks that involve more than one value of the stack file. */
export function checkPomerium(input: PomeriumInput, context: PomeriumContext, report: Report): void {
  checkVersion(input, report);
  checkAddress(input, context, report);
  if ("pebble" in input.storage) {
    const wrong = hostPathProblem(input.storage.pebble.hostPath);
    if (wrong !== undefined) report.problem(["pomerium", "storage", "pebble", "hostPath"], wrong);
  }
  for (const { key, message } of providerProblems(input.version, input.identityProvider))
    report.problem(["pomerium", "identityProvider", key], message);
  const { requests, limits } = input.resources;
  for (const name of ["cpu", "memory"] as const)
    if (quantity(limits[name])! < quantity(requests[name])!)
      report.problem(
        ["pomerium", "resources", "limits", name],
        `${limits[name]} is less than the request of ${requests[name]}`,
      );
}

/** Until the cutover, Pomerium and ingress-nginx run at the same time. They need different addresses and ports. */
function checkAddress(
  { loadBalancerIP, coexistPort }: PomeriumInput,
  { exposure, ingressNginx }: PomeriumContext,
  report: Report,
): void {
  if (ingressNginx === undefined) return;
  const { address } = ingressNginx;
  if (address !== undefined && sameAddress(address, loadBalancerIP))
    report.problem(
      ["pomerium", "loadBalancerIP"],
      `${loadBalancerIP} is the address of ingress-nginx (ingressNginx.address), and no load balancer gives one address to both; choose a free one`,
    );
  if (coexistPort === 443 && exposure === "direct")
    report.problem(
      ["pomerium", "coexistPort"],
      "443 is ingress-nginx's port until the cutover, and a router forwards a port to one address only; leave the key out for 8443",
    );
}

function checkVersion({ version, commit, source }: PomeriumInput, report: Report): void {
  const at = ["pomerium", "version"];
  if (!atLeast(version, oldestRelease)) {
    report.problem(at, `${version} is too old: ${oldestRelease} to ${newestRelease} are supported`);
    return;
  }
  const warning = releaseWarning(version);
  if (warning !== undefined) report.warning(at, warning);
  if (Object.hasOwn(pinnedCommits, version)) return;
  // A folder has no tag that could move.
  if (commit === undefined && (source === undefined || isGitUrl(source)))
    report.problem(
      ["pomerium", "commit"],
      `missing: this project does not know ${version} (it knows ${oldestRelease} to ${newestRelease}); name the commit that the tag must point to, or use ${newestRelease}`,
      `git ls-remote ${source ?? upstreamRepository} 'refs/tags/${version}^{}' 'refs/tags/${version}'`,
    );
  else
    report.warning(
      at,
      `this project has not been tried with ${version}, and its controller keeps all rights that upstream gives it, which may be to change every Secret of the cluster`,
    );
}

/** @param domain Domain of the sign-in pages' host, unless the stack file names the host. */
export function resolvePomerium(
  input: PomeriumInput,
  domain: string,
  exposure: Cluster["exposure"],
): PomeriumConfig {
  const { identityProvider, storage, resources, ...rest } = input;
  const commit = input.commit ?? pinnedCommits[input.version];
  return {
    ...rest,
    ...(commit === undefined ? {} : { commit }),
    // Only a router can forward a second port. A tunnel carries only 443.
    coexistPort: input.coexistPort ?? (exposure === "direct" ? 8443 : 443),
    authenticateHost: authenticateHost(input, domain),
    identityProvider: { ...identityProvider, clientSecret: asSecret(identityProvider.clientSecret) },
    storage:
      "pebble" in storage
        ? storage
        : {
            postgres: {
              connection: asSecret(storage.postgres.connection),
              replicas: storage.postgres.replicas,
            },
          },
    resources,
  };
}

export function authenticateHost(input: Pick<PomeriumInput, "authenticateHost">, domain: string): string {
  return input.authenticateHost ?? `authenticate.${domain}`;
}
