import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface ProgramOptions {
  /** Folder of the Pulumi project. */
  directory: string;
  project: string;
  stack: string;
  /** `127.0.0.1:<port>` of the server for monitor and engine. */
  address: string;
  preview: boolean;
  /** By full key; objects as JSON. */
  config: Record<string, string>;
  secretKeys: string[];
  env: NodeJS.ProcessEnv;
  /** Each line that the program prints. */
  onLine(stream: "stdout" | "stderr", line: string): void;
}

export interface RunningProgram {
  /** Resolves with the exit status, or with the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  stop(signal: NodeJS.Signals): void;
}

/**
 * Starts an unmodified Pulumi program as Pulumi's own Node host does: by the runner that the program's SDK
 * ships, with this process's Node.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/run/index.ts
 */
export function startProgram(options: ProgramOptions): RunningProgram {
  const runner = createRequire(join(options.directory, "package.json")).resolve(
    "@pulumi/pulumi/cmd/run/index.js",
  );
  const flags = {
    monitor: options.address,
    engine: options.address,
    organization: "organization",
    project: options.project,
    stack: options.stack,
    "root-directory": options.directory,
    pwd: options.directory,
    parallel: "100",
  };
  const child = spawn(
    process.execPath,
    [
      runner,
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      ...(options.preview ? ["--dry-run"] : []),
      ".",
    ],
    {
      cwd: options.directory,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...options.env,
        PULUMI_NODEJS_MONITOR: options.address,
        PULUMI_NODEJS_ENGINE: options.address,
        PULUMI_NODEJS_PROJECT: options.project,
        PULUMI_NODEJS_STACK: options.stack,
        PULUMI_NODEJS_TYPESCRIPT: "false",
        PULUMI_CONFIG: JSON.stringify(options.config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretKeys),
      },
    },
  );
  const lines = (["stdout", "stderr"] as const).map(async (stream) => {
    for await (const line of createInterface({ input: child[stream] })) options.onLine(stream, line);
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? 1));
  });
  return {
    ended: ended.then(async (status) => {
      await Promise.all(lines);
      return status;
    }),
    stop: (signal) => child.kill(signal),
  };
}
