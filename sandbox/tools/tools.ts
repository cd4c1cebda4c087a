import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type Artifacts, build } from "./build.ts";
import { withLock } from "./lock.ts";
import { PROGRAMS, type Program, type ToolVersions } from "./programs.ts";
import type { BuildProgress } from "./progress.ts";
import { readRecipe } from "./recipe.ts";

/** The sandbox's programs, ready to run. */
export interface Tools extends Artifacts {
  versions: ToolVersions;
  /** How long the build took, in milliseconds; undefined if nothing had to be built. */
  buildMs?: number;
}

export interface ToolsOptions {
  /** Programs to provide. No others are built. */
  programs: readonly Program[];
  onProgress?: (progress: BuildProgress) => void;
  /** Environment for Go, and for the location of the cache. Default: this process's. */
  env?: NodeJS.ProcessEnv;
}

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
  const files = [...programs.map(path), tools.kwokStages, tools.certManagerCrds];
  // Each file appears only when it is complete. Programs that clean caches may remove single old files.
  const complete = (): boolean => files.every((file) => existsSync(file));
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
    await build({ artifacts: tools, programs, recipe, env, onProgress, began });
    return { ...tools, buildMs: Date.now() - began };
  });
}

function cacheHome(env: NodeJS.ProcessEnv): string {
  const configured = env.XDG_CACHE_HOME;
  return configured ? resolve(configured) : join(env.HOME || homedir(), ".cache");
}
