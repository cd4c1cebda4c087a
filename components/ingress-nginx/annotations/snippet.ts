import type { Judgement } from "./judgement.ts";

/** Directives that only set or remove a header. */
const headers = /^(proxy_set_header|proxy_hide_header|add_header|more_(set|clear)(_input)?_headers)$/;

/** Directives that restrict nobody: buffers, times, compression, logs. */
const tuning =
  /^(proxy_(buffer|buffers|buffering|busy_buffers_size|http_version|max_temp_file_size|request_buffering|(connect|read|send)_timeout)|client_(body|header)_(buffer_size|timeout)|large_client_header_buffers|(keepalive|send)_timeout|gzip\w*|brotli\w*|charset|expires|etag|sub_filter\w*|(access|error)_log|tcp_no\w+|sendfile)$/;

/**
 * What a piece of nginx' configuration comes to when it provably restricts nobody; undefined when it may.
 */
export function judgeSnippet(text: string): Judgement | undefined {
  const names = directives(text);
  if (names.length === 0) return { outcome: "unnecessary", says: "says nothing" };
  if (names.every((name) => headers.test(name)))
    return {
      outcome: "equivalent",
      says: "sets headers: `route.set_request_headers`, `route.remove_request_headers`, `route.set_response_headers`",
    };
  if (names.every((name) => headers.test(name) || tuning.test(name)))
    return { outcome: "decide", says: "Pomerium does not read nginx' configuration; it restricts nobody" };
  return undefined;
}

/** nginx' tokens: space, comment, quoted text, the ends of statements, words; quotes and # count at a word's start. */
const tokens = /\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[;{}]|(?:\$\{|[^\s;{}])+/gs;

/** First word of each statement; never one too few, whatever the text. */
function directives(text: string): string[] {
  const names: string[] = [];
  let begins = true;
  for (const [token] of text.matchAll(tokens)) {
    if (/^(\s|#)/.test(token)) continue;
    const ends = /^[;{}]$/.test(token);
    if (begins && !ends) names.push(token);
    begins = ends;
  }
  return names;
}
