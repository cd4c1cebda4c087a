import { posix } from "node:path";
import { setKey } from "../../stack-file/commands.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { kubectl, kubectlDelete } from "../cluster/commands.ts";
import type { Cluster } from "../cluster/config.ts";
import { objectLabel } from "../cluster/objects.ts";
import type { PomeriumConfig } from "./config.ts";
import type { LivePomerium } from "./live.ts";
import * as names from "./names.ts";
import { isStateful } from "./storage.ts";
import { claimProblems, memberProblems } from "./storage-checks.ts";

/** The part of a stack that the checks need. */
export interface CheckedStack {
  /** Name of the stack. */
  name: string;
  cluster: Pick<Cluster, "context">;
  pomerium: Pick<PomeriumConfig, "storage" | "address">;
}

/** Pomerium's pod pauses before it stops (`preStop.sleep`). Older API servers refuse that, in the middle of an `up`. */
const oldestMinor = 30;

/** Finds problems of the cluster itself: its version, its nodes, the way to ask for an address. */
export function clusterProblems(
  { name, cluster, pomerium: { storage, address } }: CheckedStack,
  { kubernetesMinor, nodes, node, metalLbAnnotation, claims }: LivePomerium,
): Problem[] {
  const [loadBalancerIP, second] = address.kind === "loadBalancer" ? address.ips : [];
  return [
    ...(kubernetesMinor !== undefined && kubernetesMinor < oldestMinor
      ? [
          {
            at: "cluster",
            message: `the cluster runs Kubernetes 1.${kubernetesMinor}, and Pomerium's pod needs 1.${oldestMinor} or later; upgrade the cluster first`,
            fix: kubectl(cluster, "version"),
          },
        ]
      : []),
    ...("pebble" in storage && "hostPath" in storage.pebble
      ? nodeProblems(name, storage.pebble.node, nodes, node)
      : []),
    ...("pebble" in storage ? claimProblems(cluster, storage.pebble, claims) : []),
    ...("cluster" in storage ? memberProblems(storage.cluster.replicas, nodes) : []),
    ...(metalLbAnnotation === undefined || loadBalancerIP === undefined || second !== undefined
      ? []
      : [
          {
            at: "pomerium.loadBalancerIP",
            message: `Service ${names.namespace}/${names.proxyService} asks for its address by ${metalLbAnnotation}, and MetalLB gives none to a Service that also has loadBalancerIP; move it to the field, in one step`,
            fix: kubectl(
              cluster,
              `--namespace ${names.namespace} patch service ${names.proxyService} --type merge --patch '${JSON.stringify({ metadata: { annotations: { [metalLbAnnotation]: null } }, spec: { loadBalancerIP } })}'`,
            ),
          },
        ]),
  ];
}

const nodeKey = ["pomerium", "storage", "pebble", "node"];

/** The store is a folder of one node. On another node, Pomerium would open an empty store. */
function nodeProblems(
  stack: string,
  wanted: string | undefined,
  nodes: readonly string[],
  current: string | undefined,
): Problem[] {
  const at = nodeKey.join(".");
  const fix = setKey(stack, nodeKey, current ?? "<node>");
  if (wanted === undefined)
    return nodes.length <= 1
      ? []
      : [
          {
            at,
            message: `missing: the cluster has several nodes (${nodes.join(", ")}), and the sessions are in a folder of one; name the node that Pomerium must run on${current === undefined ? "" : `, ${current} until now`}`,
            fix,
          },
        ];
  return nodes.length === 0 || nodes.includes(wanted)
    ? []
    : [
        {
          at,
          message: `no node "${wanted}" takes pods; there ${nodes.length === 1 ? "is" : "are"} ${nodes.join(", ")}`,
          fix,
        },
      ];
}

/** Finds the problems that prevent the take-over of a hand-made Pomerium. */
export function takeOverProblems(stack: CheckedStack, live: LivePomerium): Problem[] {
  return [...volumeProblems(stack, live), ...workloadProblems(stack, live)];
}

const hostPathKey = ["pomerium", "storage", "pebble", "hostPath"];
const at = hostPathKey.join(".");

/** A volume and its claim are adopted: their fields cannot be changed, and new ones would be empty. */
function volumeProblems(
  { name, cluster, pomerium: { storage } }: CheckedStack,
  { volume, store }: Pick<LivePomerium, "volume" | "store">,
): Problem[] {
  if (!("pebble" in storage && "hostPath" in storage.pebble)) return [];
  const wanted = storage.pebble.hostPath;
  if (volume === undefined) return storeProblems({ name, cluster, wanted, store, movable: true });
  const { hostPath } = volume;
  if (hostPath === undefined)
    return [
      {
        at,
        message: `the claim ${names.namespace}/${names.persistentVolumeClaim} holds the volume ${volume.name}, which is not a folder of a node; this command gives the volume up, and with it every session`,
        fix: kubectl(
          cluster,
          `--namespace ${names.namespace} delete deployment/${names.workload} pvc/${names.persistentVolumeClaim}`,
        ),
      },
    ];
  if (withoutSlash(hostPath) !== withoutSlash(wanted))
    return [
      {
        at,
        message: `the sessions are in ${hostPath} (volume ${volume.name}), and a volume does not move; the stack file says ${wanted}`,
        fix: setKey(name, hostPathKey, hostPath),
      },
    ];
  if (volume.released)
    return [
      {
        at,
        message: `the volume ${volume.name} is reserved for a claim that was deleted, and no other claim gets it; its files stay`,
        fix: kubectl(
          cluster,
          `patch persistentvolume ${volume.name} --type json --patch '[{"op":"remove","path":"/spec/claimRef"}]'`,
        ),
      },
    ];
  return storeProblems({ name, cluster, wanted, store, movable: false });
}

/** Another folder would be a new store, and everybody would have to sign in again. */
function storeProblems({
  name,
  cluster,
  wanted,
  store,
  movable,
}: {
  name: string;
  cluster: Pick<Cluster, "context">;
  wanted: string;
  store: string | undefined;
  /** Whether the stack file can still name another folder. */
  movable: boolean;
}): Problem[] {
  const opened = `${withoutSlash(wanted)}${names.pebblePath.slice(names.dataMount.length)}`;
  if (store === undefined || withoutSlash(store) === opened) return [];
  const message = `the sessions are in ${store}, and Pomerium would open ${opened}, which is empty`;
  const [folder, last] = [posix.dirname(store), posix.basename(store)];
  if (movable && last === posix.basename(opened))
    return [{ at, message, fix: setKey(name, hostPathKey, folder) }];
  return [
    {
      at,
      message: `${message}; stop Pomerium, then move the folder on its node: mv ${store} ${opened}`,
      fix: kubectl(cluster, `--namespace ${names.namespace} scale deployment ${names.workload} --replicas 0`),
    },
  ];
}

/** A Deployment is stopped and left there. A StatefulSet has the name that this program's own StatefulSet needs. */
function workloadProblems(
  { cluster, pomerium: { storage } }: CheckedStack,
  { foreign }: Pick<LivePomerium, "foreign">,
): Problem[] {
  const { namespace, workload: name } = names;
  const statefulSet = { kind: "StatefulSet", namespace, name };
  if (!isStateful(storage) || !foreign.includes(objectLabel(statefulSet))) return [];
  return [
    {
      at: "pomerium",
      message: `the StatefulSet ${namespace}/${name} in the cluster cannot be changed into this program's; once it is deleted, Pomerium is away until the run has made its own, and the sessions stay in their volume`,
      fix: kubectlDelete(cluster, statefulSet),
    },
  ];
}

const withoutSlash = (folder: string): string => folder.replace(/(?<=.)\/+$/, "");
