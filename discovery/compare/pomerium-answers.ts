import type { Answer } from "./answer.ts";
import type { Context } from "./context.ts";

/** Beginning of the paths of Pomerium's sign-in pages. */
export const signInPages = "/.pomerium/";

/** Whether an answer sends the client to Pomerium's sign-in pages. */
export function isSignIn(
  { status, redirect }: Answer,
  { authenticateHost, coexistPort }: Pick<Context, "authenticateHost" | "coexistPort">,
): boolean {
  return (
    status >= 300 &&
    status < 400 &&
    redirect?.host === authenticateHost &&
    redirect.scheme === "https" &&
    (redirect.port === undefined || redirect.port === `${coexistPort}`) &&
    redirect.path.startsWith(signInPages)
  );
}

/** Whether Pomerium refuses the client without a redirect. An app may answer 401 and 403, too. */
export function isRefusal({ status, byPomerium }: Answer): boolean {
  return byPomerium === true && (status === 401 || status === 403);
}

/** Whether Pomerium refuses the client with its own robots.txt. */
export function isOwnRobots({ status, byPomerium }: Answer): boolean {
  return byPomerium === true && status === 200;
}
