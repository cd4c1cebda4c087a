import type { Judged } from "../../policies/guardrails/judge.ts";
import { counted } from "../../stack-file/text.ts";
import type { Facts } from "./facts.ts";
import { fenced } from "./fenced.ts";
import { section } from "./section.ts";

/** The mandatory guard rails that the preview breaks, one line for each. */
export function guardFailures({ guarded = [] }: Pick<Facts, "guarded">): string[] {
  const rules = Map.groupBy(
    guarded.filter(({ level }) => level === "mandatory"),
    ({ rule }) => rule,
  );
  return [...rules].map(([rule, found]) => `GUARD_RAILS: ${rule}, ${counted(found.length, "time")}`);
}

/** The section about the guard rails; none where nothing breaks one. */
export function guardText({ guarded = [] }: Pick<Facts, "guarded">, rows: number): string[] {
  if (guarded.length === 0) return [];
  const order = guarded.toSorted((one, other) => other.level.localeCompare(one.level, "en"));
  const more = order.length - rows;
  const lines = [...order.slice(0, rows).flatMap(linesOf), ...(more > 0 ? [`${more} more`] : [])];
  return [section("Guard rails", fenced(lines.join("\n")))];
}

function linesOf({ rule, level, resource, reason, fix }: Judged): string[] {
  return [`${level === "mandatory" ? "✖" : "!"} ${resource}   ${rule}`, `    ${reason}`, `    ${fix}`];
}
