import {
  type AppConfig,
  type AppContext,
  type AppInput,
  appName,
  checkTogether,
  resolveApp,
} from "../components/apps/config.ts";
import { checkCertificates, resolveCertificates, warnOfHttp01 } from "../components/certificates/config.ts";
import { resolveCluster } from "../components/cluster/config.ts";
import { checkAbandoned, resolveIngressNginx } from "../components/ingress-nginx/config.ts";
import { authenticateHost, checkPomerium, resolvePomerium } from "../components/pomerium/config.ts";
import { resolveTunnels } from "../components/tunnels/config.ts";
import { checkRules, checkTunnels, warnOfTunnels } from "../components/tunnels/stack-checks.ts";
import { namedPeople, readAccessTests } from "../policies/access/assertions/config.ts";
import { checkDenials } from "../policies/access/assertions/run.ts";
import { lintPolicies } from "../policies/access/lint.ts";
import { resolvePeople, warnOfUnusedGroups } from "../policies/access/people-config.ts";
import { catalogue as known } from "../policies/catalogue/catalogue.ts";
import { inNoZone, zoneOf } from "../stack-file/hosts.ts";
import { didYouMeanOrKnown } from "../stack-file/nearest.ts";
import { isMap, valueAt } from "../stack-file/paths.ts";
import type { Report } from "../stack-file/problems.ts";
import { check } from "../stack-file/schema-problems.ts";
import { appSchema, type SectionName, type Sections, sectionNames, sections } from "./schema.ts";
import type { Stack } from "./stack.ts";

/**
 * A stack file's values as the one model that everything else is made from.
 *
 * @param name The Pulumi stack's name.
 * @param raw The project's keys and their values, as data.
 * @returns undefined when the report holds a problem.
 */
export function resolve(name: string, raw: unknown, report: Report): Stack | undefined {
  const file = sectionsOf(raw, report);
  const apps = checkApps(file.raw.apps, report);
  const names = apps.size > 0 && isMap(file.raw.apps) ? Object.keys(file.raw.apps) : undefined;
  const { cluster, domain, pomerium, certificates, users, tunnels } = file;

  const directory = users && resolvePeople(users, report);
  // A mistyped address is told where it stands, and not again wherever it is missed.
  const people =
    directory && !report.problems.some(({ at }) => at.startsWith("users"))
      ? namedPeople(
          directory,
          [...apps.values()].map(({ access }) => access),
        )
      : undefined;
  const context: AppContext = {
    domain,
    zones: certificates && Object.keys(certificates.zones),
    directory,
    exposure: cluster?.exposure,
    version: pomerium?.version,
    authenticateHost: pomerium && domain && authenticateHost(pomerium, domain),
    catalogue: { ...known, ...file.catalogue },
  };
  if (pomerium) checkPomerium(pomerium, report);
  if (certificates) checkCertificates(certificates, report);
  checkTogether(apps, context, report);
  const resolved = [...apps].flatMap(([app, input]) => resolveApp(app, input, context, report) ?? []);
  if (pomerium) lintPolicies(resolved, pomerium.version, report);
  checkZones(apps, resolved, context, pomerium?.authenticateHost !== undefined, report);
  if (file.ingressNginx) checkAbandoned(file.ingressNginx, resolved, report);
  if (directory) warnOfUnusedGroups(directory, usedGroups(file.raw.apps), report);
  if (tunnels) {
    checkTunnels(tunnels, names, report);
    const { phase } = file;
    const ingressNginx = file.raw.ingressNginx === undefined ? {} : file.ingressNginx;
    const { zones, authenticateHost, exposure } = context;
    checkRules(
      tunnels,
      { stack: name, phase, apps: resolved, zones, authenticateHost, exposure, ingressNginx },
      report,
    );
  }
  const accessTests = readAccessTests(file.raw.accessTests, names, directory, people, report);
  if (accessTests) checkDenials(accessTests, resolved, report);

  if (report.problems.length > 0) return undefined;
  // Nothing is undefined here: what was refused has left a problem.
  const stack: Stack = {
    name,
    cluster: resolveCluster(cluster!),
    phase: file.phase!,
    domain: domain!,
    pomerium: resolvePomerium(pomerium!, domain!, cluster!.exposure),
    certificates: resolveCertificates(certificates!),
    directory: directory!,
    apps: resolved,
    tunnels: resolveTunnels(tunnels!, cluster!.exposure),
    ...(file.ingressNginx && { ingressNginx: resolveIngressNginx(file.ingressNginx) }),
    accessTests: accessTests!,
    warnings: report.warnings,
  };
  const streaming = (app: AppConfig): boolean => context.catalogue[app.profile ?? ""]?.streaming ?? false;
  warnOfHttp01(stack.certificates, stack.phase, stack.cluster.exposure, report);
  warnOfTunnels(stack, streaming, report);
  return stack;
}

/** The sections that are read as a whole; apps and their tests are read one by one, mistakes and all. */
type Whole = Exclude<SectionName, "apps" | "accessTests">;

function sectionsOf(
  raw: unknown,
  report: Report,
): { [K in Whole]?: Sections[K] | undefined } & { raw: Record<string, unknown> } {
  const values = isMap(raw) ? raw : {};
  if (!isMap(raw)) report.problem([], "must be a map of the project's keys");
  for (const key of Object.keys(values))
    if (!(sectionNames as string[]).includes(key))
      report.problem([key], `unknown key${didYouMeanOrKnown(key, sectionNames)}`);
  const whole = Object.entries(sections).filter(([key]) => key !== "apps" && key !== "accessTests");
  return Object.assign(
    Object.fromEntries(
      whole.map(([key, schema]) => [key, check<unknown>(schema, valueAt(values, [key]), [key], report)]),
    ),
    { raw: values },
  );
}

function checkApps(raw: unknown, report: Report): Map<string, AppInput> {
  const apps = new Map<string, AppInput>();
  if (!isMap(raw) || Object.keys(raw).length === 0) {
    check(sections.apps, raw, ["apps"], report);
    return apps;
  }
  for (const [name, value] of Object.entries(raw)) {
    const at = ["apps", name];
    const nameIsFine = check(appName, name, at, report) !== undefined;
    const app = check(appSchema, value, at, report);
    if (nameIsFine && app) apps.set(name, app);
  }
  return apps;
}

/** Hosts that come from the domain are told once, at the domain; a zone without a host is worth a look. */
function checkZones(
  apps: ReadonlyMap<string, AppInput>,
  resolved: readonly AppConfig[],
  { domain, zones, authenticateHost }: AppContext,
  signInHostIsNamed: boolean,
  report: Report,
): void {
  if (zones === undefined || domain === undefined) return;
  const defaulted = [...apps.values()].some((app) => app.host === undefined);
  if ((defaulted || !signInHostIsNamed) && zoneOf(domain, zones) === undefined)
    report.problem(["domain"], inNoZone(domain));
  if (signInHostIsNamed && authenticateHost !== undefined && zoneOf(authenticateHost, zones) === undefined)
    report.problem(["pomerium", "authenticateHost"], inNoZone(authenticateHost));
  const used = new Set(resolved.map((app) => app.zone));
  if (authenticateHost !== undefined) used.add(zoneOf(authenticateHost, zones) ?? "");
  for (const zone of zones)
    if (!used.has(zone)) report.warning(["certificates", "zones", zone], "no host lies in this zone");
}

/** Groups that some app names, well-formed or not. */
function usedGroups(apps: unknown): Set<string> {
  const used = new Set<string>();
  for (const app of Object.values(isMap(apps) ? apps : {})) {
    const groups = valueAt(app, ["access", "groups"]);
    if (Array.isArray(groups)) for (const group of groups) used.add(String(group));
  }
  return used;
}
