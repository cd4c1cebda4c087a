import type { Problem } from "../../../stack-file/problems.ts";
import { kubectlDelete } from "../../cluster/commands.ts";
import { phaseRecord } from "../../cluster/live.ts";
import { objectId, objectLabel } from "../../cluster/objects.ts";
import type { Item } from "../../cluster/readiness.ts";
import { type LiveIngressNginx, leavingObjects } from "../live.ts";
import { bringTo, type GateInput, hasController } from "./gate.ts";

/**
 * The cluster has been through cutover, since what nobody has tried has no way back from retired, and all that is to go
 * was adopted on the way: what Pulumi does not manage, it does not remove.
 */
export function phaseGate(input: Pick<GateInput, "stack" | "cluster" | "nginx">): Item[] {
  const { stack, cluster } = input;
  const { phase, adopted = [] } = cluster.record ?? {};
  const mend = bringTo(input, "cutover");
  if (phase === undefined)
    return [
      {
        subject: stack.name,
        ok: false,
        note: `has not been brought to any phase yet, or its ConfigMap ${objectId(phaseRecord)} was deleted; cutover comes before retired`,
        // Pulumi would not write again what it believes to be there.
        mend: bringTo(input, "cutover", "--refresh "),
      },
    ];
  if (phase !== "cutover" && phase !== "retired")
    return [
      {
        subject: stack.name,
        ok: false,
        note: `has been brought to ${phase}; cutover comes before retired`,
        mend,
      },
    ];
  const unmanaged = leavingObjects(input.nginx).filter((object) => !adopted.includes(objectLabel(object)));
  return [
    { subject: stack.name, ok: true, note: `has been brought to ${phase}` },
    ...unmanaged.map((object) =>
      phase === "cutover"
        ? {
            subject: objectLabel(object),
            ok: false,
            note: "has come since the last `pulumi up`, so nothing would remove it; adopt it first",
            mend,
          }
        : {
            subject: objectLabel(object),
            ok: false,
            note: "has come since the removal began, so nothing removes it; do so by hand, or give an Ingress another class",
            mend: kubectlDelete(stack.cluster, object),
          },
    ),
  ];
}

/**
 * Why a cluster that has been brought to `retired` cannot go to an earlier phase: something of what would answer is
 * gone. As long as all that was adopted is still there, since the removal never began or somebody has put it back, it
 * can.
 *
 * @param input.nginx Undefined where the stack file speaks of none.
 */
export function noWayBack({
  stack,
  cluster,
  nginx,
}: Pick<GateInput, "stack" | "cluster"> & { nginx: LiveIngressNginx | undefined }): Problem[] {
  if (cluster.record?.phase !== "retired" || stack.phase === "retired") return [];
  const live = new Set(nginx === undefined ? [] : leavingObjects(nginx).map(objectLabel));
  const gone = cluster.record.adopted.filter((label) => !live.has(label));
  if (nginx !== undefined && gone.length === 0 && hasController(nginx)) return [];
  return [
    {
      at: "phase",
      message: `${stack.name} has been brought to retired, and there is no way back to ${stack.phase}: ${whyNoWayBack(nginx, gone)}`,
      mend: bringTo({ stack }, "retired"),
    },
  ];
}

function whyNoWayBack(nginx: LiveIngressNginx | undefined, gone: readonly string[]): string {
  if (nginx === undefined) return "the stack file speaks of no ingress-nginx that could answer instead";
  if (!hasController(nginx)) return "ingress-nginx is gone";
  const [first, ...others] = gone;
  return `ingress-nginx lacks ${first}${others.length > 0 ? ` and ${others.length} more` : ""} by now`;
}
