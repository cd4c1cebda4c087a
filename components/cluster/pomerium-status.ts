/** Reports of the running Pomerium about itself. */
export interface PomeriumStatus {
  /** Pods of Pomerium that are ready, of whichever workload. A report outlives the pods that wrote it. */
  readyReplicas: number;
  /** Absent if the cluster has no settings object. */
  settings?: LiveSettings;
}

/** Pomerium's report on its settings and on each Ingress: `.status` of `Pomerium/global`. */
export interface LiveSettings {
  reconciled: boolean;
  /** Whether the report is about the settings as they are now, not about earlier ones. */
  current: boolean;
  error?: string;
  warnings: string[];
  /** `namespace/name` → whether Pomerium serves the Ingress, and which generation of it. */
  ingress: Record<string, IngressStatus>;
  /** Whether they name an authority of client certificates. Default: no. */
  hasClientAuthority?: boolean;
}

/** Pomerium's report on one Ingress. */
export interface IngressStatus {
  reconciled: boolean;
  observedGeneration?: number;
  /** Time of the report. A change of annotations does not raise the generation, so only the time shows its age. */
  observedAt?: string;
  error?: string;
  warnings?: string[];
}
