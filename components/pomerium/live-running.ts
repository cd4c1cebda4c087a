import type { ReadOnlyApi } from "../cluster/api.ts";
import type { ObjectMetadata } from "../cluster/objects.ts";
import type { IngressStatus, LiveSettings, PomeriumStatus } from "../cluster/pomerium-status.ts";
import * as names from "./names.ts";

/** The object of Pomerium's settings. */
export interface Settings {
  metadata: ObjectMetadata;
  spec?: {
    storage?: { file?: { path?: string }; postgres?: object };
    downstreamMtls?: { ca?: string };
  };
  status?: {
    settingsStatus?: {
      reconciled?: boolean;
      observedGeneration?: number;
      error?: string;
      warnings?: string[];
    };
    ingress?: Record<string, Partial<IngressStatus>>;
  };
}

/** A workload of Pomerium's namespace. */
export interface Workload {
  metadata: ObjectMetadata;
  spec?: { template?: { spec?: { volumes?: { persistentVolumeClaim?: { claimName: string } }[] } } };
  status?: { readyReplicas?: number };
}

/** A Deployment there, in as much detail as a hand-made store needs. */
export interface Deployment extends Omit<Workload, "spec"> {
  spec: {
    selector: { matchLabels?: Record<string, string> };
    template: {
      spec: {
        containers: { volumeMounts?: { name: string; mountPath: string; subPath?: string }[] }[];
        volumes?: {
          name: string;
          hostPath?: { path: string };
          persistentVolumeClaim?: { claimName: string };
        }[];
      };
    };
  };
}

/** Path of the objects in Pomerium's namespace, without their API group. */
export const own = `namespaces/${names.namespace}`;

/** What runs Pomerium, and its settings. */
export interface Running {
  deployments: Deployment[];
  statefulSets: Workload[];
  settings: Settings[];
}

export async function readRunning(api: ReadOnlyApi): Promise<Running> {
  const [deployments, statefulSets, settings] = await Promise.all([
    api.list<Deployment>(`/apis/apps/v1/${own}/deployments`),
    api.list<Workload>(`/apis/apps/v1/${own}/statefulsets`),
    api.list<Settings>("/apis/ingress.pomerium.io/v1/pomerium"),
  ]);
  return { deployments, statefulSets, settings };
}

export function statusOf({ deployments, statefulSets, settings }: Running): PomeriumStatus {
  const workloads = [
    byName<Omit<Workload, "spec">>(deployments, names.workload),
    byName(statefulSets, names.workload),
  ];
  const own = byName(settings, names.settingsObject);
  return {
    readyReplicas: workloads.reduce((sum, workload) => sum + (workload?.status?.readyReplicas ?? 0), 0),
    ...(own ? { settings: liveSettings(own) } : {}),
  };
}

function liveSettings({ metadata, spec, status }: Settings): LiveSettings {
  const settings = status?.settingsStatus;
  return {
    reconciled: settings?.reconciled ?? false,
    current: settings?.observedGeneration === metadata.generation,
    ...(settings?.error ? { error: settings.error } : {}),
    warnings: settings?.warnings ?? [],
    ...(spec?.downstreamMtls?.ca ? { hasClientAuthority: true } : {}),
    ingress: Object.fromEntries(
      Object.entries(status?.ingress ?? {}).map(([name, entry]) => [
        name,
        {
          reconciled: entry.reconciled ?? false,
          ...(entry.observedGeneration === undefined ? {} : { observedGeneration: entry.observedGeneration }),
          ...(entry.observedAt ? { observedAt: entry.observedAt } : {}),
          ...(entry.error ? { error: entry.error } : {}),
          ...(entry.warnings?.length ? { warnings: entry.warnings } : {}),
        },
      ]),
    ),
  };
}

/** The object of a name in one list. */
export const byName = <T extends { metadata: ObjectMetadata }>(
  all: readonly T[],
  name: string,
): T | undefined => all.find(({ metadata }) => metadata.name === name);
