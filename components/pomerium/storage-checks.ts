import type { Problem } from "../../stack-file/problems.ts";
import { quantity } from "../../stack-file/values.ts";
import { kubectl } from "../cluster/commands.ts";
import type { Cluster } from "../cluster/config.ts";
import type { LiveClaim } from "./live-store.ts";
import * as names from "./names.ts";
import type { PebbleConfig } from "./storage.ts";

/** A claim of somebody else must be there, and a claim of this program cannot change what it asked for. */
export function claimProblems(
  cluster: Pick<Cluster, "context">,
  pebble: PebbleConfig,
  claims: readonly LiveClaim[],
): Problem[] {
  const at = "pomerium.storage.pebble";
  const live = (name: string) => claims.find((claim) => claim.name === name);
  const of = (name: string) => `the claim ${names.namespace}/${name}`;
  if ("claim" in pebble)
    return live(pebble.claim)
      ? []
      : [
          {
            at: `${at}.claim`,
            message: `${of(pebble.claim)} does not exist${claims.length > 0 ? `; there ${claims.length === 1 ? "is" : "are"} ${claims.map(({ name }) => name).join(", ")}` : ""}; make it, or let this program make one with storageClass`,
          },
        ];
  const name = names.provisionedClaim;
  const claim = live(name);
  if (!("storageClass" in pebble) || claim === undefined) return [];
  const { storageClass, size } = claim;
  return [
    ...(storageClass !== undefined && storageClass !== pebble.storageClass
      ? [
          {
            at: `${at}.storageClass`,
            message: `${of(name)} has the class ${storageClass}, and a claim keeps its class; write ${storageClass}, or give up every session with this command`,
            fix: kubectl(
              cluster,
              `--namespace ${names.namespace} delete statefulset/${names.workload} pvc/${name}`,
            ),
          },
        ]
      : []),
    ...(size !== undefined && quantity(size) !== quantity(pebble.size)
      ? [
          {
            at: `${at}.size`,
            message: `${of(name)} asks for ${size}, and this program does not change an existing claim; write ${size}, or let a class that can grow volumes do it with this command`,
            fix: kubectl(
              cluster,
              `--namespace ${names.namespace} patch pvc ${name} --type merge --patch '${JSON.stringify({ spec: { resources: { requests: { storage: pebble.size } } } })}'`,
            ),
          },
        ]
      : []),
  ];
}

/** Each member of a cluster needs its own node. */
export function memberProblems(replicas: number, nodes: readonly string[]): Problem[] {
  return nodes.length === 0 || nodes.length >= replicas
    ? []
    : [
        {
          at: "pomerium.storage.cluster",
          message: `needs ${replicas} nodes, one for each pod, and only ${nodes.join(", ")} ${nodes.length === 1 ? "takes" : "take"} pods; use pebble, or postgres`,
        },
      ];
}
