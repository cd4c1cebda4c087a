import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { go, goPlatform } from "./go.ts";
import { withLock } from "./lock.ts";
import {
  COMPILER_FLAGS,
  FAMILIES,
  type Family,
  linkerFlags,
  PROGRAMS,
  type Program,
  readVersions,
  type ToolVersions,
} from "./programs.ts";

export { CLUSTER, type Program, type ToolVersions } from "./programs.ts";

/** The sandbox's programs, ready to run. */
export interface Tools {
  /** Absolute path of a program. */
  path(program: Program): string;
  /** File with kwok's own stages (life cycles of nodes and pods), YAML with several documents. */
  kwokStages: string;
  /** File with cert-manager's CustomResourceDefinitions, YAML with several documents. */
  certManagerCrds: string;
  versions: ToolVersions;
  /** Folder in the user's cache that contains the programs. */
  cache: string;
  /** How long the build took, in milliseconds; undefined if nothing had to be built. */
  buildMs?: number;
}

/** Progress of a build. Sent after each change, and once a second in between. */
export interface BuildProgress {
  /** For example "building kube-apiserver". */
  task: string;
  /** Number of the current task, from 1 to `steps`. */
  step: number;
  steps: number;
  /** Number of packages compiled so far for the current program. */
  packages?: number;
  /** Time since the start of the build, in milliseconds. */
  elapsedMs: number;
  /** Estimated remaining time in milliseconds, from the speed so far. At first, from the speed of two idle cores. */
  remainingMs?: number;
}

export interface ToolsOptions {
  /** Programs to provide. No others are built. */
  programs: readonly Program[];
  onProgress?: (progress: BuildProgress) => void;
  /** Environment for Go, and for the location of the cache. Default: this process's. */
  env?: NodeJS.ProcessEnv;
}

/** Raise this number when the build of the same sources changes, so that older caches are not used. */
const LAYOUT = 2;
const FOLDER = import.meta.dirname;
const SDK = "github.com/pulumi/pulumi-kubernetes/sdk/v4";
const KWOK_STAGES = "kwok-stages.yaml";
const CERT_MANAGER_CRDS = "cert-manager-crds.yaml";

/**
 * Returns the programs, built by Go from the versions that the go.mod files below this folder pin.
 *
 * The first call takes minutes. Each program goes into the user's cache (`$XDG_CACHE_HOME` or `~/.cache`,
 * `pomerium-migration/tools`) as soon as it is built. An interrupted call loses only the current program, and most of
 * that is in Go's own cache. Later calls need neither Go nor a network. If several processes call it at the same
 * time, only one builds.
 *
 * @throws GoMissingError if a program must be built and Go is not installed.
 * @throws Error with Go's last lines if the build fails.
 */
export async function ensureTools({
  programs,
  onProgress = () => {},
  env = process.env,
}: ToolsOptions): Promise<Tools> {
  const began = Date.now();
  const cache = join(cacheHome(env), "pomerium-migration", "tools");
  const recipe = await readRecipe();
  const path = (program: Program): string => join(cache, recipe.folders[PROGRAMS[program].family], program);
  const manifests = join(cache, recipe.folders["control-plane"]);
  const tools: Tools = {
    path,
    kwokStages: join(manifests, KWOK_STAGES),
    certManagerCrds: join(manifests, CERT_MANAGER_CRDS),
    versions: recipe.versions,
    cache,
  };
  const artifacts = [...programs.map(path), tools.kwokStages, tools.certManagerCrds];
  // Each file appears only when it is complete. Programs that clean caches may remove single old files.
  const complete = (): boolean => artifacts.every((file) => existsSync(file));
  if (complete()) return tools;
  const waiting = (): void =>
    onProgress({
      task: "waiting for another process that builds",
      step: 1,
      steps: 1,
      elapsedMs: Date.now() - began,
    });
  return withLock(join(cache, ".lock"), waiting, async () => {
    if (complete()) return tools;
    await build({ tools, programs, recipe, env, onProgress, began });
    return { ...tools, buildMs: Date.now() - began };
  });
}

/** For example `building kube-apiserver (312 packages) · 3 of 8 · 2 min 13 s · about 4 min left`. */
export function describeProgress(progress: BuildProgress): string {
  const { task, step, steps, packages, elapsedMs, remainingMs } = progress;
  return [
    packages ? `${task} (${packages} packages)` : task,
    `${step} of ${steps}`,
    describeDuration(elapsedMs),
    ...(remainingMs === undefined ? [] : [`about ${Math.max(1, Math.round(remainingMs / 60_000))} min left`]),
  ].join(" · ");
}

/** For example `59 s` or `2 min 13 s`. */
export function describeDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

interface BuildRecipe {
  /** Folder of each family: its name, and a hash of everything that its programs are built from. */
  folders: Record<Family, string>;
  linkerFlags: Record<Family, string>;
  versions: ToolVersions;
  /** The oldest Go version that can build the programs, from the `go` lines of the go.mod files. */
  goVersion: string;
}

async function readRecipe(): Promise<BuildRecipe> {
  const read = (file: string): Promise<string> => readFile(join(FOLDER, file), "utf8");
  const [controlPlane, pulumi, provider, certManager, providerSources] = await Promise.all([
    read("control-plane/go.mod"),
    read("pulumi/go.mod"),
    read("kubernetes-provider/go.mod"),
    read("cert-manager/go.mod"),
    Promise.all(["main.go", "kinds/kinds.go"].map((file) => read(`kubernetes-provider/${file}`))),
  ]);
  const goMods = {
    "control-plane": controlPlane,
    pulumi,
    "kubernetes-provider": provider,
    "cert-manager": certManager,
  };
  const versions = readVersions(goMods);
  const flags = (family: Family): string => linkerFlags(family, versions);
  const folder = (family: Family): string => {
    // Without go.sum, which only confirms the versions in go.mod.
    const sources = [goMods[family], family === "kubernetes-provider" ? providerSources : certManager];
    const all = [LAYOUT, sources, flags(family), COMPILER_FLAGS, goPlatform()];
    return `${family}-${createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 12)}`;
  };
  const byFamily = (of: (family: Family) => string): Record<Family, string> =>
    Object.fromEntries(FAMILIES.map((family) => [family, of(family)])) as Record<Family, string>;
  return {
    folders: byFamily(folder),
    linkerFlags: byFamily(flags),
    versions,
    goVersion: /^go (\S+)$/m.exec(pulumi)?.[1] ?? "",
  };
}

function cacheHome(env: NodeJS.ProcessEnv): string {
  const configured = env.XDG_CACHE_HOME;
  return configured ? resolve(configured) : join(env.HOME || homedir(), ".cache");
}

interface BuildArgs {
  tools: Tools;
  programs: readonly Program[];
  recipe: BuildRecipe;
  env: NodeJS.ProcessEnv;
  onProgress: (progress: BuildProgress) => void;
  began: number;
}

/** One task of a build. The tasks are in an order in which no package is compiled twice. */
interface Task {
  title: string;
  /** Expected time on two idle cores. */
  seconds: number;
  run(onPackage: (name: string) => void): Promise<void>;
}

async function build({ tools, programs, recipe, env, onProgress, began }: BuildArgs): Promise<void> {
  const { goVersion } = recipe;
  const run = (family: Family | "cert-manager", args: string[], onLine?: (line: string) => void) =>
    go(args, { directory: join(FOLDER, family), goVersion, env, ...(onLine ? { onLine } : {}) });
  await mkdir(tools.cache, { recursive: true });
  await removeAbandoned(tools.cache);
  const draft = await mkdtemp(join(tools.cache, ".building-"));
  const scratch = join(tools.cache, ".sources");
  /** Writes a file under another name, and renames it when it is complete. */
  const make = async (file: string, write: (to: string) => Promise<unknown>): Promise<void> => {
    const to = join(draft, "artifact");
    await write(to);
    await mkdir(join(file, ".."), { recursive: true });
    await rename(to, file);
  };

  const missing = (Object.keys(PROGRAMS) as Program[]).filter(
    (program) => programs.includes(program) && !existsSync(tools.path(program)),
  );
  const tasks: Task[] = missing.map((program) => ({
    title: `building ${program}`,
    seconds: PROGRAMS[program].seconds,
    run: (onPackage) =>
      make(tools.path(program), async (to) => {
        const { family, main } = PROGRAMS[program];
        const flags = [...COMPILER_FLAGS, "-ldflags", recipe.linkerFlags[family], "-o", to];
        const own = main === "." ? await providerArgs(scratch, run) : [];
        // One program after another: linking several at the same time needs gigabytes of memory.
        await run(family, ["build", "-v", ...own, ...flags, main], onPackage);
      }),
  }));
  tasks.push({
    title: "reading kwok's and cert-manager's manifests",
    seconds: 3,
    run: async () => {
      const kwok = await moduleFolder("control-plane", "sigs.k8s.io/kwok", run);
      await make(tools.kwokStages, async (to) => writeFile(to, await readStages(kwok)));
      const certManager = await moduleFolder("cert-manager", "github.com/cert-manager/cert-manager", run);
      await make(tools.certManagerCrds, async (to) => writeFile(to, await readCrds(certManager)));
    },
  });
  try {
    await perform(tasks, onProgress, began);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs the tasks one after another, and reports the progress. */
async function perform(
  tasks: readonly Task[],
  onProgress: (progress: BuildProgress) => void,
  began: number,
): Promise<void> {
  const seconds = (some: readonly Task[]): number => some.reduce((sum, task) => sum + task.seconds, 0);
  for (const [index, task] of tasks.entries()) {
    const started = Date.now();
    const done = seconds(tasks.slice(0, index));
    /** Milliseconds that this machine needs for one expected second. */
    const pace = done > 0 ? (started - began) / done : 1000;
    let packages = 0;
    const report = (): void => {
      // A task that takes longer than expected counts as 90 % done until it ends.
      const share = Math.min(0.9, (Date.now() - started) / (task.seconds * pace));
      const left = (1 - share) * task.seconds + seconds(tasks.slice(index + 1));
      onProgress({
        task: task.title,
        step: index + 1,
        steps: tasks.length,
        packages,
        elapsedMs: Date.now() - began,
        remainingMs: left * pace,
      });
    };
    report();
    const ticker = setInterval(report, 1000);
    try {
      await task.run((line) => {
        // Go prints each package that it compiles on a separate line.
        if (!line.includes(" ")) packages += 1;
      });
    } finally {
      clearInterval(ticker);
    }
  }
}

/** Removes the drafts of killed builds. This process holds the lock, so no build is running. */
async function removeAbandoned(cache: string): Promise<void> {
  const drafts = (await readdir(cache)).filter((name) => name.startsWith(".building-"));
  await Promise.all(drafts.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}

type RunGo = (family: Family | "cert-manager", args: string[]) => Promise<string>;

/** Folder with the sources of a module. Downloads them if they are missing. */
async function moduleFolder(family: Family | "cert-manager", module: string, run: RunGo): Promise<string> {
  const { Dir } = JSON.parse(await run(family, ["mod", "download", "-json", module])) as { Dir: string };
  return Dir;
}

/**
 * Arguments with which Go builds this project's `main` of the provider. It embeds the schema from upstream's module,
 * and replaces one file of the SDK (`kinds/kinds.go` says why).
 *
 * @param scratch Temporary folder. The same in every call, because Go's cache identifies sources by their folder.
 */
async function providerArgs(scratch: string, run: RunGo): Promise<string[]> {
  const family = "kubernetes-provider";
  const [upstream, sdk] = await Promise.all([
    moduleFolder(family, "github.com/pulumi/pulumi-kubernetes/provider/v4", run),
    moduleFolder(family, SDK, run),
  ]);
  const folder = join(FOLDER, family);
  await rm(scratch, { recursive: true, force: true });
  await cp(join(sdk, "go.mod"), join(scratch, "sdk", "go.mod"));
  await cp(join(sdk, "go"), join(scratch, "sdk", "go"), { recursive: true });
  // Go keeps modules and their folders read-only.
  await promisify(execFile)("chmod", ["-R", "u+w", scratch]);
  await cp(
    join(folder, "kinds", "kinds.go"),
    join(scratch, "sdk", "go", "kubernetes", "yaml", "v2", "kinds.go"),
  );
  const goMod = await readFile(join(folder, "go.mod"), "utf8");
  await writeFile(join(scratch, "go.mod"), `${goMod}\nreplace ${SDK} => ${join(scratch, "sdk")}\n`);
  await cp(join(folder, "go.sum"), join(scratch, "go.sum"));
  const schema = join(upstream, "cmd", "pulumi-resource-kubernetes", "schema.json");
  const overlay = { Replace: { [join(folder, "schema.json")]: schema } };
  await writeFile(join(scratch, "overlay.json"), JSON.stringify(overlay));
  return ["-modfile", join(scratch, "go.mod"), "-overlay", join(scratch, "overlay.json")];
}

/** kwok's default stages. They must be given too, because one given stage replaces all defaults. */
async function readStages(kwok: string): Promise<string> {
  const folder = join(kwok, "kustomize", "stage");
  const list = async (kustomization: string): Promise<string[]> => {
    const { resources } = parse(await readFile(join(kustomization, "kustomization.yaml"), "utf8")) as {
      resources: string[];
    };
    const nested = resources.map((resource) => {
      const path = join(kustomization, resource);
      return resource.endsWith(".yaml") ? readFile(path, "utf8").then((text) => [text]) : list(path);
    });
    return (await Promise.all(nested)).flat();
  };
  return (await list(join(folder, "fast"))).join("---\n");
}

/** cert-manager's CRDs without the directives of the Helm chart's templates, which the module's files contain. */
async function readCrds(certManager: string): Promise<string> {
  const folder = join(certManager, "deploy", "crds");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const documents = files.map(async (file) => {
    const crd = parse(await readFile(join(folder, file), "utf8")) as { metadata: { name: string } };
    return stringify({ ...crd, metadata: { name: crd.metadata.name } });
  });
  return (await Promise.all(documents)).join("---\n");
}
