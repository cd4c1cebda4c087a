import { inFile } from "./commands.ts";

/** A place in a stack file, or in an app file of it. Both numbers count from 1. */
export interface Place {
  /** Path of the app file from the folder of the stack file. Absent: the place is in the stack file. */
  file?: string;
  line: number;
  column: number;
}

/** Returns the place of a key path, or of the nearest path above it; undefined if neither is known. */
export type PlaceOf = (at: string) => Place | undefined;

/**
 * Gives each problem or warning the place of its key path, unless it has one. A command that sets a key of an app file
 * becomes the edit of that file.
 */
export function placed<T extends { at: string; message: string; fix?: string; place?: Place }>(
  items: readonly T[],
  placeOf: PlaceOf,
): T[] {
  return items.map((item) => {
    const place = item.place ?? placeOf(item.at);
    return {
      ...withEdits(item, placeOf),
      message: withOtherFiles(inFile(item.message, fileOf(placeOf)), place, placeOf),
      ...(place === undefined ? {} : { place }),
    };
  });
}

/** Something with a fix. A command that sets a key of an app file becomes the edit of that file. */
export function withEdits<T extends { fix?: string }>(item: T, placeOf: PlaceOf): T {
  return item.fix === undefined ? item : { ...item, fix: inFile(item.fix, fileOf(placeOf)) };
}

const fileOf =
  (placeOf: PlaceOf) =>
  (at: string): string | undefined =>
    placeOf(at)?.file;

/** A message in which each app of another file has its place. Without app files, all are in one file. */
function withOtherFiles(message: string, place: Place | undefined, placeOf: PlaceOf): string {
  return message.replace(/(?<![\w.])apps\.[a-z0-9-]+(?![\w.["-])/g, (at) => {
    const other = placeOf(at);
    return other === undefined || other.file === place?.file
      ? at
      : `${at} (${fileAndPlace("the stack file", other)})`;
  });
}

/** The text of a place, for example `31:5`, or `teams/wiki.yaml:31:5` in an app file; empty if it is not known. */
export function placeText(place: Place | undefined): string {
  if (place === undefined) return "";
  const { file, line, column } = place;
  return `${file === undefined ? "" : `${file}:`}${line}:${column}`;
}

/** Like {@link placeText}, with the name of the stack file. */
export function fileAndPlace(stackFile: string, place: Place | undefined): string {
  return place === undefined ? "" : placeText({ file: stackFile, ...place });
}
