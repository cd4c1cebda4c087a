import { isIP } from "node:net";
import { z } from "zod";
import { someText, text } from "../../../stack-file/fields.ts";

const path = text((value) => value.startsWith("/"), 'is no path: it must begin with "/"');

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

const principals = (meaning: string) =>
  z.array(someText).min(1, { error: "is empty: leave the key out" }).optional().describe(meaning);

export const accessTestSchema = z.strictObject({
  path: path.optional().describe('Path to ask for. Default: "/".'),
  paths: z
    .array(path)
    .min(1, { error: "is empty: name at least one path" })
    .optional()
    .describe("Several paths, each asked for; in place of `path`."),
  method: text(
    (value) => methods.includes(value),
    (value) =>
      methods.includes(value.toUpperCase())
        ? `must be in capitals: ${value.toUpperCase()}`
        : "is no HTTP method",
  )
    .default("GET")
    .describe("HTTP method. Default: GET."),
  from: text((value) => isIP(value) !== 0, "is no IP address")
    .optional()
    .describe("Caller's address, where the policy asks for it."),
  allow: principals("Who must pass: an e-mail address, `group:<name>`, `stranger` or `anonymous`."),
  deny: principals("Who must not pass: an e-mail address, `group:<name>`, `stranger` or `anonymous`."),
});

export type AccessTestInput = z.output<typeof accessTestSchema>;
