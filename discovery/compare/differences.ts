import { diffFromLive } from "../../stack-file/commands.ts";
import { advise } from "./advice.ts";
import { type Answer, type Observation, redirectText } from "./answer.ts";
import { answerText, words } from "./answer-text.ts";
import { isFake } from "./certificate.ts";
import { closed } from "./closed-paths.ts";
import type { Context } from "./context.ts";
import { preflights } from "./cors.ts";
import type { Difference } from "./difference.ts";
import { type Found, found } from "./difference.ts";
import { compareCookies, compareHeaders } from "./headers.ts";
import { compareSlowAnswers, uploads } from "./long-requests.ts";
import { isOwnRobots, isRefusal, isSignIn } from "./pomerium-answers.ts";
import type { Question } from "./questions.ts";
import { upgrades } from "./websocket.ts";

/** The differences between the answers to one request. */
export function differencesOf(
  question: Question,
  old: Observation | undefined,
  fresh: Observation,
  context: Context,
): Difference[] {
  return compareAnswers(question, old, fresh, context).map((each) => ({
    ...each,
    question,
    // The cluster may enforce something else than the stack file says.
    ...(each.kind === "access" && (each.severity === "danger" || each.severity === "unexpected")
      ? { command: diffFromLive(context.stack) }
      : {}),
  }));
}

function compareAnswers(
  question: Question,
  old: Observation | undefined,
  fresh: Observation,
  context: Context,
): Found[] {
  if (fresh.failure !== undefined) {
    if (question.purpose === "upload") return uploads(old, fresh, context);
    const before = old === undefined ? "" : `${answerText(old)} → `;
    return [
      { ...found("unexpected", "answer", `${before}${fresh.failure}`), ...advise(old, fresh, context) },
    ];
  }
  switch (question.expected) {
    case "pomerium":
      return ownPath(question, old, fresh);
    case "sign-in":
    case "closed":
      return closed(question, old, fresh, context);
    case "unknown": {
      if (isSignIn(fresh, context) || isRefusal(fresh) || isOwnRobots(fresh))
        return [found("wanted", "access", `${words(old)}${answerText(fresh)}; the policy decides`)];
      return [
        found(
          "note",
          "access",
          "the policy depends on something that is not known here, such as the address",
        ),
        ...compareAppAnswers(question, old, fresh, context),
      ];
    }
    case "app":
      if (isSignIn(fresh, context))
        return [found("unexpected", "access", `${words(old)}sign-in, and the stack file opens the path`)];
      // The app may have the same text.
      if (isRefusal(fresh) || (isOwnRobots(fresh) && old?.failure === undefined && old?.byPomerium !== true))
        return [
          found(
            "unexpected",
            "access",
            `${words(old)}${fresh.status} by Pomerium, and the stack file opens the path`,
          ),
        ];
      return compareAppAnswers(question, old, fresh, context);
  }
}

/** A path that Pomerium answers itself on every host, whatever the app has there. */
function ownPath({ purpose }: Question, old: Observation | undefined, fresh: Answer): Found[] {
  if (fresh.status >= 500 || (purpose === "sign-in pages" && fresh.status !== 200))
    return [found("unexpected", "status", `Pomerium's own path answers ${answerText(fresh)}`)];
  if (old === undefined) return [];
  const wasThere = old.failure === undefined && old.status < 400;
  return [
    found(
      wasThere ? "note" : "wanted",
      "answer",
      `${words(old)}${answerText(fresh)}: Pomerium answers this path itself on every host${
        wasThere ? ", so the app is not reached there any more" : ""
      }`,
    ),
  ];
}

/** Answers that should be the same, because the app gives both. */
function compareAppAnswers(
  question: Question,
  old: Observation | undefined,
  fresh: Answer,
  context: Context,
): Found[] {
  if (question.purpose === "websocket") return upgrades(old, fresh, context);
  if (question.purpose === "upload") return uploads(old, fresh, context);
  if (old === undefined) return [];
  if (old.failure !== undefined)
    return [found("unexpected", "answer", `nothing to compare with: ${old.failure} → ${answerText(fresh)}`)];
  if (old.status === 404 && isFake(old.certificate))
    return [
      context.replaces
        ? found(
            "unexpected",
            "answer",
            "ingress-nginx does not serve this host, although the app replaces an Ingress: nothing to compare with",
          )
        : found("wanted", "answer", `a new host: ingress-nginx does not serve it → ${answerText(fresh)}`),
    ];
  if (old.status >= 500 && fresh.status >= 500)
    return [
      found(
        "unexpected",
        "answer",
        `${old.status} → ${fresh.status}: the app is down, so nothing was compared`,
      ),
    ];
  if (question.purpose === "slow") return compareSlowAnswers(old, fresh, context);
  if (question.purpose === "preflight") return preflights(old, fresh, context);
  const differs = statusOrRedirect(old, fresh);
  if (differs.length > 0) return differs.map((each) => ({ ...each, ...advise(old, fresh, context) }));
  return [...contents(old, fresh), ...headers(old, fresh, context)];
}

function statusOrRedirect(old: Answer, fresh: Answer): Found[] {
  if (old.status !== fresh.status)
    return [found("unexpected", "status", `${answerText(old)} → ${answerText(fresh)}`)];
  const [before, after] = [old, fresh].map(({ redirect }) => redirect && redirectText(redirect));
  // A port belongs to the address at which Pomerium answers before the cutover.
  const withoutPort = ({ redirect }: Answer): string | undefined =>
    redirect &&
    redirectText({
      scheme: redirect.scheme,
      host: redirect.host,
      path: redirect.path,
      query: redirect.query,
    });
  return withoutPort(old) === withoutPort(fresh)
    ? []
    : [found("unexpected", "redirect", `redirect to ${before ?? "nowhere"} → ${after ?? "nowhere"}`)];
}

function contents(old: Answer, fresh: Answer): Found[] {
  if (old.contentType === fresh.contentType) return [];
  return [
    found(
      "unexpected",
      "answer",
      `content of type ${old.contentType ?? "unknown"} → ${fresh.contentType ?? "unknown"}`,
    ),
  ];
}

function headers(old: Answer, fresh: Answer, { place, responseHeaders }: Context): Found[] {
  if (place === undefined) return [];
  const { route, at } = place;
  return [
    ...compareHeaders(old, fresh, { settings: responseHeaders, route, at }),
    ...compareCookies(old, fresh, at),
  ];
}
