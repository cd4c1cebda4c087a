import { z } from "zod";

type Unit = "ns" | "us" | "µs" | "ms" | "s" | "m" | "h";

/** A length of time as Go writes it: `30s`, `1h30m`, `0s` for none. No days, no number without a unit. */
export type GoDuration =
  | `${number}${Unit}`
  | `${number}${Unit}${number}${Unit}`
  | `${number}${Unit}${number}${Unit}${number}${Unit}`;

export const durationPattern = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/;

const milliseconds: Record<Unit, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** The longest duration of Go, an int64 of nanoseconds: 292 years. */
const longest = 2 ** 63 / 1e6;

/**
 * Milliseconds of a Go duration; undefined if the text is not a valid duration. Negative durations are not
 * valid: Pomerium takes them, but Envoy has no use for them.
 */
export function durationMilliseconds(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(amount) * milliseconds[unit as Unit];
  return sum < longest ? sum : undefined;
}

/** Schema of a Go duration. */
export const goDuration = z
  .string()
  .regex(durationPattern, { error: `not a duration; write it like "30s", "1h30m" or "0s" for none` })
  .refine((text) => !durationPattern.test(text) || durationMilliseconds(text) !== undefined, {
    error: "longer than Pomerium can count (292 years)",
  }) as unknown as z.ZodType<GoDuration, GoDuration>;

/** A time in days or weeks as a Go duration: `30d` → `720h`. Undefined for anything else. */
export function asGoDuration(text: string): string | undefined {
  const days = /^(\d+)\s*(d|w|days?|weeks?)$/i.exec(text);
  if (days === null) return undefined;
  return `${Number(days[1]) * (days[2]!.toLowerCase().startsWith("w") ? 7 : 1) * 24}h`;
}
