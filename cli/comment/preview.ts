import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

/**
 * The part of `pulumi preview --json` that a comment needs. Values of properties are not read.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/display/json.go
 */
const schema = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        // Paths of the changed properties. Some providers give only top-level names, as `diffReasons`.
        detailedDiff: z.record(z.string(), z.object({ kind: z.string() })).nullish(),
        diffReasons: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
  diagnostics: z.array(z.object({ message: z.string(), severity: z.string() })).nullish(),
  /** Absent if the preview ended before the program. */
  changeSummary: z.record(z.string(), z.number()).nullish(),
});

/** One resource and its operation. */
export interface Step {
  op: string;
  /** `kubernetes:networking.k8s.io/v1:Ingress`. */
  type: string;
  name: string;
  /** Paths of the changed properties, if known. */
  changes: readonly { path: string; kind: string }[];
}

/** The part of a preview that a comment needs. */
export interface Preview {
  /** The changed resources, in Pulumi's order. */
  steps: readonly Step[];
  /** Operation → resources. */
  counts: Readonly<Record<string, number>>;
  /** Messages of the program and the providers, without the severity in front. */
  said: readonly { severity: string; text: string }[];
}

/** The output is not a preview: the command ended before the preview began. */
export class NoPreview extends Error {}

/** Operations that do not change a resource. */
const quiet = new Set(["same", "refresh", "read", "read-replacement", "read-discard"]);

/**
 * Reads the output of `pulumi preview --json`.
 *
 * @throws NoPreview if the output is not a preview.
 */
export function parsePreview(text: string): Preview {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new NoPreview();
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new NoPreview();
  const { steps, diagnostics, changeSummary } = parsed.data;
  return {
    steps: (steps ?? [])
      .filter(({ op }) => !quiet.has(op))
      .map(({ op, urn, detailedDiff, diffReasons }) => ({
        op,
        ...nameOf(urn),
        changes: detailedDiff
          ? Object.entries(detailedDiff).map(([path, { kind }]) => ({ path, kind }))
          : (diffReasons ?? []).map((path) => ({ path, kind: "update" })),
      })),
    counts: changeSummary ?? {},
    said: (diagnostics ?? []).map(({ severity, message }) => ({
      severity,
      text: stripVTControlCharacters(message)
        .replace(/^(?:error|warning): /, "")
        .trim(),
    })),
  };
}

/** The type and the name of a URN. The name may contain `::`. */
function nameOf(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? types, name: name.join("::") };
}

/** The errors, without the one that Pulumi adds to every failed preview. */
export function errorsOf({ said }: Preview): string[] {
  const errors = said.filter(({ severity }) => severity === "error").map(({ text }) => text);
  const telling = errors.filter((text) => text !== "preview failed");
  return telling.length > 0 ? telling : errors;
}

/** Pulumi's sign and word for each operation. */
const signs: readonly (readonly [op: string, sign: string, word: string])[] = [
  ["create", "+", "to create"],
  ["import", "=", "to import"],
  ["update", "~", "to update"],
  ["replace", "+-", "to replace"],
  ["create-replacement", "++", "to create in replacement"],
  ["delete-replaced", "--", "to delete once replaced"],
  ["delete", "-", "to delete"],
  ["discard", "<", "to discard"],
];

export function signOf(op: string): string {
  return signs.find(([one]) => one === op)?.[1] ?? op;
}

/** `+ 4 to create` for each operation, and the number of unchanged resources at the end. */
export function countsOf({ counts }: Preview): string[] {
  const known = new Set([...signs.map(([op]) => op), ...quiet]);
  return [
    ...signs.flatMap(([op, sign, word]) => (counts[op] ? [`${sign} ${counts[op]} ${word}`] : [])),
    ...Object.entries(counts).flatMap(([op, count]) => (known.has(op) ? [] : [`${count} ${op}`])),
    ...(counts.same ? [`${counts.same} unchanged`] : []),
  ];
}

const kindSigns: Readonly<Record<string, string>> = { add: "+", delete: "-", update: "~" };

/** A text like Pulumi's own, without values. Used if the output of `pulumi preview --diff` is missing. */
export function previewText(preview: Preview): string {
  const lines = preview.steps.flatMap(({ op, type, name, changes }) => [
    `${signOf(op).padEnd(2)} ${type} ${name} (${op})`,
    ...changes.map(({ path, kind }) => `      ${kindSigns[kind.replace(/-replace$/, "")] ?? "~"} ${path}`),
  ]);
  const counts = countsOf(preview).map((count) => `    ${count}`);
  return [
    ...preview.said.map(({ severity, text }) => (severity === "info" ? text : `${severity}: ${text}`)),
    ...lines,
    ...(counts.length > 0 ? ["Resources:", ...counts] : []),
  ].join("\n");
}
