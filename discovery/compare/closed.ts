import type { Answer, Observation } from "./answer.ts";
import type { Context } from "./context.ts";
import { refusedPreflight } from "./cors.ts";
import { answerText, type Found, found, isSignIn, signInPages, words } from "./found.ts";
import type { Question } from "./questions.ts";
import { refusedUpgrade } from "./websocket.ts";

/** A path that the stack file closes to anonymous callers. */
export function closed(
  { purpose, expected }: Question,
  old: Observation | undefined,
  fresh: Answer,
  context: Context,
): Found[] {
  const isRefusal = fresh.status === 403 || fresh.status === 401;
  const lost =
    purpose === "preflight" && (isRefusal || isSignIn(fresh, context.authenticateHost))
      ? refusedPreflight(old, fresh, context)
      : undefined;
  if (lost !== undefined) return [lost];
  if (isSignIn(fresh, context.authenticateHost)) return [found("wanted", "access", `${words(old)}sign-in`)];
  const was = old?.failure === undefined ? old?.status : undefined;
  if (purpose === "websocket" && fresh.status === 403) return [refusedUpgrade(was, context)];
  // A request that asks for no page gets a status in place of a redirect.
  const asksForPage = purpose !== "preflight" && purpose !== "upload" && purpose !== "websocket";
  if (isRefusal && (expected === "closed" || !asksForPage))
    return [found("wanted", "access", `${words(old)}${fresh.status}`)];
  const { status, redirect } = fresh;
  if (status >= 300 && status < 400 && redirect?.path.startsWith(signInPages))
    return [
      found(
        "unexpected",
        "access",
        `${words(old)}a sign-in at ${redirect.host}, and not at ${context.authenticateHost}`,
      ),
    ];
  const isAnswer = status < 400 || (status < 500 && status !== 403 && status === was);
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
          `${words(old)}${answerText(fresh)} in place of ${expected === "sign-in" ? "the sign-in page" : "a refusal"}`,
        ),
  ];
}
