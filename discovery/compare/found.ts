import { type Answer, type Observation, redirectText } from "./answer.ts";
import type { Context } from "./context.ts";
import type { Difference, Kind, Severity } from "./difference.ts";

/** An answer in a few words: `200`, `302 to https://komga.example.org/login`, `no answer within 10 s`. */
export function answerText(observation: Observation): string {
  if (observation.failure !== undefined) return observation.failure;
  const { status, redirect } = observation;
  return redirect === undefined ? `${status}` : `${status} to ${redirectText({ ...redirect, query: [] })}`;
}

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

/** A difference before it is known which request showed it. */
export type Found = Omit<Difference, "question">;

export const found = (severity: Severity, kind: Kind, message: string): Found => ({
  severity,
  kind,
  message,
});

/** The old answer in front of the new one. */
export const words = (old: Observation | undefined): string =>
  old === undefined ? "" : `${answerText(old)} → `;
