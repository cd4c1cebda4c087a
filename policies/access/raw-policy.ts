import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { parsePolicy } from "../language/parse.ts";
import type { RawPolicy } from "./routes.ts";

/** A policy that the stack file spells out, each mistake with its line and column in the text. */
export function rawPolicy(text: string, at: readonly PathPart[], report: Report): RawPolicy | undefined {
  const parsed = parsePolicy(text);
  for (const { line, column, message, hint } of parsed.problems ?? [])
    report.problem(at, `line ${line}, column ${column}: ${message}${hint === undefined ? "" : `; ${hint}`}`);
  return parsed.policy === undefined ? undefined : { kind: "policy", policy: parsed.policy };
}
