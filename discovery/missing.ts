interface Use {
  /** As kubectl takes it. */
  name: string;
  /** What is not known without it. */
  unknown: string;
  /** Whether every cluster knows the kind. kubectl refuses a whole command for a kind that the cluster does not know. */
  everywhere?: true;
}

/** The kinds that matter, as the reader names them. */
const uses: Readonly<Record<string, Use>> = {
  "ingresses.networking.k8s.io": { name: "ingresses", unknown: "which hosts there are", everywhere: true },
  services: { name: "services", unknown: "the Services' own ports", everywhere: true },
  "ingressclasses.networking.k8s.io": {
    name: "ingressclasses",
    unknown: "which Ingresses are ingress-nginx's",
    everywhere: true,
  },
  "deployments.apps": {
    name: "deployments",
    unknown: "ingress-nginx, and the apps' images",
    everywhere: true,
  },
  "daemonsets.apps": { name: "daemonsets", unknown: "an ingress-nginx on each node", everywhere: true },
  "statefulsets.apps": { name: "statefulsets", unknown: "images of apps with volumes", everywhere: true },
  configmaps: {
    name: "configmaps",
    unknown: "ingress-nginx's settings, TCP and UDP ports",
    everywhere: true,
  },
  namespaces: { name: "namespaces", unknown: "the UID of the cluster", everywhere: true },
  nodes: { name: "nodes", unknown: "whether there are several nodes", everywhere: true },
  "validatingwebhookconfigurations.admissionregistration.k8s.io": {
    name: "validatingwebhookconfigurations",
    unknown: "ingress-nginx's webhook",
    everywhere: true,
  },
  "clusterissuers.cert-manager.io": { name: "clusterissuers", unknown: "the zones' DNS providers" },
  "issuers.cert-manager.io": { name: "issuers", unknown: "issuers of one namespace" },
  "certificates.cert-manager.io": { name: "certificates", unknown: "certificates by way of ingress-nginx" },
  "helmcharts.helm.cattle.io": { name: "helmcharts", unknown: "whether k3s or RKE2 would put it back" },
  "applications.argoproj.io": {
    name: "applications.argoproj.io",
    unknown: "whether Argo CD would put it back",
  },
};

/** The kinds that matter. With a list of those that an export lacks, only these. */
export function missingUses(missing: readonly string[] = Object.keys(uses)): Use[] {
  return Object.entries(uses).flatMap(([kind, use]) => (missing.includes(kind) ? [use] : []));
}

/** The commands that export the missing kinds: one for those that every cluster has, and one for each other. */
export function exportCommands(lacking: readonly Use[]): string[] {
  const plain = lacking.filter(({ everywhere }) => everywhere).map(({ name }) => name);
  const others = lacking.filter(({ everywhere }) => !everywhere).map(({ name }) => name);
  return [...(plain.length > 0 ? [plain.join(",")] : []), ...others].map(
    (kinds) => `kubectl get ${kinds} -A -o yaml`,
  );
}

/** What an export lacks, for a person; empty if it lacks nothing that matters. */
export function missingLines(missing: readonly string[]): string[] {
  const lacking = missingUses(missing);
  if (lacking.length === 0) return [];
  const widest = Math.max(...lacking.map(({ name }) => name.length));
  return [
    "The export holds none of these, so nothing is known about them:",
    ...lacking.map(({ name, unknown }) => `  ${name.padEnd(widest)}  ${unknown}`),
    "It is known once their output is given, too:",
    ...exportCommands(lacking).map((command) => `  ${command}`),
  ];
}
