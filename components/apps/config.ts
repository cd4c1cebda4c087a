import { z } from "zod";
import { type AccessContext, accessSchema, resolveAccess } from "../../policies/access/config.ts";
import { withAuthority } from "../../policies/access/consent.ts";
import type { Access } from "../../policies/access/routes.ts";
import { type Route, routeSchema } from "../../policies/annotations/annotations.ts";
import { unknownAnnotation } from "../../policies/annotations/check.ts";
import { catalogue, entryOf } from "../../policies/catalogue/catalogue.ts";
import { unknownEntry } from "../../policies/catalogue/config.ts";
import type { CatalogueEntry } from "../../policies/catalogue/entry.ts";
import { newestRelease } from "../../policies/language/releases.ts";
import {
  expectations,
  namespaceName,
  objectName,
  someText,
  text,
  unknownKeys,
} from "../../stack-file/fields.ts";
import { inNoZone, zoneOf } from "../../stack-file/hosts.ts";
import { keyPath } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { dnsLabel } from "../../stack-file/values.ts";
import { ingressName } from "../cluster/names.ts";
import { reportAdvice } from "./advice.ts";
import { type Alias, aliasesSchema, appHost, resolveAliases } from "./hosts.ts";
import { isPathless, type ServiceBackend } from "./ingress.ts";
import { metadataSchema, type ToolMetadata } from "./metadata.ts";
import { type PathConfig, pathsSchema, resolvePaths } from "./paths.ts";
import { checkRewrites } from "./rewrites.ts";
import { checkAppRoute } from "./route-checks.ts";
import { serviceSchema } from "./service.ts";

export interface AppConfig {
  /** Name of everything that belongs to the app at this host: the key, or `<key>.<host>` for a further host. */
  name: string;
  /** Key in the stack file. The hosts of one app share it. */
  key: string;
  /** `apps.<key>`. */
  at: string;
  /** A host name, or a wildcard such as `*.example.org`. */
  host: string;
  /** Further hosts, which are separate apps in the stack. */
  aliases: Alias[];
  /** Zone of `certificates.zones` in which the host lies. */
  zone: string;
  namespace: string;
  /** Port: the Service's own port or its name, never the pods' target port. */
  service: ServiceBackend;
  access: Access;
  /** Paths that have their own Service, access or route settings. */
  paths: PathConfig[];
  /** Annotations and labels of the Ingress for other tools. */
  metadata: ToolMetadata;
  /** All other settings of the route: those of the stack file over those of the catalogue. */
  route: Route;
  /** Secret of the host's certificate, in the app's namespace. */
  tlsSecret: string;
  /** Whether somebody else renews that certificate. Absent: the stack makes it. */
  isExistingSecret?: boolean;
  /** nginx Ingresses of the same namespace that the app takes over from. */
  replaces: string[];
  /** Protections of those Ingresses that get no replacement: ingress-nginx's annotation without its prefix → why. */
  accept: Record<string, string>;
  /** Whether a tunnel leads the host to Pomerium, before or after the cutover. Absent: the phase decides. */
  migrated?: boolean;
  /** Catalogue entry that the app follows. */
  profile?: string;
}

/** The name of an app's Ingress must fit into a label of 63 characters. */
const longestAppName = 63 - ingressName("").length;

export const appName = text(
  (value) => dnsLabel.test(value) && value.length <= longestAppName,
  `is no app name: lower case letters, digits and hyphens, at most ${longestAppName}, because Kubernetes objects are named after it`,
  { pattern: new RegExp(`^[a-z0-9]([a-z0-9-]{0,${longestAppName - 2}}[a-z0-9])?$`) },
);

const name = objectName("a Kubernetes object");

/** The name that stands for no profile. */
const none = "none";

export const appSchema = z.strictObject({
  namespace: namespaceName.describe("Namespace of the app's Service and Ingress."),
  host: appHost
    .optional()
    .describe(
      "Public host, or a wildcard such as `*.example.org` for every host that no other app has. Default: `<app>.<domain>`.",
    ),
  aliases: aliasesSchema,
  service: serviceSchema
    .describe("Where Pomerium sends the requests.")
    .meta({ examples: [{ name: "komga", port: 25600 }] }),
  access: accessSchema,
  paths: pathsSchema,
  ...metadataSchema,
  profile: someText
    .optional()
    .describe(
      "Entry of the catalogue whose route settings the app follows; `none` for no entry. Default: the entry of the app's own name, where there is one.",
    )
    .meta({ examples: [...Object.keys(catalogue), none] }),
  route: routeSchema
    .register(unknownKeys, { explain: (name) => unknownAnnotation(name, newestRelease) })
    .optional()
    .describe("Route settings, over those of the catalogue entry."),
  tls: z
    .union([
      z.strictObject({
        secretName: name.describe("Secret of the certificate, in the app's namespace."),
      }),
      z
        .strictObject({ existing: name.describe("Secret with a certificate for the host.") })
        .describe("A Secret of the app's namespace whose certificate somebody else renews."),
    ])
    .optional()
    .register(expectations, { expected: "a map with exactly one of secretName and existing" })
    .describe("Certificate of the host. Default: Secret `<app>-tls`, one for each app."),
  replaces: z
    .union([name, z.array(name)])
    .optional()
    .register(expectations, { expected: "the name of an Ingress, or a list of names" })
    .describe("nginx Ingresses of the same namespace that the app takes over from. Default: none."),
  migrated: z
    .boolean()
    .optional()
    .describe(
      "Where its tunnel's rule leads: true, to Pomerium ahead of the phase; false, to ingress-nginx after the cutover. Default: follows the phase.",
    ),
});

/** An app as the stack file has it. `accept` comes with the schema of the whole stack, which knows ingress-nginx. */
export type AppInput = z.output<typeof appSchema> & { accept: Record<string, string> };

/**
 * Other parts of the stack file that the checks of apps need. A part with a mistake is undefined, and checks that
 * need it are skipped. So each mistake is reported once.
 */
export interface AppContext extends AccessContext {
  /** Domain of every app that names no host. */
  domain?: string | undefined;
  zones?: readonly string[] | undefined;
  /** Host of the sign-in pages. */
  authenticateHost?: string | undefined;
}

/** Resolves one app; undefined if it has mistakes. `checkTogether` finds conflicts between apps. */
export function resolveApp(
  name: string,
  input: AppInput,
  context: AppContext,
  report: Report,
): AppConfig | undefined {
  const at = ["apps", name];
  const tls = tlsOf(name, input);
  const { host, zone } = hostAndZone(name, input, { ...context, needsZone: !tls.isExistingSecret }, report);
  const { profile, known } = profileOf(name, input, context, report);
  const hosts = host === undefined ? [] : [host, ...(input.aliases ?? [])];
  const own = withAuthority(context, { ...known?.route, ...input.route });
  const access = resolveAccess(input.access, [...at, "access"], { hosts }, own, report);
  // If people sign in, a signed header names them to the app. The app may ignore it.
  const people: Route = access?.kind === "people" ? { pass_identity_headers: true } : {};
  const route: Route = { ...people, ...known?.route, ...input.route };
  checkAppRoute(route, input.route, { at, version: context.version }, report);
  if (isPathless(route) && opensPaths(access))
    report.problem([...at, "access"], "opens paths, but a stream of bytes (tcp, udp, ssh) has none");
  const aliases = resolveAliases(
    input.aliases ?? [],
    { at: [...at, "aliases"], zones: context.zones, needsZone: !tls.isExistingSecret },
    report,
  );
  const { service } = input;
  const owner = { hosts, service, access, route, version: context.version };
  const paths = resolvePaths(input.paths, [...at, "paths"], owner, context, report);
  if (known && access)
    reportAdvice(profile, known, { at, access, input: input.access, paths, service, route, context }, report);
  if (input.route?.prefix_rewrite !== undefined && (opensPaths(access) || paths.length > 0))
    report.problem([...at, "route", "prefix_rewrite"], prefixRewriteProblem);
  else if (access !== undefined) checkRewrites({ service, access, route, paths, at: keyPath(at) }, report);

  if (host === undefined || zone === undefined || access === undefined) return undefined;
  return {
    name,
    key: name,
    at: keyPath(at),
    host,
    zone,
    aliases,
    namespace: input.namespace,
    service,
    access,
    paths,
    metadata: { annotations: input.annotations, labels: input.labels },
    route,
    ...tls,
    replaces: typeof input.replaces === "string" ? [input.replaces] : [...(input.replaces ?? [])],
    accept: input.accept,
    ...(input.migrated === undefined ? {} : { migrated: input.migrated }),
    ...(known === undefined ? {} : { profile }),
  };
}

/** The app's host and its zone. Each is undefined if it has a mistake, or if the section that it needs has one. */
function hostAndZone(
  name: string,
  input: AppInput,
  { domain, zones, needsZone }: Pick<AppContext, "domain" | "zones"> & { needsZone: boolean },
  report: Report,
): Partial<Pick<AppConfig, "host" | "zone">> {
  const host = input.host ?? (domain === undefined ? undefined : `${name}.${domain}`);
  if (host === undefined) return {};
  if (zones === undefined) return { host };
  // A certificate that somebody else renews needs no zone.
  const zone = zoneOf(host, zones) ?? (needsZone ? undefined : host);
  if (zone !== undefined) return { host, zone };
  // A domain outside all zones is reported once, at the domain.
  if (input.host !== undefined) report.problem(["apps", name, "host"], inNoZone(input.host));
  return { host };
}

/** The catalogue entry that an app follows. `known` is undefined if it follows none. */
function profileOf(
  name: string,
  input: AppInput,
  { catalogue }: AppContext,
  report: Report,
): { profile: string; known?: CatalogueEntry } {
  const profile = input.profile ?? (Object.hasOwn(catalogue, name) ? name : none);
  const known = entryOf(catalogue, profile);
  if (known !== undefined) return { profile, known };
  if (profile !== none)
    report.problem(["apps", name, "profile"], unknownEntry(profile, [none, ...Object.keys(catalogue)]));
  return { profile };
}

const prefixRewriteProblem =
  "replaces the path of each route, so the app's other paths would lose their own; write regex_rewrite_pattern: ^/(.*) and regex_rewrite_substitution";

/** The Secret of an app's certificate. */
export function tlsOf(
  name: string,
  { tls }: Pick<AppInput, "tls">,
): Pick<AppConfig, "tlsSecret" | "isExistingSecret"> {
  if (tls === undefined) return { tlsSecret: `${name}-tls` };
  return "existing" in tls
    ? { tlsSecret: tls.existing, isExistingSecret: true }
    : { tlsSecret: tls.secretName };
}

/** Whether anybody may call some paths of the app, but not the whole app. */
function opensPaths(access: Access | undefined): boolean {
  return (
    access !== undefined && (access.kind === "apiOnly" || (access.kind === "people" && access.api.length > 0))
  );
}
