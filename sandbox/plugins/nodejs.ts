/**
 * Stand-in for Pulumi's language host for Node.
 *
 * Imitates: starting the program, and policy packs, with the runners that the SDK ships. Does not imitate:
 * dependencies, generated code, debugging, other plugins written for Node, or the stack's config in the environment of
 * a policy pack.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type ServerWritableStream, status } from "@grpc/grpc-js";
import services, { type ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import messages, {
  type ProgramInfo,
  type RunPluginRequest,
  type RunPluginResponse,
  type RunRequest,
} from "@pulumi/pulumi/proto/language_pb.js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { servePlugin, unary } from "./protocol.ts";

/** Exit status of a program that has reported its errors itself. */
const REPORTED = 32;

/** Address of Pulumi's engine. */
const engine = process.argv.at(-1) ?? "";

async function run(request: RunRequest): Promise<InstanceType<typeof messages.RunResponse>> {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? request.getPwd();
  const monitor = request.getMonitorAddress();
  const flags = {
    monitor,
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    "root-directory": info?.getRootDirectory() ?? directory,
    parallel: String(request.getParallel()),
  };
  const child = spawn(
    process.execPath,
    [
      ...nodeArguments(info),
      runnerOf(directory, "run"),
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() ?? ".",
    ],
    {
      cwd: directory,
      // Pulumi shows each printed line as a message of the program.
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        PULUMI_NODEJS_MONITOR: monitor,
        PULUMI_NODEJS_ENGINE: engine,
        PULUMI_NODEJS_ORGANIZATION: request.getOrganization(),
        PULUMI_NODEJS_PROJECT: request.getProject(),
        PULUMI_NODEJS_STACK: request.getStack(),
        PULUMI_NODEJS_DRY_RUN: String(request.getDryrun()),
        PULUMI_NODEJS_PARALLEL: String(request.getParallel()),
        // Node runs TypeScript without a compiler.
        PULUMI_NODEJS_TYPESCRIPT: "false",
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
    },
  );
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  const response = new messages.RunResponse();
  if (code === REPORTED) response.setBail(true);
  else if (code !== 0) response.setError(`the program ended with ${signal ?? `exit status ${code}`}`);
  return response;
}

/** Runs a policy pack until Pulumi ends the call. Pulumi reads the port of the pack's server from its output. */
function runPlugin(call: ServerWritableStream<RunPluginRequest, RunPluginResponse>): void {
  const { request } = call;
  const directory = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  if (request.getKind() !== "analyzer") {
    const details = `the sandbox's pulumi-language-nodejs runs no plugin of the kind ${request.getKind()}`;
    call.emit("error", { code: status.UNIMPLEMENTED, details });
    return;
  }
  const child = spawn(
    process.execPath,
    [runnerOf(directory, "run-policy-pack"), ...request.getArgsList(), directory],
    {
      cwd: directory,
      env: Object.fromEntries(request.getEnvList().map((pair) => pair.split(/=(.*)/s) as [string, string])),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  child.stdout.on("data", (data: Buffer) => call.write(new messages.RunPluginResponse().setStdout(data)));
  child.stderr.on("data", (data: Buffer) => call.write(new messages.RunPluginResponse().setStderr(data)));
  child.on("close", (code) => {
    call.write(new messages.RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => child.kill());
}

/** A runner of the SDK that the program, or the policy pack, has installed. */
function runnerOf(directory: string, name: "run" | "run-policy-pack"): string {
  return createRequire(join(directory, "package.json")).resolve(`@pulumi/pulumi/cmd/${name}/index.js`);
}

/** The project's `nodeargs` in Pulumi.yaml: arguments of Node, separated by spaces. */
function nodeArguments(info: ProgramInfo | undefined): string[] {
  const { nodeargs = "" } = (info?.getOptions()?.toJavaScript() ?? {}) as { nodeargs?: string };
  return nodeargs.split(" ").filter(Boolean);
}

const handlers: Partial<ILanguageRuntimeServer> = {
  handshake: unary(() => new messages.LanguageHandshakeResponse()),
  // Empty: Pulumi then looks for each plugin when the program first needs it.
  getRequiredPackages: unary(() => new messages.GetRequiredPackagesResponse()),
  getRequiredPlugins: unary(() => new messages.GetRequiredPluginsResponse()),
  getPluginInfo: unary(() => new plugins.PluginInfo().setVersion("0.0.0")),
  about: unary(() =>
    new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
  ),
  run: unary(run),
  runPlugin,
  cancel: unary(() => new empty.Empty()),
};

servePlugin("pulumi-language-nodejs", services.LanguageRuntimeService, handlers);
