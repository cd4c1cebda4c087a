import type { Problem } from "../../stack-file/problems.ts";
import { project } from "../../stack-file/project.ts";
import { kubectl } from "./commands.ts";
import type { Cluster } from "./config.ts";
import { type PhaseRecord, phaseRecord } from "./live.ts";

/** Who a cluster belongs to: project and stack. Neither a rebuilt backend nor another organisation changes it. */
export function recordOwner(stack: string): string {
  return `${project}/${stack}`;
}

/**
 * Refuses a cluster that another stack manages: both would rewrite the same ClusterIssuer, the same Pomerium and the
 * same tunnels in turn. A record without an owner is older than the owner, and the run adds it.
 */
export function ownerProblems(
  { name, cluster }: { name: string; cluster: Pick<Cluster, "context"> },
  record: Pick<PhaseRecord, "owner"> | undefined,
): Problem[] {
  const owner = record?.owner;
  if (owner === undefined || owner === recordOwner(name)) return [];
  const { namespace, name: configMap } = phaseRecord;
  return [
    {
      at: "cluster.context",
      message: `this cluster belongs to the stack ${owner}, and this is ${recordOwner(name)}: two stacks would overwrite each other's objects. Use that stack. If it was renamed or is gone for good, hand the cluster over`,
      fix: kubectl(
        cluster,
        `--namespace ${namespace} patch configmap ${configMap} --type json --patch '[{"op":"remove","path":"/data/owner"}]'`,
      ),
    },
  ];
}
