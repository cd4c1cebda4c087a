import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CliError } from "./exit.ts";

const execute = promisify(execFile);

/** Limit of git's output, far above any stack file. It keeps a mistake from filling the memory. */
const mostOutput = 64 * 1024 * 1024;

/** Runs git without a shell, so that a name cannot become a command. */
async function git(directory: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute("git", ["-C", directory, ...args], { maxBuffer: mostOutput });
  return stdout;
}

/**
 * The commit of a revision.
 *
 * @throws CliError if there is no git, no repository or no such revision.
 */
export async function commitOf(directory: string, revision: string): Promise<string> {
  try {
    return (
      await git(directory, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`])
    ).trim();
  } catch (error) {
    const { code } = error as { code?: string | number };
    if (code === "ENOENT") throw new CliError("git is not installed, so no revision can be read");
    if (!(await isRepository(directory)))
      throw new CliError(`${directory} is in no git repository, so it has no revision "${revision}"`);
    throw new CliError(
      `git knows no revision "${revision}"; in a shallow clone, fetch more of the history: git fetch --deepen 50`,
    );
  }
}

async function isRepository(directory: string): Promise<boolean> {
  return git(directory, ["rev-parse", "--git-dir"]).then(
    () => true,
    () => false,
  );
}

/** The text of a file at a commit; undefined if the commit does not have the file. */
export async function fileAt(directory: string, commit: string, file: string): Promise<string | undefined> {
  return (await filesAt(directory, commit, [file])).get(file);
}

/** How many files one git is asked for, so that app files of the largest size fit into its output. */
const mostFiles = 50;

/** The texts of files at a commit, by the files' names. Those that the commit does not have are absent. */
export async function filesAt(
  directory: string,
  commit: string,
  files: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let from = 0; from < files.length; from += mostFiles) {
    const some = files.slice(from, from + mostFiles);
    for (const [file, text] of await someFilesAt(directory, commit, some)) found.set(file, text);
    const others = some.filter((file) => !found.has(file));
    if (others.length > 0) await expectNoFile(directory, commit, others);
  }
  return found;
}

async function someFilesAt(
  directory: string,
  commit: string,
  files: readonly string[],
): Promise<Map<string, string>> {
  // Git reads one name per line.
  const asked = files.filter((file) => !file.includes("\n"));
  const run = execute("git", ["-C", directory, "cat-file", "--batch"], {
    encoding: "buffer",
    maxBuffer: mostOutput,
  });
  run.child.stdin?.end(asked.map((file) => `${commit}:./${file}\n`).join(""));
  const { stdout } = await run;
  const texts = new Map<string, string>();
  let at = 0;
  for (const file of asked) {
    const end = stdout.indexOf("\n", at);
    // A line such as `<object> blob <bytes>`, the bytes, and a line break. Or a line that says what is missing.
    const [, kind, bytes] = /^[0-9a-f]{40,} (\w+) (\d+)$/.exec(stdout.toString("utf8", at, end)) ?? [];
    at = end + 1;
    if (bytes === undefined) continue;
    if (kind === "blob") texts.set(file, stdout.toString("utf8", at, at + Number(bytes)));
    at += Number(bytes) + 1;
  }
  return texts;
}

/** @throws CliError if a commit has one of the files: git also calls it missing if the repository has lost its content. */
async function expectNoFile(directory: string, commit: string, files: readonly string[]): Promise<void> {
  const entries = await git(directory, ["ls-tree", "-z", commit, "--", ...files.map((file) => `./${file}`)]);
  const [, file] = /(?:^|\0)\d+ blob \w+\t([^\0]*)/.exec(entries) ?? [];
  if (file !== undefined)
    throw new CliError(
      `${file} is in ${commit}, and git cannot read it there; to see what is broken: git fsck`,
    );
}

/** The files of some folders that differ between a commit and the working tree. */
export async function changedSince(
  directory: string,
  commit: string,
  folders: readonly string[],
): Promise<string[]> {
  const names = await git(directory, ["diff", "--name-only", "--relative", "-z", commit, "--", ...folders]);
  return names.split("\0").filter(Boolean);
}

/** The commit of the working tree for a report, with a word if files differ from it; undefined outside a repository. */
export async function commitNow(directory: string): Promise<string | undefined> {
  try {
    const [commit, changes] = await Promise.all([
      git(directory, ["rev-parse", "--short=12", "HEAD"]),
      git(directory, ["status", "--porcelain", "--", "."]),
    ]);
    return `${commit.trim()}${changes === "" ? "" : " and changes that are not committed"}`;
  } catch {
    // No git, no repository, or no commit yet: the report says when it was made, and no more.
    return undefined;
  }
}
