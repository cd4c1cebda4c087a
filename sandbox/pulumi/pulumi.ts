import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Program, Tools } from "../tools/tools.ts";
import { findInstalledCli, hasProvider, type InstalledCli } from "./installed.ts";

/** Pulumi, ready to run: its CLI and the plugins that the CLI does not find by itself. */
export interface Pulumi {
  /** Absolute path of the CLI. */
  file: string;
  /** `v3.274.1`. */
  version: string;
  /** Whether it is the user's own, rather than one that the sandbox has built. */
  installed: boolean;
  /** The command behind each plugin that is put on the CLI's PATH. */
  plugins: Readonly<Record<string, readonly string[]>>;
  /** What runs, for people. */
  description: string;
}

/** What is to be used of an installation, and what has to be built. */
export interface Choice {
  cli?: InstalledCli;
  /** Providers that the CLI lacks, by package. */
  lacking: Provider[];
  /** Programs of the sandbox that Pulumi needs. */
  programs: Program[];
}

const PROVIDERS = ["kubernetes", "random", "cloudflare"] as const;

type Provider = (typeof PROVIDERS)[number];

/** The version that a provider's SDK asks for. */
const sdkVersion = (provider: Provider): string =>
  (createRequire(import.meta.url)(`@pulumi/${provider}/package.json`) as { version: string }).version;

/** Prefers an installed CLI with its own providers; what is missing, the sandbox builds or stands in for. */
export async function choosePulumi(env: NodeJS.ProcessEnv = process.env): Promise<Choice> {
  const cli = await findInstalledCli(env);
  if (!cli) return { lacking: [...PROVIDERS], programs: ["pulumi", "pulumi-resource-kubernetes"] };
  const lacking: Provider[] = [];
  for (const provider of PROVIDERS)
    if (!(await hasProvider(cli, provider, sdkVersion(provider), env))) lacking.push(provider);
  return { cli, lacking, programs: lacking.includes("kubernetes") ? ["pulumi-resource-kubernetes"] : [] };
}

/** Puts together what `choosePulumi` chose, once its programs are built. */
export function assemblePulumi({ cli, lacking }: Choice, tools: Tools): Pulumi {
  const { pulumi: version, provider } = tools.versions;
  const ours = (name: string): string[] => [
    process.execPath,
    fileURLToPath(new URL(`../plugins/${name}.ts`, import.meta.url)),
  ];
  const plugins: Record<string, string[]> = {};
  for (const name of lacking)
    plugins[`pulumi-resource-${name}`] =
      name === "kubernetes" ? [tools.path("pulumi-resource-kubernetes")] : ours(name);
  if (cli) {
    const missing = lacking.length > 0 ? ` · the sandbox's own providers for ${lacking.join(", ")}` : "";
    return { ...cli, installed: true, plugins, description: `pulumi ${cli.version} (${cli.file})${missing}` };
  }
  plugins["pulumi-language-nodejs"] = ours("nodejs");
  return {
    file: tools.path("pulumi"),
    version,
    installed: false,
    plugins,
    description: `pulumi ${version} with its Kubernetes provider of ${provider}, built from their Go modules`,
  };
}

/** Makes a folder for a PATH in which each plugin is an executable; returns the folder. */
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
