/**
 * Measures octavo's everyday runs on a sandbox: a preview without changes, the time to the first registration, and an
 * update for one new person. For comparison, it measures an empty program, and one that only loads the same SDKs.
 * Two more register objects with the bare SDK: as many small ConfigMaps, and the same objects. The goals: 1.4 times the
 * bare program, 1.25 times the SDKs, and 1.5 times the preview. Run it with `node test/bench/octavo.bench.ts [--json]`.
 * It prints the costs and never fails.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { prepare } from "../../sandbox/prepare.ts";
import type { Outcome, Progress } from "../../sandbox/pulumi/events.ts";
import { openWorkspace, type Workspace } from "../../sandbox/pulumi/workspace.ts";
import { openSandbox } from "../../sandbox/sandbox.ts";
import { projectDirectory, type StackConfig } from "../../sandbox/stacks.ts";
import { interleaved, median, ratio, shown, times } from "./measure.ts";
import { objectsOf, type RegisteredObject } from "./registered-objects.ts";

const rounds = 5;
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const newcomer = "newcomer@example.org";

const { tools, pulumi } = await prepare();
const sandbox = await openSandbox("octavo", tools);
const workspaces: Workspace[] = [];
try {
  const open = async (program: string, own: Record<string, string> = {}): Promise<Workspace> => {
    const { kubeconfig } = sandbox.cluster;
    const env = { ...sandbox.env, ...own };
    const workspace = await openWorkspace(pulumi, { stack: "octavo", kubeconfig, program, env });
    workspaces.push(workspace);
    return workspace;
  };
  const empty = await open(fixture("empty"));
  const sdks = await open(fixture("sdks"));
  const bare = await open(fixture("bare"));
  // Its objects exist already, and belong to octavo's stack.
  const same = await open(fixture("bare"), { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" });
  const octavo = await open(projectDirectory);

  const usual = sandbox.config("coexist");
  await octavo.configure(usual);
  succeeded(await octavo.up());
  let objects = 0;
  succeeded(
    await octavo.preview(({ type, state }) => {
      if (state === "begun" && type.startsWith("kubernetes:")) objects++;
    }),
  );
  const touched = new Set<string>();
  const isIn = { now: false };
  const update = async (): Promise<void> => {
    isIn.now = !isIn.now;
    await octavo.configure(isIn.now ? withNewcomer(usual) : usual);
    succeeded(
      await octavo.up(({ state, operation, type, name }) => {
        if (state === "done" && operation !== "same" && !type.startsWith("pomerium-migration:"))
          touched.add(`${operation} ${type} ${name}`);
      }),
    );
  };
  const { person } = await interleaved(rounds + 1, { person: update });

  await bare.configure(await registering("config-maps", configMaps(objects)));
  succeeded(await bare.up());
  const own = objectsOf(await octavo.digest());
  await same.configure(await registering("own-objects", own));
  // From now on, octavo cannot change its objects without a conflict.
  succeeded(await same.up());

  const first: Record<"sdks" | "octavo", number[]> = { sdks: [], octavo: [] };
  const previews = await interleaved(rounds, {
    empty: async () => succeeded(await empty.preview()),
    sdks: () => toFirst(sdks, first.sdks),
    bare: async () => succeeded(await bare.preview()),
    same: async () => succeeded(await same.preview()),
    octavo: () => toFirst(octavo, first.octavo),
  });
  const registration = { sdks: median(first.sdks), octavo: median(first.octavo) };

  const ratios = {
    "preview / as many ConfigMaps": ratio(previews.octavo, previews.bare),
    "preview / the same objects": ratio(previews.octavo, previews.same),
    "to the first registration / SDKs alone": { wall: registration.octavo / registration.sdks },
    "one person / preview": ratio(person, previews.octavo),
  };
  if (process.argv.includes("--json"))
    console.log(
      JSON.stringify(
        { objects, previews, registration, person, touched: [...touched], ratios },
        undefined,
        2,
      ),
    );
  else {
    console.log(`${objects} Kubernetes objects`);
    for (const [what, cost] of Object.entries({ ...previews, "one person": person }))
      console.log(`${what.padEnd(12)} ${shown(cost)}`);
    for (const [what, value] of Object.entries(ratios)) console.log(`${what.padEnd(40)} ${times(value)}`);
    console.log(`one person touches:\n  ${[...touched].sort().join("\n  ")}`);
  }
} finally {
  for (const workspace of workspaces) await workspace.close();
  await sandbox.stop();
}

function succeeded({ errors }: Outcome): void {
  if (errors.length > 0) throw new Error(errors.join("\n"));
}

/** A preview. Adds the milliseconds to the first registration besides the stack's own to `times`. */
async function toFirst(workspace: Workspace, times: number[]): Promise<void> {
  const began = performance.now();
  let isOver = false;
  succeeded(
    await workspace.preview(({ type, state }: Progress) => {
      if (isOver || state !== "begun" || type === "pulumi:pulumi:Stack") return;
      isOver = true;
      times.push(Math.round(performance.now() - began));
    }),
  );
}

function configMaps(count: number): RegisteredObject[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `bench-${i}`;
    const metadata = { name, namespace: "default" };
    const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { text: "x".repeat(500) } };
    return { type: "kubernetes:core/v1:ConfigMap", name, inputs };
  });
}

/** The config of the bare program for some objects. */
async function registering(name: string, objects: readonly RegisteredObject[]): Promise<StackConfig> {
  const file = path.join(sandbox.cluster.directory, `${name}.json`);
  await writeFile(file, JSON.stringify(objects));
  return { values: { objects: file }, secrets: [] };
}

function withNewcomer(config: StackConfig): StackConfig {
  const changed = structuredClone(config);
  const { groups } = changed.values.users as { groups: Record<string, string[]> };
  groups.listeners = [...(groups.listeners ?? []), newcomer];
  return changed;
}
