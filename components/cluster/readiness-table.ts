import type { Item, ReadinessRow } from "./readiness.ts";

/** The readiness table for programs. */
export interface Readiness {
  /** Whether `retired` would be allowed, with the overrides. */
  ready: boolean;
  rows: {
    name: string;
    /** How many items hold, and of how many. */
    ok: number;
    of: number;
    override?: string;
    missing: Pick<Item, "subject" | "note" | "fix">[];
  }[];
}

export function readinessData(rows: readonly ReadinessRow[]): Readiness {
  const data = rows.map(({ name, items, override }) => ({
    name,
    ok: items.filter(({ ok }) => ok).length,
    of: items.length,
    ...(override === undefined ? {} : { override }),
    missing: items
      .filter(({ ok }) => !ok)
      .map(({ subject, note, fix }) => ({
        subject,
        ...(note === undefined ? {} : { note }),
        ...(fix === undefined ? {} : { fix }),
      })),
  }));
  const ready = data.every(({ missing, override }) => missing.length === 0 || override !== undefined);
  return { ready, rows: data };
}

/** Subjects that are wider than this do not widen the column. */
const widestSubject = 40;

/**
 * The readiness table for people: a line for each row, and below it a line for each item that does not hold.
 *
 * @param short Number of items that a row lists, and the command that lists all of them.
 */
export function readinessTable(
  rows: readonly ReadinessRow[],
  { most, all }: { most: number; all: string } = { most: Number.POSITIVE_INFINITY, all: "" },
): string[] {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return readinessData(rows).rows.flatMap(({ name, ok, of, override, missing }) => {
    const count = of === 0 ? "none" : `${ok}/${of}`;
    const shown = missing.length > most + 1 ? missing.slice(0, most) : missing;
    const subjects = shown.map(({ subject }) => subject.length).filter((length) => length <= widestSubject);
    const column = Math.max(0, ...subjects);
    return [
      `${name.padEnd(width)}  ${count}${overrideText(override, missing.length > 0)}`,
      ...shown.map(({ subject, note }) => `  ${subject.padEnd(column)}  ${note ?? ""}`.trimEnd()),
      ...(shown.length < missing.length ? [`  and ${missing.length - shown.length} more: ${all}`] : []),
    ];
  });
}

function overrideText(override: string | undefined, needed: boolean): string {
  if (override === undefined) return "";
  return needed ? `  ! OVERRIDDEN: ${override}` : `  override not needed: ${override}`;
}
