import type { ObjectRef } from "../cluster/objects.ts";

/** Stages of the removal, first to last. */
const stages = [
  // Its webhook fails every Ingress write in the cluster, Pomerium's too, once its Service is gone.
  "webhook",
  // While the controller still runs, so that it forgets their hosts one by one.
  "ingresses",
  "workload",
  // What runs needs it until it has stopped.
  "rights",
  "class",
  "leftovers",
  // It takes along whatever is in it.
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

/** Objects in the order of their removal: a stage begins when the one before it is gone. Empty stages are left out. */
export function removalOrder(objects: readonly ObjectRef[]): ObjectRef[][] {
  return stages
    .map((stage) => objects.filter(({ kind }) => (stageOfKind[kind] ?? "workload") === stage))
    .filter((found) => found.length > 0);
}
