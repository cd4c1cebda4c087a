import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Go is not installed. The message says what to install. */
export class GoMissingError extends Error {
  constructor(goVersion: string) {
    super(
      [
        "The sandbox builds Kubernetes and Pulumi with Go, but there is no `go` on the PATH.",
        `Install Go ${goVersion} or newer (https://go.dev/dl/) and run the same command again.`,
      ].join("\n"),
    );
    this.name = "GoMissingError";
  }
}

/** Go's names for processor architectures, by Node's names. */
const GOARCH: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * The platform to build for, for example `linux/amd64`.
 *
 * @throws Error on a platform for which the Kubernetes control plane cannot be built.
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
 * The user's environment, without settings that would change or break a build of pinned modules. Examples are
 * `GOFLAGS=-mod=vendor`, a `go.work` above the project, and a `GOOS` for cross-compilation. The user's settings for
 * proxies, caches and checksums stay.
 */
export function goEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const [goos, goarch] = goPlatform().split("/");
  return {
    ...env,
    // Not empty: with an empty value, Go would use the value that `go env -w GOFLAGS=…` has stored.
    GOFLAGS: "-mod=readonly -buildvcs=false",
    GO111MODULE: "on",
    GOWORK: "off",
    GOOS: goos,
    GOARCH: goarch,
    // The build needs no C compiler, and the result runs on every machine of the platform.
    CGO_ENABLED: "0",
    // An older Go downloads the toolchain that go.mod asks for, independent of the user's default.
    GOTOOLCHAIN: "auto",
    // With the default, the compiler spends a sixth of its time on garbage collection. Few packages need this much.
    GOGC: "off",
    GOMEMLIMIT: "2GiB",
  };
}

export interface GoOptions {
  /** Folder with the go.mod. */
  directory: string;
  /** Version to name in the error if Go is missing. */
  goVersion: string;
  env?: NodeJS.ProcessEnv;
  /** Called with each line on standard error. Go names downloads there and, with `-v`, compiled packages. */
  onLine?: (line: string) => void;
}

/**
 * Runs `go` and returns its output.
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

/** The last `count` lines that are not empty, indented for an error message. */
export function lastLines(text: string, count: number): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .map((line) => `  ${line}`);
}
