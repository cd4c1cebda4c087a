import { goTo } from "../../../stack-file/commands.ts";
import { kubectlDelete } from "../../cluster/commands.ts";
import { phaseRecord } from "../../cluster/live.ts";
import { objectId, objectLabel } from "../../cluster/objects.ts";
import type { Item } from "../../cluster/readiness.ts";
import { leavingObjects } from "../live.ts";
import { isNextInTurn } from "../removal-state.ts";
import type { GateInput } from "./input.ts";

/**
 * Gate `phase`: the cluster has been through cutover, because nobody can go back from `retired` to try it. Everything
 * that is to be removed has been adopted, because Pulumi removes only what it manages.
 */
export function phaseGate({ stack, cluster, nginx }: GateInput): Item[] {
  const { phase, adopted = [] } = cluster.record ?? {};
  const subject = stack.name;
  if (phase === undefined)
    return [
      {
        subject,
        ok: false,
        note: `has not been brought to any phase yet, or its ConfigMap ${objectId(phaseRecord)} was deleted; cutover comes before retired`,
        // Without a refresh, Pulumi believes that the ConfigMap is still there, and does not write it again.
        fix: goTo(subject, "cutover", "--refresh"),
      },
    ];
  const fix = goTo(subject, "cutover");
  if (phase !== "cutover" && phase !== "retired")
    return [{ subject, ok: false, note: `has been brought to ${phase}; cutover comes before retired`, fix }];
  if (isNextInTurn(nginx, cluster))
    return [
      {
        subject,
        ok: false,
        note: "names an installation that was not adopted before the removal of the earlier one; adopt it in cutover first",
        fix,
      },
    ];
  const unmanaged = leavingObjects(nginx).filter((object) => !adopted.includes(objectLabel(object)));
  return [
    { subject, ok: true, note: `has been brought to ${phase}` },
    ...unmanaged.map((object) => ({
      subject: objectLabel(object),
      ok: false,
      ...(phase === "cutover"
        ? { note: "is new since the last `pulumi up`, so nothing would remove it; adopt it first", fix }
        : {
            note: "is new since the removal began, so nothing removes it; delete it by hand, or give an Ingress another class",
            fix: kubectlDelete(stack.cluster, object),
          }),
    })),
  ];
}
