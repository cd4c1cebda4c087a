import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { parseStack } from "../../../stack/load.ts";
import { secretsOf } from "../../../stack/schema.ts";
import { isMap, keyPath, type PathPart, valueAt } from "../../../stack-file/paths.ts";
import { StackFileError } from "../../../stack-file/problems.ts";
import { readStackFile } from "../../../stack-file/stack-file.ts";
import { decrypted, goodStack, hunter2, put, type Raw } from "./base.ts";

function shipped(name: string): Raw {
  const path = fileURLToPath(new URL(`../../../Pulumi.${name}.yaml`, import.meta.url));
  const { raw } = readStackFile(path, readFileSync(path, "utf8"));
  for (const secret of secretsOf(raw)) put(raw, keyPath(secret), hunter2);
  return raw;
}

const originals: readonly Raw[] = [shipped("octavo"), shipped("alfred"), goodStack()];

/** Every place of a stack file, inner ones too. */
function places(value: unknown, path: PathPart[] = []): PathPart[][] {
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
const key = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "", "a.b", 'a"b', "[0]", "api", "groups", "0"),
  fc.string(),
);

/** Picks are fractions, so that they fit whatever the edits before have left. */
const pick = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const edit = fc.oneof(
  fc.record({ kind: fc.constant("replace" as const), at: pick, value }),
  fc.record({ kind: fc.constant("remove" as const), at: pick }),
  fc.record({ kind: fc.constant("add" as const), at: pick, key, value }),
  fc.record({ kind: fc.constant("rename" as const), at: pick, key }),
  fc.record({ kind: fc.constant("copy" as const), at: pick, from: pick }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function apply(raw: Raw, change: Edit): void {
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

/** One seed, so that a run is repeatable and its counts are known. Change it to look at other edits. */
const seed = 1;

describe("a thousand random edits of the stack files", () => {
  it("give a stack, or problems that name their key; never a stack trace", () => {
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: originals.length - 1 }),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (original, edits) => {
          const raw = structuredClone(originals[original]!);
          for (const change of edits) apply(raw, change);
          try {
            assert.ok(parseStack("test", raw, decrypted).apps.length > 0);
            taken++;
          } catch (error) {
            if (!(error instanceof StackFileError)) throw error;
            refused++;
            assert.ok(error.problems.length > 0);
            for (const { at, message } of error.problems) {
              assert.notEqual(at, "");
              assert.notEqual(message, "");
            }
            assert.match(
              error.message,
              /^Pulumi\.test\.yaml: \d+ problems?\n[\s\S]*\n\nNothing was changed\.$/,
            );
          }
        },
      ),
      { seed, numRuns: 1000 },
    );
    assert.ok(taken > 50 && refused > 200, `${taken} taken, ${refused} refused`);
  }).timeout(120_000);

  it("never print a secret that stands where secrets may stand", () => {
    const secretive = ["pomerium", "certificates", "tunnels"];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: originals.length - 1 }),
        fc.array(fc.record({ at: pick, below: fc.option(key, { nil: undefined }) }), {
          minLength: 1,
          maxLength: 3,
        }),
        (original, edits) => {
          const raw = structuredClone(originals[original]!);
          for (const { at, below } of edits) {
            const all = places(raw).filter((path) => path.length > 1 && secretive.includes(String(path[0])));
            const path = all[Math.floor(at * all.length)]!;
            const parent = valueAt(raw, path.slice(0, -1)) as Record<PathPart, unknown>;
            const target = parent[path.at(-1)!];
            if (below !== undefined && below !== "__proto__" && isMap(target)) target[below] = hunter2;
            else parent[path.at(-1)!] = hunter2;
          }
          try {
            parseStack("test", raw, decrypted);
          } catch (error) {
            if (!(error instanceof StackFileError)) throw error;
            assert.ok(!error.message.includes(hunter2), error.message);
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  }).timeout(120_000);
});
