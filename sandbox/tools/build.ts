import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { go } from "./go.ts";
import { readCrds, readStages } from "./manifests.ts";
import { moduleFolder, providerArgs } from "./modules.ts";
import { COMPILER_FLAGS, type Family, PROGRAMS, type Program } from "./programs.ts";
import { type BuildProgress, perform, type Task } from "./progress.ts";
import type { BuildRecipe } from "./recipe.ts";

/** The files that a build makes. */
export interface Artifacts {
  /** Absolute path of a program. */
  path(program: Program): string;
  /** File with kwok's own stages (life cycles of nodes and pods), YAML with several documents. */
  kwokStages: string;
  /** File with cert-manager's CustomResourceDefinitions, YAML with several documents. */
  certManagerCrds: string;
  /** Folder in the user's cache that contains the files. */
  cache: string;
}

export interface BuildArgs {
  artifacts: Artifacts;
  /** Programs to provide. Those that exist already are not built. */
  programs: readonly Program[];
  recipe: BuildRecipe;
  env: NodeJS.ProcessEnv;
  /** Called after each change, and once a second in between. */
  onProgress: (progress: BuildProgress) => void;
  /** When the call for the programs came, in milliseconds since 1970. */
  began: number;
}

/** Builds the missing programs, and reads the manifests. Each file appears only when it is complete. */
export async function build({
  artifacts,
  programs,
  recipe,
  env,
  onProgress,
  began,
}: BuildArgs): Promise<void> {
  const { goVersion } = recipe;
  const run = (family: Family | "cert-manager", args: string[], onLine?: (line: string) => void) =>
    go(args, { directory: join(import.meta.dirname, family), goVersion, env, ...(onLine ? { onLine } : {}) });
  await mkdir(artifacts.cache, { recursive: true });
  await removeAbandoned(artifacts.cache);
  const draft = await mkdtemp(join(artifacts.cache, ".building-"));
  const scratch = join(artifacts.cache, ".sources");
  /** Writes a file under another name, and renames it when it is complete. */
  const make = async (file: string, write: (to: string) => Promise<unknown>): Promise<void> => {
    const to = join(draft, "artifact");
    await write(to);
    await mkdir(join(file, ".."), { recursive: true });
    await rename(to, file);
  };

  const missing = (Object.keys(PROGRAMS) as Program[]).filter(
    (program) => programs.includes(program) && !existsSync(artifacts.path(program)),
  );
  const tasks: Task[] = missing.map((program) => ({
    title: `building ${program}`,
    seconds: PROGRAMS[program].seconds,
    run: (onPackage) =>
      make(artifacts.path(program), async (to) => {
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
      await make(artifacts.kwokStages, async (to) => writeFile(to, await readStages(kwok)));
      const certManager = await moduleFolder("cert-manager", "github.com/cert-manager/cert-manager", run);
      await make(artifacts.certManagerCrds, async (to) => writeFile(to, await readCrds(certManager)));
    },
  });
  try {
    await perform(tasks, onProgress, began);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Removes the drafts of killed builds. This process holds the lock, so no build is running. */
async function removeAbandoned(cache: string): Promise<void> {
  const drafts = (await readdir(cache)).filter((name) => name.startsWith(".building-"));
  await Promise.all(drafts.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}
