/** The programs of a cluster, with their arguments. */

import { createServer } from "node:net";
import type { Tools } from "../tools/tools.ts";
import { Api } from "./api.ts";
import type { Identity } from "./identity.ts";
import { ComponentFailedError, type Processes } from "./processes.ts";
import { PATIENCE, waitFor } from "./wait.ts";

/** Attempts to start kube-apiserver. Another process may take the chosen port first. */
const PORT_ATTEMPTS = 5;

export function startEtcd(processes: Processes, tools: Tools): void {
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

/** Starts kube-apiserver on a free port, and waits until it is ready. Returns its address. */
export async function startApiServer(
  processes: Processes,
  tools: Tools,
  identity: Identity,
): Promise<string> {
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

/** Starts the controllers, the scheduler and kwok. */
export function startControlLoops(processes: Processes, tools: Tools): void {
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
