import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type Beside, besideIn, nothingBeside } from "../stack-file/beside.ts";
import { stackFileName, stackOf } from "../stack-file/file-name.ts";
import { isMap, keyPath, sortedKeys } from "../stack-file/paths.ts";
import { type PlaceOf, placed } from "../stack-file/place.ts";
import {
  type FoundProblem,
  orProblems,
  type Problem,
  Report,
  StackFileError,
} from "../stack-file/problems.ts";
import { checkSecrets, type SecretOptions } from "../stack-file/secrets.ts";
import { sizeWarnings } from "../stack-file/size.ts";
import { readStackFile, type StackFile } from "../stack-file/stack-file.ts";
import { appFilePaths, withAppFiles } from "./app-files/merge.ts";
import { resolve } from "./resolve.ts";
import { secretsOf, sectionMeant, sections } from "./schema.ts";
import type { Stack } from "./stack.ts";

export interface ParseOptions extends SecretOptions {
  /** Name of the stack file in errors. Default: `Pulumi.<stack>.yaml`. */
  file?: string;
  /** Default: no place is known. */
  placeOf?: PlaceOf;
  /** Problems that were found before. They are reported first. */
  found?: readonly Problem[];
  /** Reads the app files. Default: there is none, so each that the stack file names is a problem. */
  beside?: Beside;
  /**
   * Whether the keys of app files come sorted, as Pulumi gives those of the stack file. So an entry that moves from one to the
   * other changes nothing. Default: they stay as they are.
   */
  sorted?: boolean;
}

/**
 * Checks a stack's configuration and fills in the defaults.
 *
 * @param name The Pulumi stack's name.
 * @param raw The project's keys, without their namespace, and their values as data.
 * @throws StackFileError with all problems at once.
 */
export function parseStack(name: string, raw: unknown, options: ParseOptions = {}): Stack {
  return parseWhole(name, raw, options).stack;
}

/** Like {@link parseStack}, with the configuration of all files of the stack. */
function parseWhole(name: string, own: unknown, options: ParseOptions): Loaded {
  const { file = stackFileName(name), beside = nothingBeside } = options;
  const main = { file, raw: own, placeOf: options.placeOf ?? (() => undefined) };
  const whole = withAppFiles(main, beside, { stack: name, sections });
  const raw = options.sorted && whole.raw !== own ? sortedKeys(whole.raw) : whole.raw;
  const { placeOf } = whole;
  const report = new Report();
  const stack = resolve(name, raw, report);
  const secrets = new Report();
  checkSecrets(name, raw, secretsOf(raw), options, secrets);
  const problems = [
    ...(options.found ?? []),
    ...whole.problems,
    ...inOrder(report.asWritten(), raw).filter((problem) => !whole.isDoubtful(problem)),
    // A secret under a misspelled key is reported as that.
    ...secrets.problems.filter(({ at }) => !report.misspelled.has(at)),
  ].map(({ kind: _, ...problem }: FoundProblem): Problem => problem);
  if (stack === undefined || problems.length > 0) throw new StackFileError(file, placed(problems, placeOf));
  const warnings = placed([...stack.warnings, ...secrets.warnings], placeOf);
  return { stack: { ...stack, warnings, placeOf }, raw: isMap(raw) ? raw : {} };
}

/** Sorts problems by the order of the sections and their entries in the stack file. */
function inOrder<P extends Problem>(problems: readonly P[], raw: unknown): P[] {
  const places = new Map<string, number>();
  for (const [section, value] of Object.entries(isMap(raw) ? raw : {})) {
    places.set(keyPath([section]), places.size);
    for (const key of Object.keys(isMap(value) ? value : {}))
      places.set(keyPath([section, key]), places.size);
  }
  const place = ({ at }: Problem): number => {
    const [entry, section] = /^([^.[]+)(?:\.[^.[]+|\["[^"]*"\])?/.exec(at) ?? [];
    return places.get(entry ?? "") ?? places.get(section ?? "") ?? places.size;
  };
  return problems
    .map((problem) => ({ problem, place: place(problem) }))
    .sort((a, b) => a.place - b.place)
    .map(({ problem }) => problem);
}

/** A stack, and its configuration as its files have it: without defaults. */
export interface Loaded {
  stack: Stack;
  raw: Readonly<Record<string, unknown>>;
}

/**
 * Reads a stack file for the command line. Encrypted secrets stay encrypted. Missing secrets are warnings, because the
 * command line does not need them.
 *
 * @param path `Pulumi.<stack>.yaml`, with or without folders.
 * @throws StackFileError with all problems at once, each with its place.
 */
export function loadWithRaw(path: string, options: SecretOptions = {}): Loaded {
  const file = basename(path);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = code === "ENOENT" ? `there is no ${path}` : `${path} cannot be read (${code})`;
    throw new StackFileError(file, [{ at: "", message }]);
  }
  return fromText(file, text, { ...options, beside: besideIn(dirname(path)) });
}

/** Like {@link loadWithRaw}, for the stack alone. */
export function loadFromFile(path: string, options: SecretOptions = {}): Stack {
  return loadWithRaw(path, options).stack;
}

/**
 * Like {@link loadFromFile}, for a text such as another revision of the file.
 *
 * @param beside Reads the app files of that revision. Default: there is none.
 */
export function loadFromText(file: string, text: string, options: LoadOptions = {}): Stack {
  return fromText(file, text, options).stack;
}

/**
 * The configuration of a stack as its files have it, whatever it means.
 *
 * @throws StackFileError if one of the files cannot be read.
 */
export function rawFromFile(path: string): Readonly<Record<string, unknown>> {
  const file = basename(path);
  const own = readStackFile(file, readFileSync(path, "utf8"));
  const rules = { stack: stackOf(file), sections };
  const { raw, problems, placeOf } = withAppFiles({ ...own, file }, besideIn(dirname(path)), rules);
  if (problems.length > 0) throw new StackFileError(file, placed(problems, placeOf));
  return isMap(raw) ? raw : {};
}

/** The text of a stack file whose app files are not read yet. */
export interface StackText {
  /** Paths of the app files that it names; none if it cannot be read. */
  appFiles: readonly string[];
  /** @throws StackFileError with the problems of all files. */
  load(beside: Beside): Stack;
}

/** Reads the text of a stack file, for somebody who must first fetch the app files that it names. */
export function stackText(file: string, text: string): StackText {
  const read = orProblems(() => readStackFile(file, text, sectionMeant));
  if (read instanceof StackFileError)
    return {
      appFiles: [],
      load: () => {
        throw read;
      },
    };
  return {
    appFiles: appFilePaths(read.raw),
    load: (beside) => loaded(file, read, { beside }).stack,
  };
}

type LoadOptions = SecretOptions & Pick<ParseOptions, "beside">;

const fromText = (file: string, text: string, options: LoadOptions): Loaded =>
  loaded(file, readStackFile(file, text, sectionMeant), options);

function loaded(file: string, { raw: own, problems, placeOf }: StackFile, options: LoadOptions): Loaded {
  const { stack, raw } = parseWhole(stackOf(file), own, {
    missingSecrets: "warning",
    ...options,
    file: basename(file),
    placeOf,
    found: problems,
  });
  return { stack: { ...stack, warnings: [...sizeWarnings(own), ...stack.warnings] }, raw };
}
