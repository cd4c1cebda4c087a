import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { parsePolicy } from "../language/parse.ts";
import { type Consent, checkConsent, type PublicContext, type Where } from "./consent.ts";
import { isOpenAt } from "./matrix/opens.ts";
import type { RawPolicy } from "./routes.ts";

/** Reads a hand-written policy, and checks its consent. Each mistake has its line and column in the text. */
export function rawPolicy(
  { policy: text, consent }: { policy: string; consent?: Consent },
  at: readonly PathPart[],
  where: Where,
  context: PublicContext,
  report: Report,
): RawPolicy | undefined {
  const parsed = parsePolicy(text);
  for (const { line, column, message, hint } of parsed.problems ?? [])
    report.problem(
      [...at, "policy"],
      `line ${line}, column ${column}: ${message}${hint === undefined ? "" : `; ${hint}`}`,
    );
  for (const { line, column, message, hint } of parsed.warnings ?? [])
    report.warning(
      [...at, "policy"],
      `line ${line}, column ${column}: ${message}${hint === undefined ? "" : `; ${hint}`}`,
    );
  if (parsed.policy === undefined) return undefined;
  const policy: RawPolicy = { kind: "policy", policy: parsed.policy };
  checkPublicPolicy(policy, consent, at, where, context, report);
  return policy;
}

/** A hand-written policy that lets in anonymous callers at some path needs the consent that `public` needs. */
function checkPublicPolicy(
  { policy }: RawPolicy,
  consent: Consent,
  at: readonly PathPart[],
  where: Where,
  context: PublicContext,
  report: Report,
): void {
  if (isOpenAt(policy, context))
    checkConsent(
      consent,
      [...at, "policy"],
      where,
      context,
      report,
      (consented) => `{ policy: …, consent: ${consented} }`,
    );
  else if (consent !== undefined)
    report.problem(
      [...at, "consent"],
      "consents to a public app, but the policy is not public; leave it out",
    );
}
