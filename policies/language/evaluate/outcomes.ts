/**
 * The possible outcomes of a criterion, as a set of bits. A criterion about the session fails without a session. If it
 * is among the reasons of the result, Pomerium sends the caller to sign in, even if another rule would let them pass.
 * That makes four outcomes. A set of several outcomes means that the request lacks a fact.
 *
 * @see https://github.com/pomerium/pomerium/blob/main/authorize/check_response.go handleResult
 */
export const yes = 1;
export const no = 2;
/** The criterion holds, and the caller has to sign in first. */
export const yesStop = 4;
/** The criterion does not hold, and the caller has to sign in first. */
export const noStop = 8;
/** Not known. */
export const perhaps = yes | no;

/** A set of the four outcomes; 0 is a block without criteria. */
export type Possible = number;

const outcomes = [yes, no, yesStop, noStop] as const;

const holds = (outcome: number): boolean => outcome === yes || outcome === yesStop;
const stops = (outcome: number): boolean => outcome === yesStop || outcome === noStop;
const outcomeOf = (held: boolean, stopped: boolean): number =>
  held ? (stopped ? yesStop : yes) : stopped ? noStop : no;

/** Joins two outcomes. The reasons of the result are those of the criteria that decided: for `or`, the true ones. */
function join(a: number, b: number, winner: boolean): number {
  if (holds(a) === holds(b)) return outcomeOf(holds(a), stops(a) || stops(b));
  return holds(a) === winner ? a : b;
}

/** Joins two sets: every combination of one outcome from each. The empty set is neutral. */
function combine(a: Possible, b: Possible, winner: boolean): Possible {
  if (a === 0 || b === 0) return a | b;
  let set = 0;
  for (const one of outcomes)
    if (a & one) for (const other of outcomes) if (b & other) set |= join(one, other, winner);
  return set;
}

/** Some of both holds. */
export const anyOf = (a: Possible, b: Possible): Possible => combine(a, b, true);

/** All of both hold. */
export const allOf = (a: Possible, b: Possible): Possible => combine(a, b, false);

/** The opposite of each outcome of a set. A caller who has to sign in still has to. */
export const opposite = (set: Possible): Possible =>
  outcomes.reduce((all, one) => (set & one ? all | outcomeOf(!holds(one), stops(one)) : all), 0);

export type Outcome = "allow" | "deny" | "unknown";

/** The decision from the outcomes of the allow rules and the deny rules. An action without criteria does not hold. */
export function outcomeOfRules(allow: Possible, deny: Possible): Outcome {
  const [allowed, denied] = [allow || no, deny || no];
  if ((allowed & yes) === 0 || (denied & no) === 0) return "deny";
  return (allowed & ~yes) !== 0 || (denied & ~no) !== 0 ? "unknown" : "allow";
}

/** Whether a set is known to be one of some outcomes. */
export const certainly = (set: Possible, outcome: number): boolean => set !== 0 && (set & ~outcome) === 0;
