import { strict as assert } from "node:assert";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { Outcome } from "../../sandbox/pulumi/events.ts";
import type { Workspace } from "../../sandbox/pulumi/workspace.ts";
import { projectDirectory } from "../../sandbox/stacks.ts";

/** What a preview is to do to one resource, for a person to review. */
export interface Planned {
  /** `create`, or `import, update`. */
  does: string;
  parent?: string;
  /** Resources that come before it. */
  after?: string[];
  provider?: string;
  protect?: true;
  retainOnDelete?: true;
  import?: string;
  ignoreChanges?: string[];
  /** Of a resource that is new to the stack. */
  inputs?: object;
  /** Of a resource that the stack has. */
  changes?: object;
}

/** What differs from sandbox to sandbox, and what stands for it. */
export type Places = readonly (readonly [text: string, name: string])[];

/** Pulumi's update plan, as much of it as is shown. */
interface UpdatePlan {
  resourcePlans: Record<string, { goal?: Goal }>;
}

interface Goal {
  custom: boolean;
  inputDiff: { adds?: object; updates?: object; deletes?: string[] };
  parent?: string;
  protect: boolean;
  retainOnDelete?: boolean;
  dependencies?: string[];
  provider?: string;
  ignoreChanges?: string[];
  /** What it is imported by. */
  id?: string;
}

/** What stands for a value that only the run itself will know, and for a secret. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Previews, and returns what Pulumi plans for each resource that does not stay as it is, by type and name. */
export async function previewPlan(
  workspace: Workspace,
  places: Places,
): Promise<{ outcome: Outcome; plan: Map<string, Planned> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "plan-"));
  try {
    const file = path.join(folder, "plan.json");
    // The update plan does not say what is imported.
    const operations = new Map<string, string[]>();
    const outcome = await workspace.preview(({ urn, operation, state }) => {
      const known = operations.get(urn) ?? [];
      // A component is reported once more when its outputs are there.
      if (state !== "begun" && operation !== "same" && !known.includes(operation))
        operations.set(urn, [...known, operation]);
    }, file);
    if (outcome.errors.length > 0) return { outcome, plan: new Map() };
    const { resourcePlans } = JSON.parse(await readFile(file, "utf8")) as UpdatePlan;
    const plan = [...operations]
      .map(
        ([urn, does]) => [shortName(urn), readable(planned(does, resourcePlans[urn]?.goal), places)] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return { outcome, plan: new Map(plan) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Compares a plan with the committed one, or writes it where UPDATE_GOLDEN is set, for a person to review. */
export function isGolden(name: string, plan: ReadonlyMap<string, Planned>): void {
  const actual = stringify(Object.fromEntries(plan), { lineWidth: 0, aliasDuplicateObjects: false });
  const file = fileURLToPath(new URL(`plans/${name}`, import.meta.url));
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, actual);
  const expected = existsSync(file) ? readFileSync(file, "utf8") : "";
  assert.equal(actual, expected, `${name} differs; review it with UPDATE_GOLDEN=1 npm run test:scenarios`);
}

/** `kubernetes:core/v1:Secret pomerium-bootstrap`: enough of a URN, since types and names are unique here. */
function shortName(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)} ${name}`;
}

function planned(operations: readonly string[], goal: Goal | undefined): Planned {
  const does = operations.join(", ");
  // What goes has no goal.
  if (!goal) return { does };
  const { parent, dependencies = [], provider, protect, retainOnDelete, id, ignoreChanges, custom } = goal;
  return {
    does,
    ...(parent && !parent.includes("pulumi:pulumi:Stack") ? { parent: shortName(parent) } : {}),
    ...(dependencies.length > 0 ? { after: dependencies.map(shortName).sort() } : {}),
    ...(provider ? { provider: shortName(provider.replace(/::[^:]*$/, "")) } : {}),
    ...(protect ? { protect } : {}),
    ...(retainOnDelete ? { retainOnDelete } : {}),
    ...(id && operations.includes("import") ? { import: id } : {}),
    ...(ignoreChanges?.length ? { ignoreChanges } : {}),
    // A component's inputs stand again in its children's.
    ...(custom ? inputsOf(operations, goal.inputDiff) : {}),
  };
}

/** All inputs of what is new, and what changes of the others. What is adopted unchanged has none to speak of. */
function inputsOf(
  operations: readonly string[],
  { adds, updates, deletes }: Goal["inputDiff"],
): Pick<Planned, "inputs" | "changes"> {
  if (operations.includes("create")) return { inputs: adds ?? {} };
  return operations.includes("update") ? { changes: { ...adds, ...updates, ...gone(deletes) } } : {};
}

const gone = (deletes: readonly string[] = []): object =>
  Object.fromEntries(deletes.map((key) => [key, null]));

/** Without secrets, folders and identities of one sandbox. */
function readable(shown: Planned, places: Places): Planned {
  let text = JSON.stringify(shown, (_, value) => {
    if (typeof value === "object" && value !== null && SIGNATURE in value) return "[secret]";
    return value === UNKNOWN ? "[unknown]" : value;
  });
  for (const [place, name] of [...places, [projectDirectory.replace(/\/$/, ""), "<project>"] as const])
    text = text.replaceAll(place, name);
  // The overlay's folder is named by its content, which is golden in its own right.
  return JSON.parse(text.replaceAll(/"[^"]*\/overlay\/[0-9a-f]{64}/g, '"<cache>/overlay/<hash>')) as Planned;
}
