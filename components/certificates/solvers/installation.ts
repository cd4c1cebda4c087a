/** A Helm release that must run before cert-manager can solve a challenge. */
export interface Installation {
  release: HelmRelease;
  /** Rights that the chart does not give. */
  rights: readonly Right[];
}

export interface HelmRelease {
  /** Last part of the resource's logical name. */
  part: string;
  name: string;
  /** Name of the chart in `repository`, path of a folder or archive, or `oci://` address. */
  chart: string;
  version?: string;
  repository?: string;
  values: Record<string, unknown>;
  /** API group that the release serves; the cluster can have each group only once. */
  apiGroup: string;
}

/** A role and its binding to one ServiceAccount. Both have the same name. */
export interface Right {
  /** Last part of the resources' logical names. */
  part: string;
  name: string;
  /** Absent for a right in the whole cluster. */
  namespace?: string;
  rules: { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }[];
  serviceAccount: { name: string; namespace: string };
}

/** Input for an installation. */
export interface InstallationContext {
  /** Namespace of cert-manager. */
  namespace: string;
  /** Names of the Secrets with the zones' credentials. */
  credentials: readonly string[];
}
