import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { type Cluster, startCluster } from "../../sandbox/cluster/cluster.ts";
import { seed } from "../../sandbox/cluster/seed.ts";
import type { Program } from "../../sandbox/tools/programs.ts";
import { eventually, run, useCluster, useTools } from "../support/cluster.ts";

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Local addresses on which a process listens, in Linux's form: hexadecimal, little-endian. */
function listeners(pid: number): string[] {
  const fds = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const sockets = new Set(fds.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
  return ["tcp", "tcp6", "udp", "udp6"].flatMap((protocol) =>
    readFileSync(`/proc/${pid}/net/${protocol}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      // State 0A is a listening TCP socket, and 07 a bound UDP socket.
      .filter(([, , , state, , , , , , inode]) => /0A|07/.test(state ?? "") && sockets.has(inode ?? ""))
      .map(([, local]) => local ?? ""),
  );
}

describe("a throwaway cluster", () => {
  const cluster = useCluster();

  it("reports the version of Kubernetes that go.mod pins", async () => {
    const { gitVersion } = await cluster().api.request<{ gitVersion: string }>("GET", "/version");
    assert.equal(gitVersion, cluster().tools.versions.kubernetes);
    assert.match(
      await run(cluster(), "helm", "version", "--short"),
      new RegExp(cluster().tools.versions.helm),
    );
  });

  const onLinux = process.platform === "linux" ? it : it.skip;

  onLinux("listens on one port only, on 127.0.0.1", () => {
    const open = cluster().pids.flatMap(listeners);
    assert.equal(open.length, 1, open.join());
    assert.match(open[0] ?? "", /^0100007F:/);
  });

  onLinux("does not see the user's kubeconfig, home or proxy", () => {
    for (const pid of cluster().pids) {
      const env = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
      const { directory } = cluster();
      assert.deepEqual(env.sort(), [`HOME=${directory}`, "PATH=/usr/bin:/bin", `TMPDIR=${directory}`]);
    }
  });

  it("accepts only the credentials of its kubeconfig, which only its user can read", async () => {
    const { kubeconfig } = cluster();
    assert.equal(statSync(kubeconfig).mode & 0o777, 0o600);
    assert.equal(statSync(cluster().directory).mode & 0o777, 0o700);
    const [entry] = (
      parse(readFileSync(kubeconfig, "utf8")) as { clusters: { cluster: Record<string, string> }[] }
    ).clusters;
    const ca = Buffer.from(entry?.cluster["certificate-authority-data"] ?? "", "base64");
    const status = await new Promise((resolve, reject) => {
      request(`${entry?.cluster.server}/api/v1/namespaces`, { ca }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    assert.equal(status, 401);
  });

  it("is identified by the UID of kube-system", async () => {
    const path = "/api/v1/namespaces/kube-system";
    const { metadata } = await cluster().api.request<KubernetesObject>("GET", path);
    assert.equal(cluster().uid, metadata.uid);
  });

  it("makes workloads ready, completes jobs, and gives Services endpoints", async () => {
    await seed(cluster(), {
      certManager: false,
      services: [{ namespace: "cluster-test", name: "web", ports: [{ port: 80, targetPort: 8080 }] }],
    });
    const containers = [{ name: "once", image: "registry.invalid/job:1" }];
    await cluster().apply([
      {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "once", namespace: "cluster-test" },
        spec: { template: { spec: { restartPolicy: "Never", containers } } },
      } as KubernetesObject,
    ]);
    const at = (path: string) => cluster().api.request<{ status: Record<string, unknown> }>("GET", path);
    const namespace = "namespaces/cluster-test";
    await eventually("the Deployment is available", async () => {
      return (await at(`/apis/apps/v1/${namespace}/deployments/web`)).status.availableReplicas === 1;
    });
    await eventually("the Job has succeeded", async () => {
      return (await at(`/apis/batch/v1/${namespace}/jobs/once`)).status.succeeded === 1;
    });
    await eventually("the Service has an endpoint", async () => {
      const { items } = await cluster().api.request<{
        items: { endpoints: { addresses: string[] }[] | null }[];
      }>(
        "GET",
        `/apis/discovery.k8s.io/v1/${namespace}/endpointslices?labelSelector=kubernetes.io/service-name=web`,
      );
      return items.some(({ endpoints }) => endpoints?.some(({ addresses }) => addresses.length > 0));
    });
  });

  it("gives a load balancer the requested address, a changed one later, or a free one without a request", async () => {
    const service = (name: string, spec: object, annotations = {}) =>
      ({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name, annotations },
        spec: { type: "LoadBalancer", ports: [{ port: 443 }], ...spec },
      }) as KubernetesObject;
    const has = (name: string, address: RegExp) =>
      eventually(`${name} has ${address}`, async () => {
        const { status } = await cluster().api.request<{
          status: { loadBalancer: { ingress?: { ip: string }[] } };
        }>("GET", `/api/v1/namespaces/default/services/${name}`);
        return address.test(status.loadBalancer.ingress?.[0]?.ip ?? "");
      });
    await cluster().apply([
      service("own", {}),
      service("field", { loadBalancerIP: "192.168.0.172" }),
      service("metallb", {}, { "metallb.io/loadBalancerIPs": "192.168.0.173" }),
    ]);
    await Promise.all([
      has("own", /^198\.18\.\d+\.\d+$/),
      has("field", /^192\.168\.0\.172$/),
      has("metallb", /^192\.168\.0\.173$/),
    ]);
    await cluster().apply([service("field", { loadBalancerIP: "192.168.0.180" })]);
    await has("field", /^192\.168\.0\.180$/);
  });

  it("binds a claim to the volume that names it", async () => {
    const common = { storageClassName: "manual", accessModes: ["ReadWriteOnce"] };
    await cluster().apply([
      {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: "cluster-test" },
        spec: {
          ...common,
          capacity: { storage: "2Gi" },
          hostPath: { path: "/data", type: "DirectoryOrCreate" },
        },
      } as KubernetesObject,
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "cluster-test" },
        spec: { ...common, volumeName: "cluster-test", resources: { requests: { storage: "2Gi" } } },
      } as KubernetesObject,
    ]);
    const claim = "/api/v1/namespaces/default/persistentvolumeclaims/cluster-test";
    await eventually("the claim is bound", async () => {
      const { status } = await cluster().api.request<{ status: { phase: string } }>("GET", claim);
      return status.phase === "Bound";
    });
  });

  it("refuses an object with a field that Kubernetes does not know", async () => {
    const misspelt = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, dta: {} };
    await assert.rejects(
      cluster().apply([misspelt as KubernetesObject]),
      /dta: field not declared|unknown field/,
    );
  });
});

describe("throwaway clusters", () => {
  const tools = useTools();
  const SLOW = 120_000;

  it("run at the same time, and leave no process and no file when they stop", async function () {
    this.timeout(SLOW);
    const parent = await mkdtemp(join(tmpdir(), "clusters-test-"));
    const clusters: Cluster[] = [];
    try {
      const start = async (name: string) => {
        clusters.push(await startCluster({ tools: tools(), contexts: [name], directory: parent }));
      };
      await Promise.all([start("octavo"), start("alfred")]);
      const [one, other] = clusters as [Cluster, Cluster];
      assert.notEqual(one.uid, other.uid);
      await one.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "only-here" } }]);
      const found = ({ api }: Cluster) => api.find("/api/v1/namespaces/only-here");
      assert.ok(await found(one));
      assert.equal(await found(other), undefined);
      for (const { contexts, kubeconfig } of clusters) {
        const config = parse(readFileSync(kubeconfig, "utf8")) as { "current-context": string };
        assert.equal(config["current-context"], contexts[0]);
      }
    } finally {
      await Promise.all(clusters.map((cluster) => cluster.stop()));
    }
    assert.deepEqual(clusters.flatMap(({ pids }) => pids).filter(isRunning), []);
    assert.deepEqual(readdirSync(parent), []);
    await rm(parent, { recursive: true });
  });

  it("start although the user's kubeconfig is broken, and end when their program ends or is killed", async function () {
    this.timeout(SLOW);
    const home = await mkdtemp(join(tmpdir(), "clusters-test-"));
    const broken = join(home, "kubeconfig");
    await writeFile(broken, "clusters: [");
    const program = `
      import { CLUSTER } from ${JSON.stringify(new URL("../../sandbox/tools/programs.ts", import.meta.url).href)};
      import { ensureTools } from ${JSON.stringify(new URL("../../sandbox/tools/tools.ts", import.meta.url).href)};
      import { startCluster } from ${JSON.stringify(new URL("../../sandbox/cluster/cluster.ts", import.meta.url).href)};
      const { pids, directory } = await startCluster({ tools: await ensureTools({ programs: CLUSTER }) });
      console.log(JSON.stringify({ pids, directory }));
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, KUBECONFIG: broken },
    });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const { pids, directory } = JSON.parse(line) as { pids: number[]; directory: string };
    assert.deepEqual(pids.filter(isRunning), pids);
    child.kill("SIGKILL");
    await eventually("every process has ended and the folder is gone", async () => {
      return !pids.some(isRunning) && !existsSync(directory);
    });
    assert.equal(readFileSync(broken, "utf8"), "clusters: [");
    await rm(home, { recursive: true });
  });

  it("that fail to start name the failed component, quote its log, and leave no file", async function () {
    this.timeout(SLOW);
    const parent = await mkdtemp(join(tmpdir(), "clusters-test-"));
    const broken = join(parent, "kwok");
    await writeFile(broken, "#!/bin/sh\necho no stages for you >&2\nexit 3\n", { mode: 0o755 });
    const path = (program: Program) => (program === "kwok" ? broken : tools().path(program));
    await assert.rejects(
      startCluster({ tools: { ...tools(), path }, directory: parent }),
      /kwok ended with exit status 3; the end of its log:\n {2}no stages for you/,
    );
    assert.deepEqual(readdirSync(parent), ["kwok"]);
    await rm(parent, { recursive: true });
  });
});
