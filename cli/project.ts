import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { didYouMean } from "../stack-file/nearest.ts";
import { stackFileName, stackOf } from "../stack-file/stack-file.ts";
import type { Input } from "./command.ts";
import { CliError, UsageError } from "./exit.ts";
import type { Io } from "./io.ts";

/** A Pulumi project and the stack files in it. */
export interface Project {
  directory: string;
  /** Names of its stacks, sorted. */
  stacks: readonly string[];
}

/**
 * The project that a command is about.
 *
 * @throws CliError when there is none, or when it has no stack file.
 */
export function projectOf(input: Input, io: Io): Project {
  const cwd = input.text("cwd");
  const directory = cwd === undefined ? nearestProject(io.cwd) : resolve(io.cwd, cwd);
  if (directory === undefined || !existsSync(join(directory, "Pulumi.yaml")))
    throw new CliError(
      `no Pulumi.yaml in ${directory ?? `${io.cwd} or any folder above`}; name the project's folder with --cwd`,
    );
  const stacks = readdirSync(directory)
    .filter((name) => /^Pulumi\..+\.yaml$/.test(name))
    .map(stackOf)
    .sort();
  if (stacks.length === 0) throw new CliError(`${directory} has no stack file Pulumi.<stack>.yaml`);
  return { directory, stacks };
}

function nearestProject(start: string): string | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * The stacks that are named, by name or file name; all of them when none is.
 *
 * @throws CliError when one does not exist.
 */
export function stacksOf({ stacks }: Project, names: readonly string[]): readonly string[] {
  if (names.length === 0) return stacks;
  return names.map((name) => {
    const stack = stackOf(name);
    if (!stacks.includes(stack))
      throw new CliError(
        `no stack "${stack}"${didYouMean(stack, stacks) || `; the project has ${stacks.join(", ")}`}`,
      );
    return stack;
  });
}

/** The one stack that is meant: the one named, or the only one. */
export function stackIn(project: Project, name: string | undefined): string {
  const [stack, ...others] = stacksOf(project, name === undefined ? [] : [name]);
  if (stack === undefined || others.length > 0)
    throw new UsageError(`which stack? The project has ${project.stacks.join(", ")}`);
  return stack;
}

export function stackPath({ directory }: Project, stack: string): string {
  return join(directory, stackFileName(stack));
}
