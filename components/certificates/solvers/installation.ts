/** What must be installed in the cluster before cert-manager can solve a challenge. */
export interface SolverInstallation {
  /** Key path of the stack file that asks for it. */
  at: string;
  /** API group that the webhook serves; the cluster can have each group only once. */
  apiGroup: string;
  /** Absent if the webhook is installed already. */
  release?: HelmRelease;
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

/** A zone of a solver that needs an installation. */
export interface InstallationZone {
  zone: string;
  /** Name of the Secret with the zone's credentials. Absent without credentials. */
  credentials?: string;
  settings: Record<string, unknown>;
}

/** cert-manager's right to post challenges to a webhook. It never reads them back. */
export function challengesRight(
  { part, name }: Pick<Right, "part" | "name">,
  apiGroup: string,
  serviceAccount: Right["serviceAccount"],
): Right {
  return {
    part: `${part}-challenges`,
    name: `${name}:challenges`,
    rules: [{ apiGroups: [apiGroup], resources: ["*"], verbs: ["create"] }],
    serviceAccount,
  };
}

/** A webhook's right to read the credentials. */
export function credentialsRight(
  { part, name }: Pick<Right, "part" | "name">,
  namespace: string,
  resourceNames: readonly string[],
  serviceAccount: Right["serviceAccount"],
): Right {
  return {
    part: `${part}-credentials`,
    name: `${name}:credentials`,
    namespace,
    rules: [{ apiGroups: [""], resources: ["secrets"], resourceNames: [...resourceNames], verbs: ["get"] }],
    serviceAccount,
  };
}
