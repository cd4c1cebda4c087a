import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Program } from "../tools/programs.ts";
import type { Tools } from "../tools/tools.ts";
import { findInstalledCli, hasLanguageHost, hasProvider, type InstalledCli } from "./installed.ts";

/** Pulumi, ready to run: the CLI, and the plugins that it does not find by itself. */
export interface Pulumi {
  /** Absolute path of the CLI. */
  file: string;
  /** For example `v3.274.1`. */
  version: string;
  /** Whether the user has installed this CLI. Otherwise the sandbox has built it. */
  installed: boolean;
  /** Command of each plugin that the sandbox puts on the CLI's PATH. */
  plugins: Readonly<Record<string, readonly string[]>>;
  /** Folder in which Node keeps compiled code, so that the program and the plugins start faster. */
  nodeCache: string;
  /** One line for people: CLI, version and providers. */
  description: string;
}

/** The installed parts that are used, and the parts that must be built. */
export interface Choice {
  cli?: InstalledCli;
  /** Packages of the providers that the CLI does not have. */
  lacking: Provider[];
  /** Whether it lacks the language host for Node. */
  lacksHost: boolean;
  /** Programs that the sandbox must build for Pulumi. */
  programs: Program[];
}

const PROVIDERS = ["kubernetes", "random", "cloudflare"] as const;

type Provider = (typeof PROVIDERS)[number];

/** The version that a provider's SDK asks for. */
const sdkVersion = (provider: Provider): string =>
  (createRequire(import.meta.url)(`@pulumi/${provider}/package.json`) as { version: string }).version;

/** Chooses an installed CLI with its providers where possible. The sandbox builds or imitates the missing parts. */
export async function choosePulumi(env: NodeJS.ProcessEnv = process.env): Promise<Choice> {
  const cli = await findInstalledCli(env);
  if (!cli)
    return {
      lacking: [...PROVIDERS],
      lacksHost: true,
      programs: ["pulumi", "pulumi-resource-kubernetes"],
    };
  const lacking: Provider[] = [];
  for (const provider of PROVIDERS)
    if (!(await hasProvider(cli, provider, sdkVersion(provider), env))) lacking.push(provider);
  const programs: Program[] = lacking.includes("kubernetes") ? ["pulumi-resource-kubernetes"] : [];
  return { cli, lacking, lacksHost: !hasLanguageHost(cli, env), programs };
}

/** Completes the choice of `choosePulumi` after the programs are built. */
export function assemblePulumi({ cli, lacking, lacksHost }: Choice, tools: Tools): Pulumi {
  const { pulumi: version, provider } = tools.versions;
  const ours = (name: string): string[] => [
    process.execPath,
    fileURLToPath(new URL(`../plugins/${name}.ts`, import.meta.url)),
  ];
  const plugins: Record<string, string[]> = {};
  const nodeCache = path.join(path.dirname(tools.cache), "node");
  for (const name of lacking)
    plugins[`pulumi-resource-${name}`] =
      name === "kubernetes" ? [tools.path("pulumi-resource-kubernetes")] : ours(name);
  if (lacksHost) plugins["pulumi-language-nodejs"] = ours("nodejs");
  if (cli) {
    const missing = [...(lacksHost ? ["language host"] : []), ...lacking];
    const own =
      missing.length > 0 ? `; not installed with it, and so the sandbox's own: ${missing.join(", ")}` : "";
    return {
      ...cli,
      installed: true,
      plugins,
      nodeCache,
      description: `pulumi ${cli.version} at ${cli.file}${own}`,
    };
  }
  return {
    file: tools.path("pulumi"),
    version,
    installed: false,
    plugins,
    nodeCache,
    description: `pulumi ${version} with its Kubernetes provider of ${provider}, built from their Go modules`,
  };
}

/** Creates a folder with one executable per plugin, for use on a PATH. Returns the folder. */
export async function linkPlugins({ plugins }: Pulumi, folder: string): Promise<string> {
  await mkdir(folder);
  for (const [name, command] of Object.entries(plugins)) {
    const file = path.join(folder, name);
    const [only = "", ...more] = command;
    if (more.length === 0) await symlink(only, file);
    else {
      await writeFile(file, `#!/bin/sh\nexec ${command.map(quoted).join(" ")} "$@"\n`);
      await chmod(file, 0o755);
    }
  }
  return folder;
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
