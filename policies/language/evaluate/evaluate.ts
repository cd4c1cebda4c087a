import { actionOf, blocksOf, criterionKinds, named, operators } from "../criteria.ts";
import { newestRelease } from "../releases.ts";
import type { Action, Operator, Policy } from "../types.ts";
import { compileCriterion, type Prepared, type Test } from "./criterion.ts";
import { pathRules, seenPath } from "./path.ts";
import type { Request, Session, Target } from "./request.ts";
import { textsOf } from "./texts.ts";
import {
  allOf,
  anyOf,
  both,
  certainly,
  decision,
  either,
  no,
  noStop,
  type Outcome,
  opposite,
  type Possible,
  yes,
  yesStop,
} from "./verdict.ts";

export type { Request, Session, Target } from "./request.ts";
export type { Outcome } from "./verdict.ts";

/**
 * Why a request ends as it does: a rule let it pass or refused it; nothing allowed it; the caller has to
 * sign in (Pomerium redirects); the proxy refused the path; or something that decides is not known.
 */
export type Reason = "allowed" | "denied" | "nothing allows" | "sign in" | "path refused" | "not known";

/** The answer to one request, and what decided. */
export interface Decision {
  outcome: Outcome;
  reason: Reason;
  /** Index of the rule that decided; the first undecided one when unknown; absent when none did. */
  rule?: number;
  /** The block of that rule. */
  block?: Operator;
  /** Index in that block, when a single criterion decided. */
  criterion?: number;
}

/** The half of the answers that a session settles. */
export interface CompiledCaller {
  readonly session: Session | undefined;
  readonly parts: Uint8Array;
}

/** The half of the answers that a request settles; without texts it is refused before the policy is asked. */
export interface CompiledTarget {
  readonly prepared: Prepared | undefined;
  readonly parts: Uint8Array;
}

/** A policy ready to be asked. */
export interface Evaluator {
  /** One request, with the rule that decided. */
  decide(request: Request): Decision;
  /** What a session contributes; worked out once for many targets of this policy. */
  caller(session: Session | undefined): CompiledCaller;
  /** What a request contributes; worked out once for many callers of this policy. */
  target(target: Target): CompiledTarget;
  /** The same outcome as `decide` in a few table look-ups. Both halves must come from this evaluator. */
  outcome(caller: CompiledCaller, target: CompiledTarget): Outcome;
}

export interface EvaluateOptions {
  /** Release of Pomerium, which decides how paths are read; the newest known when absent. */
  pomerium?: string;
}

/** A block of criteria, each by what it asks. */
interface Block {
  rule: number;
  action: Action;
  operator: Operator;
  tests: { test: Test; asks: "session" | "request" | "both" }[];
  mixed: Test[];
  /** How results join: `either` or `both` as a table. */
  table: Uint8Array;
  join: (a: Possible, b: Possible) => Possible;
  inverted: boolean;
}

function blocksOfPolicy(policy: Policy): Block[] {
  return policy.flatMap((rule, index) =>
    operators.flatMap((operator) => {
      const criteria = blocksOf(rule)[operator] ?? [];
      // Pomerium passes over a block without criteria.
      if (criteria.length === 0) return [];
      const action = actionOf(rule);
      const tests = criteria.map((criterion) => {
        const parts = named(criterion);
        const { asks } = criterionKinds[parts.name];
        return {
          test: compileCriterion(parts, action),
          asks: asks === "nothing" ? ("request" as const) : asks,
        };
      });
      // None of them is the opposite of some of them, not all of them that of all of them.
      const any = operator === "or" || operator === "not";
      return {
        rule: index,
        action,
        operator,
        tests,
        mixed: tests.filter(({ asks }) => asks === "both").map(({ test }) => test),
        table: any ? either : both,
        join: any ? anyOf : allOf,
        inverted: operator === "not" || operator === "nor",
      };
    }),
  );
}

type Half = (session: Session | undefined, target: Prepared) => Uint8Array;

/** What a test of the session alone is given for a request. */
const nowhere: Prepared = { path: "/", texts: { known: [], withoutHost: false, hasQuery: false } };

/** What each block comes to as far as tests of one kind settle it; 0 where there are none. */
function half(blocks: readonly Block[], asks: "session" | "request"): Half {
  const tests = blocks.map((block) => block.tests.filter((one) => one.asks === asks).map(({ test }) => test));
  const tables = blocks.map(({ table }) => table);
  return (session, target) => {
    const parts = new Uint8Array(tests.length);
    for (let i = 0; i < tests.length; i++) {
      const table = tables[i]!;
      let set = 0;
      for (const test of tests[i]!) set = table[set * 16 + test(session, target)]!;
      parts[i] = set;
    }
    return parts;
  };
}

/** A block with what each of its criteria may be, and what it may be as a whole. */
interface Judged {
  block: Block;
  results: Possible[];
  set: Possible;
}

function judge(block: Block, session: Session | undefined, target: Prepared): Judged {
  const results = block.tests.map(({ test }) => test(session, target));
  const joined = results.reduce<Possible>(block.join, 0);
  return { block, results, set: block.inverted ? opposite[joined]! : joined };
}

/** Names the block, and the one criterion in it that suffices, if there is one. */
function because({ block, results }: Judged, suffices: (result: Possible) => boolean): Partial<Decision> {
  const alone = block.operator === "or" || block.operator === "nor" || results.length === 1;
  const criterion = alone ? results.findIndex(suffices) : -1;
  return { rule: block.rule, block: block.operator, ...(criterion < 0 ? {} : { criterion }) };
}

const settles =
  ({ block }: Judged, held: Possible) =>
  (result: Possible): boolean =>
    certainly(block.inverted ? opposite[result]! : result, held);

const undecided = (set: Possible): boolean => (set & (yes | yesStop)) !== 0 && (set & (no | noStop)) !== 0;

function explain(judged: readonly Judged[], session: Session | undefined): Decision {
  const of = (action: Action): Judged[] => judged.filter(({ block }) => block.action === action);
  const [allows, denies] = [of("allow"), of("deny")];
  const allow = allows.reduce<Possible>((all, { set }) => anyOf(all, set), 0) || no;
  const deny = denies.reduce<Possible>((all, { set }) => anyOf(all, set), 0) || no;
  const outcome = decision[allow * 16 + deny]!;
  if (outcome === "unknown") {
    // A deny that may hold matters before an allow that may not.
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
    return { outcome, reason: "allowed", ...because(by, settles(by, yes)) };
  }
  const refusing = denies.find(({ set }) => certainly(set, yes | yesStop));
  if (refusing) return { outcome, reason: "denied", ...because(refusing, settles(refusing, yes | yesStop)) };
  // Whoever has signed in and is stopped all the same presented a certificate that is not valid.
  const stopped = session === undefined ? "sign in" : "denied";
  const stopping = noStop | yesStop;
  if (certainly(deny, stopping)) {
    const asking = denies.find(({ set }) => certainly(set, stopping));
    return {
      outcome,
      reason: stopped,
      ...(asking && because(asking, (result) => certainly(result, stopping))),
    };
  }
  if (certainly(allow, stopping)) return { outcome, reason: stopped };
  if ((allow & yes) === 0) return { outcome, reason: "nothing allows" };
  // Denied or sent to sign in, whichever it is.
  const keeping = denies.find(({ set }) => (set & ~no) !== 0);
  return {
    outcome,
    reason: "denied",
    ...(keeping && { rule: keeping.block.rule, block: keeping.block.operator }),
  };
}

/**
 * Reads a policy once and answers for any request as Pomerium would: some allow rule and no deny rule,
 * nothing without a rule. What the request does not tell is left open, and the answer is `unknown` as
 * soon as it depends on it; it is `allow` only when nothing that is missing could change it.
 *
 * @throws TypeError when a criterion is none; RangeError when the version is none.
 */
export function compilePolicy(policy: Policy, { pomerium = newestRelease }: EvaluateOptions = {}): Evaluator {
  const rules = pathRules(pomerium);
  const blocks = blocksOfPolicy(policy);
  const tables = blocks.map(({ table }) => table);
  const mixed = blocks.map(({ mixed }) => mixed);
  const denying = blocks.map(({ action }) => action === "deny");
  const inverted = blocks.map((block) => block.inverted);

  const sessionHalf = half(blocks, "session");
  const requestHalf = half(blocks, "request");

  const prepare = (target: Target): Prepared | undefined => {
    const path = seenPath(target.path, rules);
    return path && { ...target, texts: textsOf(target, path) };
  };

  return {
    decide({ session, ...target }) {
      const prepared = prepare(target);
      if (prepared === undefined) return { outcome: "deny", reason: "path refused" };
      return explain(
        blocks.map((block) => judge(block, session, prepared)),
        session,
      );
    },

    caller: (session) => ({ session, parts: sessionHalf(session, nowhere) }),

    target(target) {
      const prepared = prepare(target);
      const parts = prepared ? requestHalf(undefined, prepared) : new Uint8Array(blocks.length);
      return { prepared, parts };
    },

    outcome(caller, target) {
      const { prepared } = target;
      if (prepared === undefined) return "deny";
      let allow = 0;
      let deny = 0;
      for (let i = 0; i < tables.length; i++) {
        const table = tables[i]!;
        let set = table[caller.parts[i]! * 16 + target.parts[i]!]!;
        for (const test of mixed[i]!) set = table[set * 16 + test(caller.session, prepared)]!;
        if (inverted[i]) set = opposite[set]!;
        if (denying[i]) deny = either[deny * 16 + set]!;
        else allow = either[allow * 16 + set]!;
      }
      return decision[allow * 16 + deny]!;
    },
  };
}
