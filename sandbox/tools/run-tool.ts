import { spawn } from "node:child_process";

export interface ToolRun {
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** A tool failed or could not be started. */
class ToolError extends Error {
  readonly stderr: string;

  constructor(message: string, stderr: string) {
    super(message);
    this.name = "ToolError";
    this.stderr = stderr;
  }
}

/**
 * Runs a tool and waits for its end.
 *
 * @returns Its standard output.
 * @throws ToolError with its standard error.
 */
export function runTool(tool: string, args: string[], { cwd, env, signal }: ToolRun): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal ? { signal } : {}),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.once("error", (error) => reject(new ToolError(`${tool}: ${error.message}`, stderr)));
    child.once("close", (code) => {
      if (code === 0) resolve(stdout);
      else reject(new ToolError(`${tool} ${args[0]} ended with ${code}: ${stderr.trim()}`, stderr));
    });
  });
}
