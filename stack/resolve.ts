import { checkNetworks, warnOfStreams } from "../components/apps/behind-tunnels.ts";
import { warnOfClientCertificates } from "../components/apps/client-certificates.ts";
import { type AppConfig, type AppContext, resolveApp } from "../components/apps/config.ts";
import { checkTogether } from "../components/apps/conflicts.ts";
import { checkWildcards, everyHost } from "../components/apps/hosts.ts";
import { checkSlashes } from "../components/apps/slashes.ts";
import { resolveCertificates } from "../components/certificates/config.ts";
import {
  checkCertificates,
  checkWildcardHosts,
  warnOfHttp01,
} from "../components/certificates/stack-checks.ts";
import { resolveCluster } from "../components/cluster/config.ts";
import { checkAbandoned, resolveIngressNginx } from "../components/ingress-nginx/config.ts";
import { checkStays } from "../components/ingress-nginx/hybrid.ts";
import { checkIsolation, resolveIsolation } from "../components/network-policies/config.ts";
import { reachedAt } from "../components/pomerium/address.ts";
import { resolveAddress } from "../components/pomerium/address-schema.ts";
import { authenticateHost, resolvePomerium } from "../components/pomerium/config.ts";
import { providerLimits } from "../components/pomerium/identity-providers.ts";
import { checkPomerium } from "../components/pomerium/stack-checks.ts";
import { resolveTunnels } from "../components/tunnels/config.ts";
import { checkRules, checkTunnels, type TunnelContext } from "../components/tunnels/stack-checks.ts";
import { warnOfTunnels } from "../components/tunnels/stack-warnings.ts";
import { namedPeople, readAccessTests } from "../policies/access/assertions/config.ts";
import { checkDenials } from "../policies/access/assertions/untested.ts";
import { type AccessInput, resolveAccess } from "../policies/access/config.ts";
import { lintPolicies } from "../policies/access/lint.ts";
import { resolvePeople, warnOfUnusedGroups } from "../policies/access/people-config.ts";
import { entryOf, catalogue as known } from "../policies/catalogue/catalogue.ts";
import { isMap } from "../stack-file/paths.ts";
import type { Report } from "../stack-file/problems.ts";
import { type ReadApps, type ReadSections, readApps, readSections } from "./sections.ts";
import type { Stack } from "./stack.ts";
import { checkZones } from "./zones.ts";

/**
 * Resolves the values of a stack file into a {@link Stack}. A section with a mistake is left out, and whatever depends on
 * it is not checked, so that each mistake is reported once.
 *
 * @param name The Pulumi stack's name.
 * @param raw The project's keys and their values, as data.
 * @returns undefined if the report has a problem.
 */
export function resolve(name: string, raw: unknown, report: Report): Omit<Stack, "placeOf"> | undefined {
  const file = readSections(raw, report);
  const { apps, accessAlone } = readApps(file.raw.apps, report);
  const names = apps.size > 0 && isMap(file.raw.apps) ? Object.keys(file.raw.apps) : undefined;
  const { cluster, domain, pomerium, certificates, users, tunnels } = file;

  const identityProvider = pomerium && providerLimits(pomerium.identityProvider);
  const directory = users && resolvePeople(users, report, identityProvider);
  // A mistyped address is reported where it is written, and not again where it is missing.
  const areKnown = !report.problems.some(({ at }) => at.startsWith("users"));
  const people = directory && areKnown ? namedPeople(directory, accessesOf(apps)) : undefined;
  const context = appContext(file, { directory, identityProvider });
  checkPomeriumSection(file, context, report);
  if (certificates) checkCertificates(certificates, report);
  checkTogether(apps, context, report);
  for (const [app, access] of accessAlone)
    resolveAccess(access, ["apps", app, "access"], { hosts: [] }, context, report);
  const written = [...apps].flatMap(([app, input]) => resolveApp(app, input, context, report) ?? []);
  // Each further host of an app is a separate app from here on. Checks of the file's own text see each app once.
  const resolved = written.flatMap(everyHost);
  checkApps(name, file, { apps, written, resolved }, context, report);
  if (directory) warnOfUnusedGroups(directory, file.raw.apps, report);
  if (tunnels) {
    checkTunnels(tunnels, names, report);
    checkRules(
      carryEveryHost(tunnels, resolved),
      { stack: name, apps: resolved, ...tunnelContext(file, context) },
      report,
    );
  }
  const accessTests = readAccessTests(file.raw.accessTests, names, directory, people, report);
  if (accessTests) checkDenials(accessTests, written, report);

  if (report.problems.length > 0) return undefined;
  // Nothing is undefined here: a section with a mistake has left a problem.
  const stack: Omit<Stack, "placeOf"> = {
    name,
    cluster: resolveCluster(cluster!),
    phase: file.phase!,
    domain: domain!,
    pomerium: resolvePomerium(pomerium!, domain!, cluster!.exposure),
    certificates: resolveCertificates(certificates!),
    directory: directory!,
    apps: resolved,
    appFiles: file.appFiles!,
    isolate: file.isolate!,
    isolation: resolveIsolation(resolved, apps, { isolate: file.isolate, allowFrom: file.allowFrom }),
    tunnels: resolveTunnels(carryEveryHost(tunnels!, resolved), cluster!.exposure),
    ...(file.ingressNginx && { ingressNginx: resolveIngressNginx(file.ingressNginx) }),
    accessTests: accessTests!,
    warnings: report.warnings,
  };
  warnOfStack(stack, context, report);
  return stack;
}

/** Checks the section about Pomerium against the sections that lead requests to it. */
function checkPomeriumSection(file: ReadSections, { authenticateHost }: AppContext, report: Report): void {
  const { pomerium, cluster, ingressNginx, tunnels } = file;
  if (pomerium === undefined) return;
  const others = {
    exposure: cluster?.exposure,
    ingressNginx,
    authenticateHost,
    tunnels: tunnels && Object.keys(tunnels),
  };
  checkPomerium(pomerium, others, report);
}

/** Checks the apps against the other sections. */
function checkApps(
  name: string,
  file: ReadSections,
  { apps, written, resolved }: Pick<ReadApps, "apps"> & Record<"written" | "resolved", AppConfig[]>,
  context: AppContext,
  report: Report,
): void {
  const { pomerium, cluster, certificates, ingressNginx, phase, tunnels = {}, isolate, allowFrom } = file;
  if (pomerium) lintPolicies(written, pomerium.version, report);
  const hidesCallers = pomerium !== undefined && resolveAddress(pomerium).trafficPolicy === "Cluster";
  checkNetworks(written, tunnels, cluster?.exposure, report, hidesCallers);
  warnOfStreams(written, tunnels, report);
  checkSlashes(written, pomerium?.settings.mergeSlashes, report);
  checkWildcards(resolved, tunnels, report);
  if (certificates) checkWildcardHosts(resolved, certificates, report);
  checkZones(apps, resolved, context, pomerium?.authenticateHost !== undefined, report);
  checkIsolation(apps, { isolate, allowFrom }, report);
  if (ingressNginx) checkAbandoned(ingressNginx, resolved, report);
  if (ingressNginx) checkStays(name, ingressNginx, resolved, phase, report);
}

/** Warns about settings of a stack without mistakes that may not do what their author expects. */
function warnOfStack(stack: Omit<Stack, "placeOf">, { catalogue }: AppContext, report: Report): void {
  const { certificates, phase, cluster, apps, pomerium } = stack;
  warnOfHttp01(certificates, phase, cluster.exposure, report);
  warnOfTunnels(stack, ({ profile = "" }) => entryOf(catalogue, profile) ?? {}, report);
  warnOfClientCertificates(apps, pomerium.settings.downstreamMtls !== undefined, report);
}

/** The accesses of the apps and of their paths. */
function accessesOf(apps: ReadApps["apps"]): AccessInput[] {
  return [...apps.values()].flatMap(({ access, paths }) => [
    access,
    ...Object.values(paths).flatMap((path) => path.access ?? []),
  ]);
}

/** The other parts of the file that the checks of apps need. */
function appContext(
  { cluster, domain, pomerium, certificates, catalogue }: ReadSections,
  people: Pick<AppContext, "directory" | "identityProvider">,
): AppContext {
  return {
    ...people,
    domain,
    zones: certificates && Object.keys(certificates.zones),
    exposure: cluster?.exposure,
    version: pomerium?.version,
    asksForCertificates: pomerium?.settings.downstreamMtls?.ca !== undefined,
    authenticateHost: pomerium && domain && authenticateHost(pomerium, domain),
    catalogue: { ...known, ...catalogue },
  };
}

/** The other parts of the file that the checks of tunnel rules need. */
function tunnelContext(
  { raw, phase, ingressNginx, pomerium }: ReadSections,
  { zones, authenticateHost, exposure }: AppContext,
): Omit<TunnelContext, "stack" | "apps"> {
  return {
    phase,
    zones,
    authenticateHost,
    exposure,
    ingressNginx: raw.ingressNginx === undefined ? {} : ingressNginx && resolveIngressNginx(ingressNginx),
    reach: pomerium && reachedAt(resolveAddress(pomerium)),
  };
}

/** The tunnels with all hosts of their apps. Further hosts come last, so that the others keep their places. */
function carryEveryHost<T extends { apps: string[] }>(
  tunnels: Readonly<Record<string, T>>,
  apps: readonly AppConfig[],
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(tunnels).map(([tunnel, { apps: keys, ...others }]) => {
      const further = apps.filter(({ name, key }) => name !== key && keys.includes(key));
      return [tunnel, { ...others, apps: [...keys, ...further.map(({ name }) => name)] } as T];
    }),
  );
}
