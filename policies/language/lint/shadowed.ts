import { comparisons, criterionKinds, type Placed } from "../criteria.ts";
import { textTest } from "../evaluate/match.ts";
import { no, noStop } from "../evaluate/outcomes.ts";
import { asksForSession, byBlock, forAnonymous, question, suffices } from "./blocks.ts";
import { at, type Finding } from "./finding.ts";

/** The comparison of a matcher that has only one. */
function onlyComparison(data: unknown): [string, string[]] | undefined {
  const [only, second] = Object.entries(comparisons(data));
  return only === undefined || second !== undefined
    ? undefined
    : [only[0], [only[1] ?? []].flat() as string[]];
}

/** Whether every caller who meets `inner` also meets `outer`. */
function covers(outer: Placed, inner: Placed): boolean {
  if (outer.name === "accept") return true;
  if (outer.name === "authenticated_user")
    return asksForSession(inner) && inner.name !== "groups" && (forAnonymous(inner) & (no | noStop)) !== 0;
  if (outer.name !== inner.name || outer.path !== inner.path) return false;
  if (question(outer) === question(inner)) return true;
  if (!["string", "plainString"].includes(criterionKinds[outer.name].data)) return false;
  const [asked, told] = [onlyComparison(outer.data), onlyComparison(inner.data)];
  if (asked === undefined || told === undefined) return false;
  const test = textTest(outer.data);
  if (told[0] === "is" || told[0] === "in") return told[1].length > 0 && told[1].every(test);
  return (
    asked[0] === told[0] && (asked[0] === "starts_with" || asked[0] === "ends_with") && told[1].every(test)
  );
}

/** Finds criteria that decide nothing because another one always decides first. */
export function lintShadowed(all: readonly Placed[]): Finding[] {
  const findings: Finding[] = [];
  const deciding = byBlock(all).filter(suffices).flat();
  const everybody = deciding.find(({ name, action }) => name === "accept" && action === "deny");
  if (everybody !== undefined)
    findings.push({
      code: "shadowed",
      severity: "error",
      message: "accept in a deny rule denies everybody; no other rule decides anything",
      where: at(everybody),
      fix: "remove the rule, or write what it should deny",
    });
  for (const [i, inner] of deciding.entries()) {
    const outer = deciding.find(
      (one, j) =>
        one !== inner &&
        one.action === inner.action &&
        covers(one, inner) &&
        // Of two criteria that cover each other, the first one stays.
        (j < i || !covers(inner, one)),
    );
    if (outer === undefined || inner === everybody || outer === everybody) continue;
    findings.push({
      code: "shadowed",
      severity: "warning",
      message: `${inner.name} decides nothing here: whoever meets it meets ${at(outer)} too`,
      where: at(inner),
      fix: question(outer) === question(inner) ? "remove one of both" : "remove it, or the wider criterion",
    });
  }
  for (const placed of all) {
    const named = placed.data === null ? [] : [(placed.data as { in?: readonly string[] }).in ?? []].flat();
    const seen = new Set<string>();
    const repeated = named.filter((one) => {
      const isAgain = seen.has(one);
      seen.add(one);
      return isAgain;
    });
    for (const twice of new Set(repeated))
      findings.push({
        code: "shadowed",
        severity: "warning",
        message: `"${twice}" is in the list twice`,
        where: at(placed),
        fix: "remove one of both",
      });
  }
  return findings;
}
