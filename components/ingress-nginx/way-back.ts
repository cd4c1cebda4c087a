import { goTo } from "../../stack-file/commands.ts";
import type { Problem } from "../../stack-file/problems.ts";
import type { LiveCluster } from "../cluster/live.ts";
import { objectLabel } from "../cluster/objects.ts";
import { type LiveIngressNginx, leavingObjects } from "./live.ts";
import { hasController, isNextInTurn } from "./removal-state.ts";
import type { StackView } from "./stack-view.ts";

/**
 * Why a cluster that has been brought to `retired` cannot go to an earlier phase: a part of ingress-nginx is gone. It
 * can go back while everything that was adopted is still there. Then the removal has not begun, or somebody has
 * restored the objects. An installation that was named later can still go through cutover. It cannot go back to
 * coexist: the hosts of the first one would lead nowhere.
 *
 * @param nginx Undefined when the stack file has no `ingressNginx`.
 */
export function noWayBack(
  { name, phase }: Pick<StackView, "name" | "phase">,
  { record }: Pick<LiveCluster, "record">,
  nginx: LiveIngressNginx | undefined,
): Problem[] {
  if (record === undefined || phase === "retired") return [];
  const live = new Set(nginx === undefined ? [] : leavingObjects(nginx).map(objectLabel));
  const before = record.retired?.filter((label) => !live.has(label)) ?? [];
  if (record.phase !== "retired")
    return phase === "coexist" && before.length > 0 ? [notWithoutTheFirst(name, before)] : [];
  if (phase === "cutover" && nginx !== undefined && isNextInTurn(nginx, { record })) return [];
  const gone = record.adopted.filter((label) => !live.has(label));
  if (nginx !== undefined && gone.length === 0 && hasController(nginx)) return [];
  return [
    {
      at: "phase",
      message: `${name} has been brought to retired, and there is no way back to ${phase}: ${reason(nginx, gone)}`,
      fix: goTo(name, "retired"),
    },
  ];
}

function notWithoutTheFirst(name: string, gone: readonly string[]): Problem {
  return {
    at: "phase",
    message: `${name} has retired an ingress-nginx before this one (${someOf(gone)}), and there is no way back to coexist: its hosts would lead to nothing`,
    fix: goTo(name, "cutover"),
  };
}

function someOf([first, ...others]: readonly string[]): string {
  return `${first}${others.length > 0 ? ` and ${others.length} more` : ""}`;
}

function reason(nginx: LiveIngressNginx | undefined, gone: readonly string[]): string {
  if (nginx === undefined) return "the stack file has no `ingressNginx` that could serve instead";
  if (!hasController(nginx)) return "ingress-nginx is gone";
  return `ingress-nginx lacks ${someOf(gone)}`;
}
