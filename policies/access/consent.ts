import { z } from "zod";
import { expectations, text } from "../../stack-file/fields.ts";
import { withoutWildcard } from "../../stack-file/hosts.ts";
import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { hostOrWildcardPattern, isHost } from "../../stack-file/values.ts";
import { asksForCertificates, type CertificateSettings } from "../annotations/annotations.ts";

/** The values of the stack that decide what a public app means. */
export interface PublicContext {
  /** Whether a router leads to Pomerium directly, or only a tunnel does. */
  exposure?: "direct" | "tunnelOnly" | undefined;
  /** Pomerium's release tag. */
  version?: string | undefined;
  /** Whether Pomerium knows an authority of client certificates. Default: no. */
  asksForCertificates?: boolean | undefined;
}

/** The context of a place that has its own route settings. */
export const withAuthority = <T extends PublicContext>(context: T, route: CertificateSettings): T => ({
  ...context,
  asksForCertificates: context.asksForCertificates === true || asksForCertificates(route),
});

/** The hosts that an access is for, with a path if it is for one alone. No hosts if they are not known. */
export interface Where {
  hosts: readonly string[];
  path?: string;
}

const someHost = text(
  (value) => isHost(withoutWildcard(value)),
  "is not a host name: lower case labels of letters, digits and hyphens, joined by dots, without port",
  { pattern: hostOrWildcardPattern, examples: ["komga.example.org"] },
);

export const consentTo = (what: string) =>
  z
    .union([someHost, z.array(someHost)])
    .register(expectations, { expected: "the app's host, or a list of the app's host and its aliases" })
    .describe(
      `The app's host, repeated: ${what} everybody on the internet reaches it. A list, if the app has aliases.`,
    );

export type Consent = string | readonly string[] | undefined;

/** Consent to some hosts, in the form of the stack file. In YAML, a value that begins with `*` needs quotes. */
function written(hosts: readonly string[]): string {
  const [first = "<host>", ...more] = hosts.map((host) => (host.startsWith("*") ? `"${host}"` : host));
  return more.length === 0 ? first : `[${[first, ...more].join(", ")}]`;
}

/**
 * A public app needs consent where a router leads to Pomerium: any caller then reaches it past the tunnel. The consent
 * names each of its hosts.
 */
export function checkConsent(
  consent: Consent,
  at: readonly PathPart[],
  { hosts, path = "" }: Where,
  { exposure }: PublicContext,
  report: Report,
  form = (consented: string) => `{ public: { consent: ${consented} } }`,
): void {
  const named = consent === undefined ? [] : [consent].flat();
  const place = at.at(-1) === "policy" ? [...at.slice(0, -1), "consent"] : [...at, "public", "consent"];
  const all = hosts.length === 0 ? "it" : hosts.map((host) => host + path).join(", ");
  const others = hosts.length === 0 ? [] : named.filter((host) => !hosts.includes(host));
  const missing = hosts.filter((host) => !named.includes(host));
  if (others.length > 0)
    report.problem(
      place,
      `consents to ${others.join(", ")}, but the app's ${hosts.length === 1 ? "host is" : "hosts are"} ${hosts.join(", ")}`,
    );
  else if (consent === undefined && exposure === "direct")
    report.problem(
      at,
      `public, and the cluster's 443 is exposed directly: anybody reaches ${all} past the tunnel and whatever guards that; write \`access: admins\`, or consent with ${form(written(hosts))}`,
    );
  else if (missing.length > 0 && exposure === "direct")
    report.problem(
      place,
      `lacks ${missing.join(", ")}, which everybody on the internet reaches as well; write consent: ${written(hosts)}`,
    );
  else report.warning(at, `public: everybody on the internet reaches ${all} without signing in`);
}
