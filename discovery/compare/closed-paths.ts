import { type Answer, type Observation, type Redirect, redirectText } from "./answer.ts";
import { answerText, words } from "./answer-text.ts";
import type { Context } from "./context.ts";
import { refusedPreflight } from "./cors.ts";
import { type Found, found } from "./difference.ts";
import { isOwnRobots, isRefusal, isSignIn, signInPages } from "./pomerium-answers.ts";
import type { Question } from "./questions.ts";
import { refusedUpgrade } from "./websocket.ts";

/** A path that the stack file closes to anonymous callers. */
export function closed(
  { purpose, expected }: Question,
  old: Observation | undefined,
  fresh: Answer,
  context: Context,
): Found[] {
  const asksToSignIn = isSignIn(fresh, context);
  const lost =
    purpose === "preflight" && (asksToSignIn || isRefusal(fresh))
      ? refusedPreflight(old, fresh, context)
      : undefined;
  if (lost !== undefined) return [lost];
  if (isOwnRobots(fresh))
    return [found("wanted", "access", `${words(old)}200 with the robots.txt that Pomerium itself gives`)];
  if (asksToSignIn)
    return [
      context.place?.access.kind === "apiOnly"
        ? found(
            "unexpected",
            "access",
            `${words(old)}sign-in in place of Pomerium's refusal: people who sign in may pass, and the stack file lets nobody in`,
          )
        : found("wanted", "access", `${words(old)}sign-in`),
    ];
  const was = old?.failure === undefined ? old?.status : undefined;
  // Envoy refuses the upgrade, before Pomerium looks at the request.
  if (purpose === "websocket" && fresh.status === 403 && !fresh.byPomerium)
    return [refusedUpgrade(was, context)];
  // A request that asks for no page gets a status in place of a redirect.
  const asksForPage = purpose !== "preflight" && purpose !== "upload" && purpose !== "websocket";
  if (isRefusal(fresh) && (expected === "closed" || !asksForPage))
    return [found("wanted", "access", `${words(old)}${fresh.status}`)];
  const { status, redirect } = fresh;
  if (status >= 300 && status < 400 && redirect?.path.startsWith(signInPages))
    return [
      found(
        "unexpected",
        "access",
        `${words(old)}a sign-in at ${siteOf(redirect, context)}, and not at ${context.authenticateHost}`,
      ),
    ];
  const isAnswer = status < 400 || (status < 500 && status === was && !fresh.byPomerium);
  return [
    isAnswer
      ? found(
          "danger",
          "access",
          `${words(old)}${answerText(fresh)}: the app answers anonymous callers, and the stack file keeps them out`,
        )
      : found(
          "unexpected",
          "access",
          `${words(old)}${answerText(fresh)} in place of ${expected === "sign-in" ? "the sign-in page" : "Pomerium's refusal"}`,
        ),
  ];
}

/** The site of a redirect: its host, with scheme and port if only these are wrong. */
function siteOf(redirect: Redirect, { authenticateHost }: Context): string {
  return redirect.host === authenticateHost
    ? redirectText({ ...redirect, path: "", query: [] })
    : redirect.host;
}
