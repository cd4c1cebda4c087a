import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type Document, parse, parseDocument, stringify } from "yaml";
import { linkPlugins, type Pulumi } from "../../../sandbox/pulumi/pulumi.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import { projectDirectory } from "../../../sandbox/stacks.ts";
import { keyPath } from "../../../stack-file/paths.ts";
import { project } from "../../../stack-file/project.ts";

const execute = promisify(execFile);

/** How a program ended, and what it wrote. */
export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** A repository of the project, and a stack of it on a sandbox, as an operator has them. */
export interface Site {
  /** The operator's clone. */
  repository: string;
  /** Folder for everything else, removed at the end. */
  folder: string;
  /** Environment in which Pulumi finds its plugins and the state. */
  env: NodeJS.ProcessEnv;
  /** Path of the stack file in the clone. */
  stackFile: string;
  /** Edits the stack file, commits that to the branch main, and applies it. */
  apply(edit?: (document: Document) => void): Promise<void>;
  /**
   * Makes a clone in which a change of files is merged into main, as GitHub does for a pull request.
   *
   * @returns The clone, and the commit of the change.
   */
  pullRequest(change: (folder: string) => Promise<void>): Promise<{ workspace: string; commit: string }>;
  close(): Promise<void>;
}

/** Runs a program to its end, whatever its exit code. */
export async function ended(
  file: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Ended> {
  try {
    const { stdout, stderr } = await execute(file, args, { cwd, env, maxBuffer: 256 * 1024 * 1024 });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
    if (typeof code !== "number") throw error;
    return { code, out: stdout, err: stderr };
  }
}

/** Makes a repository with the project's sources and a stack in it. */
export async function openSite(pulumi: Pulumi, sandbox: Sandbox, stack: string): Promise<Site> {
  const folder = await mkdtemp(path.join(tmpdir(), "pomerium-migration-site-"));
  const repository = path.join(folder, "repository");
  const { stdout } = await execute(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
    { cwd: projectDirectory, maxBuffer: 64 * 1024 * 1024 },
  );
  const left = /^(?:test\/(?!support)|docs\/|\.ci\/)|^node_modules/;
  for (const file of stdout.split("\0").filter((one) => one && !left.test(one)))
    await cp(path.join(projectDirectory, file), path.join(repository, file)).catch((error) => {
      // Deleted, and not yet committed.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
  await symlink(path.join(projectDirectory, "node_modules"), path.join(repository, "node_modules"));
  await mkdir(path.join(folder, "state"));
  const plugins = await linkPlugins(pulumi, path.join(folder, "bin"));
  await symlink(pulumi.file, path.join(plugins, "pulumi"));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...sandbox.env,
    ...(pulumi.installed ? {} : { PULUMI_HOME: path.join(folder, "home") }),
    KUBECONFIG: sandbox.cluster.kubeconfig,
    PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_COMPILE_CACHE: pulumi.nodeCache,
    GIT_AUTHOR_NAME: "operator",
    GIT_AUTHOR_EMAIL: "operator@example.org",
    GIT_COMMITTER_NAME: "operator",
    GIT_COMMITTER_EMAIL: "operator@example.org",
    PATH: [plugins, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
  };
  const must = async (cwd: string, file: string, ...args: string[]): Promise<string> => {
    const { code, out, err } = await ended(file, args, { cwd, env });
    if (code !== 0) throw new Error(`${file} ${args.join(" ")}: ${err}\n${out}`);
    return out.trim();
  };
  const inside = (file: string, ...args: string[]): Promise<string> => must(repository, file, ...args);
  await inside("git", "init", "--quiet", "--initial-branch", "main");
  await writeFile(path.join(repository, ".git/info/exclude"), "node_modules\n");
  const stackFile = path.join(repository, `Pulumi.${stack}.yaml`);
  await rm(stackFile);
  await inside("pulumi", "stack", "init", stack, "--non-interactive");
  const { encryptionsalt } = parse(await readFile(stackFile, "utf8")) as { encryptionsalt: string };
  const { values, secrets } = structuredClone(sandbox.config("coexist"));
  // The path of a kubeconfig is a matter of the machine that runs Pulumi.
  delete (values.cluster as { kubeconfig?: string }).kubeconfig;
  const config = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`${project}:${key}`, value]),
  );
  await writeFile(stackFile, stringify({ encryptionsalt, config }));
  const assignments = secrets.flatMap(({ path: at, value }) => ["--secret", `${keyPath(at)}=${value}`]);
  await inside("pulumi", "config", "set-all", "--stack", stack, "--path", ...assignments);
  let clones = 0;
  return {
    repository,
    folder,
    env,
    stackFile,
    apply: async (edit = () => {}) => {
      await editYaml(stackFile, edit);
      await inside("git", "add", "--all");
      await inside("git", "commit", "--quiet", "--allow-empty", "--message", "applied");
      await inside("pulumi", "up", "--yes", "--skip-preview", "--stack", stack, "--non-interactive");
    },
    pullRequest: async (change) => {
      const workspace = path.join(folder, `pull-request-${++clones}`);
      const git = (...args: string[]): Promise<string> => must(workspace, "git", ...args);
      await inside("git", "clone", "--quiet", repository, workspace);
      await writeFile(path.join(workspace, ".git/info/exclude"), "node_modules\n");
      await git("checkout", "--quiet", "-b", "change");
      await change(workspace);
      await git("add", "--all");
      await git("commit", "--quiet", "--message", "change");
      const commit = await git("rev-parse", "HEAD");
      await git("checkout", "--quiet", "main");
      await git("merge", "--quiet", "--no-ff", "--message", "merge", "change");
      return { workspace, commit };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Edits a YAML file, and keeps the rest of its text. */
export async function editYaml(file: string, edit: (document: Document) => void): Promise<void> {
  const document = parseDocument(await readFile(file, "utf8"));
  edit(document);
  await writeFile(file, document.toString({ lineWidth: 0 }));
}
