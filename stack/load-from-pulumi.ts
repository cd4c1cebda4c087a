import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { besideIn } from "../stack-file/beside.ts";
import { stackFileName } from "../stack-file/file-name.ts";
import { isMap, keyPath, keysLike, type PathPart } from "../stack-file/paths.ts";
import type { PlaceOf } from "../stack-file/place.ts";
import { orProblems, type Problem, StackFileError } from "../stack-file/problems.ts";
import { project } from "../stack-file/project.ts";
import { foreignKeys, readStackFile, type StackFile } from "../stack-file/stack-file.ts";
import { type ParseOptions, parseStack } from "./load.ts";
import { secretSections, sectionMeant, texts } from "./schema.ts";
import type { Stack } from "./stack.ts";

/**
 * Reads the stack for which Pulumi runs the program.
 *
 * @throws pulumi.RunError with all problems of the stack file at once.
 */
export function loadFromPulumi(): Stack {
  const name = pulumi.getStack();
  const prefix = `${project}:`;
  const raw: Record<string, unknown> = {};
  const encrypted = new Set<string>();
  const all = pulumi.runtime.allConfig();
  for (const [key, value] of Object.entries(all))
    if (key.startsWith(prefix)) {
      const own = key.slice(prefix.length);
      // Pulumi gives all values but text as JSON.
      raw[own] = (texts as readonly string[]).includes(own) ? value : fromJson(value);
      if (holdsEncrypted(key)) encrypted.add(own);
    }
  const folder = rootFolder();
  const text = fileText(folder, name);
  const file = fileOfRun(stackFileName(name), text, raw);
  const values = Object.fromEntries(Object.entries(all).map(([key, value]) => [key, fromJson(value)]));
  const found = [...foreignKeys(values, sectionMeant), ...needlesslyEncrypted(encrypted)];
  const options: ParseOptions = {
    placeOf: file?.placeOf ?? (() => undefined),
    plain: (path, secret) => isUnencrypted(path, secret, encrypted, text),
    beside: besideIn(folder),
    found: file === undefined ? found : byPlace(found, file.placeOf),
  };
  try {
    return parseStack(name, raw, { ...options, sorted: true });
  } catch (error) {
    if (!(error instanceof StackFileError)) throw error;
    // Pulumi gives sorted keys, and a person reads the problems beside the file.
    const refused = file && orProblems(() => parseStack(name, keysLike(raw, file.raw), options));
    // Of a RunError, Pulumi prints only the message.
    throw new pulumi.RunError((refused instanceof StackFileError ? refused : error).message);
  }
}

function byPlace(problems: readonly Problem[], placeOf: PlaceOf): Problem[] {
  return problems
    .map((problem) => ({ problem, place: placeOf(problem.at) ?? { line: 0, column: 0 } }))
    .sort((one, other) => one.place.line - other.place.line || one.place.column - other.place.column)
    .map(({ problem }) => problem);
}

/**
 * The folder of Pulumi.yaml, which is also that of the stack file. Pulumi may run the program in another one (`main`). Where
 * Pulumi does not say it, the SDK gives a word that is no folder.
 */
function rootFolder(): string {
  const folder = pulumi.getRootDirectory();
  return isAbsolute(folder) ? folder : process.cwd();
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Whether a key holds an encrypted value anywhere. The SDK knows, but its types do not say so.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/config.ts
 */
function holdsEncrypted(key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(key);
}

/** Text of the stack file; empty if the file is elsewhere (`--config-file`) or does not exist. */
function fileText(folder: string, stack: string): string {
  try {
    return readFileSync(join(folder, stackFileName(stack)), "utf8");
  } catch {
    return "";
  }
}

/**
 * The stack file, for its places and its order. Undefined if its values are not those of the run: with `--config-file`, the
 * stack file is another one.
 */
function fileOfRun(
  name: string,
  text: string,
  raw: Readonly<Record<string, unknown>>,
): StackFile | undefined {
  try {
    const file = readStackFile(name, text);
    return Object.entries(file.raw).every(([key, value]) => isSame(value, raw[key])) ? file : undefined;
  } catch {
    // Pulumi has read the configuration from elsewhere.
    return undefined;
  }
}

/** Whether a value of the stack file is the value that Pulumi gives. Any text may be the decrypted form of a secret. */
function isSame(written: unknown, given: unknown): boolean {
  if (Array.isArray(written))
    return (
      Array.isArray(given) &&
      written.length === given.length &&
      written.every((item, i) => isSame(item, given[i]))
    );
  if (!isMap(written)) return String(written) === String(given);
  if (typeof written.secure === "string" && typeof given === "string") return true;
  return isMap(given) && Object.entries(written).every(([key, value]) => isSame(value, given[key]));
}

/** A shorter text may appear in a file by chance. */
const longEnough = 8;

/**
 * Whether a secret is not encrypted in the stack file. Pulumi says only whether a section has any encrypted value. In
 * such a section, another secret is not encrypted if its text is in the file.
 */
function isUnencrypted(
  path: readonly PathPart[],
  text: string,
  encrypted: ReadonlySet<string>,
  file: string,
): boolean {
  return !encrypted.has(String(path[0])) || (text.length >= longEnough && file.includes(text));
}

/** Problems for encrypted values that are not secrets: they would be decrypted into the state unnoticed. */
function needlesslyEncrypted(encrypted: ReadonlySet<string>): Problem[] {
  return [...encrypted]
    .filter((key) => !secretSections.includes(key))
    .map((key) => ({
      at: keyPath([key]),
      message:
        "holds an encrypted value, but nothing in it is a secret: anybody can read it on the cluster; write it without encryption",
    }));
}
