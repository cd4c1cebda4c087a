import { z } from "zod";
import { accessTestsSchema } from "../../policies/access/assertions/config.ts";
import { usersSchema } from "../../policies/access/people-config.ts";
import { unknownKeys } from "../../stack-file/fields.ts";
import { isMap, valueAt } from "../../stack-file/paths.ts";
import type { Place } from "../../stack-file/place.ts";
import { type Problem, Report } from "../../stack-file/problems.ts";
import { check } from "../../stack-file/schema-problems.ts";
import { checkNoSecrets } from "../../stack-file/secrets.ts";
import {
  everyKey,
  keyProblems,
  nearestPlace,
  parseMap,
  placesBelow,
  valuesOf,
} from "../../stack-file/yaml-map.ts";

/**
 * The maps that app files and the stack file share, by their key paths. Each name in them belongs to one file. An app file
 * has no other keys.
 */
export const sharedMaps = [["apps"], ["users", "groups"], ["accessTests", "apps"]] as const;

/** What one app file says. */
export interface AppFile {
  /** Its path from the folder of the stack file. */
  path: string;
  raw: Readonly<Record<string, unknown>>;
  /** Places of its key paths, which are those of a stack file. */
  places: ReadonlyMap<string, Place>;
  problems: Problem[];
  /** Whether the text cannot be read at all, so that nobody knows what it says. */
  unread?: true;
}

/** What a reader of app files must know of the stack file. */
export interface StackFileRules {
  /** Name of the stack, for commands. */
  stack: string;
  /** Schema of each section. */
  sections: Readonly<Record<string, z.core.$ZodType>>;
}

const entries = z.record(z.string(), z.unknown()).optional();

/** The other keys of a section belong to the stack file, because they are about apps of all files. */
const only = (section: string, name: string, all: object) =>
  z
    .strictObject({ [name]: entries })
    .register(unknownKeys, {
      explain: (key) =>
        key !== name && Object.hasOwn(all, key)
          ? `is for the apps of all files, so it belongs in the stack file: an app file has ${section}.${name} alone`
          : undefined,
    })
    .optional();

/** The keys of an app file. The values below them are checked together with those of the stack file. */
const outline = (sections: object) =>
  z
    .strictObject({
      apps: entries,
      users: only("users", "groups", usersSchema.shape),
      accessTests: only("accessTests", "apps", accessTestsSchema.unwrap().shape),
    })
    .register(unknownKeys, {
      explain: (key) =>
        Object.hasOwn(sections, key)
          ? "belongs in the stack file: an app file has apps, users.groups and accessTests.apps"
          : undefined,
    });

/** The last reading of each file. In a comparison of two revisions, most files are equal. */
const lastReadings = new Map<string, { text: string; rules: StackFileRules; file: AppFile }>();

/** Reads the text of an app file. Each problem has its place in the file. */
export function readAppFile(path: string, text: string, rules: StackFileRules): AppFile {
  const last = lastReadings.get(path);
  if (last?.text === text && last.rules.stack === rules.stack && last.rules.sections === rules.sections)
    return last.file;
  const file = read(path, text, rules);
  lastReadings.set(path, { text, rules, file });
  return file;
}

function read(path: string, text: string, { stack, sections }: StackFileRules): AppFile {
  const refused = (problems: readonly Problem[]): AppFile => {
    const places = new Map<string, Place>();
    return { path, raw: {}, places, problems: inFile(path, problems, places), unread: true };
  };
  const parsed = parseMap(
    text,
    "is no app file: it must be a map with apps, users.groups or accessTests.apps",
  );
  if (Array.isArray(parsed)) return refused(parsed);
  const problems = keyProblems(parsed.root, parsed);
  const places = placesBelow(parsed.root, parsed, everyKey, path);
  const found = valuesOf(parsed.root, parsed);
  if (Array.isArray(found)) return refused(found);
  const { values: raw } = found;
  const report = new Report();
  check(outline(sections), raw, [], report);
  checkNoSecrets(stack, z.object(sections as z.core.$ZodLooseShape), raw, report);
  const says = sharedMaps.some((map) => {
    const names = valueAt(raw, map);
    return isMap(names) && Object.keys(names).length > 0;
  });
  if (!says && report.problems.length === 0)
    report.problem([], "says nothing: write an app under apps, or remove the file from appFiles");
  return {
    path,
    raw,
    places,
    problems: inFile(path, [...problems, ...report.problems], places),
  };
}

/**
 * Whether a text is a map without any key that an app file does not have. Such a file is no program, no manifest of
 * Kubernetes and no package: those have keys of their own.
 */
export function saysOnlyWhatAppFilesSay(text: string): boolean {
  const parsed = parseMap(text, "is no map");
  if (Array.isArray(parsed) || keyProblems(parsed.root, parsed).length > 0) return false;
  const found = valuesOf(parsed.root, parsed);
  if (Array.isArray(found)) return false;
  const keys = Object.keys(found.values);
  return keys.length > 0 && keys.every((key) => sharedMaps.some(([section]) => section === key));
}

/** The problems with their places in a file; its beginning if nothing else is known. */
function inFile(path: string, problems: readonly Problem[], places: ReadonlyMap<string, Place>): Problem[] {
  return problems.map((problem) => {
    const place = problem.place ?? nearestPlace(places, problem.at) ?? { line: 1, column: 1 };
    return { ...problem, place: { file: path, ...place } };
  });
}
