const SECONDS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/**
 * Seconds in a duration as `customTimeouts` takes it: `90s`, `5m`, `1h30m`.
 *
 * @throws RangeError for any other text.
 */
export function parseDuration(text: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new RangeError(`"${text}" is no duration; write it like 90s, 5m or 1h30m`);
  }
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    seconds += Number(amount) * (SECONDS[unit ?? "s"] ?? 1);
  }
  return seconds;
}
