import { wantedIssuance } from "../components/certificates/issuer-objects.ts";
import { type LiveIssuance, readIssuance } from "../components/certificates/live.ts";
import { readExistingSecrets } from "../components/certificates/live-secrets.ts";
import type { ReadOnlyApi } from "../components/cluster/api.ts";
import { type LiveCluster, readCluster } from "../components/cluster/live.ts";
import type { ReadinessRow } from "../components/cluster/readiness.ts";
import type { LiveNames } from "../components/dns/live.ts";
import { type LiveIngressNginx, readIngressNginx } from "../components/ingress-nginx/live.ts";
import { type AskHost, readTraffic, type Traffic } from "../components/ingress-nginx/traffic.ts";
import { type LiveNetwork, readNetwork } from "../components/network-policies/live.ts";
import { reachedNow } from "../components/pomerium/address.ts";
import { type LivePomerium, readPomerium } from "../components/pomerium/live.ts";
import type { LiveTunnels } from "../components/tunnels/live.ts";
import type { Stack } from "./stack.ts";

/** What a run reads of the cluster before it registers anything. */
export interface ClusterFindings {
  cluster: LiveCluster;
  /** Everything in the cluster that issues certificates. */
  certificates: LiveIssuance;
  ingressNginx: LiveIngressNginx;
  /** What answers the hosts that the apps take over. Absent if the hosts were not asked. */
  traffic?: Traffic;
  /** The parts of the cluster that decide whether Pomerium's pods may connect to those of the apps. */
  network: LiveNetwork;
  pomerium: LivePomerium;
}

/** What a run reads before it registers anything. */
export interface Findings extends ClusterFindings {
  tunnels: LiveTunnels;
  /** Addresses of the stack's hosts in the DNS of this machine. Absent if the DNS was not asked. */
  names?: LiveNames;
  /** The readiness table: the conditions for the removal of ingress-nginx. */
  readiness: readonly ReadinessRow[];
}

/**
 * Reads the live cluster with parallel requests.
 *
 * @param ask Asks the public hosts. Default: they are not asked, because before `retired` they may lead to
 *   ingress-nginx.
 * @throws ClusterError if the cluster does not answer.
 */
export async function readFindings(stack: Stack, api: ReadOnlyApi, ask?: AskHost): Promise<ClusterFindings> {
  const reading = readCluster(api);
  const [cluster, issuance, secrets, ingressNginx, network, pomerium] = await Promise.all([
    reading,
    readIssuance(api, wantedIssuance(stack.certificates)),
    readExistingSecrets(api, stack.apps),
    readIngressNginx(stack, api, reading),
    readNetwork(stack, api),
    readPomerium(api, reading),
  ]);
  // A removal that has begun has passed the gate.
  const reach = reachedNow(stack.pomerium.reach, cluster.services);
  const isAsked = ask !== undefined && cluster.record?.phase !== "retired";
  return {
    cluster,
    certificates: { ...issuance, secrets },
    ingressNginx,
    ...(isAsked
      ? { traffic: await readTraffic({ apps: stack.apps, pomerium: { reach } }, ingressNginx, ask) }
      : {}),
    network,
    pomerium,
  };
}
