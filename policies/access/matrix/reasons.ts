import { blocksOf, comparisons, named } from "../../language/criteria.ts";
import type { Decision } from "../../language/evaluate/evaluate.ts";
import type { CriterionName, Policy } from "../../language/types.ts";
import type { Grant } from "../people.ts";
import type { ApiPath } from "../routes.ts";
import type { ProtectedApp, ProtectedRoute } from "./view.ts";

/** What a decision rests on, for the person who may have to change it. */
export interface Reason {
  /**
   * What decided: a criterion, `several` together, that the route is `public` or its path `open`, that no
   * rule or route did (`none`), that the route is `unreadable`, that the path is Pomerium's own (`own path`).
   */
  criterion: CriterionName | "claim" | "several" | "public" | "open" | "unreadable" | "own path" | "none";
  /** The rule as a line: `allow: email in one of 3`. */
  rule: string;
  /** Line of the stack file, or Ingress of the cluster: `users.groups.readers[2]`. */
  keyPath: string;
  /** The same in the reader's words: `group readers`. */
  reason: string;
}

/** What the line of the stack file says that lets a person pass. */
function granted(grantedAt: string): string {
  const [, group] = /^users\.groups\.(.+)\[\d+\]$/.exec(grantedAt) ?? [];
  if (group !== undefined) return `group ${group}`;
  return grantedAt.startsWith("users.admins[") ? "admin" : "named by the app";
}

const grantsOf = new WeakMap<object, ReadonlyMap<string, Grant>>();

function grantOf(app: ProtectedApp | undefined, person: string): Grant | undefined {
  if (app?.access?.kind !== "people") return undefined;
  let grants = grantsOf.get(app.access);
  if (!grants) {
    grants = new Map(app.access.people.map((grant) => [grant.email, grant]));
    grantsOf.set(app.access, grants);
  }
  return grants.get(person);
}

/** A reason that holds for people alike, with the line of the stack file that is this person's own. */
export function personal<T extends Reason>(verdict: T, app: ProtectedApp | undefined, person: string): T {
  if (verdict.criterion !== "email" || !verdict.rule.startsWith("allow")) return verdict;
  const grant = grantOf(app, person);
  return grant ? { ...verdict, keyPath: grant.grantedAt, reason: granted(grant.grantedAt) } : verdict;
}

/** Where the stack file names the app's open paths. */
export function openAt({ at, access }: ProtectedApp): string {
  return access?.kind === "apiOnly" ? `${at}.access.apiOnly` : `${at}.access.api`;
}

/** Whether the path is one that the entry opens; `/api` also means what lies below it. */
function opens({ path, exact }: ApiPath, asked: string): boolean {
  if (exact) return asked === path;
  const bare = path.replace(/\/$/, "");
  return asked === bare || asked.startsWith(`${bare}/`);
}

/** The open path of the stack file that has a route of its own for the request. */
function openPath({ access }: ProtectedApp, path: string): ApiPath | undefined {
  return access?.kind === "people" || access?.kind === "apiOnly"
    ? access.api.find((one) => opens(one, path))
    : undefined;
}

/** Where one changes what the route asks. */
function placed(app: ProtectedApp, route: ProtectedRoute, criterion: Reason["criterion"]): string {
  if (!app.access) return route.at ?? app.at;
  if (app.access.kind === "policy") return `${app.at}.access.policy`;
  return criterion === "source_ip" ? `${app.at}.access.from` : `${app.at}.access`;
}

/** Explains why everybody passes a route that asks nothing. */
export function openReason(app: ProtectedApp, route: ProtectedRoute, path: string): Reason {
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
  if (app.access?.kind === "people" || app.access?.kind === "apiOnly")
    return {
      criterion,
      rule: line,
      keyPath,
      reason: criterion === "source_ip" ? `only from ${app.access.from.join(", ")}` : "on the list",
    };
  // Who wrote the policy by hand counts its rules.
  const at = `[${decision.rule}].${action}.${decision.block}${parts ? `[${decision.criterion}]` : ""}`;
  return { criterion, rule: `${line} (${at})`, keyPath, reason: line };
}
