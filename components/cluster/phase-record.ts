import type * as pulumi from "@pulumi/pulumi";
import { managedBy } from "./foreign.ts";
import { importAs } from "./import.ts";
import * as k8s from "./kubernetes.ts";
import { type PhaseRecord, phaseRecord } from "./live.ts";
import { objectId } from "./objects.ts";
import { recordOwner } from "./owner.ts";
import type { Phase } from "./phase.ts";

export interface PhaseRecordArgs {
  /** Check before the record is written, and what identifies the state that it checks. */
  proof: { digest: string; hook: pulumi.ResourceHook };
  /** Labels of the objects of ingress-nginx that are adopted after this run. */
  adopted: readonly string[];
  /** The record of the tunnels. Default: the present record stays. */
  tunnels?: pulumi.Input<string> | undefined;
  pomerium: {
    /** Namespace of the record. */
    namespace: pulumi.Input<string>;
  };
  live: {
    /** The record that the cluster already has. */
    cluster: { record?: PhaseRecord | undefined };
  };
}

/**
 * Writes the stack's phase into the cluster itself. `dependsOn` is everything that belongs to the phase, so the
 * record of an interrupted run still has the phase before.
 */
export function recordPhase(
  stack: { name: string; phase: Phase },
  { proof, adopted, tunnels, pomerium: { namespace }, live: { cluster } }: PhaseRecordArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.ConfigMap {
  const { name } = phaseRecord;
  const { record } = cluster;
  const memory = tunnels ?? record?.tunnels;
  const retired = retiredBefore(stack.phase, adopted, record);
  // The list of adopted objects shows in a later run that a removal was interrupted.
  const labels = stack.phase === "retired" ? (record?.adopted ?? []) : adopted;
  return new k8s.ConfigMap(
    "phase",
    {
      metadata: { name, namespace, labels: { [managedBy.label]: managedBy.value } },
      data: {
        owner: recordOwner(stack.name),
        phase: stack.phase,
        adopted: labels.join("\n"),
        inForce: proof.digest,
        ...(retired.length === 0 ? {} : { retired: retired.join("\n") }),
        ...(memory === undefined ? {} : { tunnels: memory }),
      },
    },
    // A stack that has lost its state finds the record there.
    {
      ...opts,
      ...importAs(record && objectId(phaseRecord)),
      hooks: { beforeCreate: [proof.hook], beforeUpdate: [proof.hook] },
    },
  );
}

/** The objects of earlier installations. One becomes earlier when another installation is adopted after its removal. */
function retiredBefore(
  phase: Phase,
  adopted: readonly string[],
  record: PhaseRecord | undefined,
): readonly string[] {
  const before = record?.retired ?? [];
  const isNext =
    record?.phase === "retired" &&
    phase !== "retired" &&
    !record.adopted.some((label) => adopted.includes(label));
  return isNext ? [...before, ...record.adopted] : before;
}
