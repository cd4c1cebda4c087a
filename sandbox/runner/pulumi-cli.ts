import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { forStackFile, projectDirectory, withoutTunnels } from "../stacks.ts";
import { type Outcome, type Progress, parts, type Runner, type RunnerOptions } from "./runner.ts";

/** A Pulumi CLI that is really installed. */
export interface PulumiCli {
  /** Absolute path of the executable. */
  file: string;
  /** `v3.259.0`. */
  version: string;
}

/** What `pulumi version` may take, in milliseconds: one that hangs is not installed. */
const patience = 15_000;

/**
 * The Pulumi CLI on PATH, or undefined. The npm package `pulumi` is none: its command downloads the CLI at
 * first use, for which a demo or a test must not wait.
 */
export async function installedCli(env: NodeJS.ProcessEnv = process.env): Promise<PulumiCli | undefined> {
  for (const folder of (env.PATH ?? "").split(path.delimiter)) {
    const file = path.join(folder, "pulumi");
    if (!isExecutable(file) || realpathSync(file).split(path.sep).includes("node_modules")) continue;
    try {
      const { stdout } = await promisify(execFile)(file, ["version"], {
        timeout: patience,
        env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      });
      return { file, version: stdout.trim() };
    } catch {
      // Not one that answers.
    }
  }
  return undefined;
}

/** What the runner is, for people. */
export function describeCli({ version }: PulumiCli, tunnels: boolean): string {
  return `pulumi ${version}${tunnels ? "" : " · without tunnels: its Cloudflare provider is neither installed nor may it be fetched"}`;
}

/** Whether the CLI has a provider, or may fetch it. */
export async function hasProvider({ file }: PulumiCli, name: string): Promise<boolean> {
  if (!/^(1|true)$/i.test(process.env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION ?? "")) return true;
  const { stdout } = await promisify(execFile)(file, ["plugin", "ls", "--json"], { timeout: patience });
  return (JSON.parse(stdout) as { name: string }[]).some((plugin) => plugin.name === name);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A runner on the installed CLI, with its state and stack file in a temporary folder of its own. */
export async function cliRunner(
  cli: PulumiCli,
  { stack, kubeconfig, env = {} }: RunnerOptions,
): Promise<Runner> {
  // The SDK's automation is a quarter of a second of imports that only this runner needs.
  const { LocalWorkspace, PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  const folder = await mkdtemp(path.join(tmpdir(), "pomerium-sandbox-pulumi-"));
  const backend = path.join(folder, "state");
  await mkdir(backend);
  const project = parse(await readFile(path.join(projectDirectory, "Pulumi.yaml"), "utf8")) as object;
  // The project's own folder is where the program lies; its stack files are not written to.
  await writeFile(path.join(folder, "Pulumi.yaml"), stringify({ ...project, main: projectDirectory }));

  const command = await PulumiCommand.get({
    root: path.dirname(path.dirname(cli.file)),
    skipVersionCheck: true,
  });
  const handle = await LocalWorkspace.createStack(
    { stackName: stack, workDir: folder },
    {
      pulumiCommand: command,
      envVars: {
        ...env,
        KUBECONFIG: kubeconfig,
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE: "sandbox",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // The program needs Node 24, which this process is.
        PATH: [path.dirname(cli.file), path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
      },
    },
  );
  const stackFile = path.join(folder, `Pulumi.${stack}.yaml`);

  const run = async (
    action: (onEvent: (event: CliEvent) => void) => Promise<unknown>,
    onProgress: (progress: Progress) => void = () => {},
  ): Promise<Outcome> => {
    const outcome: Outcome = { counts: {}, outputs: {}, messages: [], errors: [] };
    try {
      await action((event) => record(event, outcome, onProgress));
    } catch (error) {
      if (outcome.errors.length === 0) outcome.errors.push((error as Error).message);
    }
    const outputs = await handle.outputs();
    for (const [name, { value, secret }] of Object.entries(outputs))
      outcome.outputs[name] = secret ? "[secret]" : value;
    return outcome;
  };

  const tunnels = await hasProvider(cli, "cloudflare");
  return {
    engine: describeCli(cli, tunnels),
    async configure(config) {
      const { file, secrets } = forStackFile(tunnels ? config : withoutTunnels(config));
      // Pulumi keeps the salt of its passphrase in the same file.
      const kept = parse(await readFile(stackFile, "utf8").catch(() => "{}")) as { encryptionsalt?: string };
      await writeFile(stackFile, stringify({ ...kept, ...file }));
      await handle.setAllConfig(
        Object.fromEntries(secrets.map(({ path: key, value }) => [key, { value, secret: true }])),
        true,
      );
    },
    preview: (onProgress) => run((onEvent) => handle.preview({ onEvent }), onProgress),
    up: (onProgress, signal) =>
      run((onEvent) => handle.up({ onEvent, ...(signal ? { signal } : {}) }), onProgress),
    destroy: ({ targets, targetDependents = false, runProgram = false } = {}, onProgress) =>
      run(
        (onEvent) =>
          handle.destroy({
            onEvent,
            runProgram,
            targetDependents,
            ...(targets ? { target: targets } : {}),
          }),
        onProgress,
      ),
    // As it lies there, history and backups included: the SDK's own export decrypts.
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

type CliEvent = import("@pulumi/pulumi/automation/events.js").EngineEvent;

function record(event: CliEvent, outcome: Outcome, onProgress: (progress: Progress) => void): void {
  const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = event;
  const report = ({ op, urn }: { op: string; urn: string }, state: Progress["state"]): void =>
    onProgress({ ...parts(urn), operation: op, state });
  if (resourcePreEvent) report(resourcePreEvent.metadata, "begun");
  if (resOutputsEvent) report(resOutputsEvent.metadata, "done");
  if (resOpFailedEvent) report(resOpFailedEvent.metadata, "failed");
  // What the CLI shows only when asked for debugging may hold anything.
  if (diagnosticEvent && !diagnosticEvent.ephemeral && (diagnosticEvent.severity as string) !== "debug") {
    const message = diagnosticEvent.message.replaceAll(/<\{%.*?%\}>/g, "").trim();
    if (diagnosticEvent.severity === "error") outcome.errors.push(message);
    else if (message) outcome.messages.push(message);
  }
  if (summaryEvent) Object.assign(outcome.counts, summaryEvent.resourceChanges);
}
