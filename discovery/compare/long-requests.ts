import { advise } from "./advice.ts";
import type { Answer, Observation } from "./answer.ts";
import { answerText, words } from "./answer-text.ts";
import type { Context } from "./context.ts";
import { type Found, found } from "./difference.ts";

/** Answers that take long. */
export function compareSlowAnswers(old: Answer, fresh: Answer, context: Context): Found[] {
  if (old.status !== fresh.status)
    return [
      {
        ...found("unexpected", "slow", `${answerText(old)} → ${answerText(fresh)}`),
        ...advise(old, fresh, context),
      },
    ];
  const lasts = ({ body, milliseconds }: Answer): string =>
    `${body === "running" ? "runs" : body} after ${Math.round(milliseconds / 1000)} s`;
  const isShorter = fresh.body === "cut" || (old.body === "running" && fresh.body === "complete");
  if (old.body === fresh.body || !isShorter)
    return old.body === fresh.body ? [] : [found("wanted", "slow", `answer ${lasts(old)} → ${lasts(fresh)}`)];
  const at = context.place?.at;
  return [
    {
      ...found("unexpected", "slow", `the answer ends too early: ${lasts(old)} → ${lasts(fresh)}`),
      ...(at === undefined || context.place?.route.timeout === "0s"
        ? {}
        : { setting: { at, write: "timeout: 0s" } }),
    },
  ];
}

/** Uploads to a made-up path. */
export function uploads(old: Observation | undefined, fresh: Observation, context: Context): Found[] {
  if (
    old?.failure === undefined &&
    old?.status === 413 &&
    fresh.failure === undefined &&
    fresh.status !== 413
  )
    return [found("wanted", "upload", `ingress-nginx refuses its size: 413 → ${fresh.status}`)];
  const text = `upload: ${words(old)}${answerText(fresh)}`;
  if (fresh.failure === undefined)
    return old !== undefined && old.failure === undefined && old.status === fresh.status
      ? []
      : [{ ...found("unexpected", "upload", text), ...advise(old, fresh, context) }];
  return [
    {
      ...found("unexpected", "upload", text),
      ...(context.readsForever ? {} : { setting: { at: "pomerium.settings.timeouts", write: "read: 0s" } }),
    },
  ];
}
