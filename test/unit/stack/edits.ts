import * as fc from "fast-check";
import { isMap, type PathPart, valueAt } from "../../../stack-file/paths.ts";
import type { Raw } from "./base.ts";

/** Every place of a stack file, inner ones too. */
export function places(value: unknown, path: PathPart[] = []): PathPart[][] {
  // A fresh copy: an edit may have hidden the list's own methods.
  if (Array.isArray(value))
    return [path, ...Array.from(value).flatMap((item, i) => places(item, [...path, i]))];
  if (isMap(value))
    return [path, ...Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]))];
  return [path];
}

const awkward = fc.constantFrom<unknown>(
  ...[
    "",
    " ",
    "\0",
    "true",
    "null",
    "0",
    "-1",
    "constructor",
    "__proto__",
    "public",
    "admins",
    "/",
    "//",
    "a@b",
  ],
  ...[
    "*.example.org",
    "EXAMPLE.ORG",
    "10.0.0.0/99",
    "30d",
    "- allow:\n",
    "{",
    "v0.99.0",
    "group:",
    "group:x",
  ],
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e99,
    [],
    {},
    [[]],
    { secure: "v1:x" },
    { secure: 7 },
    { public: {} },
    { policy: "[" },
  ],
  JSON.parse('{ "__proto__": { "a": 1 } }'),
);
const value = fc.oneof({ weight: 3, arbitrary: awkward }, { weight: 1, arbitrary: fc.jsonValue() });
export const key = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "", "a.b", 'a"b', "[0]", "api", "groups", "0"),
  fc.string(),
);

/** Picks are fractions, so that they fit whatever the edits before have left. */
export const pick = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
export const edit = fc.oneof(
  fc.record({ kind: fc.constant("replace" as const), at: pick, value }),
  fc.record({ kind: fc.constant("remove" as const), at: pick }),
  fc.record({ kind: fc.constant("add" as const), at: pick, key, value }),
  fc.record({ kind: fc.constant("rename" as const), at: pick, key }),
  fc.record({ kind: fc.constant("copy" as const), at: pick, from: pick }),
);
export type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

export function apply(raw: Raw, change: Edit): void {
  const all = places(raw).slice(1);
  const at = all[Math.floor(change.at * all.length)];
  if (at === undefined) return;
  const parent = valueAt(raw, at.slice(0, -1)) as Record<PathPart, unknown>;
  const last = at.at(-1)!;
  const define = (on: object, name: PathPart, what: unknown): void => {
    Object.defineProperty(on, name, { value: what, enumerable: true, configurable: true, writable: true });
  };
  switch (change.kind) {
    case "replace":
      define(parent, last, structuredClone(change.value));
      return;
    case "remove":
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else delete parent[last];
      return;
    case "add": {
      const target = parent[last];
      if (Array.isArray(target)) target.push(structuredClone(change.value));
      else define(isMap(target) ? target : parent, change.key, structuredClone(change.value));
      return;
    }
    case "rename": {
      if (Array.isArray(parent)) return;
      const moved = parent[last];
      delete parent[last];
      define(parent, change.key, moved);
      return;
    }
    case "copy": {
      const from = all[Math.floor(change.from * all.length)]!;
      define(parent, last, structuredClone(valueAt(raw, from)));
    }
  }
}
