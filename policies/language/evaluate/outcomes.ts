/**
 * What a criterion may turn out to be, as a set of bits. Pomerium stops before it decides when a
 * criterion that asked for a session without finding one ends up among the reasons of the result: it
 * sends the caller to sign in, whatever else would have let them pass. Hence four outcomes, and any set
 * of them as long as something about the request is not known.
 *
 * @see https://github.com/pomerium/pomerium/blob/main/authorize/check_response.go handleResult
 */
export const yes = 1;
export const no = 2;
/** Holds, and the caller has to sign in first. */
export const yesStop = 4;
/** Does not hold, and the caller has to sign in first. */
export const noStop = 8;
/** Nothing is known. */
export const perhaps = yes | no;

/** A set of the four outcomes; 0 is a block without criteria. */
export type Possible = number;

const outcomes = [yes, no, yesStop, noStop] as const;

const holds = (outcome: number): boolean => outcome === yes || outcome === yesStop;
const stops = (outcome: number): boolean => outcome === yesStop || outcome === noStop;
const outcomeOf = (held: boolean, stopped: boolean): number =>
  held ? (stopped ? yesStop : yes) : stopped ? noStop : no;

/** The reasons of a result are those of the criteria that made it so: the true ones of a true `or`. */
function join(a: number, b: number, winner: boolean): number {
  if (holds(a) === holds(b)) return outcomeOf(holds(a), stops(a) || stops(b));
  return holds(a) === winner ? a : b;
}

/** What two sets come to together: every combination of one outcome from each. The empty set is neutral. */
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

/** The opposite of each outcome of a set; what stops goes on stopping. */
export const opposite = (set: Possible): Possible =>
  outcomes.reduce((all, one) => (set & one ? all | outcomeOf(!holds(one), stops(one)) : all), 0);

export type Outcome = "allow" | "deny" | "unknown";

/** The outcome of what the allow rules and the deny rules may come to. An action without criteria does not hold. */
export function outcomeOfRules(allow: Possible, deny: Possible): Outcome {
  const [allowed, denied] = [allow || no, deny || no];
  if ((allowed & yes) === 0 || (denied & no) === 0) return "deny";
  return (allowed & ~yes) !== 0 || (denied & ~no) !== 0 ? "unknown" : "allow";
}

/** Whether a set is known to be one of some outcomes. */
export const certainly = (set: Possible, outcome: number): boolean => set !== 0 && (set & ~outcome) === 0;
