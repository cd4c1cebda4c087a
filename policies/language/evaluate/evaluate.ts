import { actionOf, blocksOf, criteriaOf, named, operators } from "../criteria.ts";
import { newestRelease } from "../releases.ts";
import type { Action, Operator, Policy } from "../types.ts";
import { compileCriterion, type Prepared, type Test } from "./criterion.ts";
import {
  allOf,
  anyOf,
  certainly,
  no,
  noStop,
  type Outcome,
  opposite,
  outcomeOfRules,
  type Possible,
  yes,
  yesStop,
} from "./outcomes.ts";
import { pathReadings, pathRules, type SeenPath } from "./path.ts";
import type { Request, Session } from "./request.ts";
import { noTexts, textsOf } from "./texts.ts";

export type { Outcome } from "./outcomes.ts";
export type { Request, Session } from "./request.ts";

/**
 * The reason of a decision. `allowed`, `denied`: by a rule. `nothing allows`: no rule allows it. `sign in`: Pomerium
 * redirects the caller to the sign-in page. `path refused`: with 400. `path unclear`: the path has several readings with
 * different decisions. `not known`: the request lacks something that decides.
 */
export type Reason =
  | "allowed"
  | "denied"
  | "nothing allows"
  | "sign in"
  | "path refused"
  | "path unclear"
  | "not known";

/** The decision about one request, and the rule that decided. */
export interface Decision {
  outcome: Outcome;
  reason: Reason;
  /** Index of the rule that decided, or of the first undecided rule. Absent if no rule decided. */
  rule?: number;
  /** The block of that rule. */
  block?: Operator;
  /** Index in that block, if a single criterion decided. */
  criterion?: number;
}

/** A compiled policy. */
export interface Evaluator {
  decide(request: Request): Decision;
  /** The decision for one reading of the request's path. */
  decideAt(path: SeenPath, request: Request): Decision;
}

export interface EvaluateOptions {
  /** Release of Pomerium, which decides how paths are read. Default: the newest known one. */
  pomerium?: string;
}

/** A block of criteria. */
interface Block {
  rule: number;
  action: Action;
  operator: Operator;
  tests: Test[];
  /** Joins the results of two criteria. */
  join: (a: Possible, b: Possible) => Possible;
  /** Whether the block holds if the joined criteria do not. */
  inverted: boolean;
  /** Whether a criterion is about client certificates that are not valid. */
  asksForCertificate: boolean;
}

function blocksOfPolicy(policy: Policy): Block[] {
  return policy.flatMap((rule, index) =>
    operators.flatMap((operator): Block[] => {
      const criteria = blocksOf(rule)[operator] ?? [];
      // Pomerium passes over a block without criteria.
      if (criteria.length === 0) return [];
      const action = actionOf(rule);
      return [
        {
          rule: index,
          action,
          operator,
          tests: criteria.map((criterion) => compileCriterion(named(criterion), action)),
          // `not` is the opposite of `or`, and `nor` the opposite of `and`.
          join: operator === "or" || operator === "not" ? anyOf : allOf,
          inverted: operator === "not" || operator === "nor",
          asksForCertificate: criteria.some((criterion) => "invalid_client_certificate" in criterion),
        },
      ];
    }),
  );
}

/** A block with the possible results of each criterion and of the whole block. */
interface Judged {
  block: Block;
  results: Possible[];
  set: Possible;
}

function judgeBlock(block: Block, session: Session | undefined, target: Prepared): Judged {
  const results = block.tests.map((test) => test(session, target));
  const joined = results.reduce<Possible>(block.join, 0);
  return { block, results, set: block.inverted ? opposite(joined) : joined };
}

/** The place of the block, and of the criterion in it that suffices, if there is one. */
function deciding({ block, results }: Judged, suffices: (result: Possible) => boolean): Partial<Decision> {
  const alone = block.operator === "or" || block.operator === "nor" || results.length === 1;
  const criterion = alone ? results.findIndex(suffices) : -1;
  return { rule: block.rule, block: block.operator, ...(criterion < 0 ? {} : { criterion }) };
}

const settles =
  ({ block }: Judged, held: Possible) =>
  (result: Possible): boolean =>
    certainly(block.inverted ? opposite(result) : result, held);

const undecided = (set: Possible): boolean => (set & (yes | yesStop)) !== 0 && (set & (no | noStop)) !== 0;

function explain(judged: readonly Judged[], { session, invalidClientCertificate }: Request): Decision {
  const of = (action: Action): Judged[] => judged.filter(({ block }) => block.action === action);
  const [allows, denies] = [of("allow"), of("deny")];
  const allow = allows.reduce<Possible>((all, { set }) => anyOf(all, set), 0) || no;
  const deny = denies.reduce<Possible>((all, { set }) => anyOf(all, set), 0) || no;
  const outcome = outcomeOfRules(allow, deny);
  if (outcome === "unknown") {
    // An undecided deny rule matters more than an undecided allow rule.
    const open = [...denies, ...allows].find(({ set }) => undecided(set));
    const criterion = open?.results.findIndex(undecided) ?? -1;
    return {
      outcome,
      reason: "not known",
      ...(open && { rule: open.block.rule, block: open.block.operator }),
      ...(criterion < 0 ? {} : { criterion }),
    };
  }
  if (outcome === "allow") {
    const by = allows.find(({ set }) => certainly(set, yes))!;
    return { outcome, reason: "allowed", ...deciding(by, settles(by, yes)) };
  }
  // Pomerium first refuses a certificate that is not valid. Then it asks the caller to sign in. Only then does it refuse
  // anything else.
  const certificate =
    invalidClientCertificate === true && denies.some(({ block }) => block.asksForCertificate);
  const stopping = noStop | yesStop;
  const asking = denies.find(({ set }) => certainly(deny, stopping) && certainly(set, stopping));
  if (session === undefined && !certificate && (certainly(deny, stopping) || certainly(allow, stopping)))
    return {
      outcome,
      reason: "sign in",
      ...(asking && deciding(asking, (result) => certainly(result, stopping))),
    };
  const refusing = denies.find(({ set }) => certainly(set, yes | yesStop));
  if (refusing) return { outcome, reason: "denied", ...deciding(refusing, settles(refusing, yes | yesStop)) };
  // A device that is not registered stops callers who have signed in.
  if (asking)
    return { outcome, reason: "denied", ...deciding(asking, (result) => certainly(result, stopping)) };
  if ((allow & yes) === 0) return { outcome, reason: "nothing allows" };
  // The caller is refused or sent to sign in; it is not known which.
  const keeping = denies.find(({ set }) => (set & ~no) !== 0);
  return {
    outcome,
    reason: "denied",
    ...(keeping && { rule: keeping.block.rule, block: keeping.block.operator }),
  };
}

/**
 * Compiles a policy, to decide about requests as Pomerium would: a request passes if some allow rule holds and no deny
 * rule does. A request may lack facts. The decision is `unknown` if it depends on a missing fact, and `allow` only if no
 * missing fact could change it.
 *
 * @throws TypeError when a criterion is not valid; RangeError when the version is not a release tag.
 */
export function compilePolicy(policy: Policy, { pomerium = newestRelease }: EvaluateOptions = {}): Evaluator {
  const rules = pathRules(pomerium);
  const blocks = blocksOfPolicy(policy);
  const comparesTexts = criteriaOf(policy).some(({ name }) => name === "http_path" || name === "http_method");
  const decideAt = (path: SeenPath, request: Request): Decision => {
    const texts = comparesTexts ? textsOf(request, path, request.session) : noTexts;
    const prepared: Prepared = { ...request, texts };
    return explain(
      blocks.map((block) => judgeBlock(block, request.session, prepared)),
      request,
    );
  };
  return {
    decideAt,
    decide(request) {
      const [first, ...others] = pathReadings(request.path, rules).map(
        (path): Decision =>
          path === undefined ? { outcome: "deny", reason: "path refused" } : decideAt(path, request),
      );
      const agreed = others.every(({ outcome }) => outcome === first!.outcome);
      return agreed ? first! : { outcome: "unknown", reason: "path unclear" };
    },
  };
}
