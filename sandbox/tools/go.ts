import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Go is not on this machine; the message says what to install. */
export class GoMissingError extends Error {
  constructor(goVersion: string) {
    super(
      [
        "The sandbox builds Kubernetes and Pulumi with Go, and there is no `go` on the PATH.",
        `Install Go ${goVersion} or newer (https://go.dev/dl/) and run the same command again.`,
      ].join("\n"),
    );
    this.name = "GoMissingError";
  }
}

/** Node's names for machines, in Go's words. */
const GOARCH: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * The platform to build for, `linux/amd64`.
 *
 * @throws Error on a platform that the Kubernetes control plane does not build for.
 */
export function goPlatform(platform = process.platform, architecture = process.arch): string {
  const goarch = GOARCH[architecture];
  if ((platform !== "linux" && platform !== "darwin") || goarch === undefined) {
    throw new Error(
      `The sandbox runs on Linux and macOS (amd64, arm64), not on ${platform}/${architecture}. ` +
        "On Windows, run it inside WSL 2.",
    );
  }
  return `${platform}/${goarch}`;
}

/**
 * The user's environment without what would change or break a build of pinned modules: `GOFLAGS=-mod=vendor`, a
 * `go.work` above the project, a cross-compiling `GOOS`. Proxies, caches and checksum settings stay theirs.
 */
export function goEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const [goos, goarch] = goPlatform().split("/");
  return {
    ...env,
    // Not empty, because an empty one lets `go env -w GOFLAGS=…` through.
    GOFLAGS: "-mod=readonly -buildvcs=false",
    GO111MODULE: "on",
    GOWORK: "off",
    GOOS: goos,
    GOARCH: goarch,
    // No C compiler needed, and the result runs on any machine of the platform.
    CGO_ENABLED: "0",
    // An older Go fetches the toolchain that go.mod asks for, whatever the user's own default is.
    GOTOOLCHAIN: "auto",
    // The compiler spends a sixth of its time on collecting garbage otherwise.
    GOGC: "400",
  };
}

export interface GoOptions {
  /** Folder of the go.mod. */
  directory: string;
  /** Named in the error when Go is missing. */
  goVersion: string;
  env?: NodeJS.ProcessEnv;
  /** Called with each line on standard error: what is downloaded, and with `-v` what is compiled. */
  onLine?: (line: string) => void;
}

/**
 * Runs `go` and returns what it printed.
 *
 * @throws GoMissingError, or an Error with the command and its last lines.
 */
export async function go(args: string[], options: GoOptions): Promise<string> {
  const child = spawn("go", args, {
    cwd: options.directory,
    env: goEnvironment(options.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    stderr += `${line}\n`;
    options.onLine?.(line);
  });
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (code === 0) return stdout;
    throw new Error(
      [`go ${args.join(" ")} failed (${signal ?? `exit status ${code}`}):`, ...lastLines(stderr, 20)].join(
        "\n",
      ),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new GoMissingError(options.goVersion);
    throw error;
  }
}

/** The last `count` lines that say something, indented for quoting below a sentence. */
export function lastLines(text: string, count: number): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .map((line) => `  ${line}`);
}
