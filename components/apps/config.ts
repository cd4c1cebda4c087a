import { z } from "zod";
import { type AccessContext, accessSchema, resolveAccess } from "../../policies/access/config.ts";
import type { Access } from "../../policies/access/routes.ts";
import { type Route, routeSchema } from "../../policies/annotations/annotations.ts";
import { checkRoute, routeWarnings, unknownAnnotation } from "../../policies/annotations/check.ts";
import { unknownEntry } from "../../policies/catalogue/config.ts";
import { newestRelease } from "../../policies/language/releases.ts";
import { expectations, namespaceName, someText, text, unknownKeys } from "../../stack-file/fields.ts";
import { inNoZone, zoneOf } from "../../stack-file/hosts.ts";
import { keyPath, type PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { dnsLabel, dnsSubdomain } from "../../stack-file/values.ts";
import { hostInNames, ingressName, ingressNames, pomeriumNamespace } from "../cluster/names.ts";
import { reportAdvice } from "./advice.ts";
import { type Alias, aliasesSchema, appHost, resolveAliases } from "./hosts.ts";
import { isPathless, type ServiceBackend } from "./ingress.ts";
import { type Metadata, metadataSchema } from "./metadata.ts";
import { type PathConfig, pathsSchema, resolvePaths } from "./paths.ts";
import { checkRewrites } from "./rewrites.ts";
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
  /** Further hosts, which are apps of their own in the stack. */
  aliases: Alias[];
  /** Zone of `certificates.zones` in which the host lies. */
  zone: string;
  namespace: string;
  /** Port: the Service's own port or its name, never the pods' target port. */
  service: ServiceBackend;
  access: Access;
  /** Paths with a Service, an access or route settings of their own. */
  paths: PathConfig[];
  /** Annotations and labels of the Ingress for other tools. */
  metadata: Metadata;
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
);

const objectName = text(
  (value) => value.length <= 253 && dnsSubdomain.test(value),
  "is no name of a Kubernetes object: lower case letters, digits, hyphens and dots",
);

export const appSchema = z.strictObject({
  namespace: namespaceName.describe("Namespace of the app's Service and Ingress."),
  host: appHost
    .optional()
    .describe(
      "Public host, or a wildcard such as `*.example.org` for every host that no other app has. Default: `<app>.<domain>`.",
    ),
  aliases: aliasesSchema,
  service: serviceSchema.describe("Where Pomerium sends the requests."),
  access: accessSchema,
  paths: pathsSchema,
  ...metadataSchema,
  profile: someText
    .optional()
    .describe(
      "Entry of the catalogue whose route settings the app follows; `none` for no entry. Default: the entry of the app's own name, where there is one.",
    ),
  route: routeSchema
    .register(unknownKeys, { explain: (name) => unknownAnnotation(name, newestRelease) })
    .optional()
    .describe("Route settings, over those of the catalogue entry."),
  tls: z
    .union([
      z.strictObject({
        secretName: objectName.describe("Secret of the certificate, in the app's namespace."),
      }),
      z
        .strictObject({ existing: objectName.describe("Secret with a certificate for the host.") })
        .describe("A Secret of the app's namespace whose certificate somebody else renews."),
    ])
    .optional()
    .register(expectations, { expected: "a map with exactly one of secretName and existing" })
    .describe("Certificate of the host. Default: Secret `<app>-tls`, one for each app."),
  replaces: z
    .union([objectName, z.array(objectName)])
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

/** The profile that means: no profile. */
const none = "none";

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
  const host = input.host ?? (context.domain === undefined ? undefined : `${name}.${context.domain}`);
  const tls = tlsOf(name, input);
  const zone =
    host === undefined || context.zones === undefined
      ? undefined
      : // A certificate that somebody else renews needs no zone.
        (zoneOf(host, context.zones) ?? (tls.isExistingSecret ? host : undefined));
  // A domain outside all zones is reported once, at the domain.
  if (input.host !== undefined && context.zones !== undefined && zone === undefined)
    report.problem([...at, "host"], inNoZone(input.host));

  const profile = input.profile ?? (Object.hasOwn(context.catalogue, name) ? name : none);
  if (profile !== none && !Object.hasOwn(context.catalogue, profile))
    report.problem([...at, "profile"], unknownEntry(profile, [none, ...Object.keys(context.catalogue)]));
  const known = Object.hasOwn(context.catalogue, profile) ? context.catalogue[profile] : undefined;
  const hosts = host === undefined ? [] : [host, ...(input.aliases ?? [])];
  const access = resolveAccess(input.access, [...at, "access"], { hosts }, context, report);
  // If people sign in, a signed header names them to the app. The app may ignore it.
  const people: Route = access?.kind === "people" ? { pass_identity_headers: true } : {};
  const route: Route = { ...people, ...known?.route, ...input.route };
  if (context.version !== undefined) {
    const base = keyPath([...at, "route"]);
    for (const problem of checkRoute(route, context.version))
      report.problemAt(`${base}.${problem.at}`, problem.message);
    for (const warning of routeWarnings(route)) report.warningAt(`${base}.${warning.at}`, warning.message);
  }
  for (const key of ["ssh_upstream", "upstream_tunnel"] as const)
    if (input.route?.[key])
      report.problem(
        [...at, "route", key],
        "needs an SSH listener, host keys and a certificate authority for users in Pomerium's settings, and this program sets up none of them",
      );
  if (input.route?.pass_identity_headers && !removesClaims(input.route))
    report.warning(
      [...at, "route", "pass_identity_headers"],
      `a caller's own X-Pomerium-Claim-* headers reach the app unchanged; an app that trusts them instead of the signed X-Pomerium-Jwt-Assertion needs remove_request_headers: [${claimHeader}Email]`,
    );
  if (isPathless(route) && opensPaths(access))
    report.problem([...at, "access"], "opens paths, but a stream of bytes (tcp, udp, ssh) has none");
  const aliases = resolveAliases(
    input.aliases ?? [],
    { at: [...at, "aliases"], zones: context.zones, needsZone: !tls.isExistingSecret },
    report,
  );
  const { version } = context;
  const owner = { hosts, service: input.service, access, route, version };
  const paths = resolvePaths(input.paths, [...at, "paths"], owner, context, report);
  if (known && access)
    reportAdvice(
      profile,
      known,
      { at, access, input: input.access, paths, service: input.service, version },
      report,
    );
  if (input.route?.prefix_rewrite !== undefined && (opensPaths(access) || paths.length > 0))
    report.problem(
      [...at, "route", "prefix_rewrite"],
      "replaces the path of each route, so the app's other paths would lose their own; write regex_rewrite_pattern: ^/(.*) and regex_rewrite_substitution",
    );
  else if (access !== undefined)
    checkRewrites({ service: input.service, access, route, paths, at: keyPath(at) }, report);

  if (host === undefined || zone === undefined || access === undefined) return undefined;
  return {
    name,
    key: name,
    at: keyPath(at),
    host,
    zone,
    aliases,
    namespace: input.namespace,
    service: input.service,
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

/** The Secret of an app's certificate. */
function tlsOf(
  name: string,
  { tls }: Pick<AppInput, "tls">,
): Pick<AppConfig, "tlsSecret" | "isExistingSecret"> {
  if (tls === undefined) return { tlsSecret: `${name}-tls` };
  return "existing" in tls
    ? { tlsSecret: tls.existing, isExistingSecret: true }
    : { tlsSecret: tls.secretName };
}

/** Pomerium sets these headers only if its settings name claims for them, and removes a caller's only then. */
const claimHeader = "X-Pomerium-Claim-";

function removesClaims({ remove_request_headers = [] }: Route): boolean {
  return remove_request_headers.some((name) => name.toLowerCase().startsWith(claimHeader.toLowerCase()));
}

/** Whether anybody may call some paths of the app, but not the whole app. */
function opensPaths(access: Access | undefined): boolean {
  return (
    access !== undefined && (access.kind === "apiOnly" || (access.kind === "people" && access.api.length > 0))
  );
}

/** Finds conflicts between two apps, and between an app and the sign-in pages or this stack's own objects. */
export function checkTogether(
  apps: ReadonlyMap<string, AppInput>,
  { domain, zones, authenticateHost }: AppContext,
  report: Report,
): void {
  const hosts = new Map<string, string>();
  const secrets = new Map<string, { by: string; isExisting: boolean }>();
  // Pomerium's own certificates.
  for (const secret of ["pomerium-auth-tls", ...(zones ?? []).map((zone) => `wildcard-${zone}-tls`)])
    secrets.set(`${pomeriumNamespace}/${secret}`, { by: "Pomerium itself", isExisting: false });
  const own = new Set(
    [...apps].flatMap(([name, app]) => {
      const paths = Object.keys(app.paths).map((path) => ({ path }));
      return ingressNames({ name, paths }).map((ingress) => `${app.namespace}/${ingress}`);
    }),
  );
  for (const [name, app] of apps) {
    const at = ["apps", name];
    const takeHost = (host: string, place: readonly PathPart[]): void => {
      const other = hosts.get(host);
      if (other !== undefined) report.problem(place, `${host} is already the host of apps.${other}`);
      else if (host === authenticateHost)
        report.problem(place, `${host} is the host of Pomerium's sign-in pages`);
      else hosts.set(host, name);
    };
    const { tlsSecret, isExistingSecret = false } = tlsOf(name, app);
    const takeSecret = (secretName: string, place: readonly PathPart[]): void => {
      const secret = `${app.namespace}/${secretName}`;
      const sharer = secrets.get(secret);
      // A certificate of somebody else may be for several hosts.
      if (sharer !== undefined && !(isExistingSecret && sharer.isExisting))
        report.problem(
          place,
          `Secret ${secret} already belongs to ${sharer.by}: its certificate would have only one of the two hosts`,
        );
      else secrets.set(secret, { by: `apps.${name}`, isExisting: isExistingSecret });
    };
    const host = app.host ?? (domain === undefined ? undefined : `${name}.${domain}`);
    if (host !== undefined) takeHost(host, [...at, "host"]);
    takeSecret(tlsSecret, [...at, "tls", isExistingSecret ? "existing" : "secretName"]);
    for (const [i, alias] of (app.aliases ?? []).entries()) {
      const taken = hosts.has(alias);
      takeHost(alias, [...at, "aliases", i]);
      // A host that two apps have is reported once.
      if (!taken && !isExistingSecret) takeSecret(`${hostInNames(alias)}-tls`, [...at, "aliases", i]);
    }
    const replaced = typeof app.replaces === "string" ? [app.replaces] : (app.replaces ?? []);
    for (const [i, ingress] of replaced.entries()) {
      const place = typeof app.replaces === "string" ? [...at, "replaces"] : [...at, "replaces", i];
      if (own.has(`${app.namespace}/${ingress}`))
        report.problem(
          place,
          `${ingress} is the name of one of this stack's own Ingresses in ${app.namespace}`,
        );
      else if (replaced.indexOf(ingress) !== i) report.problem(place, `${ingress} is named twice`);
    }
  }
}

/**
 * Refuses networks for an app behind a tunnel. Pomerium sees the address of cloudflared, which is often in the
 * network of the policy. So the policy would let in everybody or nobody.
 *
 * @param tunnels The apps that each tunnel carries, by the tunnel's name.
 * @param hidesCallers Whether every node answers for Pomerium, in its own name.
 */
export function checkNetworks(
  apps: readonly Pick<AppConfig, "name" | "at" | "access" | "paths">[],
  tunnels: Readonly<Record<string, { apps: readonly string[] }>>,
  exposure: AppContext["exposure"],
  report: Report,
  hidesCallers = false,
): void {
  const places = apps.flatMap(({ name, at, access, paths }) => [
    { name, at, access },
    ...paths.flatMap((path) =>
      path.access === undefined ? [] : [{ name, at: path.at, access: path.access }],
    ),
  ]);
  for (const { name, at, access } of places) {
    const key = networksKey(access);
    if (key === undefined) continue;
    const carriers = Object.keys(tunnels).filter((tunnel) => tunnels[tunnel]!.apps.includes(name));
    const how =
      carriers.length > 0
        ? `the tunnel ${carriers.join(" and ")} carries this app`
        : exposure === "tunnelOnly"
          ? "only a tunnel leads to this cluster"
          : undefined;
    if (how === undefined && hidesCallers)
      report.problemAt(
        `${at}.access.${key}`,
        "pomerium.address.trafficPolicy is Cluster, so Pomerium may see a node's address in place of the caller's: the networks would let in everybody or nobody. Take them out, or write trafficPolicy: Local, with which only nodes that run Pomerium answer",
      );
    if (how !== undefined)
      report.problemAt(
        `${at}.access.${key}`,
        `${how}, so Pomerium sees the address of cloudflared and not the caller's: the networks would let in everybody or nobody. Take them out, or restrict the app in Cloudflare Access`,
      );
  }
}

/** Warns of streams of bytes in a tunnel: they go over the CONNECT method, which a proxy in front must pass on. */
export function warnOfStreams(
  apps: readonly Pick<AppConfig, "key" | "route">[],
  tunnels: Readonly<Record<string, { apps: readonly string[] }>>,
  report: Report,
): void {
  for (const [tunnel, { apps: carried }] of Object.entries(tunnels))
    for (const [i, name] of carried.entries())
      if (apps.some(({ key, route }) => key === name && isPathless(route)))
        report.warning(
          ["tunnels", tunnel, "apps", i],
          `${name} is a stream of bytes: Pomerium's command line opens it by the CONNECT method, which Cloudflare's proxy must pass on; upstream advises against a proxy in front`,
        );
}

/** The key of an app's access that names networks; undefined if none does. */
function networksKey(access: Access): "from" | "policy" | undefined {
  if (access.kind === "public") return undefined;
  if (access.kind === "policy")
    return JSON.stringify(access.policy).includes('"source_ip"') ? "policy" : undefined;
  return access.from.length > 0 ? "from" : undefined;
}
