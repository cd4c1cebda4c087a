import {
  atLeast,
  newestRelease,
  oldestRelease,
  pinnedCommits,
  releaseWarning,
} from "../../policies/language/releases.ts";
import { sameAddress } from "../../stack-file/networks.ts";
import type { Report } from "../../stack-file/problems.ts";
import { quantity } from "../../stack-file/values.ts";
import type { Cluster } from "../cluster/config.ts";
import { reachedAt } from "./address.ts";
import { checkAddressForm, resolveAddress } from "./address-schema.ts";
import type { PomeriumInput } from "./config.ts";
import { providerProblems } from "./identity-providers.ts";
import { checkSettings } from "./settings-schema.ts";
import { isGitUrl, upstreamRepository } from "./source.ts";
import { checkStorage } from "./storage-schema.ts";

/** Other sections that the checks of Pomerium's section need. A section with a mistake is undefined. */
export interface PomeriumContext {
  exposure?: Cluster["exposure"] | undefined;
  /** The section about ingress-nginx; undefined if there is none. */
  ingressNginx?: { address?: string | undefined } | undefined;
  /** Host of the sign-in pages. */
  authenticateHost?: string | undefined;
  /** Names of the tunnels. */
  tunnels?: readonly string[] | undefined;
}

/** Checks that involve more than one value of the stack file. */
export function checkPomerium(input: PomeriumInput, context: PomeriumContext, report: Report): void {
  checkVersion(input, report);
  checkAddress(input, context, report);
  checkStorage(input.storage, input.version, report);
  checkSettings(input.settings, input.version, context.authenticateHost, report);
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
  input: PomeriumInput,
  { exposure, ingressNginx, tunnels = [] }: PomeriumContext,
  report: Report,
): void {
  checkAddressForm(input, report);
  if (tunnels.length > 0 && input.address !== undefined && reachedAt(resolveAddress(input)).ip === "")
    report.problem(
      ["pomerium", "address"],
      `names no address, and the tunnel ${tunnels.join(" and ")} must lead to one: name it in address.ips`,
    );
  if (ingressNginx === undefined) return;
  const own = resolveAddress(input);
  const ips = own.kind === "loadBalancer" ? own.ips : [];
  for (const [i, ip] of ips.entries())
    if (ingressNginx.address !== undefined && sameAddress(ingressNginx.address, ip))
      report.problem(
        input.loadBalancerIP === undefined
          ? ["pomerium", "address", "ips", i]
          : ["pomerium", "loadBalancerIP"],
        `${ip} is the address of ingress-nginx (ingressNginx.address), and no load balancer gives one address to both; choose a free one`,
      );
  if (input.coexistPort === 443 && exposure === "direct")
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
      `this project has not been tried with ${version}; its controller keeps all rights that upstream gives it, perhaps to change every Secret of the cluster`,
    );
}
