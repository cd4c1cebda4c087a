import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tools } from "../tools/tools.ts";
import { Api, type KubernetesObject } from "./api.ts";
import { applyAll } from "./apply.ts";
import { startApiServer, startControlLoops, startEtcd } from "./control-plane.ts";
import { writeIdentity, writeKubeconfig } from "./identity.ts";
import { Processes } from "./processes.ts";
import { PATIENCE, waitFor } from "./wait.ts";

export interface ClusterOptions {
  tools: Tools;
  /** Contexts of the kubeconfig. All lead to this cluster; the first is the current one. Default: `["sandbox"]`. */
  contexts?: string[];
  /** Folder in which the cluster's temporary folder is created. Default: the system's. */
  directory?: string;
  /** Called with the current task, in a few words. */
  onProgress?: (task: string) => void;
}

/** A running throwaway cluster. */
export interface Cluster {
  /** Path of the kubeconfig, in the cluster's folder. Only this user can read it. */
  kubeconfig: string;
  /** Contexts of the kubeconfig. */
  contexts: string[];
  /** UID of namespace kube-system, which identifies the cluster. */
  uid: string;
  api: Api;
  tools: Tools;
  /** Folder with certificates, logs (`kube-apiserver.log`, …) and etcd's data. `stop` removes it. */
  directory: string;
  /** Process ids of the cluster's programs. */
  pids: number[];
  /** How long the start took, in milliseconds. */
  startMs: number;
  /**
   * Server-side apply of several objects. Namespaces and CRDs come first, and the rest after the new kinds are
   * served.
   *
   * @param manifests Objects, or YAML with one or more documents.
   */
  apply(manifests: KubernetesObject[] | string): Promise<void>;
  /** Ends every process and removes every file. */
  stop(): Promise<void>;
}

/** Name of the node. The scheduler needs one; kwok imitates its kubelet. */
const NODE = "sandbox";

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok on this machine.
 *
 * Nothing needs root. Only kube-apiserver listens on the network, on a free port of 127.0.0.1. It reaches etcd over a
 * socket in the cluster's folder. The user's kubeconfig is neither read nor written. Several clusters can run at the
 * same time. A cluster ends with `stop`, and also when this process ends, for whatever reason.
 *
 * @throws ComponentFailedError with the end of the log, if a component does not start.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { tools, contexts = ["sandbox"], onProgress = () => {} } = options;
  const began = Date.now();
  const directory = await mkdtemp(join(options.directory ?? tmpdir(), "pomerium-sandbox-"));
  const processes = new Processes(directory);
  let api: Api | undefined;
  const stop = async () => {
    api?.close();
    await processes.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const identity = await writeIdentity(directory, tools);
    onProgress("starting etcd and kube-apiserver");
    startEtcd(processes, tools);
    const server = await startApiServer(processes, tools, identity);
    api = new Api({ server, ca: identity.certificate, token: identity.token });
    const kubeconfig = join(directory, "kubeconfig");
    await writeKubeconfig(kubeconfig, contexts, { server, ...identity });
    onProgress("starting the controllers, the scheduler and kwok");
    startControlLoops(processes, tools);
    const uid = await joinNode(api, processes);
    const running = api;
    return {
      kubeconfig,
      contexts,
      uid,
      api,
      tools,
      directory,
      pids: processes.pids,
      startMs: Date.now() - began,
      apply: (manifests) => applyAll(running, manifests),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Creates the node, waits until pods can be created and scheduled, and returns kube-system's UID. */
async function joinNode(api: Api, processes: Processes): Promise<string> {
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: NODE,
      labels: { "kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" },
    },
  };
  await api.apply(node);
  const usable = waitFor(async () => {
    const [live, account] = await Promise.all([
      api.find<NodeStatus>(`/api/v1/nodes/${NODE}`),
      api.find("/api/v1/namespaces/default/serviceaccounts/default"),
    ]);
    const ready = live?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
    const tainted = live?.spec?.taints?.length;
    return ready === true && !tainted && account !== undefined;
  });
  if (!(await Promise.race([usable, processes.anyFailed()]))) {
    throw new Error(`The sandbox's node was not ready within ${PATIENCE / 1000} s`);
  }
  const kubeSystem = await api.request<KubernetesObject>("GET", "/api/v1/namespaces/kube-system");
  return kubeSystem.metadata.uid ?? "";
}

interface NodeStatus {
  spec?: { taints?: unknown[] };
  status?: { conditions?: { type: string; status: string }[] };
}
