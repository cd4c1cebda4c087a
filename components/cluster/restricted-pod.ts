import type * as k8s from "@pulumi/kubernetes";

/** A pod that needs nothing of its node or of Kubernetes: what the restricted Pod Security Standard asks for. */
export const restrictedPod = {
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  },
} satisfies Partial<k8s.types.input.core.v1.PodSpec>;

/** The same for each of its containers. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} satisfies k8s.types.input.core.v1.SecurityContext;
