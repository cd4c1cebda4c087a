import * as pulumi from "@pulumi/pulumi";
import { importOf, keptOfService } from "../cluster/import.ts";

/** Kind → fields that stay as they are when an object is taken over. */
const kept: Readonly<Record<string, string[]>> = {
  // These have everybody's sessions. Most fields cannot be changed, and a new volume or claim would be empty.
  PersistentVolume: ["*"],
  PersistentVolumeClaim: ["*"],
  Service: keptOfService,
  // Kubernetes fills these in, and a StatefulSet without them would be replaced.
  StatefulSet: ["spec.revisionHistoryLimit", "spec.persistentVolumeClaimRetentionPolicy"],
};

/** Takes over those objects of a kustomization that the cluster already has. `existing` are their labels. */
export function takeOver(existing: readonly string[] = []): pulumi.ResourceTransform {
  return ({ type, props, opts }) => {
    const kind = type.split(":").at(-1) ?? "";
    const { name, namespace } =
      (props as { metadata?: { name?: string; namespace?: string } }).metadata ?? {};
    if (name === undefined) return undefined;
    const object = { kind, name, ...(namespace ? { namespace } : {}) };
    return {
      props,
      opts: pulumi.mergeOptions(opts, {
        ...importOf(existing, object),
        ...(kept[kind] ? { ignoreChanges: kept[kind] } : {}),
      }),
    };
  };
}
