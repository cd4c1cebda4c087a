import { kubectl } from "../cluster/commands.ts";
import type { Cluster } from "../cluster/config.ts";
import type { LiveService } from "../cluster/live.ts";
import { ingressNames, verifyService } from "../cluster/names.ts";
import { objectLabel } from "../cluster/objects.ts";
import type { PomeriumStatus } from "../cluster/pomerium-status.ts";
import type { AddressConfig } from "./address.ts";
import type { PomeriumConfig } from "./config.ts";
import { missingAddresses } from "./in-force.ts";
import type { LivePomerium } from "./live.ts";
import type { LiveStorage } from "./live-store.ts";
import * as names from "./names.ts";
import { isStateful, type StorageConfig, type Store, storeOf } from "./storage.ts";

/** How far the running Pomerium is, in one line, from its own report. */
export function statusLine({ settings, readyReplicas }: PomeriumStatus): string {
  if (!settings) return "Pomerium is not installed yet";
  const routes = Object.entries(settings.ingress);
  const served = routes.filter(([, { reconciled }]) => reconciled);
  const missing = routes
    .filter(([, { reconciled }]) => !reconciled)
    .map(([name, { error }]) => `${name}${error ? ` (${error})` : ""}`);
  const inForce = settings.reconciled && settings.current;
  return [
    ...(readyReplicas === 0 ? ["no pod of Pomerium is ready"] : []),
    inForce ? "settings in force" : `settings not in force${settings.error ? `: ${settings.error}` : ""}`,
    `${served.length}/${routes.length} routes served${missing.length > 0 ? ` · missing: ${missing.join(", ")}` : ""}`,
    ...settings.warnings.map((warning) => `warning: ${warning}`),
  ].join(" · ");
}

/**
 * Says what a change of the storage loses, before it happens. Nothing is copied from one store to another. Empty while
 * the storage stays, and before there is any.
 */
export function storageLines(
  { pomerium: { storage } }: Pick<AnnouncedStack, "pomerium">,
  { storage: live, volume }: Pick<LivePomerium, "storage" | "volume">,
): string[] {
  if (live === undefined) return [];
  const next = placeOf(storage);
  // A hand-made Deployment may mount a folder of the node without a claim. Other checks compare the folder.
  const claim = live.claim ?? (live.store === "pebble" ? names.persistentVolumeClaim : undefined);
  const stays = live.store === next.store && claim === next.claim;
  if (stays) return [];
  return [
    `storage: sessions are ${words(live)} now, and this run keeps them ${words(next)}; nothing is copied, so everybody has to sign in again`,
    `storage: ${fateOf(live, volume)}`,
  ];
}

function placeOf(storage: StorageConfig): LiveStorage {
  const store = storeOf(storage);
  if (!("pebble" in storage)) return { store };
  const { pebble } = storage;
  if ("claim" in pebble) return { store, claim: pebble.claim };
  return { store, claim: "hostPath" in pebble ? names.persistentVolumeClaim : names.provisionedClaim };
}

function words({ store, claim }: LiveStorage): string {
  const places: Record<Store, string> = {
    pebble: claim === undefined ? "in a folder of the node" : `on the volume of the claim ${claim}`,
    memory: "in memory",
    cluster: "on the volumes of the cluster's pods",
    postgres: "in PostgreSQL",
  };
  return places[store];
}

/** The fate of the old store. */
function fateOf({ store, claim }: LiveStorage, volume: LivePomerium["volume"]): string {
  switch (store) {
    case "memory":
      return "the old sessions end with their pod";
    case "postgres":
      return "the old sessions stay in the database, and nothing reads them";
    case "cluster":
      return `the old sessions stay on the claims storage-${names.workload}-…, which nobody deletes`;
    case "pebble":
      return claim === names.provisionedClaim
        ? `the claim ${names.namespace}/${claim} is deleted, and with it the old sessions, unless its class retains volumes`
        : claim === names.persistentVolumeClaim && volume?.hostPath !== undefined
          ? `the old sessions stay in ${volume.hostPath} on the node; going back finds them`
          : "the old sessions stay on their volume; going back finds them";
  }
}

/**
 * Says if Pomerium has another address now than the stack file names. After the run, the check of what is in force says
 * whether the load balancer has given the new one.
 */
export function addressLines(address: AddressConfig, services: readonly LiveService[]): string[] {
  const { given, missing } = missingAddresses(address, services);
  if (given.length === 0 || missing.length === 0) return [];
  return [
    `! Service ${names.namespace}/${names.proxyService} has the address ${given.join(", ")}, and the stack file says ${missing.join(", ")}; if the load balancer does not give it, the run fails`,
  ];
}

/** The part of a stack that the announcement needs. */
export interface AnnouncedStack {
  cluster: Pick<Cluster, "context">;
  pomerium: Pick<PomeriumConfig, "storage">;
  apps: readonly { name: string; namespace: string; paths?: readonly { path: string }[] }[];
}

/**
 * Lists the objects of a hand-made Pomerium that the run adopts, takes over or stops, and those that a person can
 * remove afterwards. Empty without such objects. Pulumi's own diff shows how the objects that are taken over change.
 *
 * @param isFirstRun Whether no run has finished on this cluster yet. Later on, the adopted objects are no news.
 */
export function takeOverLines(
  { apps, cluster, pomerium: { storage } }: AnnouncedStack,
  { foreign }: Pick<LivePomerium, "foreign">,
  isFirstRun: boolean,
): string[] {
  const here = (kind: string, name: string, namespace?: string): string[] => {
    const label = objectLabel({ kind, name, ...(namespace ? { namespace } : {}) });
    return foreign.includes(label) ? [label] : [];
  };
  const { namespace } = names;
  const pebble = "pebble" in storage;
  const stateful = isStateful(storage);
  const volume = [
    ...here("PersistentVolume", names.persistentVolume),
    ...here("PersistentVolumeClaim", names.persistentVolumeClaim, namespace),
  ];
  const adopted = [
    ...here("Namespace", namespace),
    ...here("Secret", names.bootstrapSecret, namespace),
    ...(pebble ? volume : []),
  ];
  const takenOver = [
    ...here("CustomResourceDefinition", "pomerium.ingress.pomerium.io"),
    ...here("Pomerium", names.settingsObject),
    ...here("Secret", names.identityProviderSecret, namespace),
    ...("postgres" in storage ? here("Secret", names.storageSecret, namespace) : []),
    ...here("Service", names.proxyService, namespace),
    ...(stateful ? [] : here("Deployment", names.workload, namespace)),
    ...here("Deployment", verifyService.name, namespace),
    ...here("Service", verifyService.name, namespace),
    ...apps.flatMap((app) => ingressNames(app).flatMap((name) => here("Ingress", name, app.namespace))),
  ];
  const stopped = stateful ? here("Deployment", names.workload, namespace) : [];
  const generator = "pomerium-gen-secrets";
  const left = [
    ...here("Job", generator, namespace),
    ...here("ServiceAccount", generator, namespace),
    ...here("ClusterRole", generator),
    ...here("ClusterRoleBinding", generator),
  ];
  const line = (what: string, labels: string[]): string[] =>
    labels.length > 0 ? [`${what}: ${labels.join(", ")}`] : [];
  return [
    ...(isFirstRun ? line("adopted as it is", adopted) : []),
    ...line("taken over, changed where it differs", takenOver),
    ...line("stopped, and left without pods", stopped),
    ...(left.length > 0
      ? [
          `left, and no longer of use: ${kubectl(cluster, `--namespace ${namespace} delete job,serviceaccount,clusterrole,clusterrolebinding ${generator} --ignore-not-found`)}`,
        ]
      : []),
  ];
}
