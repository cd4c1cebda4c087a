import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";
import { projectDirectory, type StackConfig } from "../stacks.ts";
import { stackCli } from "./cli.ts";
import type { OnProgress, Outcome } from "./events.ts";
import { linkPlugins, type Pulumi } from "./pulumi.ts";
import { configWriter } from "./stack-config.ts";

/** A policy pack that checks a run. */
export interface PackToRun {
  /** Folder of the pack. */
  folder: string;
  /** Config of its policies, by name. */
  config?: Record<string, unknown>;
}

export interface DestroyOptions {
  /** URNs to destroy, with `*` and `**` as in Pulumi. Default: all resources. */
  targets?: string[];
  /** Whether to destroy resources that depend on the targets, too. Default: false. */
  targetDependents?: boolean;
  /** Whether to run the program, so that its hooks run. Pulumi refuses to destroy a stack with hooks without it. */
  runProgram?: boolean;
}

/** A program on one stack, run by Pulumi with separate state. */
export interface Workspace {
  /** Sets the config for the next runs. */
  configure(config: StackConfig): Promise<void>;
  /** Writes a file, by its path from the folder of the stack file. */
  put(name: string, text: string): Promise<void>;
  /** @param plan File into which Pulumi writes its update plan. */
  preview(onProgress?: OnProgress, plan?: string): Promise<Outcome>;
  /** A preview that a policy pack checks. */
  checkedPreview(pack: PackToRun): Promise<Outcome>;
  /** The output of `pulumi preview --json --show-sames`, which other programs read. */
  digest(): Promise<string>;
  /** @param signal Interrupts the run as Ctrl-C does: operations in progress finish, and no further ones start. */
  up(onProgress?: OnProgress, signal?: AbortSignal): Promise<Outcome>;
  destroy(options?: DestroyOptions, onProgress?: OnProgress): Promise<Outcome>;
  /** The program's outputs, with secrets masked. */
  outputs(): Promise<Record<string, unknown>>;
  /** The texts of all state files, including history and backups. Secrets are encrypted in them. */
  state(): Promise<string>;
  /** Deletes the state. */
  close(): Promise<void>;
}

export interface WorkspaceOptions {
  stack: string;
  kubeconfig: string;
  /** Environment variables for the program and its providers, in addition to this process's. */
  env?: Record<string, string>;
  /** Folder of the Pulumi project. Default: this one's. */
  program?: string;
}

/** Creates a stack of a program. Its state and its stack file are in a new temporary folder. */
export async function openWorkspace(
  pulumi: Pulumi,
  { stack, kubeconfig, env = {}, program = projectDirectory }: WorkspaceOptions,
): Promise<Workspace> {
  const folder = await mkdtemp(path.join(tmpdir(), "pomerium-sandbox-pulumi-"));
  const within = (name: string): string => path.join(folder, name);
  const backend = within("state");
  await mkdir(backend);
  const project = parse(await readFile(path.join(program, "Pulumi.yaml"), "utf8")) as { name: string };
  // The program stays in the project's folder, but the stack files there are not changed.
  await writeFile(within("Pulumi.yaml"), stringify({ ...project, main: program }));
  const plugins = await linkPlugins(pulumi, within("bin"));
  const { ask, run } = stackCli(pulumi.file, stack, folder, {
    ...process.env,
    ...env,
    ...environmentOf(pulumi, folder, plugins),
    KUBECONFIG: kubeconfig,
    PULUMI_BACKEND_URL: `file://${backend}`,
  });
  await ask("stack", "init");
  const apply = ["--yes", "--skip-preview"];
  return {
    configure: configWriter(project.name, within(`Pulumi.${stack}.yaml`), ask),
    put: async (name, text) => {
      await mkdir(path.dirname(within(name)), { recursive: true });
      await writeFile(within(name), text);
    },
    preview: (onProgress, plan) =>
      run(["preview", ...(plan === undefined ? [] : ["--save-plan", plan])], onProgress),
    checkedPreview: async ({ folder: pack, config = {} }) => {
      const file = within("policy-config.json");
      await writeFile(file, JSON.stringify(config));
      return run(["preview", "--policy-pack", pack, "--policy-pack-config", file]);
    },
    digest: () => ask("preview", "--json", "--show-sames"),
    up: (onProgress, signal) => run(["up", ...apply], onProgress, signal),
    destroy: ({ targets = [], targetDependents = false, runProgram = false } = {}, onProgress) =>
      run(
        [
          "destroy",
          ...apply,
          ...targets.flatMap((target) => ["--target", target]),
          ...(targetDependents ? ["--target-dependents"] : []),
          ...(runProgram ? ["--run-program"] : []),
        ],
        onProgress,
      ),
    outputs: async () => JSON.parse(await ask("stack", "output", "--json")) as Record<string, unknown>,
    state: async () => {
      const files = await readdir(backend, { recursive: true, withFileTypes: true });
      const texts = files
        .filter((file) => file.isFile())
        .map((file) => readFile(path.join(file.parentPath, file.name), "utf8"));
      return (await Promise.all(texts)).join("\n");
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * The settings of Pulumi that all stacks share.
 *
 * @param folder Folder of the workspace.
 * @param plugins Folder with the plugins that the CLI does not find by itself.
 */
function environmentOf(pulumi: Pulumi, folder: string, plugins: string): NodeJS.ProcessEnv {
  return {
    // A built Pulumi does not share files with a Pulumi that the user may have.
    ...(pulumi.installed ? {} : { PULUMI_HOME: path.join(folder, "home") }),
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // All plugins are there already. A download could hang on a machine without network.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_COMPILE_CACHE: pulumi.nodeCache,
    PATH: [plugins, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
  };
}
