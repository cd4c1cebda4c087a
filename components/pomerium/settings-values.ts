/** The kinds of values that Pomerium's settings have. */

import { z } from "zod";
import { durationMilliseconds, goDuration } from "../../stack-file/duration.ts";
import { someText, text } from "../../stack-file/fields.ts";
import { re2Problem } from "../../stack-file/re2.ts";

export const texts = z.array(someText);

export const textMap = z.record(someText, z.string());

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const isHeader = (name: string): boolean => token.test(name);

/** Name of a header that Envoy sets. Without its Host header, a request reaches no app. */
const headerToSet = text(
  (name) => isHeader(name) && name.toLowerCase() !== "host",
  (name) => (isHeader(name) ? "cannot be set: it decides which app answers" : "is not the name of a header"),
  { pattern: token },
);

/** Envoy takes the text between two percent signs for a command, such as `%REQ(X-Request-Id)%`. */
const strayPercent = (value: string): boolean =>
  value.replace(/%%|%[A-Z][A-Z0-9_]*(?:\([^()]*\))?(?::\d+)?%/g, "").includes("%");

export const headers = z.record(
  headerToSet,
  text(
    (value) => !/[\r\n\0]/.test(value) && !strayPercent(value),
    (value) =>
      strayPercent(value)
        ? "has a percent sign that begins no command of Envoy, so Pomerium refuses all settings: write %%"
        : "has a line end, which a header cannot have",
  ),
);

export const claimHeaders = z.record(headerToSet, z.string());

/** A pattern of Go, which has RE2's expressions. */
export const pattern = text(
  (value) => value !== "" && re2Problem(value) === undefined,
  (value) => (value === "" ? "is empty" : `is no pattern of RE2: ${re2Problem(value)}`),
  { pattern: /\S/ },
);

export const limit = z
  .int()
  .min(0, { error: "must not be negative" })
  .max(2 ** 31 - 1, { error: "is too large" });

export const refreshRate = goDuration.refine((value) => (durationMilliseconds(value) ?? 0) >= 1, {
  error: "is too short: at least 1ms",
});

/** Bytes of PEM text, which the API server takes in base64. */
export const pemBytes = (what: string) =>
  text(
    (value) => Buffer.from(value, "base64").includes(`-----BEGIN ${what}-----`),
    (value) =>
      value.includes("-----BEGIN")
        ? "is PEM text: write it in base64 (base64 --wrap=0 <file>)"
        : `is not a ${what.toLowerCase()} in PEM form, in base64`,
  );
