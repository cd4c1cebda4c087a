import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAllDocuments, stringify } from "yaml";
import type { Tools } from "../tools/tools.ts";
import { Api, ApiError, groupPath, type KubernetesObject } from "./api.ts";
import { ComponentFailedError, Processes } from "./processes.ts";
import { LOAD_BALANCER_STAGE } from "./stages.ts";
import { selfSigned } from "./x509.ts";

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

/** How long a slow machine may take for one step, in milliseconds. */
const PATIENCE = 120_000;
/** Attempts to start kube-apiserver. Another process may take the chosen port first. */
const PORT_ATTEMPTS = 5;

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

interface Identity {
  /** The API server's certificate. It is self-signed. */
  certificate: string;
  /** Bearer token of the only user, who is a member of system:masters. */
  token: string;
}

async function writeIdentity(directory: string, tools: Tools): Promise<Identity> {
  const serving = selfSigned({ names: ["127.0.0.1", "localhost", "kubernetes.default.svc"] });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const token = randomBytes(24).toString("base64url");
  const stages = await readFile(tools.kwokStages, "utf8");
  const files: Record<string, string> = {
    "serving.crt": serving.certificate,
    "serving.key": serving.privateKey,
    "service-accounts.key": privateKey.export({ type: "sec1", format: "pem" }).toString(),
    "tokens.csv": `${token},admin,admin,system:masters\n`,
    "stages.yaml": `${stages}---\n${stringify(LOAD_BALANCER_STAGE)}`,
  };
  await Promise.all(
    Object.entries(files).map(([name, content]) =>
      writeFile(join(directory, name), content, { mode: 0o600 }),
    ),
  );
  return { certificate: serving.certificate, token };
}

function startEtcd(processes: Processes, tools: Tools): void {
  // etcd names the socket's file after host and port, and puts it into the working folder.
  processes.start("etcd", tools.path("etcd"), [
    "--name=sandbox",
    "--data-dir=etcd",
    "--listen-client-urls=unix://etcd:0",
    "--advertise-client-urls=unix://etcd:0",
    "--listen-peer-urls=unix://etcd-peer:0",
    "--initial-advertise-peer-urls=unix://etcd-peer:0",
    "--initial-cluster=sandbox=unix://etcd-peer:0",
    "--unsafe-no-fsync",
    "--log-level=warn",
  ]);
}

async function startApiServer(processes: Processes, tools: Tools, identity: Identity): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const server = `https://127.0.0.1:${port}`;
    const component = processes.start("kube-apiserver", tools.path("kube-apiserver"), [
      "--etcd-servers=unix://etcd:0",
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      "--tls-cert-file=serving.crt",
      "--tls-private-key-file=serving.key",
      "--token-auth-file=tokens.csv",
      "--anonymous-auth=false",
      "--authorization-mode=RBAC",
      "--allow-privileged=true",
      "--service-account-issuer=https://kubernetes.default.svc",
      "--service-account-key-file=service-accounts.key",
      "--service-account-signing-key-file=service-accounts.key",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--profiling=false",
    ]);
    const probe = new Api({ server, ca: identity.certificate, token: identity.token });
    try {
      const ready = waitFor(async () => (await probe.request<string>("GET", "/readyz")) === "ok");
      if (await Promise.race([ready, processes.anyFailed()])) return server;
      throw component.failure(`was not ready within ${PATIENCE / 1000} s`);
    } catch (error) {
      const portTaken = error instanceof ComponentFailedError && /address already in use/.test(error.log);
      if (!portTaken || attempt === PORT_ATTEMPTS) throw error;
      await component.stop();
    } finally {
      probe.close();
    }
  }
}

function startControlLoops(processes: Processes, tools: Tools): void {
  const common = ["--kubeconfig=kubeconfig", "--leader-elect=false"];
  // Port 0: the program opens no port.
  processes.start("kube-controller-manager", tools.path("kube-controller-manager"), [
    ...common,
    "--secure-port=0",
    "--service-account-private-key-file=service-accounts.key",
    "--root-ca-file=serving.crt",
    // kwok renews the node's lease less often than a kubelet does.
    "--node-monitor-grace-period=1h",
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
  ]);
  processes.start("kube-scheduler", tools.path("kube-scheduler"), [
    ...common,
    "--secure-port=0",
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
  ]);
  processes.start("kwok", tools.path("kwok"), [
    "--kubeconfig=kubeconfig",
    "--config=stages.yaml",
    "--manage-all-nodes=true",
    "--node-ip=127.0.0.1",
    "--cidr=10.244.0.0/16",
  ]);
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

/** Whether `condition` became true in time. An error that it throws counts as "not yet". */
async function waitFor(condition: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(50)) {
    if (await condition().catch(() => false)) return true;
  }
  return false;
}

async function writeKubeconfig(
  file: string,
  contexts: string[],
  { server, certificate, token }: Identity & { server: string },
): Promise<void> {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "sandbox",
        cluster: { server, "certificate-authority-data": Buffer.from(certificate).toString("base64") },
      },
    ],
    users: [{ name: "sandbox", user: { token } }],
    contexts: contexts.map((name) => ({ name, context: { cluster: "sandbox", user: "sandbox" } })),
    "current-context": contexts[0],
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  await chmod(file, 0o600);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Kinds that must exist before objects of other kinds, in this order. */
const FIRST = ["Namespace", "CustomResourceDefinition"];

async function applyAll(api: Api, manifests: KubernetesObject[] | string): Promise<void> {
  const objects = typeof manifests === "string" ? parseManifests(manifests) : manifests;
  for (const kind of FIRST) {
    await Promise.all(objects.filter((object) => object.kind === kind).map((object) => api.apply(object)));
  }
  const crds = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
  await Promise.all(crds.map((crd) => served(api, crd as CustomResourceDefinition)));
  await Promise.all(objects.filter(({ kind }) => !FIRST.includes(kind)).map((object) => api.apply(object)));
}

interface CustomResourceDefinition extends KubernetesObject {
  spec: {
    group: string;
    names: { plural: string; kind: string };
    versions: { name: string; served: boolean }[];
  };
}

/** Resolves when the new kind can be used: its objects can be listed, and (a little later) discovery contains it. */
async function served(api: Api, { metadata, spec }: CustomResourceDefinition): Promise<void> {
  const versions = spec.versions
    .filter((version) => version.served)
    .map(({ name }) => `${spec.group}/${name}`);
  const answers = await waitFor(async () => {
    for (const apiVersion of versions) {
      await api.request("GET", `${groupPath(apiVersion)}/${spec.names.plural}?limit=1`);
      await api.path({ apiVersion, kind: spec.names.kind, metadata });
    }
    return true;
  });
  if (!answers) throw new ApiError(404, "NotFound", `${metadata.name} was not served in time`);
}

/** The objects in a YAML text with one or more documents. */
export function parseManifests(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.contents === null ? [] : [document.toJS() as KubernetesObject];
  });
}
