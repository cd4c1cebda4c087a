import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Cluster, startCluster } from "../../sandbox/cluster/cluster.ts";
import { type Prepared, prepare } from "../../sandbox/prepare.ts";
import { GoMissingError } from "../../sandbox/tools/go.ts";
import { CLUSTER } from "../../sandbox/tools/programs.ts";
import { type BuildProgress, describeProgress } from "../../sandbox/tools/progress.ts";
import { ensureTools, type Tools } from "../../sandbox/tools/tools.ts";

let ready: Promise<Prepared> | undefined;
let tools: Promise<Tools> | undefined;

/** Shows the progress of a long build to the person who runs the tests. */
function onProgress(): (progress: BuildProgress) => void {
  let task = "";
  return (progress) => {
    if (progress.task !== task) console.error(`    sandbox: ${describeProgress(progress)}`);
    task = progress.task;
  };
}

/** Pulumi and the sandbox's programs, built at most once per run. Prints which Pulumi is used. */
export function prepared(): Promise<Prepared> {
  ready ??= prepare(onProgress()).then((all) => {
    console.error(`    engine: ${all.pulumi.description}`);
    return all;
  });
  return ready;
}

/** The programs of a cluster, and further ones that only tests need. */
function sharedTools(): Promise<Tools> {
  tools ??= ensureTools({ programs: [...CLUSTER, "kustomize"], onProgress: onProgress() });
  return tools;
}

/** Provides the surrounding suite with the sandbox's programs. */
export function useTools(): () => Tools {
  return useResource(sharedTools);
}

/** Provides the surrounding suite with a cluster of its own. */
export function useCluster(): () => Cluster {
  let cluster: Cluster | undefined;
  const started = useResource(async () => {
    cluster = await startCluster({ tools: await sharedTools() });
    return cluster;
  });
  after(() => cluster?.stop());
  return started;
}

/**
 * Provides the surrounding suite with a resource, which a hook acquires. Without Go its tests are skipped, and each
 * title says why.
 *
 * @returns A function that returns the resource. Call it only inside a hook or test.
 */
export function useResource<T>(acquire: () => Promise<T>): () => T {
  let resource: T | undefined;
  before(async function () {
    // No limit, because the first run on a machine builds Kubernetes.
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
    if (resource === undefined)
      throw new Error("the resource exists only inside a hook or test of the suite");
    return resource;
  };
}

/** Runs one of the sandbox's programs with access to this cluster only. Returns its output. */
export async function run(cluster: Cluster, program: "helm" | "kustomize", ...args: string[]) {
  const { path } = await sharedTools();
  const { stdout } = await promisify(execFile)(path(program), args, {
    env: { HOME: cluster.directory, KUBECONFIG: cluster.kubeconfig, PATH: process.env.PATH },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/**
 * Waits until `look` returns something, and returns it.
 *
 * @throws Error that names `what`, after half a minute.
 */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
  }
  throw new Error(`not within 30 s: ${what}`);
}
