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
const sets = 16;

const holds = (outcome: number): boolean => outcome === yes || outcome === yesStop;
const stops = (outcome: number): boolean => outcome === yesStop || outcome === noStop;
const outcomeOf = (held: boolean, stopped: boolean): number =>
  held ? (stopped ? yesStop : yes) : stopped ? noStop : no;

/** The reasons of a result are those of the criteria that made it so: the true ones of a true `or`. */
function join(a: number, b: number, winner: boolean): number {
  if (holds(a) === holds(b)) return outcomeOf(holds(a), stops(a) || stops(b));
  return holds(a) === winner ? a : b;
}

/** Every combination of one outcome from each set; the empty set is neutral. */
function table(combine: (a: number, b: number) => number): Uint8Array {
  const cells = new Uint8Array(sets * sets);
  for (let a = 0; a < sets; a++)
    for (let b = 0; b < sets; b++)
      cells[a * sets + b] =
        a === 0 || b === 0
          ? a | b
          : outcomes
              .filter((one) => a & one)
              .reduce(
                (set, one) =>
                  outcomes
                    .filter((other) => b & other)
                    .reduce((all, other) => all | combine(one, other), set),
                0,
              );
  return cells;
}

/** `either[a * 16 + b]`: some of both holds. */
export const either = table((a, b) => join(a, b, true));
/** `both[a * 16 + b]`: all of both hold. */
export const both = table((a, b) => join(a, b, false));
/** The opposite of each set; what stops goes on stopping. */
export const opposite = Uint8Array.from({ length: sets }, (_, set) =>
  outcomes.reduce((all, one) => (set & one ? all | outcomeOf(!holds(one), stops(one)) : all), 0),
);

export const anyOf = (a: Possible, b: Possible): Possible => either[a * sets + b]!;
export const allOf = (a: Possible, b: Possible): Possible => both[a * sets + b]!;

export type Outcome = "allow" | "deny" | "unknown";

/** `decision[allow * 16 + deny]`, for what the allow rules and the deny rules may come to. */
export const decision: readonly Outcome[] = Array.from({ length: sets * sets }, (_, cell) => {
  // An action without criteria does not hold.
  const allow = Math.floor(cell / sets) || no;
  const deny = cell % sets || no;
  const mayAllow = (allow & yes) !== 0 && (deny & no) !== 0;
  const mayDeny = (allow & ~yes) !== 0 || (deny & ~no) !== 0;
  return mayAllow ? (mayDeny ? "unknown" : "allow") : "deny";
});

export const certainly = (set: Possible, outcome: number): boolean => set !== 0 && (set & ~outcome) === 0;
