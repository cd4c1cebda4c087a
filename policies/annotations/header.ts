import { z } from "zod";
import { nearest } from "../../stack-file/nearest.ts";

/**
 * The names in `${pomerium.…}` for which Pomerium puts a value into a request header.
 *
 * @see https://www.pomerium.com/docs/reference/routes/headers#set-request-headers
 */
const substitutions = [
  "access_token",
  "client_cert_fingerprint",
  "client_cert_san_dns",
  "client_cert_san_email",
  "id_token",
  "jwt",
] as const;

const substitution = /\$\{pomerium\.([^}]*)\}/g;

const copied = /^request\.headers\["[^"\\]+"\]$/;

/** Escapes a request header's value: only `${pomerium.…}` stays a template. Pomerium takes `$` as the start of one. */
export function requestHeaderTemplate(value: string): string {
  let template = "";
  let end = 0;
  for (const match of value.matchAll(substitution)) {
    template += value.slice(end, match.index).replaceAll("$", "$$$$") + match[0];
    end = match.index + match[0].length;
  }
  return template + value.slice(end).replaceAll("$", "$$$$");
}

/** Escapes a response header's value. Envoy takes `%` as the start of a command. */
export function responseHeaderFormat(value: string): string {
  return value.replaceAll("%", "%%");
}

/** What is wrong with the `${pomerium.…}` of a value. An unknown name would become an empty text. */
export function substitutionProblem(value: string): string | undefined {
  for (const [whole, name = ""] of value.matchAll(substitution)) {
    if (copied.test(name) || (substitutions as readonly string[]).includes(name)) continue;
    const meant = nearest(name, substitutions);
    return `${whole} is unknown to Pomerium and would be empty${meant ? `; did you mean \${pomerium.${meant}}?` : ""}`;
  }
  return undefined;
}

/** Name of a header: a token of RFC 9110. */
export const headerName = z
  .string()
  .max(256)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: "not a header's name" });

/** Value of a header. A line break would start another header. */
export const headerValue = z
  .string()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  .regex(/^[^\x00-\x08\x0a-\x1f\x7f]*$/, {
    error: "a header's value holds no line break or control character",
  })
  .refine((value) => value.isWellFormed(), { error: "not valid Unicode" });
