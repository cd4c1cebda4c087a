import type * as pulumi from "@pulumi/pulumi";
import * as k8s from "../cluster/kubernetes.ts";
import { restrictedContainer, restrictedPod } from "../cluster/restricted-pod.ts";

export interface ConnectorArgs {
  /** Image. Default: `cloudflaredImage`. */
  image?: pulumi.Input<string>;
  /** How many pods connect to Cloudflare. Each of them serves the whole tunnel. Default: 2. */
  replicas?: pulumi.Input<number>;
}

/**
 * The release of cloudflared that the project is written against.
 *
 * @see https://github.com/cloudflare/cloudflared/blob/2026.8.2/RELEASE_NOTES
 */
export const cloudflaredImage = "docker.io/cloudflare/cloudflared:2026.8.2";

const tokenKey = "token";
const metricsPort = 2000;

/** Namespace of a tunnel's connector. Each tunnel has one, so that tunnels share no object. */
const connectorNamespace = (tunnel: string): string => `cloudflared-${tunnel}`;

/**
 * cloudflared in the cluster, in a separate namespace.
 *
 * It can run at the same time as a cloudflared on the host: Cloudflare spreads requests over all connectors of a
 * tunnel.
 *
 * @param token The tunnel's token, secret.
 * @returns The Deployment. It is ready when it is connected to Cloudflare.
 */
export function connector(
  name: string,
  tunnel: string,
  token: pulumi.Output<string>,
  { image = cloudflaredImage, replicas = 2 }: ConnectorArgs,
  { parent }: { parent: pulumi.Resource },
): k8s.Deployment {
  const namespace = new k8s.Namespace(
    `${name}-namespace`,
    {
      metadata: {
        name: connectorNamespace(tunnel),
        labels: { "pod-security.kubernetes.io/enforce": "restricted" },
      },
    },
    { parent },
  ).metadata.name;
  const labels = { "app.kubernetes.io/name": "cloudflared" };
  const secret = new k8s.Secret(
    `${name}-token`,
    { metadata: { name: "cloudflared", namespace, labels }, stringData: { [tokenKey]: token } },
    { parent },
  );
  return new k8s.Deployment(
    `${name}-deployment`,
    {
      metadata: { name: "cloudflared", namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(image, secret.metadata.name, labels) },
      },
    },
    { parent },
  );
}

function podSpec(
  image: pulumi.Input<string>,
  secretName: pulumi.Input<string>,
  matchLabels: Record<string, string>,
): k8s.types.input.core.v1.PodSpec {
  return {
    ...restrictedPod,
    // cloudflared waits up to 30 s for running requests.
    terminationGracePeriodSeconds: 45,
    // On a cluster with one node, all pods run there.
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels },
      },
    ],
    containers: [
      {
        name: "cloudflared",
        image,
        args: ["tunnel", "--metrics", `0.0.0.0:${metricsPort}`, "run"],
        env: [{ name: "TUNNEL_TOKEN", valueFrom: { secretKeyRef: { name: secretName, key: tokenKey } } }],
        ports: [{ name: "metrics", containerPort: metricsPort }],
        readinessProbe: { httpGet: { path: "/ready", port: "metrics" }, periodSeconds: 10 },
        // Not /ready: cloudflared itself retries while Cloudflare is unreachable, and a restart does not help.
        livenessProbe: { httpGet: { path: "/healthcheck", port: "metrics" }, periodSeconds: 30 },
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { cpu: "1", memory: "256Mi" } },
        securityContext: restrictedContainer,
      },
    ],
  };
}
