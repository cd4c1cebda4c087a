import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { lastLines } from "../tools/go.ts";

/**
 * Ends what it was told of when its standard input ends, that is when the process that started it is gone in
 * whatever way: returned, interrupted, killed. Arguments: the folder to remove; standard input: one process id a line.
 */
const WATCHDOG =
  'while read -r pid; do pids="$pids $pid"; done; kill -KILL $pids 2>/dev/null; rm -rf -- "$0"';

/** A component of the control plane that did not stay up, with the end of its log. */
export class ComponentFailedError extends Error {
  /** The whole log, for who can tell a cause that is worth another attempt. */
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
  /** Ends it, and resolves when it is gone. */
  stop(): Promise<void>;
  /** Says that it is not doing its work, quoting its log. */
  failure(what: string): ComponentFailedError;
}

/**
 * The processes of one cluster. They do not outlive the process that started them, and take the cluster's folder
 * with them when it ends without having stopped them.
 */
export class Processes {
  readonly #folder: string;
  readonly #watchdog: ChildProcess;
  readonly #components = new Set<Component>();

  /** @param folder working folder, home and log folder of every component; removed with them */
  constructor(folder: string) {
    this.#folder = folder;
    this.#watchdog = spawn("/bin/sh", ["-c", WATCHDOG, folder], {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      stdio: ["pipe", "ignore", "ignore"],
      // A group of its own: Ctrl-C in the terminal must not reach it before its work is to be done.
      detached: true,
    });
    this.#watchdog.unref();
    // A pipe is a socket to Node, which only the types do not know.
    const stdin = this.#watchdog.stdin as Socket | null;
    stdin?.unref();
    stdin?.on("error", () => {});
  }

  start(name: string, program: string, args: string[]): Component {
    const logFile = join(this.#folder, `${name}.log`);
    const log = openSync(logFile, "a", 0o600);
    const child = spawn(program, args, {
      cwd: this.#folder,
      // Nothing of the user's: no KUBECONFIG, no ~/.kube, no proxy.
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

  /** Rejects when any component ends by itself. */
  anyFailed(): Promise<never> {
    return Promise.race([...this.#components].map(({ failed }) => failed));
  }

  get pids(): number[] {
    return [...this.#components].map(({ pid }) => pid);
  }

  /** Ends every component. */
  async stop(): Promise<void> {
    await Promise.all([...this.#components].map((component) => component.stop()));
    // Now, before the ids that it was told can belong to somebody else's processes.
    await kill(this.#watchdog);
  }
}

/**
 * Not asked politely first: the data is thrown away with the components, and kube-apiserver keeps its port for half a
 * minute after a SIGTERM.
 */
async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // Waited for, so it counts again as something that keeps this process running.
  child.ref();
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
