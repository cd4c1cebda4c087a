import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { lastLines } from "../tools/go.ts";

/**
 * A shell script that cleans up after this process. Its standard input ends when this process ends, for whatever
 * reason. The script then kills the processes whose ids it has read, one per line, and removes the folder in its first
 * argument.
 */
const WATCHDOG =
  'while read -r pid; do pids="$pids $pid"; done; kill -KILL $pids 2>/dev/null; rm -rf -- "$0"';

/** A component of the control plane has failed. The message has the end of its log. */
export class ComponentFailedError extends Error {
  /** The whole log. A caller can find in it whether another attempt makes sense. */
  readonly log: string;

  constructor(name: string, what: string, log: string) {
    super([`${name} ${what}; the end of its log:`, ...lastLines(log, 12)].join("\n"));
    this.name = "ComponentFailedError";
    this.log = log;
  }
}

/** One running component. */
export interface Component {
  readonly name: string;
  readonly pid: number;
  /** Rejects with ComponentFailedError when the component ends by itself. */
  readonly failed: Promise<never>;
  /** Ends the component. Resolves when its process is gone. */
  stop(): Promise<void>;
  /** Makes the error for a component that runs but does not work, with the end of its log. */
  failure(what: string): ComponentFailedError;
}

/**
 * The processes of one cluster. They never outlive this process. If it ends without stopping them, the watchdog ends
 * them and removes the cluster's folder.
 */
export class Processes {
  readonly #folder: string;
  readonly #watchdog: ChildProcess;
  readonly #components = new Set<Component>();

  /** @param folder Working folder, home and log folder of every component. Removed with them. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#watchdog = spawn("/bin/sh", ["-c", WATCHDOG, folder], {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      stdio: ["pipe", "ignore", "ignore"],
      // In a separate process group, so that Ctrl-C in the terminal does not end it before it has cleaned up.
      detached: true,
    });
    this.#watchdog.unref();
    // Node implements the pipe as a socket, but its types do not say so.
    const stdin = this.#watchdog.stdin as Socket | null;
    stdin?.unref();
    stdin?.on("error", () => {});
  }

  start(name: string, program: string, args: string[]): Component {
    const logFile = join(this.#folder, `${name}.log`);
    const log = openSync(logFile, "a", 0o600);
    const child = spawn(program, args, {
      cwd: this.#folder,
      // Without the user's environment: no KUBECONFIG, no ~/.kube, no proxy.
      env: { HOME: this.#folder, TMPDIR: this.#folder, PATH: "/usr/bin:/bin" },
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    child.unref();
    if (child.pid !== undefined) this.#watchdog.stdin?.write(`${child.pid}\n`);

    const readLog = () => readFileSync(logFile, "utf8");
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`could not be started (${error.message})`));
      child.once("exit", (code, signal) => resolve(`ended with ${signal ?? `exit status ${code}`}`));
    });
    let stopping = false;
    const failed = ended.then((what): never | Promise<never> => {
      if (stopping) return new Promise<never>(() => {});
      throw new ComponentFailedError(name, what, readLog());
    });
    failed.catch(() => {});
    const component: Component = {
      name,
      pid: child.pid ?? 0,
      failed,
      stop: async () => {
        stopping = true;
        this.#components.delete(component);
        await kill(child);
      },
      failure: (what) => new ComponentFailedError(name, what, readLog()),
    };
    this.#components.add(component);
    return component;
  }

  /** Rejects with ComponentFailedError when any component ends by itself. */
  anyFailed(): Promise<never> {
    return Promise.race([...this.#components].map(({ failed }) => failed));
  }

  get pids(): number[] {
    return [...this.#components].map(({ pid }) => pid);
  }

  /** Ends every component. */
  async stop(): Promise<void> {
    await Promise.all([...this.#components].map((component) => component.stop()));
    // Immediately, before the system can give the same process ids to other programs.
    await kill(this.#watchdog);
  }
}

/**
 * Kills a process and waits for its end. No SIGTERM first: the data is not needed any more, and kube-apiserver would
 * keep its port for half a minute.
 */
async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // This function waits for the exit, so the child must keep this process running again.
  child.ref();
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
