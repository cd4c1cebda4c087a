import {
  atLeast,
  firstWith,
  newestRelease,
  oldestRelease,
  pinnedCommits,
  releaseWarning,
} from "../../policies/language/releases.ts";
import type { Report } from "../../stack-file/problems.ts";
import { asSecret } from "../../stack-file/secrets.ts";
import { quantity } from "../../stack-file/values.ts";
import type { Cluster } from "../cluster/config.ts";
import type { IdentityProvider, PomeriumConfig } from "./config.ts";
import type { PomeriumInput } from "./schema.ts";

/** Providers that are a service of one's own, so that only its URL says where it is. */
const needUrl: ReadonlySet<IdentityProvider> = new Set(["auth0", "cognito", "oidc", "okta", "ping"]);

export function checkPomerium(input: PomeriumInput, report: Report): void {
  checkVersion(input, report);
  const { provider, url } = input.identityProvider;
  if (needUrl.has(provider) && url === undefined)
    report.problem(
      ["pomerium", "identityProvider", "url"],
      `missing: provider ${provider} needs its issuer's URL`,
    );
  const since = firstWith("identityProviders", provider);
  if (since !== undefined && !atLeast(input.version, since))
    report.problem(
      ["pomerium", "identityProvider", "provider"],
      `${provider} needs Pomerium ${since} or later; the stack runs ${input.version}`,
    );
  const { requests, limits } = input.resources;
  for (const name of ["cpu", "memory"] as const)
    if (quantity(limits[name])! < quantity(requests[name])!)
      report.problem(
        ["pomerium", "resources", "limits", name],
        `${limits[name]} is less than the request of ${requests[name]}`,
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
  const fetched = source === undefined || /^[a-z+]+:\/\/|^[^/]+@[^/]+:/.test(source);
  if (commit === undefined && fetched)
    report.problem(
      ["pomerium", "commit"],
      `missing: this project does not know ${version} (it knows ${oldestRelease} to ${newestRelease}); name the commit that the tag must be, or use ${newestRelease}`,
    );
  else report.warning(at, `this project has not been tried with ${version}`);
}

/** @param domain Domain of the sign-in pages' host, unless the stack file names one. */
export function resolvePomerium(
  input: PomeriumInput,
  domain: string,
  exposure: Cluster["exposure"],
): PomeriumConfig {
  const { identityProvider, storage, resources, ...rest } = input;
  return {
    ...rest,
    // Only a router has a second port to forward; a tunnel carries 443 alone.
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
