import { type Observation, redirectText } from "./answer.ts";

/** An answer in a few words: `200`, `302 to https://komga.example.org/login`, `no answer within 10 s`. */
export function answerText(observation: Observation): string {
  if (observation.failure !== undefined) return observation.failure;
  const { status, redirect } = observation;
  return redirect === undefined ? `${status}` : `${status} to ${redirectText({ ...redirect, query: [] })}`;
}

/** The old answer in front of the new one. */
export const words = (old: Observation | undefined): string =>
  old === undefined ? "" : `${answerText(old)} → `;
