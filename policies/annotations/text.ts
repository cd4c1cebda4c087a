/**
 * Texts of annotation values. Pomerium's controller reads them as YAML, turns that into JSON, and that into its
 * own messages. It must get back exactly the value that was given.
 */

/** Characters that a YAML reader refuses or changes, or that a reviewer cannot see. */
const unsafe = /[\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff]/g;

const escapeUnsafe = (json: string): string =>
  json.replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Words that YAML 1.1 or 1.2 does not read as text. */
const reserved = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** A text as a YAML scalar. It has no quotes if every reader takes it for text. */
export function yamlText(text: string): string {
  const bare = /^[A-Za-z/](?:[\w./ -]*[\w./-])?$/.test(text) && !reserved.test(text);
  return bare ? text : escapeUnsafe(JSON.stringify(text));
}

/** Any plain value on one line. The order of its keys does not matter. */
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
