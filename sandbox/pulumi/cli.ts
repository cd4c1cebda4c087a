import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { type OnProgress, type Outcome, record } from "./events.ts";

/** The commands of one stack. */
export interface StackCli {
  /** Runs a command, and returns its output. */
  ask(...args: string[]): Promise<string>;
  /**
   * Runs a command that reports events, and collects them.
   *
   * @param signal Interrupts the command as Ctrl-C does.
   */
  run(args: string[], onProgress?: OnProgress, signal?: AbortSignal): Promise<Outcome>;
}

/**
 * A preview throws its state away. Yet the CLI writes the whole state in memory after each change. So the time of a
 * preview grows with the square of the number of changes.
 */
const skipCheckpoints = { PULUMI_SKIP_CHECKPOINTS: "true" };

/**
 * Makes the CLI of one stack.
 *
 * @param file Path of Pulumi's CLI.
 * @param folder Folder of the project file.
 */
export function stackCli(file: string, stack: string, folder: string, env: NodeJS.ProcessEnv): StackCli {
  const start = (args: string[], more = {}): ChildProcess & { stdout: NodeJS.ReadableStream } =>
    spawn(file, [...args, "--stack", stack, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env: { ...env, ...(args[0] === "preview" ? skipCheckpoints : {}), ...more },
      stdio: ["ignore", "pipe", "pipe"],
    }) as ChildProcess & { stdout: NodeJS.ReadableStream };

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
  return { ask, run };
}
