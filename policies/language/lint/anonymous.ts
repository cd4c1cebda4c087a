import type { Placed } from "../criteria.ts";
import { noStop, yes, yesStop } from "../evaluate/outcomes.ts";
import { asksForSession, byBlock, forAnonymous } from "./blocks.ts";
import { at, type Finding } from "./finding.ts";

/** Finds criteria about the session that hold although nobody has signed in. */
export function lintAnonymous(all: readonly Placed[]): Finding[] {
  return byBlock(all)
    .filter(([first]) => first?.action === "allow" && (first.operator === "or" || first.operator === "and"))
    .flatMap((block) => {
      const asking = block.filter(asksForSession);
      const holding = asking.filter((placed) => (forAnonymous(placed) & yes) !== 0);
      const found = block[0]?.operator === "or" || holding.length === asking.length ? holding : [];
      return found.map(
        (placed): Finding => ({
          code: "matches-anonymous",
          severity: "error",
          message: `${placed.name} is compared with nothing when nobody has signed in, and that holds: anonymous callers pass`,
          where: at(placed),
          fix: 'put it in an "and" block with authenticated_user: true',
        }),
      );
    });
}

/** Finds deny rules about people that close what allow rules open to anonymous callers. */
export function lintSignIn(all: readonly Placed[]): Finding[] {
  const open = byBlock(all).find(
    (block) =>
      block[0]?.action === "allow" &&
      (block[0].operator === "or"
        ? block.some((placed) => !asksForSession(placed) && placed.name !== "reject")
        : block.every((placed) => !asksForSession(placed) && placed.name !== "reject")),
  );
  const asking = all.find(
    (placed) =>
      placed.action === "deny" && asksForSession(placed) && (forAnonymous(placed) & (yesStop | noStop)) !== 0,
  );
  if (open?.[0] === undefined || asking === undefined) return [];
  return [
    {
      code: "asks-to-sign-in",
      severity: "warning",
      message: `a deny rule that asks who the caller is sends everybody to sign in, also where ${at(open[0])} asks for nobody`,
      where: at(asking),
      fix: "leave the person out of the allow rules instead",
    },
  ];
}
