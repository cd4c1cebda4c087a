import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { stackFile, stackNames } from "../../../../sandbox/stacks.ts";
import { sharedMaps } from "../../../../stack/app-files/read.ts";
import { loadFromText } from "../../../../stack/load.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { besideAmong } from "../../../../stack-file/beside.ts";
import { keyPath, valueAt } from "../../../../stack-file/paths.ts";
import { readStackFile } from "../../../../stack-file/stack-file.ts";

type Tree = { [key: string]: Tree };

/** The file in which each entry of the shared maps goes: 0 is the stack file. */
function split(raw: Readonly<Record<string, unknown>>, fileOf: (at: string) => number, files: number) {
  const main = structuredClone(raw) as Tree;
  const parts = Array.from({ length: files }, (): Tree => ({}));
  for (const map of sharedMaps)
    for (const [name, value] of Object.entries(valueAt(raw, map) as Tree)) {
      const part = parts[fileOf(keyPath([...map, name])) - 1];
      if (part === undefined) continue;
      delete (valueAt(main, map) as Tree)[name];
      let at = part;
      for (const key of map) at = at[key] ??= {};
      at[name] = value;
    }
  return { main, parts: parts.filter((part) => Object.keys(part).length > 0) };
}

/** Everything about a stack but the places, the names of its app files and the order of its apps. */
function meaning({ placeOf: _, appFiles: __, apps, accessTests, isolation, warnings, ...rest }: Stack) {
  const sorted = <T>(all: readonly T[]): string[] => all.map((one) => JSON.stringify(one)).sort();
  return {
    ...rest,
    apps: sorted(apps),
    isolation: sorted(isolation),
    tests: { ...accessTests, tests: sorted(accessTests.tests) },
    warnings: sorted(warnings.map(({ place: _, ...warning }) => warning)),
  };
}

describe("a stack that comes with the project", () => {
  for (const name of stackNames)
    it(`${name} means the same, however its apps, groups and tests are spread over files`, function () {
      this.timeout(20_000);
      const file = `Pulumi.${name}.yaml`;
      const text = readFileSync(stackFile(name), "utf8");
      const { raw } = readStackFile(file, text);
      const whole = meaning(loadFromText(file, text));
      const names = sharedMaps.flatMap((map) =>
        Object.keys(valueAt(raw, map) as Tree).map((one) => keyPath([...map, one])),
      );
      fc.assert(
        fc.property(
          fc
            .integer({ min: 1, max: 4 })
            .chain((files) =>
              fc.tuple(
                fc.constant(files),
                fc.array(fc.nat(files), { minLength: names.length, maxLength: names.length }),
              ),
            ),
          ([files, places]) => {
            const { main, parts } = split(raw, (at) => places[names.indexOf(at)]!, files);
            const paths = parts.map((_, i) => `teams/${i}.yaml`);
            const config = { ...main, appFiles: Object.fromEntries(paths.map((path) => [path, {}])) };
            const beside = besideAmong(new Map(parts.map((part, i) => [paths[i]!, stringify(part)])));
            const found = loadFromText(file, stringify({ config }), { beside });
            assert.deepEqual(meaning(found), whole);
            // Every place is in the file that has the key.
            for (const [i, at] of names.entries()) {
              const place = found.placeOf(at)?.file;
              assert.equal(place === undefined, places[i] === 0, `${at} ${place}`);
            }
          },
        ),
        { numRuns: 15 },
      );
    });
});
