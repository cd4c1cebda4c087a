/**
 * The generated kustomizations over upstream's `config/default`, as text.
 *
 * Two of them share one base. `foundation` (CRDs, RBAC, IngressClass, volume) is applied before the Secrets and the
 * settings object. `workload` (StatefulSet or Deployment, Services) is applied after them: a Deployment without its
 * settings is never ready, and Pulumi would wait for it.
 */

import { stringify } from "yaml";
import { behaves, pinnedCommits } from "../../policies/language/releases.ts";
import * as names from "./names.ts";

/** Kubernetes quantities: `500m`, `"1"`, `512Mi`. */
export interface ComputeResources {
  cpu?: string;
  memory?: string;
}

export interface OverlayOptions {
  /** Release tag of the base. */
  version: string;
  storage:
    | {
        pebble: {
          /** Absolute folder on the node. It is made if it is absent. */
          hostPath: string;
          /** Node that has the folder. Default: any node, for a cluster with one. */
          node?: string | undefined;
          /** Nominal size of the volume (`2Gi`). A hostPath has no limit, but claim and volume must have the same size. */
          size: string;
        };
      }
    | {
        postgres: {
          /** Pods of Pomerium. */
          replicas: number;
        };
      };
  /** Default: upstream's (requests 300m and 200Mi, limits 5 CPUs and 1Gi). A value replaces all of them. */
  resources?: { requests?: ComputeResources; limits?: ComputeResources };
  service?: {
    /** Address that the LoadBalancer Service must get. Default: whichever the cluster hands out. */
    loadBalancerIP?: string;
    /**
     * `Local` keeps the client's address, which access logs and `source_ip` policies need. Only nodes that run Pomerium
     * answer then. With `Cluster`, every node answers and hides the client's address. Default: `Local`.
     */
    externalTrafficPolicy?: "Local" | "Cluster";
  };
}

/** Folder of each kustomization, below the folder of the overlay. */
export const overlayFolders = { base: "base", foundation: "foundation", workload: "workload" } as const;

/**
 * Builds the files of the overlay: path → text. `base/kustomization.yaml`, which names the folder of upstream's tree, is
 * added when they are written.
 */
export function overlay(options: OverlayOptions): Record<string, string> {
  return {
    ...under(overlayFolders.foundation, foundation(options)),
    ...under(overlayFolders.workload, workload(options)),
  };
}

function foundation({ version, storage }: OverlayOptions): Record<string, unknown> {
  const rules = controllerRules(version);
  const volume = "pebble" in storage ? { "volume.yaml": pebbleVolume(storage.pebble) } : {};
  return {
    "kustomization.yaml": kustomization({
      resources: [...base, ...Object.keys(volume)],
      patches: [
        // The namespace is a resource of this program, which can protect it: everything in it would be deleted with it.
        deletion("Namespace|Deployment|Service|Job"),
        // The Job that generates the bootstrap Secret runs an image without a fixed version, and may read and create
        // Secrets in every namespace. Here, the Secret is a resource of this program.
        deletion("ServiceAccount|ClusterRole|ClusterRoleBinding", "pomerium-gen-secrets"),
        ...(rules
          ? [{ path: "rules.yaml", target: { kind: "ClusterRole", name: "pomerium-controller" } }]
          : []),
      ],
    }),
    ...volume,
    ...(rules ? { "rules.yaml": [{ op: "replace", path: "/rules", value: rules }] } : {}),
  };
}

function workload(options: OverlayOptions): Record<string, unknown> {
  const pebble = "pebble" in options.storage;
  const kind = pebble ? "StatefulSet" : "Deployment";
  return {
    "kustomization.yaml": kustomization({
      resources: base,
      patches: [
        deletion(
          "Namespace|CustomResourceDefinition|ServiceAccount|ClusterRole|ClusterRoleBinding|Role|RoleBinding|IngressClass|Job",
        ),
        { path: "service.yaml" },
        { path: "deployment.yaml" },
        ...(pebble
          ? [
              {
                path: "statefulset.yaml",
                target: { kind: "Deployment", name: names.workload },
                options: { allowKindChange: true },
              },
            ]
          : []),
      ],
      // The ownership step runs the image that the base has for Pomerium.
      ...(pebble
        ? {
            replacements: [
              {
                source: {
                  kind,
                  name: names.workload,
                  fieldPath: `spec.template.spec.containers.[name=${names.container}].image`,
                },
                targets: [
                  {
                    select: { kind, name: names.workload },
                    fieldPaths: [`spec.template.spec.initContainers.[name=${ownershipStep}].image`],
                  },
                ],
              },
            ],
          }
        : {}),
    }),
    "service.yaml": service(options.service ?? {}),
    "deployment.yaml": deployment(options),
    ...(pebble ? { "statefulset.yaml": statefulSet } : {}),
  };
}

const base = [`../${overlayFolders.base}`];

function kustomization(content: object): object {
  return { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", ...content };
}

/** Removes objects of the base: all of some kinds (`A|B`), or those with a name. */
function deletion(kind: string, name?: string): object {
  const patch = { $patch: "delete", apiVersion: "v1", kind: "Any", metadata: { name: "any" } };
  return { target: { kind, ...(name ? { name } : {}) }, patch: yaml(patch) };
}

function service({ loadBalancerIP, externalTrafficPolicy = "Local" }: ServiceOptions): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: names.proxyService,
      namespace: names.namespace,
    },
    spec: { externalTrafficPolicy, ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }) },
  };
}

type ServiceOptions = NonNullable<OverlayOptions["service"]>;

const ownershipStep = "own-store";
const storeVolume = "store";

/** Only the store itself, one level below the stack's folder. Other files in the stack's folder keep their owner. */
const storeMount = {
  name: storeVolume,
  mountPath: names.pebblePath,
  subPath: names.pebblePath.slice(names.dataMount.length + 1),
};

function deployment({ storage, resources }: OverlayOptions): object {
  const pebble = "pebble" in storage;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: names.workload, namespace: names.namespace },
    spec: {
      replicas: "pebble" in storage ? 1 : storage.postgres.replicas,
      template: {
        metadata: { labels: { [names.storeLabel]: pebble ? "pebble" : "postgres" } },
        spec: {
          // Enough for both parts of a stop: the pause below, then closing connections and store after SIGTERM.
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              name: names.container,
              // A release tag does not change, and a restart must not need the registry.
              imagePullPolicy: "IfNotPresent",
              // Pomerium serves until the load balancer knows that the pod stops. SIGTERM, on which Pomerium closes its
              // store, comes after that. The kubelet pauses, because the image has no /bin/sh.
              lifecycle: { preStop: { sleep: { seconds: 5 } } },
              ...(resources ? { resources: { $patch: "replace", ...resources } } : {}),
              ...(pebble ? { volumeMounts: [storeMount] } : {}),
            },
          ],
          ...("pebble" in storage ? onlyOpener(storage.pebble.node) : spread),
        },
      },
    },
  };
}

/** Requires the node that has the store. By its name, since the label `kubernetes.io/hostname` may differ from it. */
const onNode = (node: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }],
    },
  },
});

/** Pod parts of a Pebble store: one process may have it open, and its files belong to uid and gid 65532. */
const onlyOpener = (node: string | undefined) => ({
  // The lock against a second process on the store. The scheduler keeps it: it counts a pod until the pod is really gone.
  // So this pod does not start while any other Pomerium runs or stops, also one of a hand-made Deployment, and no other
  // starts beside this one. Every node has this topology key, so the lock holds across the cluster. Pods that use
  // PostgreSQL are exempt: a stack that changes its storage runs both kinds for a moment.
  affinity: {
    ...(node === undefined ? {} : onNode(node)),
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          topologyKey: "kubernetes.io/os",
          labelSelector: {
            matchLabels: { ...names.podLabels },
            matchExpressions: [{ key: names.storeLabel, operator: "NotIn", values: ["postgres"] }],
          },
        },
      ],
    },
  },
  initContainers: [
    {
      name: ownershipStep,
      image: "replaced-by-the-image-of-the-base",
      imagePullPolicy: "IfNotPresent",
      // The kubelet creates the folder as root's and readable by all. fsGroup does not apply to a hostPath, and the
      // sessions in it are not encrypted. `-h`: never through a link. Upstream's image has its shell in /busybox.
      command: [
        "/busybox/sh",
        "-c",
        `/busybox/chown -R -h ${names.runAs}:${names.runAs} ${names.pebblePath} && /busybox/chmod 0750 ${names.pebblePath}`,
      ],
      resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
      securityContext: {
        runAsNonRoot: false,
        runAsUser: 0,
        runAsGroup: 0,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE", "FOWNER"] },
      },
      volumeMounts: [storeMount],
    },
  ],
  volumes: [{ name: storeVolume, persistentVolumeClaim: { claimName: names.persistentVolumeClaim } }],
});

/** Pod parts of several Pomeriums: they run on different nodes if there are any. */
const spread = {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: {
        matchLabels: { ...names.podLabels },
      },
    },
  ],
};

/** Turns the patched Deployment into a StatefulSet. A JSON patch, because a merge patch cannot change the kind. */
const statefulSet = [
  { op: "replace", path: "/kind", value: "StatefulSet" },
  { op: "add", path: "/spec/serviceName", value: names.proxyService },
  { op: "add", path: "/spec/updateStrategy", value: { type: "RollingUpdate" } },
  // By default, a pod that never became ready blocks the update that would fix it. One pod needs no order anyway.
  { op: "add", path: "/spec/podManagementPolicy", value: "Parallel" },
];

function pebbleVolume({ hostPath, size }: { hostPath: string; size: string }): object[] {
  const labels = { "app.kubernetes.io/name": "pomerium" };
  const common = { storageClassName: "manual", accessModes: ["ReadWriteOnce"] };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: names.persistentVolume, labels },
      spec: {
        ...common,
        capacity: { storage: size },
        // The sessions outlive the claim: a new claim finds them.
        persistentVolumeReclaimPolicy: "Retain",
        hostPath: { path: hostPath, type: "DirectoryOrCreate" },
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: names.persistentVolumeClaim, namespace: names.namespace, labels },
      spec: { ...common, volumeName: names.persistentVolume, resources: { requests: { storage: size } } },
    },
  ];
}

/**
 * The controller's cluster-wide rules, reduced. Upstream's rules let it change and delete every Secret and certificate of
 * the cluster, which only certificate auto-provisioning and Pomerium Zero need. It may still read certificates, because
 * it watches them in any case. Undefined for releases that ask for no more than this, and for unknown releases.
 */
function controllerRules(version: string): object[] | undefined {
  if (!(version in pinnedCommits) || !behaves(version, "wideClusterRole")) return undefined;
  const read = ["get", "list", "watch"];
  const change = ["get", "patch", "update"];
  return [
    { apiGroups: [""], resources: ["services", "endpoints", "secrets"], verbs: read },
    { apiGroups: [""], resources: ["services/status", "endpoints/status", "secrets/status"], verbs: ["get"] },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "ingressclasses"], verbs: read },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: change },
    { apiGroups: ["ingress.pomerium.io"], resources: ["pomerium"], verbs: read },
    { apiGroups: ["ingress.pomerium.io"], resources: ["pomerium/status"], verbs: change },
    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    { apiGroups: ["cert-manager.io"], resources: ["certificates"], verbs: read },
  ];
}

function under(folder: string, files: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([file, content]) => [`${folder}/${file}`, documents(content)]),
  );
}

/** Several Kubernetes objects are several documents of a file. Operations of a JSON patch are one list. */
function documents(content: unknown): string {
  const objects = Array.isArray(content) && content.every((item) => "kind" in item) ? content : [content];
  return objects.map(yaml).join("---\n");
}

function yaml(content: unknown): string {
  // kustomize reads YAML 1.1, in which `yes`, `0x1F` and `12:30` without quotes are not strings.
  return stringify(content, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
