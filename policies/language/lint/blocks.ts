import { comparisons, criterionKinds, type Placed } from "../criteria.ts";
import { compileCriterion } from "../evaluate/criterion.ts";
import { noTexts } from "../evaluate/texts.ts";

/** A request about which nothing is known. */
const nowhere = { path: "/", texts: noTexts };
/** The possible results of a criterion for a caller without a session. */
export const forAnonymous = (placed: Placed): number =>
  compileCriterion(placed, placed.action)(undefined, nowhere);

export const asksForSession = ({ name }: Placed): boolean =>
  ["session", "both"].includes(criterionKinds[name].asks);

const sameBlock = (one: Placed, other: Placed): boolean =>
  one.rule === other.rule && one.action === other.action && one.operator === other.operator;

/** Groups criteria by their blocks. */
export function byBlock(all: readonly Placed[]): Placed[][] {
  const blocks: Placed[][] = [];
  for (const placed of all) {
    const last = blocks.at(-1);
    if (last?.[0] && sameBlock(last[0], placed)) last.push(placed);
    else blocks.push([placed]);
  }
  return blocks;
}

/** Whether each criterion of a block decides by itself. */
export const suffices = (block: readonly Placed[]): boolean =>
  block[0]?.operator === "or" || (block[0]?.operator === "and" && block.length === 1);

/** A text that is equal for criteria with the same meaning. */
export function question({ name, path, data }: Placed): string {
  const kind = criterionKinds[name].data;
  const bare = typeof data !== "object" || data === null;
  const full =
    kind === "string" || kind === "plainString"
      ? comparisons(data)
      : kind.endsWith("ist") && bare
        ? { has: data }
        : data;
  return JSON.stringify([name, path, full], (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
