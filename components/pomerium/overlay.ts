/**
 * The generated kustomizations over upstream's `config/default`, as text.
 *
 * Two of them share one base. `foundation` (CRDs, RBAC, IngressClass, volume) is applied before the Secrets and the
 * settings object. `workload` (StatefulSet or Deployment, Services) is applied after them: a Deployment without its
 * settings is never ready, and Pulumi would wait for it.
 */

import { stringify } from "yaml";
import { behaves, pinnedCommits } from "../../policies/language/releases.ts";
import { skipAwait } from "../cluster/wait-for.ts";
import type { AddressConfig } from "./address.ts";
import * as names from "./names.ts";
import type { StoreParts } from "./overlay-pods.ts";
import { podPorts, service, servicePorts } from "./overlay-service.ts";
import { ownershipStep, type StoredIn, storeObjects, storeParts, storeVolumes } from "./overlay-stores.ts";
import { isStateful, storeOf } from "./storage.ts";

/** Kubernetes quantities: `500m`, `"1"`, `512Mi`. */
export interface ComputeResources {
  cpu?: string;
  memory?: string;
}

export interface OverlayOptions {
  /** Release tag of the base. */
  version: string;
  storage: StoredIn;
  /** Default: upstream's (requests 300m and 200Mi, limits 5 CPUs and 1Gi). A value replaces all of them. */
  resources?: { requests?: ComputeResources; limits?: ComputeResources };
  /** Default: whichever address the cluster hands out. */
  address?: AddressConfig;
}

const assigned: AddressConfig = {
  kind: "loadBalancer",
  ips: [],
  annotations: {},
  dualStack: false,
  trafficPolicy: "Local",
};

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
  const volumes = storeVolumes(storage);
  const volume = volumes.length > 0 ? { "volume.yaml": volumes } : {};
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
  const { address = assigned, storage } = options;
  const store = storeParts(storage, address.kind === "hostPorts");
  const kind = isStateful(storage) ? "StatefulSet" : "Deployment";
  const objects = storeObjects(storage);
  const patches = {
    "service-ports.yaml": [servicePorts(address), { kind: "Service", name: names.proxyService }],
    "pod-ports.yaml": [podPorts(address), ofDeployment],
    "statefulset.yaml": [isStateful(storage) ? store.statefulSet : undefined, ofDeployment],
  } as const;
  const jsonPatches = Object.entries(patches).filter(([, [patch]]) => patch !== undefined);
  return {
    "kustomization.yaml": kustomization({
      resources: [...base, ...(objects.length > 0 ? ["store.yaml"] : [])],
      patches: [
        deletion(
          "Namespace|CustomResourceDefinition|ServiceAccount|ClusterRole|ClusterRoleBinding|Role|RoleBinding|IngressClass|Job",
        ),
        { target: { kind: "Service", name: names.metricsService }, patch: yaml(metricsPatch) },
        { path: "service.yaml" },
        { path: "deployment.yaml" },
        ...jsonPatches.map(([path, [, target]]) => ({
          path,
          target,
          ...(path === "statefulset.yaml" ? { options: { allowKindChange: true } } : {}),
        })),
      ],
      // The ownership step runs the image that the base has for Pomerium.
      ...(store.takesOwnership
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
    "service.yaml": service(address),
    "deployment.yaml": deployment(options, store),
    ...(objects.length > 0 ? { "store.yaml": objects } : {}),
    ...Object.fromEntries(jsonPatches.map(([path, [patch]]) => [path, patch])),
  };
}

/** Its endpoints are the pods of the workload, for which the provider waits anyway. */
const metricsPatch = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: names.metricsService, annotations: skipAwait },
};

const ofDeployment = { kind: "Deployment", name: names.workload };

const base = [`../${overlayFolders.base}`];

function kustomization(content: object): object {
  return { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", ...content };
}

/** Removes objects of the base: all of some kinds (`A|B`), or those with a name. */
function deletion(kind: string, name?: string): object {
  const patch = { $patch: "delete", apiVersion: "v1", kind: "Any", metadata: { name: "any" } };
  return { target: { kind, ...(name ? { name } : {}) }, patch: yaml(patch) };
}

function deployment({ storage, resources }: OverlayOptions, store: StoreParts): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: names.workload, namespace: names.namespace },
    spec: {
      replicas: store.replicas,
      ...store.deployment,
      template: {
        metadata: { labels: { [names.storeLabel]: storeOf(storage) } },
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
              ...(store.volumeMounts.length > 0 ? { volumeMounts: store.volumeMounts } : {}),
              ...(store.env.length > 0 ? { env: store.env } : {}),
            },
          ],
          ...store.pod,
        },
      },
    },
  };
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
