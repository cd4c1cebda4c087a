/**
 * The meaning of a text without quotes for Pomerium's YAML reader. Dates become texts of another form; numbers stay
 * numbers.
 *
 * @see https://github.com/go-yaml/yaml/blob/v3.0.1/resolve.go
 */
export function plainText(source: string): "text" | "number" | { date: string } {
  const bare = source.replaceAll("_", "");
  const isNumber =
    /^[-+.\d]/.test(source) &&
    (/^[-+]?(?:0b[01]+|0o?[0-7]+|0x[\da-f]+)$/i.test(bare) ||
      /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i.test(bare) ||
      /^(?:[-+]?\.inf|\.nan)$/i.test(source));
  if (isNumber) return "number";
  const date = dateOf(source);
  return date === undefined ? "text" : { date };
}

/** The text that a date or time becomes; undefined if the source is neither, for example `2024-13-01`. */
function dateOf(source: string): string | undefined {
  const [, year, month = "", day = "", time] =
    /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt ](\d\d?:\d\d?:\d\d?(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)?))?$/.exec(source) ?? [];
  if (year === undefined) return undefined;
  const text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const isReal = new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) ?? false;
  return isReal ? `${text}T${time ?? "00:00:00Z"}` : undefined;
}

/** Whether a number means the same to Pomerium and to JavaScript: `017` does not, nor an integer that loses digits. */
export function isCertainNumber(source: string): boolean {
  if (/^-?(?:0|[1-9]\d*)$/.test(source)) return String(Number(source)) === source;
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(source);
}
