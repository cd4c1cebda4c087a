/**
 * Annotation values are text that Pomerium's controller reads as YAML, turns into JSON and then into its
 * own messages. Whatever is written here therefore has to be read back as exactly the value given.
 */

/** Printable for a terminal, but refused or changed by a YAML reader, or invisible to a reviewer. */
const unsafe = /[\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff]/g;

const escapeUnsafe = (json: string): string =>
  json.replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Words that YAML reads as something else than text, in YAML 1.1 or 1.2. */
const reserved = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Text as a YAML scalar: bare where no reader can take it for anything else, else in double quotes. */
export function yamlText(text: string): string {
  const bare = /^[A-Za-z/](?:[\w./ -]*[\w./-])?$/.test(text) && !reserved.test(text);
  return bare ? text : escapeUnsafe(JSON.stringify(text));
}

/** Any plain value on one line, the same text whatever order its keys were given in. */
export function yamlFlow(value: unknown): string {
  return escapeUnsafe(JSON.stringify(sorted(value)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}
