import type { z } from "zod";
import type { AccessInput } from "../../policies/access/config.ts";
import type { AnnotationName } from "../../policies/annotations/annotations.ts";
import { didYouMeanOrKnown } from "../../stack-file/nearest.ts";
import { isMap, type PathPart, valueAt } from "../../stack-file/paths.ts";
import { Report } from "../../stack-file/problems.ts";
import type { appSchema } from "../schema.ts";
import type { AppFile } from "./read.ts";

type AppKey = keyof z.input<typeof appSchema>;
type AccessKind =
  | Extract<AccessInput, string>
  | (AccessInput extends infer A ? (A extends object ? keyof A : never) : never);

/** Whether a key of an app stays in the app's namespace; if not, why. A new key needs an answer, or nothing compiles. */
const appKeys: Readonly<Record<AppKey, true | string>> = {
  // Checked on their own: the namespace by its name, hosts for wildcards, access, paths and route by their parts.
  namespace: true,
  host: true,
  aliases: true,
  access: true,
  paths: true,
  route: true,
  // Names of objects in the app's namespace.
  service: true,
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

/** Route settings that use something of the whole cluster. */
const routeKeys: Readonly<Partial<Record<AnnotationName, string>>> = {
  enable_google_cloud_serverless_authentication: "signs requests as Pomerium itself",
  set_request_headers_secret:
    "can send the backend a caller's token of the identity provider, and nobody sees it in a review",
  subtle_allow_empty_host: "takes every host",
  upstream_tunnel: "leads out of the cluster",
  upstream_tunnel_ssh_policy: "leads out of the cluster",
};

/** Substitutions that are about this route alone. The others hand out tokens that are good elsewhere. */
const ownTokens = ["pomerium.jwt", "pomerium.client_cert_fingerprint"];

/** Reports what an app file with namespaces may not set. The values may have any form: the schemas report that. */
export function beyondNamespaces(
  { path, raw }: Pick<AppFile, "path" | "raw">,
  namespaces: readonly string[],
): Report["problems"] {
  const report = new Report();
  const named = `namespace${namespaces.length === 1 ? "" : "s"} ${namespaces.join(", ")}`;
  const because = (reason: string): string =>
    `${reason}; ${path} is limited to ${named}: remove this, or move the app to the stack file`;
  const apps = valueAt(raw, ["apps"]);
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
    const hosts = [
      [["host"], app.host],
      ...(Array.isArray(app.aliases) ? app.aliases.map((alias, i) => [["aliases", i], alias] as const) : []),
    ] as const;
    for (const [where, host] of hosts)
      if (typeof host === "string" && host.startsWith("*"))
        report.problem([...at, ...where], because("takes every host below a domain that no other app has"));
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
  if (!isMap(route)) return;
  for (const key of Object.keys(route)) {
    const answer = Object.hasOwn(routeKeys, key) ? routeKeys[key as AnnotationName] : undefined;
    if (answer !== undefined) report.problem([...at, "route", key], because(answer));
  }
  const headers = isMap(route.set_request_headers) ? route.set_request_headers : {};
  for (const [header, value] of Object.entries(headers)) {
    const foreign = [...String(value).matchAll(/\$\{(pomerium\.[^}]*)/g)].find(
      ([, name = ""]) => !ownTokens.includes(name),
    );
    if (foreign !== undefined)
      report.problem(
        [...at, "route", "set_request_headers", header],
        because(`sends the backend a caller's ${foreign[1]}, which is good elsewhere too`),
      );
  }
}
