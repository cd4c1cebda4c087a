/** The texts of the commands that a person runs to change a stack. Messages take them from here only. */

import { keyPath, type PathPart } from "./paths.ts";

/** A word of a command line, in single quotes where a shell would read it otherwise. */
export function quoted(word: string): string {
  return /^[\w.@%+=:,/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Name of the project's own command. */
export const programName = "pomerium-migration";

/** A command line of the project's own command, in the project's folder. */
export function ownCommand(...words: readonly string[]): string {
  return ["npx", programName, ...words].join(" ");
}

/** Command that compares the access in the stack file with what the cluster enforces. */
export function diffFromLive(stack: string): string {
  return ownCommand("diff", stack, "--from", "live");
}

/** Command that sets one key of a stack file. A placeholder for the value is written as `<why>`. */
export function setKey(stack: string, path: readonly PathPart[], value: string): string {
  return `pulumi config set --stack ${stack} --path ${quoted(keyPath(path))} ${quoted(value)}`;
}

/** Command that removes one key of a stack file. */
export function removeKey(stack: string, path: readonly PathPart[]): string {
  return `pulumi config rm --stack ${stack} --path ${quoted(keyPath(path))}`;
}

const word = String.raw`(?:'(?:[^']|'\\'')*'|[^\s']+)`;
const changesKey = new RegExp(
  String.raw`pulumi config (?:rm --stack \S+ --path (${word})|set --stack \S+ --path (${word}) (${word}))`,
  "g",
);

/**
 * A text with edits in the place of commands of {@link setKey} and {@link removeKey}, where a file other than the stack file
 * has the key. `pulumi config` cannot change that file.
 *
 * @param fileOf The other file that has a key path; undefined for the stack file.
 */
export function inFile(text: string, fileOf: (path: string) => string | undefined): string {
  return text.replace(changesKey, (command: string, removed?: string, set?: string, value?: string) => {
    const path = unquoted(removed ?? set ?? "");
    const file = fileOf(path);
    if (file === undefined) return command;
    return value === undefined
      ? `remove ${path} in ${file}`
      : `write ${unquoted(value)} at ${path} in ${file}`;
  });
}

function unquoted(text: string): string {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("'\\''", "'") : text;
}

/** Command that sets a secret. It asks for the value, which so stays out of the shell's history. */
export function setSecret(stack: string, path: readonly PathPart[]): string {
  return `pulumi config set --stack ${stack} --secret --path ${quoted(keyPath(path))}`;
}

/** Command that writes a phase into the stack file, without applying it. */
export function setPhase(stack: string, phase: string): string {
  return `pulumi config set --stack ${stack} phase ${phase}`;
}

/** Command that shows what an `up` would do. */
export function preview(stack: string): string {
  return `pulumi preview --stack ${stack}`;
}

/** Command that applies the stack file. */
export function up(stack: string, ...flags: readonly string[]): string {
  return ["pulumi up", ...flags, `--stack ${stack}`].join(" ");
}

/** Commands that take a stack to a phase. */
export function goTo(stack: string, phase: string, ...flags: readonly string[]): string {
  return `${setPhase(stack, phase)} && ${up(stack, ...flags)}`;
}
