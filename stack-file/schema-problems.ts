import { z } from "zod";
import { expectations, secretFields } from "./fields.ts";
import { isMap, keyPath, type PathPart, valueAt } from "./paths.ts";
import { Report } from "./problems.ts";
import { emptyText, missing, wrongType, wrongValue } from "./schema-messages.ts";
import { schemasAt, wrappings } from "./schema-walk.ts";
import { type UnknownKey, unknownKey, withoutUnknown } from "./unknown-keys.ts";

type Issue = z.core.$ZodIssue;

/**
 * Checks one part of the stack file against its schema, and reports every mistake at its key path. The messages
 * use the words of the stack file, not those of the schema library. They never repeat a value, except messages
 * of fields that hold no secret.
 *
 * An unknown key hides nothing: it is read as the key that it was probably meant to be, or else left out.
 *
 * @param at Key path of the part.
 * @returns The part with its defaults; undefined if it has a mistake besides unknown keys.
 */
export function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
  at: readonly PathPart[],
  report: Report,
): T | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const found = new Report();
  const unknown: UnknownKey[] = [];
  reportIssues(parsed.error.issues, { schema, value, at, report: found, unknown });
  const misspelled = unknown.filter(({ meant }) => meant !== undefined);
  const present = new Set(misspelled.map(({ path, meant }) => keyPath([...at, ...path, meant!])));
  // A misspelled key counts as the key that was meant.
  const kept = found.problems.filter((problem) => !(present.has(problem.at) && problem.kind === "missing"));
  report.problems.push(...kept);
  if (unknown.length === 0) return undefined;
  for (const { path, key, meant } of misspelled)
    report.misspelled.set(keyPath([...at, ...path, meant!]), keyPath([...at, ...path, key]));
  const again = new Report();
  const result = check(schema, withoutUnknown(value, unknown), at, again);
  for (const [meant, written] of again.misspelled) report.misspelled.set(meant, written);
  const known = new Set(kept.map((problem) => `${problem.at} ${problem.message}`));
  report.problems.push(...again.problems.filter((problem) => !known.has(`${problem.at} ${problem.message}`)));
  return result;
}

/** The parameters of a refinement that something required is missing, although there is a value: such as an empty map. */
export const asMissing = { kind: "missing" } as const;

interface Part {
  schema: z.core.$ZodType;
  value: unknown;
  at: readonly PathPart[];
  report: Report;
  /** Collects the unknown keys. */
  unknown: UnknownKey[];
  /** Path of this part inside the checked one. Default: the same part. */
  inside?: readonly PathPart[];
  /** Schemas that the part could follow as well, because it is an option of a union. Default: none. */
  others?: readonly z.core.$ZodType[];
}

function reportIssues(issues: readonly Issue[], part: Part): void {
  // If one option of a union fails only because of an unknown key, the library reports that option alone.
  // Another option may be closer, so all options are compared again.
  const reopened = issues.filter(
    (issue) =>
      issue.code === "unrecognized_keys" &&
      schemasAt(part.schema, steps(issue)).some((schema) => schema instanceof z.ZodUnion),
  );
  for (const issue of issues) {
    const below = reopened.some(
      ({ path }) => path.length <= issue.path.length && path.every((step, i) => step === issue.path[i]),
    );
    if (!below) reportIssue(issue, part);
  }
  for (const issue of reopened) {
    const path = steps(issue);
    const unions = schemasAt(part.schema, path).filter((schema) => schema instanceof z.ZodUnion);
    const given = valueAt(part.value, path);
    const errors = unions[0]!.options.map((option) => z.safeParse(option, given).error?.issues ?? []);
    reportUnion(errors, part, path, given);
  }
}

function steps(issue: Issue): PathPart[] {
  return issue.path.map((step) => (typeof step === "number" ? step : String(step)));
}

function reportIssue(issue: Issue, part: Part): void {
  const path = steps(issue);
  const at = [...part.at, ...path];
  const given = valueAt(part.value, path);
  const { report } = part;
  const isAbsent =
    given === undefined ||
    given === null ||
    (issue.code === "custom" && issue.params?.kind === asMissing.kind);
  const kind = isAbsent ? asMissing.kind : undefined;
  switch (issue.code) {
    case "unrecognized_keys":
      for (const key of issue.keys) {
        const { message, meant } = unknownKey(
          key,
          schemasAt(part.schema, path),
          path.length === 0 ? part.others : [],
        );
        report.problem([...at, key], message);
        const isFree = meant !== undefined && valueAt(given, [meant]) === undefined;
        part.unknown.push({
          path: [...(part.inside ?? []), ...path],
          key,
          ...(isFree ? { meant } : {}),
        });
      }
      break;
    case "invalid_type":
      report.problemOf(
        kind,
        at,
        given === undefined
          ? missing(part.schema, path)
          : given === null && issue.expected === "string"
            ? emptyText(part.schema, path)
            : wrongType(issue.expected, given, schemasAt(part.schema, path)),
      );
      break;
    case "invalid_value":
      report.problemOf(
        kind,
        at,
        given === undefined || given === null ? missing(part.schema, path) : wrongValue(issue.values, given),
      );
      break;
    case "invalid_key":
      // The path ends with the key.
      for (const inner of issue.issues) report.problem(at, inner.message);
      break;
    case "invalid_union":
      reportUnion(issue.errors, part, path, given);
      break;
    default:
      report.problemOf(kind, at, issue.message);
  }
}

/** Reports the mistakes of the option that fits best: it is probably the one that was meant. */
function reportUnion(
  errors: readonly (readonly Issue[])[],
  part: Part,
  path: readonly PathPart[],
  given: unknown,
): void {
  const at = [...part.at, ...path];
  const schemas = schemasAt(part.schema, path);
  const expected = schemas
    .map((schema) => expectations.get(schema)?.expected)
    .find((text) => text !== undefined);
  if (given === undefined) {
    part.report.problemOf("missing", at, missing(part.schema, path));
    return;
  }
  // A key may be a part of the secret.
  if (schemas.some((schema) => secretFields.get(schema)?.isSecret)) {
    part.report.problem(at, `must be ${expected ?? "encrypted"}`);
    return;
  }
  const [meant, ...others] = errors
    .map((issues, i) => ({ issues, i, miss: missedBy(issues) }))
    .sort((a, b) => a.miss - b.miss);
  const union = schemas.find((schema) => schema instanceof z.ZodUnion);
  const unclear = others.some(({ miss }) => miss === meant?.miss) || namedOptions(union, given) > 1;
  if (meant === undefined || meant.miss >= far || (unclear && expected !== undefined)) {
    part.report.problem(at, `must be ${expected ?? "something else"}`);
    return;
  }
  const { report, unknown, inside = [] } = part;
  const option = {
    schema: union!.options[meant.i]!,
    value: given,
    at,
    report,
    unknown,
    others: union!.options,
  };
  reportIssues(meant.issues, { ...option, inside: [...inside, ...path] });
}

/** Number of options of a union that a map names, each by a key that no other option has. */
function namedOptions(union: z.ZodUnion | undefined, given: unknown): number {
  if (!isMap(given)) return 0;
  const keys = (union?.options ?? []).map((option) => {
    const object = wrappings(option).find((schema) => schema instanceof z.ZodObject);
    return object ? Object.keys(object.shape) : [];
  });
  const isNamed = (own: string[], i: number): boolean =>
    own.some((key) => Object.hasOwn(given, key) && !keys.some((other, j) => j !== i && other.includes(key)));
  return keys.filter(isNamed).length;
}

/** A mistake at the root means that another option was meant. */
const far = 1000;

function missedBy(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.path.length === 0 && issue.code === "unrecognized_keys") return sum + 100 * issue.keys.length;
    return sum + (issue.path.length === 0 && issue.code !== "custom" ? far : 1);
  }, 0);
}
