import { readFile } from "node:fs/promises";
import type { KubernetesObject } from "./api.ts";
import type { Cluster } from "./cluster.ts";

/** The Service of an app that is already in the cluster. */
export interface SeedService {
  namespace: string;
  name: string;
  ports: SeedPort[];
}

export interface SeedPort {
  name?: string;
  port: number;
  /** Port of the pod: a number, or the name of a container port. Default: `port`. */
  targetPort?: number | string;
}

export interface Seed {
  /** Namespaces in addition to those of `services`. */
  namespaces?: string[];
  services?: SeedService[];
  /** Whether to create cert-manager's CRDs, its namespace and the ClusterIssuer `letsencrypt-prod`. Default: true. */
  certManager?: boolean;
}

/** Name of the ClusterIssuer in a seeded cluster. */
const CLUSTER_ISSUER = "letsencrypt-prod";

/**
 * Puts namespaces, apps and cert-manager into a fresh cluster. Each app has a Service and one pod that kwok pretends
 * to run, so the Service has endpoints.
 */
export async function seed(cluster: Cluster, { namespaces = [], services = [], certManager = true }: Seed) {
  const all = [...namespaces, ...services.map(({ namespace }) => namespace)];
  const wanted = new Set(certManager ? [...all, "cert-manager"] : all);
  // Namespaces that every cluster has.
  for (const own of ["default", "kube-system", "kube-public", "kube-node-lease"]) wanted.delete(own);
  const objects: KubernetesObject[] = [...wanted].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  }));
  const issuance = async () => {
    await cluster.apply(await readFile(cluster.tools.certManagerCrds, "utf8"));
    await cluster.apply([clusterIssuer()]);
  };
  await Promise.all([
    cluster.apply([...objects, ...services.flatMap(app)]),
    ...(certManager ? [issuance()] : []),
  ]);
}

/** A Service and the Deployment behind it. */
export function app({ namespace, name, ports }: SeedService): KubernetesObject[] {
  const labels = { app: name };
  const metadata = { name, namespace, labels };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { selector: labels, ports: ports.map((port) => ({ protocol: "TCP", ...port })) },
  };
  const containerPorts = ports.map(({ port, targetPort = port, name: portName }) =>
    typeof targetPort === "number"
      ? { containerPort: targetPort, ...(portName === undefined ? {} : { name: portName }) }
      : { containerPort: port, name: targetPort },
  );
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: "app", image: "registry.invalid/app:1", ports: distinct(containerPorts) }],
        },
      },
    },
  };
  return [service, deployment];
}

/** Removes duplicates: two Service ports may lead to one container port. */
function distinct(ports: { containerPort: number; name?: string }[]) {
  return [...new Map(ports.map((port) => [port.containerPort, port])).values()];
}

/** The ClusterIssuer of a cluster with ingress-nginx: HTTP-01 through class nginx. */
function clusterIssuer(): KubernetesObject {
  const spec = {
    acme: {
      server: "https://acme-v02.api.letsencrypt.org/directory",
      email: "admin-user@gmail.com",
      privateKeySecretRef: { name: CLUSTER_ISSUER },
      solvers: [{ http01: { ingress: { ingressClassName: "nginx" } } }],
    },
  };
  const issuer = {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: CLUSTER_ISSUER },
    spec,
  };
  return issuer;
}
