import type { Phase } from "../components/cluster/phase.ts";
import { loadFromFile } from "../stack/load.ts";
import { before } from "./before/before.ts";
import { accountBefore } from "./cloudflare/seed.ts";
import { type StandIn as CloudflareStandIn, startCloudflare } from "./cloudflare/server.ts";
import { type Cluster, startCluster } from "./cluster/cluster.ts";
import { startControllers } from "./controllers/controllers.ts";
import { servePublicHosts } from "./controllers/public-hosts.ts";
import { type StackConfig, sandboxConfig, stackFile } from "./stacks.ts";
import type { Tools } from "./tools/tools.ts";

/** A throwaway cluster in the state before a migration: ingress-nginx serves the apps, also those behind tunnels. */
export interface Sandbox {
  cluster: Cluster;
  /** The Cloudflare account that the stack's tunnels are in. */
  cloudflare: CloudflareStandIn;
  /** Environment through which the program finds Cloudflare and the public hosts. */
  env: Record<string, string>;
  /** The stack's config for this cluster in the given phase. */
  config(phase: Phase): StackConfig;
  stop(): Promise<void>;
}

/**
 * Starts the sandbox of one stack.
 *
 * @param source Base kustomization instead of upstream's. Default: the embedded one, which needs no network.
 */
export async function openSandbox(
  stack: string,
  tools: Tools,
  { source = "sandbox/base", onProgress }: { source?: string; onProgress?: (task: string) => void } = {},
): Promise<Sandbox> {
  const file = loadFromFile(stackFile(stack));
  const cluster = await startCluster({
    tools,
    contexts: [file.cluster.context],
    ...(onProgress ? { onProgress } : {}),
  });
  const controllers = startControllers(cluster);
  try {
    onProgress?.("installing ingress-nginx and the apps behind it");
    await before(cluster, file);
    const cloudflare = await startCloudflare({ seed: accountBefore([file]) });
    const publicHosts = await servePublicHosts();
    const config = (phase: Phase): StackConfig =>
      sandboxConfig(stack, { kubeconfig: cluster.kubeconfig, uid: cluster.uid, phase, source });
    // Kept for all runs, as a person keeps their secrets.
    const { secrets } = config("coexist");
    return {
      cluster,
      cloudflare,
      env: { CLOUDFLARE_BASE_URL: cloudflare.url, PUBLIC_HOSTS_ADDRESS: publicHosts.address },
      config: (phase) => ({ ...config(phase), secrets }),
      stop: async () => {
        await publicHosts.stop();
        await cloudflare.stop();
        await controllers.stop();
        await cluster.stop();
      },
    };
  } catch (error) {
    await controllers.stop();
    await cluster.stop();
    throw error;
  }
}
