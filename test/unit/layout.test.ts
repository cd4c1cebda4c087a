import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The floors of the project, from the ground up. A file may import from its own floor and from the floors
 * below, never from a floor above.
 */
const floors = [
  ["stack-file"],
  ["policies"],
  ["report"],
  ["components"],
  ["stack"],
  ["discovery"],
  ["index.ts", "cli", "sandbox"],
  ["test"],
];

/** Folders that every subject of `components/` may import: the cluster is what all subjects run on. */
const shared = ["cluster"];

interface Import {
  from: string;
  to: string;
}

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sources(name);
    return entry.name.endsWith(".ts") ? [name] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+\.ts)"/g)].map(([, target = ""]) => ({
    from: file,
    to: path.posix.join(path.posix.dirname(file), target),
  }));
}

const files = floors.flat().flatMap((place) => (place.endsWith(".ts") ? [place] : sources(place)));
const imports = files.flatMap(importsOf);

function floorOf(file: string): number {
  const top = file.split("/")[0]!;
  return floors.findIndex((floor) => floor.includes(top));
}

function subjectOf(file: string): string | undefined {
  const [top, subject, rest] = file.split("/");
  return top === "components" && rest !== undefined ? subject : undefined;
}

/**
 * The entry of the policy pack. Pulumi loads a pack from one folder, with the pack's project file and its entry. This
 * is the folder of its rules. The rules themselves know no Pulumi.
 */
const packEntry = "policies/guardrails/index.ts";

const shown = (list: Import[]): string[] => list.map(({ from, to }) => `${from} imports ${to}`).sort();

describe("the layout", () => {
  it("lets imports run down only: stack-file, policies, report, components, stack, discovery, then the programs", () => {
    assert.deepEqual(
      shown(imports.filter(({ from, to }) => floorOf(to) > floorOf(from))),
      [],
      "an import runs up. Pass the value in as plain data, or move the file to the floor that it belongs to.",
    );
  });

  it("keeps the subjects of components/ apart from each other", () => {
    assert.deepEqual(
      shown(
        imports.filter(({ from, to }) => {
          const [own, other] = [subjectOf(from), subjectOf(to)];
          return own !== undefined && other !== undefined && own !== other && !shared.includes(other);
        }),
      ),
      [],
      "a subject imports another one. Give it the part that it needs as plain data, from stack/ or index.ts.",
    );
  });

  it("has no import circle", () => {
    const next = new Map<string, string[]>();
    for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, trail: string[]): void => {
      if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(" → "));
      if (done.has(file) || trail.includes(file)) return;
      for (const to of next.get(file) ?? []) visit(to, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    assert.deepEqual(circles, [], "files import each other. Move what both need into a file of its own.");
  });

  it("keeps Pulumi out of stack-file and policies, but for the entry of the policy pack", () => {
    const knowing = files
      .filter((file) => /^(?:stack-file|policies)\//.test(file))
      .filter((file) => /from "@pulumi\//.test(readFileSync(path.join(root, file), "utf8")));
    assert.deepEqual(knowing, [packEntry]);
    assert.deepEqual(shown(imports.filter(({ from, to }) => to === packEntry && from !== to)), []);
  });

  it("gives every import a file", () => {
    assert.deepEqual(shown(imports.filter(({ to }) => !files.includes(to))), []);
  });

  it("has components that record no inputs, because the state would hold each value twice", () => {
    const registered = files
      .filter((file) => file.startsWith("components/"))
      .flatMap((file) => [
        ...readFileSync(path.join(root, file), "utf8").matchAll(/super\("pomerium-migration:.*\);/g),
      ])
      .map(([call]) => call.replace(/"[^"]*"/, "type"));
    assert.ok(registered.length > 3);
    assert.deepEqual([...new Set(registered)], ["super(type, name, {}, opts);"]);
  });
});
