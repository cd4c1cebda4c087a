import { type Beside, isPathBeside } from "../../stack-file/beside.ts";
import { isMap, keyPath, valueAt } from "../../stack-file/paths.ts";
import { fileAndPlace, type Place, type PlaceOf } from "../../stack-file/place.ts";
import type { FoundProblem, Problem } from "../../stack-file/problems.ts";
import { nearestPlace } from "../../stack-file/yaml-map.ts";
import { appFileEntry } from "./config.ts";
import { beyondHosts } from "./hosts.ts";
import { beyondNamespaces } from "./limits.ts";
import { type AppFile, readAppFile, type StackFileRules, sharedMaps } from "./read.ts";

/** A stack file together with its app files. */
export interface Whole {
  /** The sections of the stack file, with the apps, groups and access tests of all files. */
  raw: unknown;
  problems: Problem[];
  placeOf: PlaceOf;
  /**
   * Whether another problem decides about this one. Something is unknown or missing, and a file that cannot be read may have
   * it. Or the file may not have the key at all, so another value would be refused too.
   */
  isDoubtful(problem: FoundProblem): boolean;
}

/** The stack file itself. */
export interface Main {
  /** Its name, for messages. */
  file: string;
  raw: unknown;
  placeOf: PlaceOf;
}

/**
 * Paths of the app files that a stack file names, in an order that does not depend on the file's. Entries with a mistake
 * are left out; the schema of the section reports them.
 */
export function appFilePaths(raw: unknown): string[] {
  const entries = valueAt(raw, ["appFiles"]);
  return isMap(entries) ? Object.keys(entries).filter(isPathBeside).sort() : [];
}

/**
 * Reads the app files of a stack file, and puts what they say beside what the stack file says. A name that two files have
 * is a problem, so none of them wins.
 */
export function withAppFiles(main: Main, beside: Beside, rules: StackFileRules): Whole {
  const problems: Problem[] = [];
  let unread = false;
  const refused = new Map<string, Problem>();
  const files = appFilePaths(main.raw).flatMap((path): AppFile[] => {
    const text = beside(path);
    if (typeof text !== "string") {
      const at = keyPath(["appFiles", path]);
      problems.push({ at, message: `${path} ${text.wrong}` });
      unread = true;
      return [];
    }
    const file = readAppFile(path, text, rules);
    problems.push(...file.problems);
    unread ||= file.unread ?? false;
    return [file];
  });
  const isDoubtful = ({ at, kind }: FoundProblem): boolean =>
    nearestPlace(refused, at) !== undefined ||
    (unread && (kind === "unknown" || (kind === "missing" && at === "apps")));
  if (files.length === 0) return { ...main, problems, isDoubtful };
  const owners = new Map<string, AppFile>();
  const ownerPlace = (at: string): Place | undefined => owners.get(at)?.places.get(at) ?? main.placeOf(at);
  const raw = sharedMaps.reduce<unknown>((sofar, map) => {
    // A value of another form is reported by the schema.
    if (!isJoinable(sofar, map)) return sofar;
    const all = new Map(entriesOf(sofar, map));
    const before = all.size;
    for (const file of files)
      for (const [name, value] of entriesOf(file.raw, map)) {
        const at = keyPath([...map, name]);
        if (all.has(name))
          problems.push(twice(at, file, fileAndPlace(main.file, ownerPlace(at)) || main.file));
        else {
          all.set(name, value);
          owners.set(at, file);
        }
      }
    return all.size === before ? sofar : withMap(sofar, map, Object.fromEntries(all));
  }, main.raw);
  for (const problem of files.flatMap((file) => limitsOf(raw, file))) {
    problems.push(problem);
    refused.set(problem.at, problem);
  }
  const inAppFile: PlaceOf = (at) => {
    const owner = nearestPlace(owners, at);
    return owner === undefined ? undefined : nearestPlace(owner.places, at);
  };
  const placeOf: PlaceOf = (at) => inAppFile(at) ?? ofUntested(at, raw, inAppFile) ?? main.placeOf(at);
  return { raw, problems, placeOf, isDoubtful };
}

function limitsOf(raw: unknown, file: AppFile): Problem[] {
  const { namespaces, hosts } = appFileEntry.safeParse(valueAt(raw, ["appFiles", file.path])).data ?? {};
  const byHosts = hosts === undefined ? [] : beyondHosts(file, hosts, raw);
  const byNamespaces = namespaces === undefined ? [] : beyondNamespaces(file, namespaces, raw, hosts);
  // Both limits may refuse the same key.
  const told = new Set(byHosts.map(({ at }) => at));
  return [...byHosts, ...byNamespaces.filter(({ at }) => !told.has(at))].map((problem) => {
    const place = nearestPlace(file.places, problem.at);
    return place === undefined ? problem : { ...problem, place };
  });
}

function twice(at: string, file: AppFile, first: string): Problem {
  const place = nearestPlace(file.places, at);
  return {
    at,
    message: `is also at ${first}: keep one of the two, or give one another name`,
    ...(place === undefined ? {} : { place }),
  };
}

const entriesOf = (raw: unknown, map: readonly string[]): [string, unknown][] => {
  const names = valueAt(raw, map);
  return Object.entries(isMap(names) ? names : {});
};

/** The place for the tests of an app that has none yet: the app itself, if it is in an app file. */
function ofUntested(at: string, raw: unknown, placeOf: PlaceOf): Place | undefined {
  const [, step = "", name = ""] = /^accessTests\.apps(\.([a-z0-9-]+))/.exec(at) ?? [];
  return valueAt(raw, ["accessTests", "apps", name]) === undefined ? placeOf(`apps${step}`) : undefined;
}

/** Whether a map, and the section that it is in, are maps or absent. */
function isJoinable(raw: unknown, map: readonly string[]): boolean {
  return map.every((_, i) => {
    const value = valueAt(raw, map.slice(0, i + 1));
    return value === undefined || value === null || isMap(value);
  });
}

/** A copy with another map. */
function withMap(raw: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  const own = isMap(raw) ? raw : {};
  return key === undefined ? value : { ...own, [key]: withMap(own[key], rest, value) };
}
