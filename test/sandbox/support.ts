import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Cluster, startCluster } from "../../sandbox/cluster/cluster.ts";
import { GoMissingError } from "../../sandbox/cluster/go.ts";
import { describeProgress, ensureTools, type Tools } from "../../sandbox/cluster/tools.ts";

let tools: Promise<Tools> | undefined;
let shared: Promise<Cluster> | undefined;

/** The sandbox's programs, built at most once a run; whoever runs the tests sees that it takes a while. */
export function sharedTools(): Promise<Tools> {
  let task = "";
  tools ??= ensureTools({
    onProgress: (progress) => {
      if (progress.task !== task) console.error(`    sandbox: ${describeProgress(progress)}`);
      task = progress.task;
    },
  });
  return tools;
}

/** The cluster that the tests of one run share; started by the first who asks, stopped after the last test. */
export async function sharedCluster(): Promise<Cluster> {
  shared ??= sharedTools().then((built) => startCluster({ tools: built }));
  return shared;
}

/** Gives the surrounding suite the sandbox's programs. */
export function useTools(): () => Tools {
  return useResource(sharedTools);
}

/** Gives the surrounding suite the shared cluster, which other suites write to as well: names are best the suite's own. */
export function useCluster(): () => Cluster {
  return useResource(sharedCluster);
}

/**
 * Gives the surrounding suite what one hook acquires. Without Go its tests are skipped, each by its name and with the
 * reason.
 *
 * @returns reads it; to be called inside a hook or test
 */
export function useResource<T>(acquire: () => Promise<T>): () => T {
  let resource: T | undefined;
  before(async function () {
    // The first run on a machine builds Kubernetes.
    this.timeout(0);
    try {
      resource = await acquire();
    } catch (error) {
      if (!(error instanceof GoMissingError)) throw error;
      this.test?.parent?.eachTest((test) => {
        test.title += " (skipped: Go is not installed)";
      });
      this.skip();
    }
  });
  return () => {
    if (resource === undefined) throw new Error("only there inside a hook or test of the suite");
    return resource;
  };
}

/** Runs one of the sandbox's programs against a cluster, and nobody else's; returns what it printed. */
export async function run(cluster: Cluster, program: "kubectl" | "helm" | "kustomize", ...args: string[]) {
  const { stdout } = await promisify(execFile)(cluster.tools.path(program), args, {
    env: { HOME: cluster.directory, KUBECONFIG: cluster.kubeconfig, PATH: process.env.PATH },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/**
 * Waits until `look` returns something, and returns it.
 *
 * @throws Error naming `what`, after ten seconds
 */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(50)) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
  }
  throw new Error(`not within 10 s: ${what}`);
}

after(async function () {
  this.timeout(30_000);
  const cluster = await shared?.catch(() => undefined);
  await cluster?.stop();
});
