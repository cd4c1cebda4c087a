import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { go, goPlatform } from "./go.ts";
import { withLock } from "./lock.ts";

/** The programs of a control plane and its clients, and where each one's `main` package is. */
export const PROGRAMS = {
  etcd: "go.etcd.io/etcd/server/v3",
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
  "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  kubectl: "k8s.io/kubernetes/cmd/kubectl",
  kustomize: "sigs.k8s.io/kustomize/kustomize/v5",
  helm: "helm.sh/helm/v3/cmd/helm",
  kwok: "sigs.k8s.io/kwok/cmd/kwok",
} as const;

export type Program = keyof typeof PROGRAMS;

/** Versions as tags say them, `v1.36.3`. */
export interface ToolVersions {
  kubernetes: string;
  etcd: string;
  helm: string;
  kustomize: string;
  kwok: string;
  certManager: string;
}

/** Everything that a throwaway cluster is made of, ready to run. */
export interface Tools {
  /** Folder of the programs, fit for a PATH. */
  directory: string;
  /** Absolute path of a program. */
  path(program: Program): string;
  /** kwok's own stages (node and pod life cycles): one YAML file of several documents. */
  kwokStages: string;
  /** cert-manager's CustomResourceDefinitions: one YAML file of several documents. */
  certManagerCrds: string;
  versions: ToolVersions;
  /** How long building them took, whenever that was, in milliseconds. */
  buildMs: number;
  /** Whether this call built them, rather than found them. */
  builtNow: boolean;
}

/** Where a build stands; sent when the task changes and once a second in between. */
export interface BuildProgress {
  /** "building kube-apiserver". */
  task: string;
  /** Which task of how many, from 1. */
  step: number;
  steps: number;
  /** Since the call began, in milliseconds. */
  elapsedMs: number;
}

export interface ToolsOptions {
  onProgress?: (progress: BuildProgress) => void;
  /** Read for the cache's place and handed on to Go. Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Go module with the `tool` directives. Default: the project's `sandbox/tools`. */
  module?: string;
}

const MODULE = fileURLToPath(new URL("../tools", import.meta.url));
/** Raised when what is written beside the programs changes, so that older caches are not taken for it. */
const LAYOUT = 1;
const KWOK_STAGES = "kwok-stages.yaml";
const CERT_MANAGER_CRDS = "cert-manager-crds.yaml";
/** Written last: a folder that has it is complete. */
const SUMMARY = "build.json";

/**
 * The sandbox's programs, built by Go from the versions that `sandbox/tools/go.mod` pins.
 *
 * The first call takes minutes and keeps the result in the user's cache (`$XDG_CACHE_HOME` or `~/.cache`,
 * `pomerium-migration/tools/<hash>`); the next ones find it there and need neither Go nor a network. Processes that
 * call at once wait for the one that builds.
 *
 * @throws GoMissingError when something has to be built and Go is not installed; Error with Go's last lines when the
 *   build fails.
 */
export async function ensureTools(options: ToolsOptions = {}): Promise<Tools> {
  const { onProgress = () => {}, env = process.env, module = MODULE } = options;
  const began = Date.now();
  const recipe = await readRecipe(module);
  const folder = join(cacheHome(env), "pomerium-migration", "tools", recipe.hash);
  const found = await open(folder, recipe, false);
  if (found !== undefined) return found;
  const waiting = () =>
    onProgress({
      task: "waiting for the process that builds them",
      step: 1,
      steps: STEPS,
      elapsedMs: Date.now() - began,
    });
  return withLock(`${folder}.lock`, waiting, async () => {
    const builtMeanwhile = await open(folder, recipe, false);
    if (builtMeanwhile !== undefined) return builtMeanwhile;
    await build({ folder, recipe, module, env, onProgress });
    const built = await open(folder, recipe, true);
    if (built === undefined) throw new Error(`${folder} was removed while it was being built; run again`);
    return built;
  });
}

/** `2 min 13 s` style, for progress lines. */
export function describeProgress({ task, step, steps, elapsedMs }: BuildProgress): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const elapsed = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${task} · ${step} of ${steps} · ${elapsed}`;
}

interface Recipe {
  hash: string;
  versions: ToolVersions;
  ldflags: string;
  /** The oldest Go that can build: go.mod's `go` line. */
  goVersion: string;
}

async function readRecipe(module: string): Promise<Recipe> {
  const files = ["go.mod", "go.sum", "cert-manager/go.mod", "cert-manager/go.sum"];
  const contents = await Promise.all(files.map((file) => readFile(join(module, file), "utf8")));
  const [goMod = "", , certManagerGoMod = ""] = contents;
  const versions: ToolVersions = {
    kubernetes: requiredVersion(goMod, "k8s.io/kubernetes"),
    etcd: requiredVersion(goMod, "go.etcd.io/etcd/server/v3"),
    helm: requiredVersion(goMod, "helm.sh/helm/v3"),
    kustomize: requiredVersion(goMod, "sigs.k8s.io/kustomize/kustomize/v5"),
    kwok: requiredVersion(goMod, "sigs.k8s.io/kwok"),
    certManager: requiredVersion(certManagerGoMod, "github.com/cert-manager/cert-manager"),
  };
  const ldflags = linkerFlags(versions);
  const hash = createHash("sha256")
    .update(JSON.stringify([LAYOUT, contents, ldflags, PROGRAMS, goPlatform()]))
    .digest("hex")
    .slice(0, 16);
  const goVersion = /^go (\S+)$/m.exec(goMod)?.[1] ?? "";
  return { hash, versions, ldflags, goVersion };
}

/** The version that a go.mod requires of a module. */
export function requiredVersion(goMod: string, module: string): string {
  for (const line of goMod.split("\n")) {
    const words = line
      .trim()
      .replace(/^require\s+/, "")
      .split(/\s+/);
    if (words[0] === module && words[1]?.startsWith("v")) return words[1];
  }
  throw new Error(`go.mod requires no ${module}`);
}

/** Version stamps: without them the programs call themselves v0.0.0, which clients take for an ancient cluster. */
export function linkerFlags(versions: Pick<ToolVersions, "kubernetes" | "helm">): string {
  const [major = "", minor = ""] = versions.kubernetes.replace(/^v/, "").split(".");
  const stamps: [variable: string, value: string][] = [
    ...["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap(
      (path): [string, string][] => [
        [`${path}.gitVersion`, versions.kubernetes],
        [`${path}.gitMajor`, major],
        [`${path}.gitMinor`, minor],
        [`${path}.gitTreeState`, "clean"],
      ],
    ),
    ["helm.sh/helm/v3/internal/version.version", versions.helm],
    // What `helm template` takes the cluster to be when it is not asked to look.
    ["helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor", major],
    ["helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor", minor],
  ];
  return ["-s", "-w", ...stamps.map(([variable, value]) => `-X ${variable}=${value}`)].join(" ");
}

function cacheHome(env: NodeJS.ProcessEnv): string {
  const configured = env.XDG_CACHE_HOME;
  return configured ? resolve(configured) : join(env.HOME || homedir(), ".cache");
}

async function open(folder: string, recipe: Recipe, builtNow: boolean): Promise<Tools | undefined> {
  const path = (program: Program) => join(folder, program);
  const kwokStages = join(folder, KWOK_STAGES);
  const certManagerCrds = join(folder, CERT_MANAGER_CRDS);
  const programs = (Object.keys(PROGRAMS) as Program[]).map(path);
  // Cleaners of caches remove single old files, so the summary alone proves nothing.
  if (![...programs, kwokStages, certManagerCrds].every((file) => existsSync(file))) return undefined;
  const summary = await readFile(join(folder, SUMMARY), "utf8").catch(() => undefined);
  if (summary === undefined) return undefined;
  const { buildMs } = JSON.parse(summary) as { buildMs: number };
  return {
    directory: folder,
    path,
    kwokStages,
    certManagerCrds,
    versions: recipe.versions,
    buildMs,
    builtNow,
  };
}

/** The modules, the programs, the manifests. */
const STEPS = Object.keys(PROGRAMS).length + 2;

interface BuildArgs {
  folder: string;
  recipe: Recipe;
  module: string;
  env: NodeJS.ProcessEnv;
  onProgress: (progress: BuildProgress) => void;
}

async function build({ folder, recipe, module, env, onProgress }: BuildArgs): Promise<void> {
  const began = Date.now();
  const { goVersion } = recipe;
  await removeAbandoned(folder);
  const draft = `${folder}.building-${process.pid}`;
  await mkdir(draft, { recursive: true });

  let current = { task: "", step: 0 };
  const report = () => onProgress({ ...current, steps: STEPS, elapsedMs: Date.now() - began });
  const begin = (task: string) => {
    current = { task, step: current.step + 1 };
    report();
  };
  const ticker = setInterval(report, 1000);
  const run = (args: string[], directory = module) => go(args, { directory, goVersion, env });
  try {
    begin("fetching Go modules");
    await run(["list", "-deps", "-f", "", ...Object.values(PROGRAMS)]);
    // One after another: linking several of Kubernetes' programs at once needs gigabytes of memory.
    for (const [program, main] of Object.entries(PROGRAMS)) {
      begin(`building ${program}`);
      await run(["build", "-ldflags", recipe.ldflags, "-o", join(draft, program), main]);
    }
    begin("reading kwok's and cert-manager's manifests");
    const kwok = (await run(["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"])).trim();
    await writeFile(join(draft, KWOK_STAGES), await readStages(kwok));
    const certManagerModule = join(module, "cert-manager");
    const downloaded = await run(
      ["mod", "download", "-json", "github.com/cert-manager/cert-manager"],
      certManagerModule,
    );
    const { Dir: certManager } = JSON.parse(downloaded) as { Dir: string };
    await writeFile(join(draft, CERT_MANAGER_CRDS), await readCrds(certManager));
    await writeFile(join(draft, SUMMARY), `${JSON.stringify({ buildMs: Date.now() - began })}\n`);
    // What is there already is incomplete, or it would have been used.
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    clearInterval(ticker);
    await rm(draft, { recursive: true, force: true });
  }
}

/** Drafts of builds that were killed; the lock says that nobody is building now. */
async function removeAbandoned(folder: string): Promise<void> {
  const siblings = await readdir(dirname(folder));
  const drafts = siblings.filter((name) => name.startsWith(`${basename(folder)}.building-`));
  await Promise.all(drafts.map((name) => rm(join(dirname(folder), name), { recursive: true, force: true })));
}

/** The stages that kwok's own clusters run with: a stage given to kwok replaces all of its defaults. */
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

/** cert-manager's CRDs as a cluster takes them: in the module they carry the Helm chart's template directives. */
async function readCrds(certManager: string): Promise<string> {
  const folder = join(certManager, "deploy", "crds");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const documents = files.map(async (file) => {
    const crd = parse(await readFile(join(folder, file), "utf8")) as { metadata: { name: string } };
    return stringify({ ...crd, metadata: { name: crd.metadata.name } });
  });
  return (await Promise.all(documents)).join("---\n");
}
