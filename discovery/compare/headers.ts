import type { Route } from "../../policies/annotations/annotations.ts";
import type { Answer } from "./answer.ts";
import { type Difference, inYaml, type Setting } from "./difference.ts";

export interface HeaderContext {
  /** Headers that Pomerium's settings add to every response. */
  settings: Readonly<Record<string, string>>;
  /** Settings of the route. */
  route: Route;
  /** Key path of the route settings. */
  at: string;
}

/** Usual spelling of a header's name. */
function spelled(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

/** Compares the security headers of two answers of the app. One setting restores all that are lost. */
export function compareHeaders(old: Answer, fresh: Answer, context: HeaderContext): Difference[] {
  const names = [...new Set([...Object.keys(old.headers), ...Object.keys(fresh.headers)])].sort();
  const found = names.flatMap((name) => compareHeader(name, old, fresh, context) ?? []);
  const lost = found.flatMap(({ restore }) => (restore === undefined ? [] : [restore]));
  const setting = headersSetting(Object.fromEntries(lost), context);
  return found.map(({ restore, ...difference }) => ({
    ...difference,
    ...(restore === undefined ? {} : { setting }),
  }));
}

type Found = Difference & { restore?: readonly [name: string, value: string] };

function compareHeader(name: string, old: Answer, fresh: Answer, context: HeaderContext): Found | undefined {
  const [before, after] = [old.headers[name], fresh.headers[name]];
  if (before === after) return undefined;
  const title = spelled(name);
  const found = (severity: Difference["severity"], message: string): Found => ({
    severity,
    kind: "header",
    message: `${title}: ${message}`,
  });
  if (before === undefined)
    return after === added(name, context)
      ? found("wanted", `Pomerium adds ${after}`)
      : found("unexpected", `only the new address sends it: ${after}`);
  if (after !== undefined && name === "strict-transport-security" && isAtLeast(after, before))
    return found("wanted", `${before} → ${after}`);
  return {
    ...found("unexpected", after === undefined ? `lost: ${before}` : `${before} → ${after}`),
    restore: [title, before],
  };
}

/** The value with which Pomerium replaces a header, by the route or by its settings. */
function added(name: string, { settings, route }: HeaderContext): string | undefined {
  const find = (headers: Readonly<Record<string, string>> | undefined): string | undefined =>
    Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
  return find(route.set_response_headers) ?? find(settings);
}

function headersSetting(lost: Readonly<Record<string, string>>, { route, at }: HeaderContext): Setting {
  const entries = Object.entries({ ...route.set_response_headers, ...lost });
  return {
    at,
    write: `set_response_headers: {${entries.map(([name, value]) => `${name}: ${inYaml(value)}`).join(", ")}}`,
  };
}

/** Whether one Strict-Transport-Security protects as long and as widely as another. */
function isAtLeast(fresh: string, old: string): boolean {
  const [is, was] = [fresh, old].map((text) =>
    text
      .toLowerCase()
      .split(";")
      .map((part) => part.trim()),
  );
  const age = (parts: readonly string[]): number =>
    Number(
      parts
        .find((part) => part.startsWith("max-age="))
        ?.slice("max-age=".length)
        .replaceAll('"', ""),
    );
  return age(is!) >= age(was!) && (is!.includes("includesubdomains") || !was!.includes("includesubdomains"));
}

/** Cookies that Pomerium itself sets. */
const pomeriumCookie = /^_pomerium/;

/** Cookie by which ingress-nginx keeps a client at one pod, unless an annotation renames it. */
const affinityCookie = "INGRESSCOOKIE";

/** Compares names and flags of the cookies of two answers of the app. */
export function compareCookies(old: Answer, fresh: Answer, at: string): Difference[] {
  const flagsOf = ({ cookies }: Answer): Map<string, string> =>
    new Map(cookies.map(({ name, flags }) => [name, flags.join("; ") || "no flag"]));
  const [before, after] = [flagsOf(old), flagsOf(fresh)];
  const difference = (severity: Difference["severity"], message: string): Difference => ({
    ...{ severity, kind: "cookie", message },
  });
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name): Difference[] => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) return [];
    if (pomeriumCookie.test(name)) return [difference("wanted", `cookie ${name}: Pomerium sets it`)];
    if (is === undefined)
      return [
        {
          ...difference("unexpected", `cookie ${name}: only the old address sets it`),
          ...(name === affinityCookie ? { setting: { at, write: "load_balancing_policy: maglev" } } : {}),
        },
      ];
    return [
      difference(
        "unexpected",
        was === undefined ? `cookie ${name}: only the new address sets it` : `cookie ${name}: ${was} → ${is}`,
      ),
    ];
  });
}
