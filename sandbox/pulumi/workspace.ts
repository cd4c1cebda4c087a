import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { parse, stringify } from "yaml";
import { keyPath, type PathPart, valueAt } from "../../stack-file/paths.ts";
import { projectDirectory, type StackConfig } from "../stacks.ts";
import { linkPlugins, type Pulumi } from "./pulumi.ts";

/** One operation on one resource, done by an update or shown by a preview. */
export interface Step {
  /** For example `create`, `import`, `update` or `same`. */
  operation: string;
  urn: string;
  /** For example `kubernetes:core/v1:Secret`. */
  type: string;
  /** Logical name. */
  name: string;
  /** Paths of the properties that differ. */
  diff: string[];
}

/** Progress of one resource during a run. */
export type Progress = Step & { state: "begun" | "done" | "failed" };

export interface Outcome {
  /** Number of resources for each operation. Unchanged resources count as `same`. */
  counts: Record<string, number>;
  /** Messages of the program and the engine, in order. */
  messages: string[];
  /** Errors of the run. Empty if it succeeded. */
  errors: string[];
  /** What the policy packs say. */
  violations: Violation[];
}

/** A rule of a policy pack that a resource breaks. */
export interface Violation {
  policy: string;
  /** `mandatory` fails the run. */
  level: string;
  message: string;
  /** Logical name of the resource. */
  resource: string;
}

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

type OnProgress = (progress: Progress) => void;

export interface WorkspaceOptions {
  stack: string;
  kubeconfig: string;
  /** Environment variables for the program and its providers, in addition to this process's. */
  env?: Record<string, string>;
  /** Folder of the Pulumi project. Default: this one's. */
  program?: string;
}

/**
 * A preview throws its state away. Yet the CLI writes the whole state in memory after each change, so that its time
 * grows with the square of the number of changes.
 */
const skipCheckpoints = { PULUMI_SKIP_CHECKPOINTS: "true" };

/** Creates a stack of a program. Its state and its stack file are in a new temporary folder. */
export async function openWorkspace(
  pulumi: Pulumi,
  { stack, kubeconfig, env = {}, program = projectDirectory }: WorkspaceOptions,
): Promise<Workspace> {
  const folder = await mkdtemp(path.join(tmpdir(), "pomerium-sandbox-pulumi-"));
  const within = (name: string): string => path.join(folder, name);
  const backend = within("state");
  const stackFile = within(`Pulumi.${stack}.yaml`);
  await mkdir(backend);
  const project = parse(await readFile(path.join(program, "Pulumi.yaml"), "utf8")) as { name: string };
  // The program stays in the project's folder, but the stack files there are not changed.
  await writeFile(within("Pulumi.yaml"), stringify({ ...project, main: program }));
  const plugins = await linkPlugins(pulumi, within("bin"));
  const environment = {
    ...process.env,
    ...env,
    // A built Pulumi does not share files with a Pulumi that the user may have.
    ...(pulumi.installed ? {} : { PULUMI_HOME: within("home") }),
    KUBECONFIG: kubeconfig,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // All plugins are there already. A download could hang on a machine without network.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_COMPILE_CACHE: pulumi.nodeCache,
    PATH: [plugins, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
  };
  const start = (args: string[], more = {}): ChildProcess & { stdout: NodeJS.ReadableStream } =>
    spawn(pulumi.file, [...args, "--stack", stack, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env: { ...environment, ...(args[0] === "preview" ? skipCheckpoints : {}), ...more },
      stdio: ["ignore", "pipe", "pipe"],
    }) as ChildProcess & { stdout: NodeJS.ReadableStream };

  /** Runs a command, and returns its output. */
  const ask = async (...args: string[]): Promise<string> => {
    const child = start(args);
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr!),
      once(child, "close"),
    ]);
    if (code !== 0) throw new Error(`pulumi ${args[0]} ${args[1] ?? ""}: ${errors.trim()}`);
    return output;
  };

  /** Runs a command that reports events, and collects them. */
  const run = async (args: string[], onProgress: OnProgress = () => {}, signal?: AbortSignal) => {
    const outcome: Outcome = { counts: {}, messages: [], errors: [], violations: [] };
    const child = start([...args, "--json"], { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" });
    const interrupt = (): boolean => child.kill("SIGINT");
    signal?.addEventListener("abort", interrupt);
    const lines = (async () => {
      for await (const line of createInterface({ input: child.stdout }))
        if (line.startsWith("{")) record(JSON.parse(line) as EngineEvent, outcome, onProgress);
    })();
    const [errors, [code]] = await Promise.all([text(child.stderr!), once(child, "close"), lines]);
    signal?.removeEventListener("abort", interrupt);
    if (code !== 0 && outcome.errors.length === 0)
      outcome.errors.push(errors.trim() || `pulumi ended with ${code}`);
    return outcome;
  };

  await ask("stack", "init");
  const apply = ["--yes", "--skip-preview"];
  /** The encrypted form of each secret. */
  const encrypted = new Map<string, unknown>();
  return {
    configure: async ({ values, secrets }) => {
      // Pulumi keeps the salt for its passphrase in the same file.
      const { encryptionsalt } = parse(await readFile(stackFile, "utf8")) as { encryptionsalt: string };
      const config = configOf(project.name, values);
      const fresh = secrets.filter(({ path: at, value }) => {
        const known = encrypted.get(JSON.stringify([at, value]));
        if (known !== undefined) put(config, inConfig(project.name, at), known);
        return known === undefined;
      });
      await writeFile(stackFile, stringify({ encryptionsalt, config }));
      if (fresh.length === 0) return;
      const assignments = fresh.flatMap(({ path: at, value }) => ["--secret", `${keyPath(at)}=${value}`]);
      await ask("config", "set-all", "--path", ...assignments);
      const written = parse(await readFile(stackFile, "utf8")) as { config: Config };
      for (const { path: at, value } of fresh)
        encrypted.set(JSON.stringify([at, value]), valueAt(written.config, inConfig(project.name, at)));
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

/** The config of a stack file, by full key. */
type Config = Record<PathPart, unknown>;

function configOf(project: string, values: Record<string, unknown>): Config {
  const entries = Object.entries(structuredClone(values));
  return Object.fromEntries(entries.map(([key, value]) => [`${project}:${key}`, value]));
}

/** Turns a path in the values into a path in the stack file. */
function inConfig(project: string, [key, ...rest]: readonly PathPart[]): PathPart[] {
  return [`${project}:${key}`, ...rest];
}

/** Sets the value at a path, and creates missing maps above it. */
function put(config: Config, at: readonly PathPart[], value: unknown): void {
  const parent = at.slice(0, -1).reduce<Config>((tree, part) => {
    tree[part] ??= {};
    return tree[part] as Config;
  }, config);
  parent[at.at(-1)!] = value;
}

function record(event: EngineEvent, outcome: Outcome, onProgress: OnProgress): void {
  const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, policyEvent, summaryEvent } =
    event;
  const report = ({ op, urn, diffs }: Metadata, state: Progress["state"]): void =>
    onProgress({ ...parts(urn), urn, operation: op, diff: diffs ?? [], state });
  if (resourcePreEvent) report(resourcePreEvent.metadata, "begun");
  if (resOutputsEvent) report(resOutputsEvent.metadata, "done");
  if (resOpFailedEvent) report(resOpFailedEvent.metadata, "failed");
  // Debug messages may contain anything, and the CLI hides them by default.
  if (diagnosticEvent && !diagnosticEvent.ephemeral && (diagnosticEvent.severity as string) !== "debug") {
    const message = diagnosticEvent.message.replaceAll(/<\{%.*?%\}>/g, "").trim();
    if (diagnosticEvent.severity === "error") outcome.errors.push(message);
    else if (message && !isNoise(message)) outcome.messages.push(message);
  }
  if (policyEvent) {
    const { policyName: policy, enforcementLevel: level, message, resourceUrn = "" } = policyEvent;
    outcome.violations.push({
      policy,
      level,
      message: message.replaceAll(/<\{%.*?%\}>/g, "").trim(),
      resource: parts(resourceUrn).name,
    });
  }
  if (summaryEvent) Object.assign(outcome.counts, summaryEvent.resourceChanges);
}

/** Whether the message only says that a plugin is on the PATH. `linkPlugins` has put it there. */
const isNoise = (message: string): boolean => /^using pulumi-\S+ from \$PATH at /.test(message);

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** `type` and `name` of a URN. */
function parts(urn: string): { type: string; name: string } {
  const [, , types = "", name = ""] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name };
}
