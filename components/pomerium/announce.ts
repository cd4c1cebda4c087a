import { kubectl } from "../cluster/commands.ts";
import type { Cluster } from "../cluster/config.ts";
import { ingressName, openIngressName, verifyService } from "../cluster/names.ts";
import { objectLabel } from "../cluster/objects.ts";
import type { PomeriumStatus } from "../cluster/pomerium-status.ts";
import type { PomeriumConfig } from "./config.ts";
import type { LivePomerium } from "./live.ts";
import * as names from "./names.ts";

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

/** The part of a stack that the announcement needs. */
export interface AnnouncedStack {
  cluster: Pick<Cluster, "context">;
  pomerium: Pick<PomeriumConfig, "storage">;
  apps: readonly { name: string; namespace: string }[];
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
    ...(pebble ? [] : here("Secret", names.storageSecret, namespace)),
    ...here("Service", names.proxyService, namespace),
    ...(pebble ? [] : here("Deployment", names.workload, namespace)),
    ...here("Deployment", verifyService.name, namespace),
    ...here("Service", verifyService.name, namespace),
    ...apps.flatMap((app) =>
      [ingressName(app.name), openIngressName(app.name)].flatMap((name) =>
        here("Ingress", name, app.namespace),
      ),
    ),
  ];
  const stopped = pebble ? here("Deployment", names.workload, namespace) : [];
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
