import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** A Pulumi CLI that the user has installed. */
export interface InstalledCli {
  /** Absolute path of the executable. */
  file: string;
  /** For example `v3.259.0`. */
  version: string;
}

/** The oldest version that the project's Pulumi.yaml accepts. */
const OLDEST: [major: number, minor: number] = [3, 250];

/** Time limit for a command that needs no network, in milliseconds. A CLI that takes longer is not used. */
const PATIENCE = 15_000;

/** Time limit for the download of one provider, in milliseconds. */
const DOWNLOAD_PATIENCE = 120_000;

/**
 * Finds the Pulumi CLI on the PATH; undefined if it is missing or too old for the project. The npm package `pulumi`
 * does not count, because its command downloads the CLI at first use.
 */
export async function findInstalledCli(
  env: NodeJS.ProcessEnv = process.env,
): Promise<InstalledCli | undefined> {
  for (const folder of (env.PATH ?? "").split(path.delimiter)) {
    const file = path.join(folder, "pulumi");
    if (!isExecutable(file) || realpathSync(file).split(path.sep).includes("node_modules")) continue;
    const version = (await ask(file, ["version"], env).catch(() => "")).trim();
    if (isRecent(version)) return { file, version };
  }
  return undefined;
}

/** Whether the project can use this version of the CLI. False for a text that is not a version. */
export function isRecent(version: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
}

/** Whether an installed CLI finds Pulumi's language host for Node: beside itself, where it is installed with it, or on PATH. */
export function hasLanguageHost({ file }: InstalledCli, env: NodeJS.ProcessEnv = process.env): boolean {
  const folders = [path.dirname(file), path.dirname(realpathSync(file))];
  return [...folders, ...(env.PATH ?? "").split(path.delimiter)].some((folder) =>
    isExecutable(path.join(folder, "pulumi-language-nodejs")),
  );
}

/**
 * Whether an installed CLI has a resource provider. Downloads a missing provider if the user's settings allow that. A
 * download that takes too long counts as missing.
 *
 * @param version Version that the provider's SDK asks for, without `v`.
 */
export async function hasProvider(
  { file }: InstalledCli,
  name: string,
  version: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  const listed = JSON.parse(await ask(file, ["plugin", "ls", "--json"], env)) as Plugin[];
  const has = listed.some(
    (plugin) => plugin.kind === "resource" && plugin.name === name && plugin.version === version,
  );
  if (has) return true;
  if (/^(1|true)$/i.test(env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION ?? "")) return false;
  return ask(file, ["plugin", "install", "resource", name, version], env, DOWNLOAD_PATIENCE).then(
    () => true,
    () => false,
  );
}

interface Plugin {
  name: string;
  kind: string;
  version?: string;
}

async function ask(
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  timeout = PATIENCE,
): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, {
    timeout,
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return stdout;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
