/** A place in a stack file. Both numbers count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** Returns the place of a key path, or of the nearest path above it; undefined if neither is known. */
export type PlaceOf = (at: string) => Place | undefined;

/** Gives each problem or warning the place of its key path, unless it has one. */
export function placed<T extends { at: string; place?: Place }>(items: readonly T[], placeOf: PlaceOf): T[] {
  return items.map((item) => {
    const place = item.place ?? placeOf(item.at);
    return place === undefined ? item : { ...item, place };
  });
}

/** The text of a place, for example `31:5`; empty if it is not known. */
export function placeText(place: Place | undefined): string {
  return place === undefined ? "" : `${place.line}:${place.column}`;
}
