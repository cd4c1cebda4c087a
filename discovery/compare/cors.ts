import { advise } from "./advice.ts";
import type { Answer, Observation } from "./answer.ts";
import { answerText } from "./answer-text.ts";
import type { Context } from "./context.ts";
import { type Found, found } from "./difference.ts";

/** Whether a browser may call the app from another website. */
function allows(answer: Observation | undefined): answer is Answer {
  return (
    answer !== undefined &&
    answer.failure === undefined &&
    answer.status < 300 &&
    answer.headers["access-control-allow-origin"] !== undefined
  );
}

const lost = (old: Answer, fresh: Answer): Found =>
  found(
    "unexpected",
    "header",
    `other websites may call the app (CORS) at the old address only: ${old.status} → ${answerText(fresh)}`,
  );

/** A browser's question that reaches the app. */
export function preflights(old: Answer, fresh: Answer, context: Context): Found[] {
  if (!allows(old) || allows(fresh)) return [];
  return [{ ...lost(old, fresh), ...advise(old, fresh, context) }];
}

/**
 * A browser's preflight request that Pomerium answers with the sign-in, because it has no session. Undefined if no
 * access is lost.
 */
export function refusedPreflight(
  old: Observation | undefined,
  fresh: Answer,
  { place }: Context,
): Found | undefined {
  if (!allows(old)) return undefined;
  return {
    ...lost(old, fresh),
    ...(place === undefined ? {} : { setting: { at: place.at, write: "cors_allow_preflight: true" } }),
  };
}
