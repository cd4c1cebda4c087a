import { hostName } from "../../stack-file/fields.ts";
import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";

/** The values of the stack that decide what a public app means. */
export interface PublicContext {
  /** Whether a router leads to Pomerium directly, or only a tunnel does. */
  exposure?: "direct" | "tunnelOnly" | undefined;
  /** Pomerium's release tag. */
  version?: string | undefined;
}

export const consentTo = (what: string) =>
  hostName.describe(`The app's host, repeated: ${what} everybody on the internet reaches it.`);

/** A public app needs consent where a router leads to Pomerium: any caller then reaches it past the tunnel. */
export function checkConsent(
  consent: string | undefined,
  at: readonly PathPart[],
  host: string | undefined,
  { exposure }: PublicContext,
  report: Report,
  form = `{ public: { consent: ${host ?? "<host>"} } }`,
): void {
  if (consent !== undefined && host !== undefined && consent !== host)
    report.problem(
      at.at(-1) === "policy" ? [...at.slice(0, -1), "consent"] : [...at, "public", "consent"],
      `consents to ${consent}, but the app's host is ${host}`,
    );
  else if (consent === undefined && exposure === "direct")
    report.problem(
      at,
      `public, and the cluster's 443 is exposed directly: anybody reaches ${host ?? "it"} past the tunnel and whatever guards that; write \`access: admins\`, or consent with ${form}`,
    );
  else report.warning(at, `public: everybody on the internet reaches ${host ?? "it"} without signing in`);
}
