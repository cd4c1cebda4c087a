import { readFile, writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { keyPath, type PathPart, valueAt } from "../../stack-file/paths.ts";
import type { StackConfig } from "../stacks.ts";

/**
 * Makes the function that writes the config of a stack into its file. Each secret is encrypted once.
 *
 * @param project Name of the project, which is the namespace of its keys.
 * @param file Path of the stack file, as `pulumi stack init` has written it.
 * @param ask Runs a command of Pulumi.
 */
export function configWriter(
  project: string,
  file: string,
  ask: (...args: string[]) => Promise<string>,
): (config: StackConfig) => Promise<void> {
  /** The encrypted form of each secret. */
  const encrypted = new Map<string, unknown>();
  return async ({ values, secrets }) => {
    // Pulumi keeps the salt for its passphrase in the same file.
    const { encryptionsalt } = parse(await readFile(file, "utf8")) as { encryptionsalt: string };
    const config = configOf(project, values);
    const fresh = secrets.filter(({ path: at, value }) => {
      const known = encrypted.get(JSON.stringify([at, value]));
      if (known !== undefined) setAt(config, inConfig(project, at), known);
      return known === undefined;
    });
    await writeFile(file, stringify({ encryptionsalt, config }));
    if (fresh.length === 0) return;
    const assignments = fresh.flatMap(({ path: at, value }) => ["--secret", `${keyPath(at)}=${value}`]);
    await ask("config", "set-all", "--path", ...assignments);
    const written = parse(await readFile(file, "utf8")) as { config: Config };
    for (const { path: at, value } of fresh)
      encrypted.set(JSON.stringify([at, value]), valueAt(written.config, inConfig(project, at)));
  };
}

/** The config of a stack file, by full key. */
type Config = Record<PathPart, unknown>;

/** The values with the namespace of the project in front of each key. */
function configOf(project: string, values: Record<string, unknown>): Config {
  const entries = Object.entries(structuredClone(values));
  return Object.fromEntries(entries.map(([key, value]) => [`${project}:${key}`, value]));
}

/** Turns a path in the values into a path in the stack file. */
function inConfig(project: string, [key, ...rest]: readonly PathPart[]): PathPart[] {
  return [`${project}:${key}`, ...rest];
}

/** Sets the value at a path, and creates missing maps above it. */
function setAt(config: Config, at: readonly PathPart[], value: unknown): void {
  const parent = at.slice(0, -1).reduce<Config>((tree, part) => {
    tree[part] ??= {};
    return tree[part] as Config;
  }, config);
  parent[at.at(-1)!] = value;
}
