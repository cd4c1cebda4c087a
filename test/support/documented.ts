import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { isMap } from "../../stack-file/paths.ts";

const docs = new URL("../../docs/json.md", import.meta.url);

/** The examples of the documentation by their `kind`. */
const examples = new Map(
  [...readFileSync(docs, "utf8").matchAll(/^```jsonc\n(.*?)^```$/gms)].map(([, text]) => {
    // No text of an example has two slashes behind a space.
    const example = JSON.parse(text!.replaceAll(/(^| )\/\/ .*$/gm, "")) as { kind: string };
    return [example.kind, example];
  }),
);

/** Maps whose keys are names from outside. */
const free = /\.headers$|^counts$/;

/** The fields of a value with their types, and those of list items: `hosts[].paths[].path: string`. */
function fieldsOf(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) return [`${at}: list`, ...value.flatMap((item) => fieldsOf(item, `${at}[]`))];
  if (!isMap(value)) return [`${at}: ${typeof value}`];
  const inside = free.test(at) ? [] : Object.entries(value);
  return [`${at}: map`, ...inside.flatMap(([key, own]) => fieldsOf(own, at === "" ? key : `${at}.${key}`))];
}

/** Asserts that the documentation shows each field of what a command prints for programs. */
export function assertDocumented(printed: unknown, { asOld = false }: { asOld?: boolean } = {}): void {
  const { version, kind } = printed as { version?: unknown; kind?: string };
  const example = examples.get(kind ?? "");
  assert.ok(example, `docs/json.md has no example of the kind ${kind}`);
  assert.equal(version, (example as { version?: unknown }).version);
  const shown = new Set(fieldsOf(example));
  const fields = new Set(
    fieldsOf(printed).map((field) => (asOld ? field.replace(/\.new\b/, ".old") : field)),
  );
  assert.deepEqual(
    [...fields].filter((field) => !shown.has(field)),
    [],
    "fields that docs/json.md does not show",
  );
}
