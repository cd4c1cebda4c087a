/**
 * Measures how long a preview of the whole program takes with 10, 100 and 1,000 apps. For comparison, it measures an
 * empty program, and a program that registers the same Kubernetes objects with the bare SDK.
 * Run it with `node test/bench/program.bench.ts [--json]`. It prints the times and never fails.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { startCluster } from "../../sandbox/cluster/cluster.ts";
import { seed } from "../../sandbox/cluster/seed.ts";
import { prepare } from "../../sandbox/prepare.ts";
import { openWorkspace, type Workspace } from "../../sandbox/pulumi/workspace.ts";
import { projectDirectory, sandboxConfig, withoutTunnels } from "../../sandbox/stacks.ts";
import { previewPlan } from "../golden/plan.ts";

const rounds = 3;
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

interface Sample {
  apps: number;
  /** Number of registered Kubernetes objects. */
  objects: number;
  /** Median time over all rounds, in milliseconds. */
  empty: number;
  bare: number;
  program: number;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const prepared = await prepare();
const samples: Sample[] = [];
for (const count of (process.env.BENCH_APPS ?? "10,100,1000").split(",").map(Number))
  samples.push(await measure(count));

if (process.argv.includes("--json")) console.log(JSON.stringify(samples, undefined, 2));
else {
  console.log(
    " apps  objects   empty    bare SDK   program   program / bare   above empty / bare above empty",
  );
  for (const { apps, objects, empty, bare, program } of samples)
    console.log(
      [
        String(apps).padStart(5),
        String(objects).padStart(8),
        `${empty} ms`.padStart(9),
        `${bare} ms`.padStart(11),
        `${program} ms`.padStart(9),
        (program / bare).toFixed(2).padStart(16),
        ((program - empty) / (bare - empty)).toFixed(2).padStart(31),
      ].join(" "),
    );
}

async function measure(count: number): Promise<Sample> {
  const { tools, pulumi } = prepared;
  const apps = Array.from({ length: count }, (_, i) => ({
    namespace: `ns${i % 20}`,
    service: { name: `app${i}`, port: 80 },
  }));
  const cluster = await startCluster({ tools, contexts: ["octavo"] });
  const workspaces: Workspace[] = [];
  const open = async (program: string): Promise<Workspace> => {
    const { kubeconfig } = cluster;
    const workspace = await openWorkspace(pulumi, { stack: "octavo", kubeconfig, program });
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

    // This preview fills the caches, and its plan has the objects for the bare program.
    const { outcome, plan } = await previewPlan(program, []);
    if (outcome.errors.length > 0) throw new Error(outcome.errors.join("\n"));
    const objects = [...plan].flatMap(([label, { inputs }]) => {
      const [type = "", name = ""] = label.split(" ");
      if (!type.startsWith("kubernetes:") || !inputs || !("kind" in inputs)) return [];
      // A secret's contents are not shown.
      return [{ type, name, inputs: { ...inputs, ...("data" in inputs ? { data: {} } : {}) } }];
    });
    const file = path.join(cluster.directory, "objects.json");
    await writeFile(file, JSON.stringify(objects));
    await bare.configure({ values: { objects: file }, secrets: [] });

    const timed = async (workspace: Workspace): Promise<number> => {
      const began = performance.now();
      const { errors } = await workspace.preview();
      if (errors.length > 0) throw new Error(errors.join("\n"));
      return performance.now() - began;
    };
    const times = { empty: [] as number[], bare: [] as number[], program: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.empty.push(await timed(empty));
      times.bare.push(await timed(bare));
      times.program.push(await timed(program));
    }
    return {
      apps: count,
      objects: objects.length,
      empty: Math.round(median(times.empty)),
      bare: Math.round(median(times.bare)),
      program: Math.round(median(times.program)),
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
