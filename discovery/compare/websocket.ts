import { advise } from "./advice.ts";
import type { Answer, Observation } from "./answer.ts";
import { answerText } from "./answer-text.ts";
import type { Context } from "./context.ts";
import { type Found, found } from "./difference.ts";

/** Pomerium refuses an upgrade that its route does not allow before it looks at the session. */
export function refusedUpgrade(was: number | undefined, { place }: Context): Found {
  const statuses = `${was ?? "no answer"} → 403`;
  if (place?.route.allow_websockets)
    return found(
      "unexpected",
      "websocket",
      `${statuses}, although the route allows WebSockets; is it in force?`,
    );
  if (was !== 101) return found("wanted", "websocket", `${statuses}: the route allows no WebSockets`);
  return {
    ...found(
      "unexpected",
      "websocket",
      `the old address opens a WebSocket, the new one refuses it: ${statuses}`,
    ),
    ...(place === undefined ? {} : { setting: { at: place.at, write: "allow_websockets: true" } }),
  };
}

/** An upgrade that the stack file lets through. */
export function upgrades(old: Observation | undefined, fresh: Answer, context: Context): Found[] {
  const was = old?.failure === undefined ? old?.status : undefined;
  if (fresh.status === 101) return [];
  if (fresh.status === 403 && was !== 403) return [refusedUpgrade(was, context)];
  if (was !== 101) return [];
  return [
    {
      ...found(
        "unexpected",
        "websocket",
        `a WebSocket opens at the old address only: 101 → ${answerText(fresh)}`,
      ),
      ...advise(old, fresh, context),
    },
  ];
}
