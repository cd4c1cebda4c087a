import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ownCommand } from "../stack-file/commands.ts";
import { stackFileName, stackOf } from "../stack-file/file-name.ts";
import { didYouMean } from "../stack-file/nearest.ts";
import type { CommonOptions } from "./command.ts";
import { CliError, UsageError } from "./exit.ts";
import type { Io } from "./io.ts";

/** A Pulumi project and the stack files in it. */
export interface Project {
  directory: string;
  /** Names of its stacks, sorted. */
  stacks: readonly string[];
}

/**
 * Finds the project of a command: the folder of `--cwd`, or the nearest folder above with a Pulumi.yaml.
 *
 * @throws CliError if there is no project, or if it has no stack file.
 */
export function projectOf(options: CommonOptions, io: Io): Project {
  const directory = directoryOf(options, io);
  const stacks = stacksIn(directory);
  if (stacks.length === 0) throw new CliError(`${directory} has no stack file Pulumi.<stack>.yaml`);
  return { directory, stacks };
}

/** The folder of the project. @throws CliError if there is none. */
export function directoryOf({ cwd }: CommonOptions, io: Io): string {
  const directory = cwd === undefined ? nearestProject(io.cwd) : resolve(io.cwd, cwd);
  if (directory === undefined || !existsSync(join(directory, "Pulumi.yaml")))
    throw new CliError(
      `no Pulumi.yaml in ${directory ?? `${io.cwd} or any folder above`}; name the project's folder with --cwd`,
    );
  return directory;
}

/** Names of the stacks that have a stack file, sorted. */
export function stacksIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => /^Pulumi\..+\.yaml$/.test(name))
    .map(stackOf)
    .sort();
}

function nearestProject(start: string): string | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * The named stacks, each by its name or its file's name; all stacks without a name.
 *
 * @throws CliError if a stack does not exist.
 */
export function stacksOf({ stacks }: Project, names: readonly string[]): readonly string[] {
  if (names.length === 0) return stacks;
  return names.map((name) => {
    const stack = stackOf(name);
    if (!stacks.includes(stack))
      throw new CliError(
        `no stack "${stack}"${didYouMean(stack, stacks) || `; the project has ${stacks.join(", ")}. ${ownCommand("init", stack, "--context", "<context>")} makes it`}`,
      );
    return stack;
  });
}

/**
 * The named stack, or the only one of the project.
 *
 * @throws UsageError if the project has several stacks and none is named.
 */
export function stackIn(project: Project, name: string | undefined): string {
  const [stack, ...others] = stacksOf(project, name === undefined ? [] : [name]);
  if (stack === undefined || others.length > 0)
    throw new UsageError(`which stack? The project has ${project.stacks.join(", ")}`);
  return stack;
}

export function stackPath({ directory }: Pick<Project, "directory">, stack: string): string {
  return join(directory, stackFileName(stack));
}
