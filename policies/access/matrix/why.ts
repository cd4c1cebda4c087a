import { standsForAll } from "../../../stack-file/hosts.ts";
import { isEmail } from "../../../stack-file/values.ts";
import { type Claims, type Principal, principalProblem } from "../principals.ts";
import { type Asked, anonymous, decider, stranger, type Verdict } from "./decider.ts";
import { personal } from "./reasons.ts";
import type { ProtectedApp } from "./view.ts";

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
    app: app.name,
    host: app.host,
    path: asked.path,
    method: asked.method,
    ...personal(verdict(caller, asked, claims), app, caller),
  }));
}

/**
 * The app that answers a host. An exact host wins over a wildcard, and the first wildcard by the alphabet over the others.
 *
 * @param host A host name. For a wildcard that no app has: the app that answers all its hosts.
 * @see https://github.com/pomerium/ingress-controller/blob/v0.33.1/pomerium/route_list.go Less
 */
export function appOfHost(apps: readonly ProtectedApp[], host: string): ProtectedApp | undefined {
  const wildcards = apps
    .filter((app) => standsForAll(app.host, host))
    .sort((one, other) => (one.host < other.host ? -1 : 1));
  return apps.find((app) => app.host === host) ?? wildcards[0];
}
