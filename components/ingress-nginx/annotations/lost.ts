import type { Access } from "../../../policies/access/routes.ts";
import type { Route } from "../../../policies/annotations/annotations.ts";
import { parseNetwork } from "../../../stack-file/networks.ts";
import { classify } from "./classify.ts";
import { nginxPrefix } from "./judgement.ts";
import { networksOf, within } from "./networks.ts";
import { settingsInForce } from "./settings.ts";
import { entryOf, protections } from "./table.ts";

/** A protection of an nginx Ingress that Pomerium does not give of itself. */
export interface LostProtection {
  /** ingress-nginx' annotation without its prefix, or its setting: what the app's `accept` calls it. */
  annotation: string;
  /** It is a setting of the controller as a whole. */
  isSetting?: true;
  /** What is lost, in one line; never holds a secret. */
  reason: string;
  /** What takes its place, or why nothing needs to; absent, the app has yet to answer. */
  answeredBy?: string;
}

/** What an app says of itself that may answer. */
export interface Answers {
  access: Access;
  /** Annotation without its prefix → why nothing takes its place. */
  accept: Readonly<Record<string, string>>;
  route: Route;
}

/**
 * What an app loses with an nginx Ingress that it replaces: each protection once, by the annotation that switches
 * it on, and what of the app answers for it. Then what every Ingress has from the controller's settings.
 *
 * @param annotations All annotations of the Ingress.
 * @param settings Data of the controller's ConfigMap.
 */
export function lostProtections(
  annotations: Readonly<Record<string, string>>,
  app: Answers,
  settings: Readonly<Record<string, string>> = {},
): LostProtection[] {
  const own = classify(annotations).flatMap(({ annotation: whole, value, says, protects }) => {
    const annotation = whole.slice(nginxPrefix.length);
    const needs = entryOf(annotation)?.needs;
    if (!protects || (needs !== undefined && needs !== annotation)) return [];
    return [lost(annotation, says, replacement(annotation, value, annotations, app), app)];
  });
  const inherited = settingsInForce(settings, annotations).map(
    ({ name, value, says }): LostProtection => ({
      ...lost(name, says, replacement(name, value, annotations, app), app),
      isSetting: true,
    }),
  );
  return [...own, ...inherited];
}

function lost(
  annotation: string,
  says: string,
  { by, but }: Replacement,
  { accept }: Pick<Answers, "accept">,
): LostProtection {
  const answeredBy = by ?? accepted(annotation, accept);
  return { annotation, reason: `${says}${but ?? ""}`, ...(answeredBy === undefined ? {} : { answeredBy }) };
}

/** What takes a protection's place, or the rest of the sentence that says what does not. */
interface Replacement {
  by?: string;
  but?: string;
}

function replacement(
  annotation: string,
  value: string,
  annotations: Readonly<Record<string, string>>,
  { access, route }: Answers,
): Replacement {
  switch (annotation) {
    case "whitelist-source-range":
    case "allowlist-source-range":
      return byNetworks(value, access);
    case "auth-type":
    case "auth-url":
    case "enable-global-auth":
    case "global-auth-url":
      return bySignIn(access);
    case "auth-tls-secret":
      return byCertificate(annotations, access, route);
    default:
      return {};
  }
}

function byNetworks(value: string, access: Access): Replacement {
  const from = "from" in access ? access.from : [];
  const had = `; ingress-nginx admitted ${value.trim()} only`;
  if (from.length === 0) return { but: had };
  const admitted = networksOf(value);
  const wider = from.filter((text) => {
    const network = parseNetwork(text);
    return network === undefined || !within(network, admitted);
  });
  if (wider.length === 0) return { by: "`access.from`" };
  return { but: `${had}, not all of ${wider.join(", ")}` };
}

/** A sign-in by named people is more than a password that goes round; where nobody signs in, it is nothing. */
function bySignIn(access: Access): Replacement {
  const but = unguarded(access);
  return but === undefined ? { by: "people sign in instead" } : { but };
}

/** Pomerium knows an authority's certificates, but no common names; and it asks for none where anybody may pass. */
function byCertificate(
  annotations: Readonly<Record<string, string>>,
  access: Access,
  route: Route,
): Replacement {
  if (route.tls_downstream_client_ca_secret === undefined) return {};
  if (annotations[`${nginxPrefix}auth-tls-match-cn`]) return { but: "; auth-tls-match-cn has no equivalent" };
  const but = access.kind === "policy" ? undefined : unguarded(access);
  return but === undefined ? { by: "`route.tls_downstream_client_ca_secret`" } : { but };
}

/** Where callers pass without being asked who they are; undefined when they never do. */
function unguarded(access: Access): string | undefined {
  switch (access.kind) {
    case "public":
      return ", but the app is public";
    case "policy":
      return ", but what the app's own policy asks for is not judged here";
    case "people":
    case "apiOnly":
      return access.api.length === 0
        ? undefined
        : `, but not at its open paths ${access.api.map(({ path }) => path).join(", ")}`;
  }
}

/** The reason under the annotation's own name, or under that of one that belongs to it. */
function accepted(annotation: string, accept: Answers["accept"]): string | undefined {
  const kin = [annotation, ...protections.filter((other) => entryOf(other)?.needs === annotation)];
  const name = kin.find((other) => Object.hasOwn(accept, other));
  return name === undefined ? undefined : `accepted: ${accept[name]}`;
}
