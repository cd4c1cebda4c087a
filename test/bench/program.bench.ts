/**
 * What the program costs above an empty one, and how that grows with apps: the whole program in a preview
 * of 10, 100 and 1,000 apps against the bare SDK registering the same Kubernetes objects. Run with
 * `node test/bench/program.bench.ts [--json]`; it reports and never fails.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { preview } from "../../sandbox/engine/index.ts";
import { mask, type Properties } from "../../sandbox/engine/values.ts";
import { forProgram, projectDirectory, sandboxConfig } from "../../sandbox/stacks.ts";
import { project } from "../../stack-file/project.ts";
import { writeKubeconfig } from "../support/fake-api-server.ts";
import { clusterOf, recordedUid, recorder } from "../support/recorded.ts";

const rounds = 3;
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

interface Sample {
  apps: number;
  /** Kubernetes objects registered. */
  objects: number;
  /** Medians of the rounds, in milliseconds. */
  empty: number;
  bare: number;
  program: number;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

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
  const folder = await mkdtemp(path.join(tmpdir(), "program-bench-"));
  const apps = Array.from({ length: count }, (_, i) => ({
    namespace: `ns${i % 20}`,
    service: { name: `app${i}`, port: 80 },
  }));
  const server = clusterOf(apps);
  try {
    const kubeconfig = path.join(folder, "kubeconfig");
    writeKubeconfig(kubeconfig, await server.start(), ["octavo"]);
    const config = sandboxConfig("octavo", {
      kubeconfig,
      uid: recordedUid,
      phase: "coexist",
      source: "sandbox/base",
    });
    const { values } = config;
    values.apps = Object.fromEntries(
      apps.map((app, i) => [
        `app${i}`,
        { ...app, access: i % 3 === 0 ? { groups: ["listeners"], api: ["/api"] } : { groups: ["readers"] } },
      ]),
    );
    values.accessTests = {};
    values.tunnels = {};
    config.secrets = config.secrets.filter(({ path: [section] }) => section !== "tunnels");

    const objects: { name: string; inputs: unknown }[] = [];
    const run = async (
      programDir: string,
      settings: { config: Record<string, string>; secretKeys: string[] },
    ) => {
      const began = performance.now();
      const result = await preview({
        programDir,
        project,
        stack: "octavo",
        ...settings,
        stateFile: path.join(folder, `${randomUUID()}.json`),
        kubeconfig,
        tools: { kustomize: "unused", helm: "unused" },
        env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: "bench", XDG_CACHE_HOME: folder },
        providers: {
          kubernetes: () =>
            recorder((type, name, inputs) => {
              if (type.startsWith("kubernetes:") && inputs.kind)
                objects.push({ name, inputs: plain(inputs) });
            }),
        },
      });
      if (result.failed.length > 0) throw new Error(result.failed[0]?.message);
      return performance.now() - began;
    };

    const whole = forProgram(config);
    // Once for the caches, and to learn what the bare program has to register.
    await run(projectDirectory, whole);
    const file = path.join(folder, "objects.json");
    await writeFile(file, JSON.stringify(objects));
    const registered = objects.length;
    const bareConfig = { config: { [`${project}:objects`]: file }, secretKeys: [] };

    const times = { empty: [] as number[], bare: [] as number[], program: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.empty.push(await run(fixture("empty"), { config: {}, secretKeys: [] }));
      times.bare.push(await run(fixture("bare"), bareConfig));
      times.program.push(await run(projectDirectory, whole));
    }
    return {
      apps: count,
      objects: registered,
      empty: Math.round(median(times.empty)),
      bare: Math.round(median(times.bare)),
      program: Math.round(median(times.program)),
    };
  } finally {
    server.stop();
    await rm(folder, { recursive: true });
  }
}

/** Without secrets and values that only a run would know. */
function plain(inputs: Properties): unknown {
  return mask(inputs);
}
