import type * as pulumi from "@pulumi/pulumi";
import * as k8s from "../cluster/kubernetes.ts";
import { waitFor } from "../cluster/wait-for.ts";
import * as names from "./names.ts";

export const settingsKind = { apiVersion: "ingress.pomerium.io/v1", kind: "Pomerium" };

/**
 * Waits until the running Pomerium reports that exactly this generation of the settings is in force.
 *
 * After a change, the report on the earlier generation stays in the status until the controller has read the new one.
 * The generation is part of the condition, so every change of the settings is an update here, and a new wait.
 */
export function settingsInForce(
  name: string,
  settingsObject: k8s.CustomResource,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  // In a preview, an object that does not exist yet has no generation. Its first one will be 1.
  const annotations = settingsObject.metadata.apply(({ generation = 1 }) => ({
    ...waitFor(
      `jsonpath={.status.settingsStatus.observedGeneration}=${generation}`,
      "jsonpath={.status.settingsStatus.reconciled}=true",
    ),
    // A generated field manager would own the condition forever after a destroy that leaves the object.
    "pulumi.com/patchFieldManager": "pulumi-kubernetes-settings-in-force",
  }));
  return new k8s.CustomResourcePatch(
    name,
    {
      ...settingsKind,
      metadata: { name: names.settingsObject, annotations },
    },
    {
      ...opts,
      // The workload is up by now. If this takes longer, Pomerium refuses the settings; the object's events say why.
      customTimeouts: { create: "3m", update: "3m" },
      // Deleted together with the object. Removing the annotation from a deleted object would create it again, without
      // a spec.
      retainOnDelete: true,
    },
  );
}
