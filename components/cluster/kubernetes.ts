/**
 * The parts of Pulumi's Kubernetes SDK that the program uses. An import of the whole SDK loads a hundred more files in
 * each run.
 */
export type { types } from "@pulumi/kubernetes";
export { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
export { CustomResourcePatch } from "@pulumi/kubernetes/apiextensions/customResourcePatch.js";
export { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
export { DeploymentPatch } from "@pulumi/kubernetes/apps/v1/deploymentPatch.js";
export { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
export { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
export { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
export { Service } from "@pulumi/kubernetes/core/v1/service.js";
export { Release } from "@pulumi/kubernetes/helm/v3/release.js";
export { Directory } from "@pulumi/kubernetes/kustomize/v2/directory.js";
export { Ingress } from "@pulumi/kubernetes/networking/v1/ingress.js";
export { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
export { Provider, type ProviderArgs } from "@pulumi/kubernetes/provider.js";
export { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
export { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
export { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
export { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
