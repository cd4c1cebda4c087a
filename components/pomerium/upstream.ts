/** Upstream's kustomization of a release: fetched once, checked against its commit, kept in the user's cache. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import {
  atLeast,
  isReleaseTag,
  newestRelease,
  oldestRelease,
  pinnedCommits,
} from "../../policies/language/releases.ts";

/** Where the releases come from when a stack names no `source`. */
const upstreamRepository = "https://github.com/pomerium/ingress-controller";

/** A clone of one commit takes seconds; a network that swallows packets must not hold up a preview for ever. */
const gitTimeout = 120_000;

export interface UpstreamOptions {
  /** Release tag: `v0.33.1`. */
  version: string;
  /**
   * Commit that the tag must be at, 40 hexadecimal digits. Needed for a tag that this program doesn't pin;
   * replaces the pinned one where a fork has a tag of the same name.
   */
  commit?: string;
  /**
   * Where to take the manifests from: a folder (upstream's `config/default`, or a checkout that holds it;
   * nothing is fetched then), or the URL of a git repository. Default: upstream's own repository.
   */
  source?: string;
  /** Folder that a relative `source` starts at. Default: the working directory. */
  projectDirectory?: string;
  /** Cache of this program. Default: `$XDG_CACHE_HOME/pomerium-migration` or `~/.cache/pomerium-migration`. */
  cacheDir?: string;
  /** Stack that commands in messages are for. Default: the selected one. */
  stack?: string;
  /** The git to run. Default: the one on PATH. */
  git?: string;
  /** Called before what may take a moment. */
  onProgress?: (message: string) => void;
}

export interface Upstream {
  /** Absolute path of the folder with the `kustomization.yaml` to build on. */
  directory: string;
  version: string;
  /** The commit it was taken from; absent for a local folder. */
  commit?: string;
}

/** The upstream manifests can't be had; the message says how to get them, and has no credentials in it. */
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
 * The folder that holds upstream's `config/default` for a release. With a warm cache this looks at one file:
 * no process, no network.
 *
 * @throws UpstreamError with the mending edit or command: an unsupported or unknown tag, a tag that moved, a
 *   missing folder, no git, no network.
 */
export async function resolveUpstream(options: UpstreamOptions): Promise<Upstream> {
  const { version, source } = options;
  checkVersion(options);
  if (source !== undefined && !isUrl(source)) {
    return { directory: await localDirectory(source, options.projectDirectory), version };
  }

  const commit = expectedCommit(options);
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

function checkVersion({ version, stack }: UpstreamOptions): void {
  const mend = setCommand("version", newestRelease, stack);
  if (!isReleaseTag(version)) {
    throw new UpstreamError(
      `pomerium.version: "${version}" is no release tag; write it like ${newestRelease}: ${mend}`,
    );
  }
  if (!atLeast(version, oldestRelease)) {
    throw new UpstreamError(
      `pomerium.version: ${version} is older than ${oldestRelease}, the oldest supported release: ${mend}`,
    );
  }
}

function expectedCommit({ version, commit, source, stack }: UpstreamOptions): string {
  if (commit !== undefined) {
    if (!/^[0-9a-f]{40}$/.test(commit)) {
      throw new UpstreamError(
        `pomerium.commit: "${commit}" is no full commit: 40 hexadecimal digits, lower case`,
      );
    }
    return commit;
  }
  const pinned = pinnedCommits[version];
  if (pinned !== undefined) return pinned;
  throw new UpstreamError(
    [
      `pomerium.version: ${version} is unknown here, so its commit must be given. Look it up, then set it:`,
      `    git ls-remote ${source ?? upstreamRepository} 'refs/tags/${version}^{}' 'refs/tags/${version}'`,
      `    ${setCommand("commit", "<40 digits of the first line>", stack)}`,
    ].join("\n"),
  );
}

/** `https://…`, `ssh://…`, `file://…` and git's `user@host:path`; all else is a folder. */
function isUrl(source: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(source) || /^[\w.-]+@[\w.-]+:/.test(source);
}

async function localDirectory(source: string, projectDirectory = process.cwd()): Promise<string> {
  const folder = resolve(projectDirectory, source);
  for (const candidate of [join(folder, "config", "default"), folder]) {
    if (existsSync(join(candidate, "kustomization.yaml"))) return candidate;
  }
  const found = await stat(folder).then(
    (entry) => (entry.isDirectory() ? "has no kustomization.yaml and no config/default" : "is no folder"),
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
  stack: string | undefined;
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
  // Beside its destination, so that the last step is one rename: a fetch that dies half-way leaves no tree.
  const scratch = await mkdtemp(join(trees, ".fetch-"));
  try {
    const bare = join(scratch, "git");
    const checkout = join(scratch, "tree");
    await mkdir(checkout);
    const run = (args: string[]) => runGit(git, args, wanted);

    await run(["init", "--quiet", "--bare", bare]);
    await run(["--git-dir", bare, "fetch", "--quiet", "--depth", "1", repository, `refs/tags/${version}`]);
    // An annotated tag is an object of its own; `^{commit}` is what it points at.
    const fetched = (await run(["--git-dir", bare, "rev-parse", "FETCH_HEAD^{commit}"])).trim();
    if (fetched !== commit) throw new UpstreamError(movedTag(wanted, fetched));

    await run(["--git-dir", bare, "--work-tree", checkout, "checkout", "--quiet", fetched, "--", "config"]);
    if (!existsSync(join(checkout, "config", "default", "kustomization.yaml"))) {
      throw new UpstreamError(
        `${repository} has no config/default/kustomization.yaml at ${version} (${commit})`,
      );
    }
    await rename(checkout, tree).catch((error: NodeJS.ErrnoException) => {
      // Another run was faster; a tree of the same commit is the same tree.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function movedTag({ repository, version, commit, stack }: Wanted, found: string): string {
  return [
    `Refused: the tag ${version} of ${repository} is not at the commit that was reviewed.`,
    `    expected  ${commit}`,
    `    found     ${found}`,
    "A release tag that moves is a mistake or an attack. Once you know which and have read the difference, either",
    "choose another version or accept the new commit:",
    `    ${setCommand("commit", found, stack)}`,
  ].join("\n");
}

async function runGit(git: string, args: string[], wanted: Wanted): Promise<string> {
  try {
    // Neither may the user's own settings change the files that arrive, nor their hooks run on them.
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
    "Mend git or the network and run again; or, for a machine that has neither, bring the folder from one that has:",
    `    git clone --depth 1 --branch ${version} ${repository} pomerium-${version}`,
    `    ${setCommand("source", `./pomerium-${version}/config/default`, stack)}`,
  ].join("\n");
}

/** `text` without what a private mirror's URL may carry: a password, or a token in place of a user. */
function withoutCredentials(text: string): string {
  return text
    .replaceAll(/(\bhttps?:\/\/)[^/@\s]+@/gi, "$1")
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^/@:\s]*):[^/@\s]*@/gi, "$1@");
}

/** The caller's environment without what ties git to a repository (set in hooks) and without questions. */
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

function setCommand(key: string, value: string, stack: string | undefined): string {
  return `pulumi config set${stack ? ` --stack ${stack}` : ""} --path 'pomerium.${key}' '${value}'`;
}
