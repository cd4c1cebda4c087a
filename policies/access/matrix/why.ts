import { isEmail } from "../../../stack-file/values.ts";
import { type Claims, type Principal, principalProblem } from "../principals.ts";
import { type Asked, anonymous, decider, stranger, type Verdict } from "./decider.ts";
import { personal } from "./reasons.ts";
import { answererAt, type ProtectedApp } from "./view.ts";

/** The answer of an app to one request. */
export interface Answer extends Verdict {
  app: string;
  host: string;
  path: string;
  method: string;
}

/** Why a text does not name a caller; undefined if it does. */
export function callerProblem(text: string): string | undefined {
  if (text === stranger || text === anonymous || isEmail(text)) return undefined;
  const problem = principalProblem(text);
  return problem === undefined
    ? undefined
    : `${problem}; a caller is an address, @<domain>, claim:<name>=<value>, ${stranger} or ${anonymous}`;
}

/** Answers requests to an app, each with the line of the stack file that decides it. */
export function answers(
  app: ProtectedApp,
  caller: Principal,
  requests: readonly Asked[],
  claims?: Claims,
): Answer[] {
  const { verdict } = decider(app);
  return requests.map((asked) => ({
    app: answererAt(app, asked.path).name,
    host: app.host,
    path: asked.path,
    method: asked.method,
    ...personal(verdict(caller, asked, claims), app, caller),
  }));
}
