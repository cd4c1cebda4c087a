/** Upstream's kustomization of a release: fetched once, checked against its commit, kept in the user's cache. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { setKey } from "../../stack-file/commands.ts";
import { isGitUrl, upstreamRepository } from "./source.ts";

/** A clone of one commit takes seconds. A network that drops packets must not block a preview forever. */
const gitTimeout = 120_000;

export interface UpstreamOptions {
  /** Stack that the commands in messages are for. */
  stack: string;
  /** Release tag: `v0.33.1`. */
  version: string;
  /** Commit that the tag must point to, 40 hexadecimal digits. Needed unless `source` is a folder. */
  commit?: string;
  /**
   * Where to take the manifests from: a folder (upstream's `config/default`, or a checkout that contains it; then
   * nothing is fetched), or the URL of a git repository. Default: upstream's own repository.
   */
  source?: string;
  /** Folder that a relative `source` starts from. Default: the working directory. */
  projectDirectory?: string;
  /** Cache of this program. Default: `$XDG_CACHE_HOME/pomerium-migration` or `~/.cache/pomerium-migration`. */
  cacheDir?: string;
  /** The git to run. Default: the one on PATH. */
  git?: string;
  /** Called before something that may take a moment. */
  onProgress?: (message: string) => void;
}

export interface Upstream {
  /** Absolute path of the folder with the `kustomization.yaml` to build on. */
  directory: string;
  version: string;
  /** The commit it was taken from; absent for a local folder. */
  commit?: string;
}

/** The upstream manifests cannot be fetched. The message says how to get them, and contains no credentials. */
export class UpstreamError extends Error {
  override name = "UpstreamError";

  constructor(message: string) {
    super(withoutCredentials(message));
  }
}

/** This program's folder in the user's cache. */
export function defaultCacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  // The specification says to ignore a relative XDG_CACHE_HOME.
  const base =
    env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : join(homedir(), ".cache");
  return join(base, "pomerium-migration");
}

/**
 * Finds the folder that contains upstream's `config/default` for a release. If the release is in the cache, no process
 * is started and no network is needed.
 *
 * @throws UpstreamError with the command that fixes it: the tag moved, the folder is missing, there is no git or no
 *   network.
 */
export async function resolveUpstream(options: UpstreamOptions): Promise<Upstream> {
  const { version, source } = options;
  if (source !== undefined && !isGitUrl(source)) {
    return { directory: await localDirectory(source, options.projectDirectory), version };
  }

  // The commit exists here: a stack file that fetches a release without naming its commit is refused.
  const commit = options.commit!;
  const trees = join(options.cacheDir ?? defaultCacheDirectory(), "upstream");
  const tree = join(trees, commit);
  const directory = join(tree, "config", "default");
  if (!existsSync(join(directory, "kustomization.yaml"))) {
    const repository = source ?? upstreamRepository;
    options.onProgress?.(withoutCredentials(`fetching Pomerium ${version} from ${repository} (once)`));
    await fetchTree({
      repository,
      version,
      commit,
      trees,
      tree,
      git: options.git ?? "git",
      stack: options.stack,
    });
  }
  return { directory, version, commit };
}

async function localDirectory(source: string, projectDirectory = process.cwd()): Promise<string> {
  const folder = resolve(projectDirectory, source);
  for (const candidate of [join(folder, "config", "default"), folder]) {
    if (existsSync(join(candidate, "kustomization.yaml"))) return candidate;
  }
  const found = await stat(folder).then(
    (entry) => (entry.isDirectory() ? "has no kustomization.yaml and no config/default" : "is not a folder"),
    () => "does not exist",
  );
  throw new UpstreamError(
    `pomerium.source: ${folder} ${found}; it must be upstream's config/default or a folder that contains it`,
  );
}

interface Wanted {
  repository: string;
  version: string;
  commit: string;
  stack: string;
}

interface Fetch extends Wanted {
  /** Folder of all trees. */
  trees: string;
  /** Folder of this one. */
  tree: string;
  git: string;
}

async function fetchTree({ trees, tree, git, ...wanted }: Fetch): Promise<void> {
  const { repository, version, commit } = wanted;
  await mkdir(trees, { recursive: true });
  // Next to its destination, so that the last step is one rename: an interrupted fetch leaves no tree.
  const scratch = await mkdtemp(join(trees, ".fetch-"));
  try {
    const bare = join(scratch, "git");
    const checkout = join(scratch, "tree");
    await mkdir(checkout);
    const run = (args: string[]) => runGit(git, args, wanted);

    await run(["init", "--quiet", "--bare", bare]);
    await run(["--git-dir", bare, "fetch", "--quiet", "--depth", "1", repository, `refs/tags/${version}`]);
    // An annotated tag is a separate object in git. `^{commit}` is the commit that it points to.
    const fetched = (await run(["--git-dir", bare, "rev-parse", "FETCH_HEAD^{commit}"])).trim();
    if (fetched !== commit) throw new UpstreamError(movedTag(wanted, fetched));

    await run(["--git-dir", bare, "--work-tree", checkout, "checkout", "--quiet", fetched, "--", "config"]);
    if (!existsSync(join(checkout, "config", "default", "kustomization.yaml"))) {
      throw new UpstreamError(
        `${repository} has no config/default/kustomization.yaml at ${version} (${commit})`,
      );
    }
    await rename(checkout, tree).catch((error: NodeJS.ErrnoException) => {
      // Another run was faster. A tree of the same commit is the same tree.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function movedTag({ repository, version, commit, stack }: Wanted, found: string): string {
  return [
    `Refused: the tag ${version} of ${repository} does not point to the commit that was reviewed.`,
    `    expected  ${commit}`,
    `    found     ${found}`,
    "A release tag that moves is a mistake or an attack. Find out which, and read the difference. Then either choose",
    "another version or accept the new commit:",
    `    ${setKey(stack, ["pomerium", "commit"], found)}`,
  ].join("\n");
}

async function runGit(git: string, args: string[], wanted: Wanted): Promise<string> {
  try {
    // The user's own settings must not change the files that arrive, and the user's hooks must not run on them.
    const settings = ["core.autocrlf=false", "core.hooksPath=/dev/null"].flatMap((setting) => [
      "-c",
      setting,
    ]);
    const { stdout } = await promisify(execFile)(git, [...settings, ...args], {
      env: gitEnvironment(),
      timeout: gitTimeout,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { code, killed, stderr } = error as { code?: unknown; killed?: boolean; stderr?: string };
    const reason =
      code === "ENOENT"
        ? `there is no ${git} on PATH`
        : killed
          ? `no answer within ${gitTimeout / 1000} s`
          : (stderr ?? "").trim() || String(error);
    throw new UpstreamError(unreachable(reason, wanted));
  }
}

function unreachable(reason: string, { repository, version, stack }: Wanted): string {
  return [
    `Pomerium ${version} could not be fetched from ${repository}: ${reason}`,
    "Fix git or the network and run again. On a machine that has neither, use a folder from another machine:",
    `    git clone --depth 1 --branch ${version} ${repository} pomerium-${version}`,
    `    ${setKey(stack, ["pomerium", "source"], `./pomerium-${version}/config/default`)}`,
  ].join("\n");
}

/** Removes what the URL of a private mirror may contain: a password, or a token in place of a user. */
function withoutCredentials(text: string): string {
  return text
    .replaceAll(/(\bhttps?:\/\/)[^/@\s]+@/gi, "$1")
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^/@:\s]*):[^/@\s]*@/gi, "$1@");
}

/** The caller's environment without the variables that tie git to a repository (git hooks set them). */
function gitEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_TERMINAL_PROMPT: "0" };
  for (const name of [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
  ]) {
    delete env[name];
  }
  return env;
}
