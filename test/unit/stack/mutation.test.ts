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
import { apply, edit, key, pick, places } from "./edits.ts";

function shipped(name: string): Raw {
  const path = fileURLToPath(new URL(`../../../Pulumi.${name}.yaml`, import.meta.url));
  const { raw } = readStackFile(path, readFileSync(path, "utf8"));
  for (const secret of secretsOf(raw)) put(raw, keyPath(secret), hunter2);
  return raw;
}

const originals: readonly Raw[] = [shipped("octavo"), shipped("alfred"), goodStack()];

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
