import type { ObjectRef } from "../cluster/objects.ts";

/** Stages of the removal, first to last. */
const stages = [
  // Once its Service is gone, the webhook would refuse every write of an Ingress, also of Pomerium's.
  "webhook",
  // The controller still runs, so that it forgets their hosts one by one.
  "ingresses",
  "workload",
  // The pods need their rights until they have stopped.
  "rights",
  "class",
  "leftovers",
  // Everything in it is deleted with it.
  "namespace",
] as const;

type Stage = (typeof stages)[number];

const stageOfKind: Record<string, Stage> = {
  ValidatingWebhookConfiguration: "webhook",
  Ingress: "ingresses",
  ClusterRole: "rights",
  ClusterRoleBinding: "rights",
  ConfigMap: "rights",
  Role: "rights",
  RoleBinding: "rights",
  ServiceAccount: "rights",
  IngressClass: "class",
  Certificate: "leftovers",
  Issuer: "leftovers",
  Lease: "leftovers",
  Secret: "leftovers",
  Namespace: "namespace",
};

/** Objects in the stages of their removal. A stage begins when the one before it is gone. Empty stages are left out. */
export function removalOrder(objects: readonly ObjectRef[]): ObjectRef[][] {
  return stages
    .map((stage) => objects.filter(({ kind }) => (stageOfKind[kind] ?? "workload") === stage))
    .filter((found) => found.length > 0);
}
