import { contains, type PropertyPath, parsePath } from "../../property-path.ts";
import { type KubeObject, text } from "./object.ts";

const SELECTOR = ["spec.selector"];
const BINDING = ["roleRef"];
const JOB = ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"];
const VOLUME_SOURCES = ["csi", "hostPath", "iscsi", "local", "nfs", "cephfs", "fc", "rbd"];

/**
 * Fields that the API server lets nobody change, by API version and kind, as Pulumi's provider lists them.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go
 */
const IMMUTABLE: Record<string, string[]> = {
  "apps/v1/DaemonSet": SELECTOR,
  "apps/v1/Deployment": SELECTOR,
  "apps/v1/StatefulSet": [
    ...SELECTOR,
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/v1/Job": JOB,
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": BINDING,
  "rbac.authorization.k8s.io/v1/RoleBinding": BINDING,
  "storage.k8s.io/v1/StorageClass": ["parameters", "provisioner"],
  "v1/PersistentVolume": VOLUME_SOURCES.map((source) => `spec.${source}`),
  "v1/PersistentVolumeClaim": [
    "spec.accessModes",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeName",
  ],
  "v1/Pod": ["spec.containers", "spec.initContainers", "spec.volumes", "spec.nodeName", "spec.restartPolicy"],
  "v1/ResourceQuota": ["spec.scopes"],
  "v1/Secret": ["type"],
  "v1/Service": ["spec.clusterIP"],
};
const DATA: Record<string, string[]> = {
  "v1/Secret": ["stringData", "data"],
  "v1/ConfigMap": ["binaryData", "data"],
};
const IDENTITY = ["metadata.name", "metadata.namespace"];

/**
 * The paths among `changed` that only a new object can have.
 *
 * @param mutable whether the provider was told to change Secrets and ConfigMaps in place.
 */
export function replacedPaths(
  object: KubeObject,
  changed: readonly PropertyPath[],
  mutable: { Secret: boolean; ConfigMap: boolean },
): PropertyPath[] {
  const kind = `${text(object.apiVersion)}/${text(object.kind)}`;
  const inPlace = (kind === "v1/Secret" ? mutable.Secret : mutable.ConfigMap) && object.immutable !== true;
  const fields = [...IDENTITY, ...(IMMUTABLE[kind] ?? []), ...(inPlace ? [] : (DATA[kind] ?? []))].map(
    parsePath,
  );
  return changed.filter((path) => fields.some((field) => contains(field, path) || contains(path, field)));
}
