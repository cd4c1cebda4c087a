/** A cluster of Pomeriums: the parts of its pods, and the Service by which they find each other. */

import { skipAwait } from "../cluster/wait-for.ts";
import * as names from "./names.ts";
import { labels, ownedVolume, type StoreParts } from "./overlay-pods.ts";
import type { ClusterConfig } from "./storage.ts";

/**
 * Upstream's component `databroker-cluster`: every pod keeps a copy of the store on its own volume. The pods elect a
 * leader, so two of three must be there.
 *
 * @see https://github.com/pomerium/ingress-controller/tree/v0.33.1/config/components/databroker-cluster
 */
export function clusterParts({
  replicas,
  storageClass,
  size,
}: ClusterConfig): Partial<StoreParts> & { replicas: number } {
  return {
    replicas,
    volumeMounts: [{ name: "storage", mountPath: names.clusterMount }],
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "DATABROKER_CLUSTER_NODES", value: JSON.stringify(members(replicas)) },
    ],
    pod: { securityContext: ownedVolume, affinity: onDifferentNodes },
    statefulSet: [
      toContainer("args", "--databroker-cluster-node-id=$(POD_NAME)"),
      toContainer("args", `--databroker-raft-bind-address=:${ports.raft}`),
      toContainer("args", `--databroker-auto-tls=*.${names.headlessService}`),
      toContainer("ports", { name: "grpc", containerPort: ports.grpc, protocol: "TCP" }),
      toContainer("ports", { name: "raft", containerPort: ports.raft, protocol: "TCP" }),
      { op: "replace", path: "/kind", value: "StatefulSet" },
      { op: "add", path: "/spec/serviceName", value: names.headlessService },
      {
        op: "add",
        path: "/spec/updateStrategy",
        value: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      },
      { op: "add", path: "/spec/podManagementPolicy", value: "Parallel" },
      // A member that comes back after it was taken away starts empty. A deleted StatefulSet leaves the sessions.
      {
        op: "add",
        path: "/spec/persistentVolumeClaimRetentionPolicy",
        value: { whenDeleted: "Retain", whenScaled: "Delete" },
      },
      { op: "add", path: "/spec/volumeClaimTemplates", value: [volumeOfMember(storageClass, size)] },
    ],
  };
}

/** The addresses by which the members find each other. */
function members(replicas: number): object[] {
  return Array.from({ length: replicas }, (_, i) => {
    const host = `${names.workload}-${i}.${names.headlessService}`;
    return {
      id: `${names.workload}-${i}`,
      grpc_address: `https://${host}:${ports.grpc}`,
      raft_address: `${host}:${ports.raft}`,
    };
  });
}

/** A node that fails takes one member at most. */
const onDifferentNodes = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      {
        topologyKey: "kubernetes.io/hostname",
        labelSelector: { matchLabels: { ...labels, [names.storeLabel]: "cluster" } },
      },
    ],
  },
};

const toContainer = (list: "args" | "ports", value: unknown) => ({
  op: "add",
  path: `/spec/template/spec/containers/0/${list}/-`,
  value,
});

const volumeOfMember = (storageClass: string | undefined, size: string) => ({
  metadata: { name: "storage" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: size } },
  },
});

const ports = { grpc: 5443, raft: 5999 };

export const headlessService = {
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: names.headlessService,
    namespace: names.namespace,
    labels,
    // Its pods are not ready before they have found each other by this Service.
    annotations: skipAwait,
  },
  spec: {
    clusterIP: "None",
    publishNotReadyAddresses: true,
    ports: [
      { name: "grpc", port: ports.grpc },
      { name: "raft", port: ports.raft },
    ],
    selector: labels,
  },
};
