import { z } from "zod";

type Unit = "ns" | "us" | "µs" | "ms" | "s" | "m" | "h";

/** A length of time in Go's writing: `30s`, `1h30m`, `0s` for none. No days, no bare number. */
export type GoDuration =
  | `${number}${Unit}`
  | `${number}${Unit}${number}${Unit}`
  | `${number}${Unit}${number}${Unit}${number}${Unit}`;

const pattern = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/;

const milliseconds: Record<Unit, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** What Go's int64 of nanoseconds holds: some 292 years. */
const longest = 2 ** 63 / 1e6;

/**
 * Milliseconds of a Go duration; undefined when it is none. Negative ones are none here: Pomerium takes
 * them, but Envoy has no use for them.
 */
export function durationMilliseconds(text: string): number | undefined {
  if (!pattern.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(amount) * milliseconds[unit as Unit];
  return sum < longest ? sum : undefined;
}

/** Schema of a Go duration. */
export const goDuration = z
  .string()
  .regex(pattern, { error: `not a duration; write it like "30s", "1h30m" or "0s" for none` })
  .refine((text) => !pattern.test(text) || durationMilliseconds(text) !== undefined, {
    error: "longer than Pomerium can count (292 years)",
  }) as unknown as z.ZodType<GoDuration, GoDuration>;
