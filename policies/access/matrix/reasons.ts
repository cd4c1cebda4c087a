import { blocksOf, comparisons, named } from "../../language/criteria.ts";
import type { Decision } from "../../language/evaluate/evaluate.ts";
import type { CriterionName, Policy } from "../../language/types.ts";
import type { Grant } from "../people.ts";
import {
  type Claim,
  claimPrincipal,
  domainPrincipal,
  isPerson,
  type Principal,
  principalWords,
  signedIn,
} from "../principals.ts";
import { type Access, type ApiPath, covers, openPathsOf } from "../routes.ts";
import { type ProtectedApp, type ProtectedRoute, sourceOf } from "./view.ts";

/** The reason of a decision, for the person who may have to change it. */
export interface Reason {
  /**
   * What decided: a criterion, or `several` together. `public`: the route is public. `open`: the path is open.
   * `none`: no rule and no route. `unreadable`: the route cannot be read. `own path`: Pomerium answers the path itself.
   */
  criterion: CriterionName | "claim" | "several" | "public" | "open" | "unreadable" | "own path" | "none";
  /** The rule as a line: `allow: email in one of 3`. */
  rule: string;
  /** Line of the stack file, or Ingress of the cluster: `users.groups.readers[2]`. */
  keyPath: string;
  /** The reason in plain words: `group readers`. */
  reason: string;
}

/** The line that grants access, in plain words. */
function granted({ grantedAt, principal }: Grant): string {
  if (!isPerson(principal)) return principalWords(principal);
  const [, group] = /^users\.groups\.(.+)\[\d+\]$/.exec(grantedAt) ?? [];
  if (group !== undefined) return `group ${group}`;
  return grantedAt.startsWith("users.admins[") ? "admin" : "named by the app";
}

const grantsOf = new WeakMap<object, ReadonlyMap<Principal, Grant>>();

function grantOf(access: Access | undefined, principal: Principal): Grant | undefined {
  if (access?.kind !== "people") return undefined;
  let grants = grantsOf.get(access);
  if (!grants) {
    grants = new Map(access.people.map((grant) => [grant.principal, grant]));
    grantsOf.set(access, grants);
  }
  return grants.get(principal);
}

/** The access of the app that a key path of a reason is about. */
function accessAt(app: ProtectedApp | undefined, keyPath: string): Access | undefined {
  const route = app?.routes.find(({ at, own, of }) => keyPath === `${own ? at : of?.at}.access`);
  return route?.own?.access ?? route?.of?.access ?? app?.access;
}

/** Adds the line of the stack file that concerns one person to a reason that holds for a group of people. */
export function personal<T extends Reason>(verdict: T, app: ProtectedApp | undefined, person: string): T {
  if (!verdict.rule.startsWith("allow")) return verdict;
  const principal =
    verdict.criterion === "email"
      ? person
      : verdict.criterion === "domain"
        ? domainPrincipal(person.split("@").at(-1) ?? "")
        : undefined;
  const grant = principal === undefined ? undefined : grantOf(accessAt(app, verdict.keyPath), principal);
  return grant ? { ...verdict, keyPath: grant.grantedAt, reason: granted(grant) } : verdict;
}

/** Key path of the app's open paths. */
export function openAt({ at, access }: ProtectedApp): string {
  return access?.kind === "apiOnly" ? `${at}.access.apiOnly` : `${at}.access.api`;
}

/** The open path of the stack file that covers a path. */
function openPath({ access }: ProtectedApp, path: string): ApiPath | undefined {
  return openPathsOf(access).find((one) => covers(one, path));
}

/** The place to edit the route's policy. */
function placed(app: ProtectedApp, route: ProtectedRoute, criterion: Reason["criterion"]): string {
  const { at, access } = sourceOf(app, route);
  if (!access) return route.at ?? app.at;
  if (access.kind === "policy") return `${at}.access.policy`;
  return criterion === "source_ip" ? `${at}.access.from` : `${at}.access`;
}

/** Explains why everybody passes a route without a policy. */
export function openReason(app: ProtectedApp, route: ProtectedRoute, path: string): Reason {
  if (route.own !== undefined)
    return {
      criterion: "open",
      rule: `open path ${route.own.path}`,
      keyPath: placed(app, route, "open"),
      reason: `open path ${route.own.path}`,
    };
  const open = openPath(app, path);
  if (open)
    return {
      criterion: "open",
      rule: `open path ${open.path}`,
      keyPath: openAt(app),
      reason: open.reason === undefined ? `API path ${open.path}` : `API path ${open.path}: ${open.reason}`,
    };
  return { criterion: "public", rule: "public", keyPath: placed(app, route, "public"), reason: "public" };
}

function dataText(data: unknown): string {
  if (data === true) return "";
  if (Array.isArray(data)) return data.length <= 2 ? ` ${data.join(", ")}` : ` one of ${data.length}`;
  return Object.entries(comparisons(data))
    .map(([operator, value]) => ` ${operator}${dataText([value].flat())}`)
    .join(" and");
}

/** The principal of a criterion that is the same for all its people. */
function sharedPrincipal({ name, path, data }: ReturnType<typeof named>): Principal {
  if (name === "authenticated_user") return signedIn;
  return name === "claim" ? claimPrincipal({ path, value: data as Claim["value"] }) : "";
}

/** Explains a decision of the route's policy about a path. */
export function reasonOf(
  app: ProtectedApp,
  route: ProtectedRoute,
  policy: Policy,
  path: string,
  decision: Decision,
): Reason {
  const rule = decision.rule === undefined ? undefined : policy[decision.rule];
  if (!rule || decision.block === undefined)
    return {
      criterion: "none",
      rule: "no rule allows",
      keyPath: placed(app, route, "none"),
      reason: decision.reason === "sign in" ? "no rule allows it without signing in" : "no rule allows it",
    };
  const action = rule.allow ? "allow" : "deny";
  const criteria = blocksOf(rule)[decision.block] ?? [];
  const one = criteria[decision.criterion ?? -1];
  const parts = one && named(one);
  if (parts?.name === "accept" && openPath(app, path)) return openReason(app, route, path);
  const criterion = parts?.name ?? "several";
  const text = parts
    ? `${parts.name}${parts.path && `/${parts.path}`}${dataText(parts.data)}`
    : `${decision.block} of ${criteria.length} criteria`;
  const negated = decision.block === "not" || decision.block === "nor" ? "not " : "";
  const line = `${action}: ${parts ? negated : ""}${text}`;
  const keyPath = placed(app, route, criterion);
  const { access } = sourceOf(app, route);
  const grant = rule.allow && parts && grantOf(access, sharedPrincipal(parts));
  if (grant) {
    const words = principalWords(grant.principal);
    const reason = decision.outcome === "unknown" ? `not known whether the ${words} holds` : words;
    return { criterion, rule: line, keyPath: grant.grantedAt, reason };
  }
  if (access?.kind === "people" || access?.kind === "apiOnly")
    return {
      criterion,
      rule: line,
      keyPath,
      reason: criterion === "source_ip" ? `only from ${access.from.join(", ")}` : "on the list",
    };
  // The author of a hand-written policy finds the rule by its index.
  const at = `[${decision.rule}].${action}.${decision.block}${parts ? `[${decision.criterion}]` : ""}`;
  return { criterion, rule: `${line} (${at})`, keyPath, reason: line };
}
