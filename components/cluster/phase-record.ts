import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { managedBy } from "./foreign.ts";
import { importAs } from "./import.ts";
import { type PhaseRecord, phaseRecord } from "./live.ts";
import { objectId } from "./objects.ts";

export interface PhaseRecordArgs extends Omit<PhaseRecord, "tunnels"> {
  tunnels?: pulumi.Input<string>;
  /** Namespace of the record, handed on by Pomerium. */
  namespace: pulumi.Input<string>;
  /** Whether the cluster has a record already. */
  exists: boolean;
}

/**
 * Writes down in the cluster itself how far it has come. `dependsOn` is all that makes up a phase, so that the record
 * of one that was interrupted still says the phase before.
 */
export function recordPhase(
  { phase, adopted, tunnels, namespace, exists }: PhaseRecordArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap {
  const { name } = phaseRecord;
  return new k8s.core.v1.ConfigMap(
    "phase",
    {
      metadata: { name, namespace, labels: { [managedBy.label]: managedBy.value } },
      data: {
        phase,
        adopted: adopted.join("\n"),
        ...(tunnels === undefined ? {} : { tunnels }),
      },
    },
    // A stack that has lost its state finds it there.
    { ...opts, ...importAs(exists ? objectId(phaseRecord) : undefined) },
  );
}
