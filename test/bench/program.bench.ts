/**
 * Measures what a preview of the whole program costs with 10, 100 and 1,000 apps, and its peak memory. For comparison,
 * it measures an empty program, and a program that registers the same Kubernetes objects with the bare SDK. The goal is
 * 1.4 times the bare SDK. Run it with `node test/bench/program.bench.ts [--json]`. It prints the costs and never fails.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { startCluster } from "../../sandbox/cluster/cluster.ts";
import { seed } from "../../sandbox/cluster/seed.ts";
import { prepare } from "../../sandbox/prepare.ts";
import { openWorkspace, type Workspace } from "../../sandbox/pulumi/workspace.ts";
import { projectDirectory, sandboxConfig, withoutTunnels } from "../../sandbox/stacks.ts";
import { type Cost, interleaved, ratio, shown, times } from "./measure.ts";
import { objectsOf } from "./registered-objects.ts";

const rounds = 3;
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

interface Sample {
  apps: number;
  /** Number of registered Kubernetes objects. */
  objects: number;
  /** Median cost over all rounds. */
  empty: Cost;
  bare: Cost;
  program: Cost;
  /** Peak memory of the whole program's process, in MB. */
  megabytes: number;
}

const prepared = await prepare();
const samples: Sample[] = [];
for (const count of (process.env.BENCH_APPS ?? "10,100,1000").split(",").map(Number))
  samples.push(await measure(count));

if (process.argv.includes("--json")) console.log(JSON.stringify(samples, undefined, 2));
else
  for (const { apps, objects, empty, bare, program, megabytes } of samples) {
    console.log(`${apps} apps, ${objects} objects, peak memory ${megabytes} MB`);
    for (const [what, cost] of Object.entries({ empty, "bare SDK": bare, program }))
      console.log(`  ${what.padEnd(15)} ${shown(cost)}`);
    console.log(`  program / bare  ${times(ratio(program, bare))}`);
  }

async function measure(count: number): Promise<Sample> {
  const { tools, pulumi } = prepared;
  const apps = Array.from({ length: count }, (_, i) => ({
    namespace: `ns${i % 20}`,
    service: { name: `app${i}`, port: 80 },
  }));
  const cluster = await startCluster({ tools, contexts: ["octavo"] });
  const workspaces: Workspace[] = [];
  const peak = path.join(cluster.directory, "peak-memory");
  const open = async (program: string): Promise<Workspace> => {
    const { kubeconfig } = cluster;
    const env = { NODE_OPTIONS: `--import=${fixture("peak-memory.mjs")}`, PEAK_MEMORY: peak };
    const workspace = await openWorkspace(pulumi, { stack: "octavo", kubeconfig, program, env });
    workspaces.push(workspace);
    return workspace;
  };
  try {
    await seed(cluster, { namespaces: [...new Set(apps.map(({ namespace }) => namespace))] });
    await cluster.apply(apps.map(serviceOf));
    const { kubeconfig, uid } = cluster;
    const config = withoutTunnels(
      sandboxConfig("octavo", { kubeconfig, uid, phase: "coexist", source: "sandbox/base" }),
    );
    config.values.accessTests = {};
    config.values.apps = Object.fromEntries(
      apps.map((app, i) => [
        `app${i}`,
        { ...app, access: i % 3 === 0 ? { groups: ["listeners"], api: ["/api"] } : { groups: ["readers"] } },
      ]),
    );
    delete config.values.ingressNginx;
    const [empty, bare, program] = [
      await open(fixture("empty")),
      await open(fixture("bare")),
      await open(projectDirectory),
    ];
    await program.configure(config);

    // This preview fills the caches.
    const objects = objectsOf(await program.digest());
    const file = path.join(cluster.directory, "objects.json");
    await writeFile(file, JSON.stringify(objects));
    await bare.configure({ values: { objects: file }, secrets: [] });

    const preview = async (workspace: Workspace): Promise<void> => {
      const { errors } = await workspace.preview();
      if (errors.length > 0) throw new Error(errors.join("\n"));
    };
    const costs = await interleaved(rounds, {
      empty: () => preview(empty),
      bare: () => preview(bare),
      // The last one, so that the peak memory is its own.
      program: () => preview(program),
    });
    return {
      apps: count,
      objects: objects.length,
      ...costs,
      megabytes: Number(await readFile(peak, "utf8")),
    };
  } finally {
    for (const workspace of workspaces) await workspace.close();
    await cluster.stop();
  }
}

function serviceOf({
  namespace,
  service: { name, port },
}: {
  namespace: string;
  service: { name: string; port: number };
}) {
  const spec = { ports: [{ port }], selector: { app: name } };
  return { apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec } as KubernetesObject;
}
