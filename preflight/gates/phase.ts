import { objectLabel } from "../../components/cluster/objects.ts";
import { type LiveIngressNginx, leavingObjects } from "../../components/ingress-nginx/live.ts";
import type { Problem } from "../../config/problems.ts";
import { bringTo, type GateInput, type Item } from "./gate.ts";

/**
 * The cluster has been through cutover, since what nobody has tried has no way back from retired, and all that is to go
 * was adopted on the way: what Pulumi does not manage, it does not remove.
 */
export function phaseGate(input: Pick<GateInput, "stack" | "cluster" | "nginx">): Item[] {
  const { stack, cluster } = input;
  const { phase, adopted = [] } = cluster.record ?? {};
  const mend = bringTo(input, "cutover");
  if (phase !== "cutover" && phase !== "retired") {
    const note =
      phase === undefined ? "has not been brought to any phase yet" : `has been brought to ${phase}`;
    return [{ subject: stack.name, ok: false, note: `${note}; cutover comes before retired`, mend }];
  }
  const through: Item = { subject: stack.name, ok: true, note: `has been brought to ${phase}` };
  // Of a removal that was interrupted, the record no longer says what it began with.
  if (phase === "retired") return [through];
  const unmanaged = leavingObjects(input.nginx)
    .map(objectLabel)
    .filter((label) => !adopted.includes(label));
  return [
    through,
    ...unmanaged.map((subject) => ({
      subject,
      ok: false,
      note: "has come since the last `pulumi up`, so nothing would remove it; adopt it first",
      mend,
    })),
  ];
}

/**
 * Why a cluster that has been brought to `retired` cannot go to an earlier phase: what would answer is gone. While its
 * workload is still there, since the removal never began or somebody has put it back, it can.
 *
 * @param input.nginx Undefined where the stack file no longer speaks of one.
 */
export function noWayBack({
  stack,
  cluster,
  nginx,
}: Pick<GateInput, "stack" | "cluster"> & { nginx: LiveIngressNginx | undefined }): Problem[] {
  const answers = nginx?.installation.some(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
  if (cluster.record?.phase !== "retired" || stack.phase === "retired" || answers) return [];
  return [
    {
      at: "phase",
      message: `${stack.name} has been brought to retired, and there is no way back to ${stack.phase}: ingress-nginx is gone`,
      mend: bringTo({ stack }, "retired"),
    },
  ];
}
