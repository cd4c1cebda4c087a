import { resolveAccess } from "../../policies/access/config.ts";
import type { Route } from "../../policies/annotations/annotations.ts";
import { checkRoute, routeWarnings } from "../../policies/annotations/check.ts";
import type { Context } from "../../stack/context.ts";
import { inNoZone, zoneOf } from "../../stack-file/hosts.ts";
import { didYouMeanOrKnown } from "../../stack-file/nearest.ts";
import { keyPath } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import type { AppConfig } from "./config.ts";
import type { AppInput } from "./schema.ts";

/** The profile that stands for no profile. */
const none = "none";

/** The apps that are well-formed, each checked by itself; what two apps must not share is checked apart. */
export function resolveApp(
  name: string,
  input: AppInput,
  context: Context,
  report: Report,
): AppConfig | undefined {
  const at = ["apps", name];
  const host = input.host ?? (context.domain === undefined ? undefined : `${name}.${context.domain}`);
  const zone = host === undefined || context.zones === undefined ? undefined : zoneOf(host, context.zones);
  // A domain in no zone is told once, at the domain.
  if (input.host !== undefined && context.zones !== undefined && zone === undefined)
    report.problem([...at, "host"], inNoZone(input.host));

  const profile = input.profile ?? (Object.hasOwn(context.catalogue, name) ? name : none);
  if (profile !== none && !Object.hasOwn(context.catalogue, profile))
    report.problem(
      [...at, "profile"],
      `the catalogue does not know "${profile}"${didYouMeanOrKnown(profile, [none, ...Object.keys(context.catalogue)])}`,
    );
  const known = Object.hasOwn(context.catalogue, profile) ? context.catalogue[profile] : undefined;
  const access = resolveAccess(input.access, [...at, "access"], host, context, report);
  // Where people sign in, the app may as well know who they are, by a signed header that it need not read.
  const people: Route = access?.kind === "people" ? { pass_identity_headers: true } : {};
  const route: Route = { ...people, ...known?.route, ...input.route };
  if (context.version !== undefined) {
    const base = keyPath([...at, "route"]);
    for (const problem of checkRoute(route, context.version))
      report.problemAt(`${base}.${problem.at}`, problem.message);
    for (const warning of routeWarnings(route)) report.warningAt(`${base}.${warning.at}`, warning.message);
  }

  if (host === undefined || zone === undefined || access === undefined) return undefined;
  return {
    name,
    at: keyPath(at),
    host,
    zone,
    namespace: input.namespace,
    service: input.service,
    access,
    route,
    tlsSecret: input.tls?.secretName ?? `${name}-tls`,
    replaces: typeof input.replaces === "string" ? [input.replaces] : [...(input.replaces ?? [])],
    accept: input.accept,
    ...(input.migrated === undefined ? {} : { migrated: input.migrated }),
    ...(known === undefined ? {} : { profile }),
  };
}

/** What no two apps may share, and no app may take from the sign-in pages or from Pomerium's own Ingresses. */
export function checkTogether(
  apps: ReadonlyMap<string, AppInput>,
  { domain, zones, authenticateHost }: Context,
  report: Report,
): void {
  const hosts = new Map<string, string>();
  const secrets = new Map<string, string>();
  // Where Pomerium's own certificates lie.
  for (const secret of ["pomerium-auth-tls", ...(zones ?? []).map((zone) => `wildcard-${zone}-tls`)])
    secrets.set(`pomerium/${secret}`, "Pomerium itself");
  const own = new Set([...apps].map(([name, app]) => `${app.namespace}/${name}-pomerium-ingress`));
  for (const [name, app] of apps) {
    const at = ["apps", name];
    const host = app.host ?? (domain === undefined ? undefined : `${name}.${domain}`);
    if (host !== undefined) {
      const other = hosts.get(host);
      if (other !== undefined)
        report.problem([...at, "host"], `${host} is the host of apps.${other} already`);
      else if (host === authenticateHost)
        report.problem([...at, "host"], `${host} is the host of Pomerium's sign-in pages`);
      else hosts.set(host, name);
    }
    const secret = `${app.namespace}/${app.tls?.secretName ?? `${name}-tls`}`;
    const sharer = secrets.get(secret);
    if (sharer !== undefined)
      report.problem(
        [...at, "tls", "secretName"],
        `Secret ${secret} is that of ${sharer} already: only one of the two hosts would get into its certificate`,
      );
    else secrets.set(secret, `apps.${name}`);
    const replaced = typeof app.replaces === "string" ? [app.replaces] : (app.replaces ?? []);
    for (const [i, ingress] of replaced.entries()) {
      const place = typeof app.replaces === "string" ? [...at, "replaces"] : [...at, "replaces", i];
      if (own.has(`${app.namespace}/${ingress}`))
        report.problem(place, `${ingress} is the name of an Ingress of this stack's own in ${app.namespace}`);
      else if (replaced.indexOf(ingress) !== i) report.problem(place, `${ingress} is named twice`);
    }
  }
}
