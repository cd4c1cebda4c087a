import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { audit } from "../../../discovery/audit/audit.ts";
import { auditPage } from "../../../discovery/audit/page.ts";
import { type ExportedObject, readExported } from "../../../discovery/exported.ts";
import { inventoryOf, writtenFrom } from "./written.ts";

const fixtures = ["k3s", "argo-cd", "baremetal", "rke2"].map((name) => {
  const file = fileURLToPath(new URL(`fixtures/${name}.yaml`, import.meta.url));
  return readExported({ file, text: readFileSync(file, "utf8") }).objects;
});

type Node = Record<string, unknown>;
type Step = [node: Node, key: string];

/** Every field and item of a value, at any depth. */
function stepsOf(value: unknown): Step[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => [
    [value as Node, key] as Step,
    ...stepsOf((value as Node)[key]),
  ]);
}

/** What may be found in a broken export: a field gone, null, or of another type. */
const damages = {
  gone: ([node, key]: Step) => {
    if (Array.isArray(node)) node.splice(Number(key), 1);
    else delete node[key];
  },
  null: ([node, key]: Step) => {
    node[key] = null;
  },
  text: ([node, key]: Step) => {
    node[key] = "text";
  },
  number: ([node, key]: Step) => {
    node[key] = 7;
  },
  list: ([node, key]: Step) => {
    node[key] = [null];
  },
  map: ([node, key]: Step) => {
    node[key] = {};
  },
};
type Damage = keyof typeof damages;

const kinds = Object.keys(damages) as Damage[];

/** Reads objects as `audit` and `init` do, and returns what was not read. */
async function readAll(objects: readonly ExportedObject[]): Promise<string[]> {
  const exported = readExported({ file: "all.json", text: JSON.stringify({ kind: "List", items: objects }) });
  const inventory = await inventoryOf(exported.objects);
  writtenFrom(inventory);
  auditPage(audit(inventory, {}));
  return exported.problems;
}

describe("a damaged export", () => {
  it("ends in a stack file and a report, whatever fields are gone, null or of another type", async () => {
    let unread = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fixtures),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...kinds)), { minLength: 1, maxLength: 4 }),
        async (good, plan) => {
          const objects = structuredClone(good);
          for (const [at, damage] of plan) {
            const steps = objects.flatMap(stepsOf);
            damages[damage](steps[at % steps.length]!);
          }
          unread += (await readAll(objects)).length;
        },
      ),
      { numRuns: 150 },
    );
    assert.ok(unread > 10, `only ${unread} objects were damaged so far that they were not read`);
  });

  it("of which nothing is damaged is read as a whole", async () => {
    for (const good of fixtures) assert.deepEqual(await readAll(good), []);
  });
});
