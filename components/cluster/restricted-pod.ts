import type * as k8s from "./kubernetes.ts";

/** A pod that needs no rights on its node or in Kubernetes: it meets the `restricted` Pod Security Standard. */
export const restrictedPod = {
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  },
} satisfies Partial<k8s.types.input.core.v1.PodSpec>;

/** A container of such a pod. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} satisfies k8s.types.input.core.v1.SecurityContext;
