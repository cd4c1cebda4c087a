/**
 * Stand-in for Pulumi's language host for Node.
 *
 * Imitates: starting the program with the runner that the SDK ships. Does not imitate: installing or listing
 * dependencies, generating code, debugging, or running plugins and policy packs written for Node.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import services, { type ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import messages, { type ProgramInfo, type RunRequest } from "@pulumi/pulumi/proto/language_pb.js";
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
      createRequire(join(directory, "package.json")).resolve("@pulumi/pulumi/cmd/run/index.js"),
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
  cancel: unary(() => new empty.Empty()),
};

servePlugin("pulumi-language-nodejs", services.LanguageRuntimeService, handlers);
