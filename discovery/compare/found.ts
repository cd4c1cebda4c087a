import { type Answer, type Observation, redirectText } from "./answer.ts";
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
export function isSignIn(answer: Answer, authenticateHost: string): boolean {
  const { status, redirect } = answer;
  return (
    status >= 300 &&
    status < 400 &&
    redirect?.host === authenticateHost &&
    redirect.path.startsWith(signInPages)
  );
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
