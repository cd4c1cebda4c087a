import type { Judgement } from "./judgement.ts";

/** Bodies from this size on, in bytes, take longer than 30s on a home's line. */
const large = 100 * 2 ** 20;

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** An app whose bodies may be large or come as a stream. Pomerium ends every answer after 30s, unless told otherwise. */
const longAnswers: Judgement = {
  outcome: "equivalent",
  says: "`route.timeout`: Pomerium ends an answer after 30s by default, a long download too",
  lacks: ({ timeout, allow_websockets }) =>
    // A route for WebSockets has no time limit.
    timeout === undefined && !allow_websockets
      ? "timeout: 0s, since Pomerium ends a download after 30s"
      : undefined,
};

/** Judges `proxy-body-size`: no limit or a high one is for large files. */
export function judgeBodySize(value: string): Judgement | undefined {
  const [, digits, unit = ""] = /^(\d+)([kmg]?)$/i.exec(value) ?? [];
  if (digits === undefined) return undefined;
  const size = Number(digits) * units[unit.toLowerCase()]!;
  return size === 0 || size >= large ? longAnswers : undefined;
}

/** Judges `proxy-buffering` and `proxy-request-buffering`: whoever switches them off streams. */
export function judgeBuffering(value: string): Judgement | undefined {
  return value === "off" ? longAnswers : undefined;
}
