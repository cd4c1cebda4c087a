import { stringify } from "yaml";
import type { Operation, Plan, PlannedObject, Properties } from "./plan.ts";

/** Pulumi's sign and word for each operation. */
const signs: Readonly<Record<Exclude<Operation, "same">, readonly [sign: string, word: string]>> = {
  create: ["+", "to create"],
  import: ["=", "to import"],
  update: ["~", "to update"],
  replace: ["+-", "to replace"],
  delete: ["-", "to delete"],
};

const shownOperations = Object.keys(signs) as (keyof typeof signs)[];

/** The objects that a run changes, in the order in which a reviewer looks for them: first what goes. */
export function changedObjects({ objects }: Pick<Plan, "objects">): PlannedObject[] {
  const order: readonly Operation[] = ["delete", "replace", "create", "import", "update"];
  return objects
    .filter(({ op }) => op !== "same")
    .toSorted((one, other) => order.indexOf(one.op) - order.indexOf(other.op));
}

/** `4 to create` for each operation. A failed preview does not know what stays, so it says nothing about it. */
export function countsOf({ objects, complete }: Pick<Plan, "objects" | "complete">): string[] {
  const count = (op: Operation): number => objects.filter((object) => object.op === op).length;
  const counts = shownOperations.flatMap((op) => (count(op) === 0 ? [] : [`${count(op)} ${signs[op][1]}`]));
  return complete && count("same") > 0 ? [...counts, `${count("same")} unchanged`] : counts;
}

const annotation = /^metadata\.annotations\["(?:.*\/)?([^"]+)"\]$/;

/** `~ Ingress komga/komga-ingress   policy` for each object, at most `most` of them. */
export function objectLines(objects: readonly PlannedObject[], most: number): string[] {
  const lines = objects.slice(0, most).map(({ op, label, changes }) => {
    const names =
      op === "update" || op === "replace"
        ? wholes(changes).map((path) => annotation.exec(path)?.[1] ?? path)
        : [];
    const few = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
    return `${signOf(op).padEnd(2)} ${label}${few.length === 0 ? "" : `   ${few.join(", ")}`}`;
  });
  const rest = objects.length - most;
  return rest > 0 ? [...lines, `   ${rest} more`] : lines;
}

function signOf(op: Operation): string {
  return op === "same" ? " " : signs[op][0];
}

/** Most characters of a line where the plan is shortened. */
const widestLine = 240;

/**
 * What happens to each changed object, with the values before and after. Only what the program asks for is shown:
 * neither the status nor the record of field managers.
 *
 * @param longest Most lines of one object. With a limit, long lines are cut too. Default: all.
 */
export function rawPlan(objects: readonly PlannedObject[], longest = Number.POSITIVE_INFINITY): string {
  return objects
    .map((object) => {
      const [head, ...body] = objectText(object);
      const more = body.length - longest;
      const lines = Number.isFinite(longest) ? body.slice(0, longest).map(shortened) : body;
      return [head, ...lines, ...(more > 0 ? [`      … ${more} more lines`] : [])].join("\n");
    })
    .join("\n");
}

/** A value can be a document of many kilobytes in one line. */
function shortened(line: string): string {
  const characters = [...line];
  return characters.length > widestLine ? `${characters.slice(0, widestLine).join("")}…` : line;
}

/** Whether the plan of an object shows more than its name. */
export function hasValues(object: PlannedObject): boolean {
  return objectText(object).length > 1;
}

function objectText({ op, label, asked, live, asks, changes }: PlannedObject): string[] {
  const head = `${signOf(op).padEnd(2)} ${label}`;
  if (op === "create" && asks)
    return [head, ...yamlLines(withoutIdentity(asks)).map((line) => `    + ${line}`)];
  if (op === "delete" || op === "import") return [head];
  return [
    head,
    ...wholes(changes).flatMap((path) => {
      const now = valueAt(asks, path);
      const before = valueAt(asked, path);
      // The program asks for the same as before, so somebody else has changed the object.
      const drifted = JSON.stringify(before) === JSON.stringify(now);
      return [`    ${path}`, ...changedLines(drifted ? valueAt(live, path) : before, now)];
    }),
  ];
}

/** An object as a person would write it. */
function withoutIdentity({ apiVersion: _, kind: __, __defaults: ___, ...rest }: Properties): Properties {
  return rest;
}

function yamlLines(value: unknown): string[] {
  if (value === undefined) return [];
  return (
    typeof value === "string" ? value : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
  )
    .trimEnd()
    .split("\n");
}

/** The changed properties. Of a list, the whole list counts: one new element moves all elements after it. */
function wholes(changes: readonly string[]): string[] {
  return [...new Set(changes.map((path) => path.replace(/\[\d+\].*$/, "")))];
}

/** The lines that differ, in their order. */
function changedLines(before: unknown, after: unknown): string[] {
  const [was, is] = [yamlLines(before), yamlLines(after)];
  // The length of the longest common part from each pair of lines on.
  const common = Array.from({ length: was.length + 1 }, () => new Array<number>(is.length + 1).fill(0));
  for (let i = was.length - 1; i >= 0; i--)
    for (let j = is.length - 1; j >= 0; j--)
      common[i]![j] =
        was[i] === is[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < was.length || j < is.length) {
    if (i < was.length && j < is.length && was[i] === is[j]) {
      i++;
      j++;
    } else if (j >= is.length || (i < was.length && common[i + 1]![j]! >= common[i]![j + 1]!))
      lines.push(`      - ${was[i++]}`);
    else lines.push(`      + ${is[j++]}`);
  }
  return lines;
}

/** The value at a path in Pulumi's form: `spec.rules[0].host`, `metadata.annotations["example.org/key"]`. */
function valueAt(object: Properties | undefined, path: string): unknown {
  let value: unknown = object;
  for (const [, quoted, index, name] of path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)) {
    if (typeof value !== "object" || value === null) return undefined;
    const key = quoted?.replaceAll(/\\(.)/g, "$1") ?? index ?? name!;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
