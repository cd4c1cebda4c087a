import type { z } from "zod";
import type { AccessInput } from "../../policies/access/config.ts";
import { isWildcard, standsFor } from "../../stack-file/hosts.ts";
import { didYouMeanOrKnown } from "../../stack-file/nearest.ts";
import { isMap, type PathPart, valueAt } from "../../stack-file/paths.ts";
import { Report } from "../../stack-file/problems.ts";
import type { appSchema } from "../schema.ts";
import { hostsOf, isAmong } from "./hosts.ts";
import { othersThan, servicesOf } from "./others.ts";
import type { AppFile } from "./read.ts";
import { beyondTheApp } from "./route-limits.ts";

type AppKey = keyof z.input<typeof appSchema>;
type AccessKind =
  | Extract<AccessInput, string>
  | (AccessInput extends infer A ? (A extends object ? keyof A : never) : never);

/** Whether a key of an app stays in the app's namespace; if not, why. A new key needs an answer, or nothing compiles. */
const appKeys: Readonly<Record<AppKey, true | string>> = {
  // Checked on their own: the namespace by its name, hosts and Services by those of other files, the others by their parts.
  namespace: true,
  host: true,
  aliases: true,
  access: true,
  paths: true,
  route: true,
  service: true,
  // Names of objects in the app's namespace.
  tls: true,
  replaces: true,
  // Answers to questions about the app alone.
  accept: true,
  migrated: true,
  profile: true,
  // NetworkPolicies in the app's namespace, about the app's pods.
  isolate: true,
  allowFrom: true,
  annotations:
    "other tools read annotations, and some of them act outside of the namespace, as external-dns does",
  labels: "other tools read labels, and some of them act outside of the namespace",
};

const toEverybody = "lets in everybody on the internet";

/** The same for the kinds of access, and for what they are made of. */
const accessKinds: Readonly<Record<AccessKind, true | string>> = {
  admins: true,
  users: true,
  groups: true,
  claims: true,
  domains: true,
  signedIn: true,
  // Paths at which the app checks credentials itself. Never the whole app.
  api: true,
  apiOnly: true,
  from: true,
  public: toEverybody,
  policy: "may let in everybody, and keep out the admins",
  consent: toEverybody,
};

/**
 * Reports what an app file with namespaces may not set. The values may have any form: the schemas report that.
 *
 * @param whole The sections of the stack, with the apps of all files.
 * @param hosts Hosts to which the file is limited, too. It may have those of them that are wildcards. Default: it may have
 * any host, and no wildcard.
 */
export function beyondNamespaces(
  { path, raw }: Pick<AppFile, "path" | "raw">,
  namespaces: readonly string[],
  whole: unknown,
  hosts: readonly string[] = [],
): Report["problems"] {
  const report = new Report();
  const named = `namespace${namespaces.length === 1 ? "" : "s"} ${namespaces.join(", ")}`;
  const because = (reason: string): string =>
    `${reason}; ${path} is limited to ${named}: remove this, or move the app to the stack file`;
  const apps = valueAt(raw, ["apps"]);
  const domain = valueAt(whole, ["domain"]);
  const others = othersThan(apps, whole);
  for (const [name, app] of Object.entries(isMap(apps) ? apps : {})) {
    const at = ["apps", name];
    if (!isMap(app)) continue;
    const { namespace } = app;
    if (typeof namespace === "string" && !namespaces.includes(namespace))
      report.problem(
        [...at, "namespace"],
        `${path} may define apps in ${namespaces.join(", ")} only, by appFiles in the stack file${didYouMeanOrKnown(namespace, namespaces)}`,
      );
    for (const key of Object.keys(app))
      if (Object.hasOwn(appKeys, key) && appKeys[key as AppKey] !== true)
        report.problem([...at, key], because(String(appKeys[key as AppKey])));
    for (const [where, host] of hostsOf(name, app, domain)) {
      const [wildcard, owner] = others.wildcards.find(([other]) => standsFor(other, host)) ?? [];
      if (isWildcard(host) && !isAmong(host, hosts))
        report.problem([...at, ...where], because("takes every host below a domain that no other app has"));
      else if (wildcard !== undefined)
        report.problem([...at, ...where], because(`takes ${host} from ${wildcard} of apps.${owner}`));
    }
    const entry = typeof app.profile === "string" ? app.profile : name;
    for (const [setting, reason] of beyondTheApp(valueAt(whole, ["catalogue", entry, "route"])))
      report.problem(
        [...at, "profile"],
        `the catalogue entry "${entry}" sets ${setting.join(".")}, which ${reason}; ${path} is limited to ${named}: write profile: none, or move the app to the stack file`,
      );
    for (const [where, service] of servicesOf(app)) {
      const owner = others.services.get(service);
      if (owner !== undefined)
        report.problem(
          [...at, ...where],
          because(`leads to the Service of apps.${owner} past the access of that app`),
        );
    }
    checkPlace(app, at, because, report);
    for (const [own, place] of Object.entries(isMap(app.paths) ? app.paths : {}))
      checkPlace(place, [...at, "paths", own], because, report);
  }
  const tests = valueAt(raw, ["accessTests", "apps"]);
  for (const name of Object.keys(isMap(tests) ? tests : {}))
    if (!isMap(apps) || !Object.hasOwn(apps, name))
      report.problem(
        ["accessTests", "apps", name],
        `${path} may test its own apps only: a failed test stops the previews of all`,
      );
  return report.problems;
}

/** The access and the route of an app or of one of its paths. */
function checkPlace(
  place: unknown,
  at: readonly PathPart[],
  because: (reason: string) => string,
  report: Report,
): void {
  if (!isMap(place)) return;
  const { access, route } = place;
  for (const kind of typeof access === "string" ? [access] : Object.keys(isMap(access) ? access : {})) {
    const answer = Object.hasOwn(accessKinds, kind) ? accessKinds[kind as AccessKind] : true;
    // Consent stands beside what it is for.
    if (answer !== true && kind !== "consent") report.problem([...at, "access"], because(answer));
  }
  for (const [setting, reason] of beyondTheApp(route))
    report.problem([...at, "route", ...setting], because(reason));
}
