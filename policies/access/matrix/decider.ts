import {
  compilePolicy,
  type Evaluator,
  type Outcome,
  type Session,
} from "../../language/evaluate/evaluate.ts";
import { pathReadings, pathRules, type SeenPath } from "../../language/evaluate/path.ts";
import { newestRelease } from "../../language/releases.ts";
import { isOwnPath } from "../own-paths.ts";
import { type Claims, claimOf, domainOf, isPerson, type Principal } from "../principals.ts";
import { mentionsOfApp } from "./mentions.ts";
import { openReason, type Reason, reasonOf } from "./reasons.ts";
import { type ProtectedApp, type ProtectedRoute, routeAt } from "./view.ts";

/** A person who can sign in, but whom no list names. No policy names a claim or the domain of this person. */
export const stranger = "stranger";

/** A caller without a session. */
export const anonymous = "anonymous";

/** A decision and its reason. */
export interface Verdict extends Reason {
  decision: Outcome;
}

/** A request without its caller. */
export interface Asked {
  /** Path as the client sends it, with its query if it has one. */
  path: string;
  method: string;
  /** Caller's address; where the policy asks for it and it is absent, the decision is `unknown`. */
  sourceIp?: string;
  /** `none` for a client without a certificate. Where the policy asks for it and it is absent, the decision is `unknown`. */
  clientCertificate?: "none";
  /** Whether Pomerium takes the client's certificate, or the lack of one, for invalid. Absent: not known. */
  invalidClientCertificate?: boolean;
}

/** Decides about requests to one app. */
export interface Decider {
  /**
   * The decision about a request. It is the same for all people who are treated alike; `personal` adds the line of
   * the stack file that concerns one person.
   *
   * @param principal An e-mail address, `@example.org`, `claim:groups=family`, `stranger` or `anonymous`.
   * @param claims All claims of a person. Default: not known, so a policy about claims may stay undecided.
   */
  verdict(principal: Principal, asked: Asked, claims?: Claims): Verdict;
  /**
   * A text that is equal for principals with equal decisions; undefined for principals who are treated as strangers.
   */
  signature(principal: Principal, probes: readonly Asked[]): string | undefined;
  /** Everybody else is treated as a stranger. Absent if the policies may treat anybody differently. */
  named?: ReadonlySet<Principal>;
}

const openness: Record<Outcome, number> = { deny: 0, unknown: 1, allow: 2 };

/**
 * An address that no list names. Policies can also name people by a part of their address. Then several addresses
 * stand for the stranger, and the one that gets furthest decides.
 */
const unnamed = "stranger@stranger.invalid";

/** An address of a domain that no list names. */
function unnamedAt(domain: string, named: ReadonlyMap<string, unknown>): string {
  let address = `somebody@${domain}`;
  while (named.has(address)) address = `x${address}`;
  return address;
}

/** Compiles the policies of an app. A route that cannot be read is `unknown` for everybody. */
export function decider(app: ProtectedApp): Decider {
  const { people, strangers, individual, principals, common, claims: asksForClaims } = mentionsOfApp(app);
  const pomerium = app.pomerium ?? newestRelease;
  const rules = pathRules(pomerium, app.settings);
  // Without an authority, Pomerium takes every client for valid, also a client without a certificate.
  const isWithoutAuthority = app.settings !== undefined && app.settings.downstreamMtls?.ca === undefined;
  const certainAt = ({ hasClientAuthority }: ProtectedRoute): Pick<Asked, "invalidClientCertificate"> =>
    isWithoutAuthority && hasClientAuthority !== true ? { invalidClientCertificate: false } : {};
  const evaluators = new Map<ProtectedRoute, Evaluator>();
  for (const route of app.routes) {
    const { policy } = route.authorization;
    if (policy) evaluators.set(route, compilePolicy(policy, { pomerium }));
  }
  const lists = new Map<string, string>();
  for (const [i, list] of people.entries())
    for (const person of new Set(list)) lists.set(person, `${lists.get(person) ?? ""},${i}`);
  // A stranger has no claim, except those that everybody has.
  const candidates: Session[] = [
    ...[unnamed, ...strangers.filter((address) => !lists.has(address))].map((email) => ({
      email,
      claims: {},
    })),
    ...common.map(({ path, value }) => ({ email: unnamed, claims: { [path]: [value] } })),
  ];

  const sessionOf = (principal: Principal, claims: Claims | undefined): Session => {
    const claim = claimOf(principal);
    if (claim) return { email: unnamed, claims: { [claim.path]: [claim.value] } };
    const domain = domainOf(principal);
    if (domain !== undefined) return { email: unnamedAt(domain, lists), claims: {} };
    return { email: principal, ...(claims && { claims }) };
  };

  const refused = (rule: string, reason: string): Verdict => ({
    ...{ decision: "deny", criterion: "none", rule, reason },
    keyPath: app.access ? `${app.at}.access` : app.at,
  });

  const answerAt = (seen: SeenPath | undefined, session: Session | undefined, asked: Asked): Verdict => {
    if (seen === undefined) return refused("path refused", "Pomerium refuses such a path");
    if (isOwnPath(seen.raw))
      return {
        ...refused("Pomerium's own path", "Pomerium answers this path itself on every host"),
        criterion: "own path",
      };
    const route = routeAt(app.routes, seen.raw);
    if (!route) return refused("no route", "no route answers there");
    const owner = route.of ?? app;
    const { policy, unreadable } = route.authorization;
    if (unreadable !== undefined)
      return {
        ...{ decision: "unknown", criterion: "unreadable", rule: "not readable" },
        ...{ keyPath: route.at ?? owner.at, reason: unreadable.split("\n")[0]! },
      };
    const evaluator = evaluators.get(route);
    if (!policy || !evaluator) return { decision: "allow", ...openReason(owner, route, seen.raw) };
    const decision = evaluator.decideAt(seen, { session, host: app.host, ...certainAt(route), ...asked });
    return { decision: decision.outcome, ...reasonOf(owner, route, policy, seen.raw, decision) };
  };

  const answer = (session: Session | undefined, asked: Asked): Verdict => {
    const [first, ...others] = pathReadings(asked.path, rules).map((seen) => answerAt(seen, session, asked));
    if (others.every(({ decision }) => decision === first!.decision)) return first!;
    return {
      ...refused("path unclear", "versions of Envoy or of HTTP read this path in different ways"),
      decision: "unknown",
    };
  };

  return {
    ...(individual || asksForClaims || principals.length > 0 ? {} : { named: new Set(lists.keys()) }),
    verdict(principal, asked, claims) {
      if (principal === anonymous) return answer(undefined, asked);
      if (principal !== stranger) return answer(sessionOf(principal, claims), asked);
      let furthest: Verdict | undefined;
      for (const session of candidates) {
        const verdict = answer(session, asked);
        if (!furthest || openness[verdict.decision] > openness[furthest.decision]) furthest = verdict;
      }
      return furthest!;
    },
    signature(principal, probes) {
      const isOne = isPerson(principal);
      // The decision of a policy about claims is not known for a person who is in no list.
      if (isOne && !individual) return lists.get(principal) ?? (asksForClaims ? "in no list" : undefined);
      if (!isOne && principals.length === 0 && !asksForClaims && !individual) return undefined;
      return probes
        .map((asked) => {
          const { decision, rule, keyPath } = answer(sessionOf(principal, undefined), asked);
          return `${decision} ${rule} ${keyPath}`;
        })
        .join("\n");
    },
  };
}
