import { headerOf, type Judgement } from "./judgement.ts";

/** Directives that only set or remove a header. */
const headers = /^(proxy_set_header|proxy_hide_header|add_header|more_(set|clear)(_input)?_headers)$/;

/** Directives that restrict nobody: buffers, times, compression, logs. */
const tuning =
  /^(proxy_(buffer|buffers|buffering|busy_buffers_size|http_version|max_temp_file_size|request_buffering|(connect|read|send)_timeout)|client_(body|header)_(buffer_size|timeout)|large_client_header_buffers|(keepalive|send)_timeout|gzip\w*|brotli\w*|charset|expires|etag|sub_filter\w*|(access|error)_log|tcp_no\w+|sendfile)$/;

/** Request headers that ingress-nginx sets anyway, with variables of nginx. */
const ownRequestHeader = /^(host|connection|upgrade|x-(forwarded|original|real|request|scheme)[-\w]*)$/i;

/** The judgement of a piece of nginx's configuration that provably restricts nobody; undefined when it may. */
export function judgeSnippet(text: string): Judgement | undefined {
  const found = statements(text);
  const names = found.map(([name = ""]) => name);
  if (names.length === 0) return { outcome: "unnecessary", says: "says nothing" };
  if (names.every((name) => headers.test(name))) {
    const needed = found.flatMap(neededHeaders);
    if (needed.length === 0)
      return {
        outcome: "unnecessary",
        says: "sets headers that Pomerium sets as well, or hides nginx's name",
      };
    return {
      outcome: "equivalent",
      says: "sets headers: `route.set_request_headers`, `route.remove_request_headers`, `route.set_response_headers`",
      lacks: (route) => {
        const missing = needed.filter(({ key, name, value }) => {
          const headers = route[key];
          if (Array.isArray(headers))
            return !headers.some((each) => each.toLowerCase() === name.toLowerCase());
          const found = headerOf(headers as Record<string, string> | undefined, name);
          // A value with variables of nginx has no counterpart that could be compared.
          return found === undefined || !(value === undefined || value.includes("$") || value === found);
        });
        const lines = [...Map.groupBy(missing, ({ key }) => key)].map(
          ([key, all]) => `${key} with ${all.map(({ name }) => name).join(", ")}`,
        );
        return lines.length > 0 ? lines.join("; ") : undefined;
      },
    };
  }
  if (names.every((name) => headers.test(name) || tuning.test(name)))
    return { outcome: "decide", says: "Pomerium does not read nginx's configuration; it restricts nobody" };
  return undefined;
}

interface NeededHeader {
  key: "set_request_headers" | "remove_request_headers" | "set_response_headers";
  name: string;
  /** Absent where the statement has none. It may be a secret, so no message contains it. */
  value?: string;
}

/** Headers that a statement sets or removes, and the key of `route` that does the same. */
function neededHeaders([directive = "", ...words]: string[]): NeededHeader[] {
  // more_set_headers and its kin have `Name: value` in each word, after options such as `-s 404`. The others have a
  // name and a value.
  const all = directive.startsWith("more_")
    ? words.filter((word, i) => !word.startsWith("-") && !words[i - 1]?.startsWith("-"))
    : [words[0] ?? ""];
  const found = all.map((word): Omit<NeededHeader, "key"> => {
    const [, name = "", text] = /^([^:]*)(?::(.*))?$/s.exec(unquoted(word)) ?? [];
    const value = directive.startsWith("more_") ? text?.trim() : unquoted(words[1] ?? "");
    return { name: name.trim(), ...(value ? { value } : {}) };
  });
  const [, value = ""] = words;
  switch (directive) {
    case "proxy_set_header":
      return found
        .filter(({ name }) => !(ownRequestHeader.test(name) && /^["']?(\$|https?$|on$)/.test(value)))
        .map((header) => ({
          key: /^(""|'')$/.test(value) ? "remove_request_headers" : "set_request_headers",
          ...header,
        }));
    case "more_set_input_headers":
      return found.map((header) => ({ key: "set_request_headers", ...header }));
    case "more_clear_input_headers":
      return found.map((header) => ({ key: "remove_request_headers", ...header }));
    case "add_header":
    case "more_set_headers":
      return found
        .filter(({ name }) => !/^server$/i.test(name))
        .map((header) => ({ key: "set_response_headers", ...header }));
    default:
      // Pomerium removes no header of a response; the app must not send it.
      return [];
  }
}

const unquoted = (word: string): string => word.replace(/^["']|["']$/g, "");

/** nginx's tokens: space, comment, quoted text, the ends of statements, words; quotes and # count at a word's start. */
const tokens = /\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[;{}]|(?:\$\{|[^\s;{}])+/gs;

/** The words of each statement. No statement is ever missed, whatever the text is. */
function statements(text: string): string[][] {
  const found: string[][] = [];
  let begins = true;
  for (const [token] of text.matchAll(tokens)) {
    if (/^(\s|#)/.test(token)) continue;
    const ends = /^[;{}]$/.test(token);
    if (begins && !ends) found.push([token]);
    else if (!ends) found.at(-1)?.push(token);
    begins = ends;
  }
  return found;
}
