import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string };
}

const ROOT = new URL("../../../", import.meta.url);
const BASE = new URL("sandbox/base/", ROOT);
const UPSTREAM = new URL("../shared/upstream/ingress-controller/v0.33.1/rendered.yaml", ROOT);

function manifests(text: string): Map<string, Manifest> {
  const objects = parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
  return new Map(
    objects.map((object) => [
      `${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`,
      object,
    ]),
  );
}

function resources(): string[] {
  return (parse(readFileSync(new URL("kustomization.yaml", BASE), "utf8")) as { resources: string[] })
    .resources;
}

function ours(): Map<string, Manifest> {
  return manifests(
    resources()
      .map((file) => readFileSync(new URL(file, BASE), "utf8"))
      .join("\n---\n"),
  );
}

/** A value to compare: lists whose order has no effect are sorted, and descriptions and annotations are left out. */
function comparable(value: unknown, inProperties = false): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item) => comparable(item))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => inProperties || (key !== "description" && key !== "annotations"))
    .map(([key, item]) => [key, comparable(item, key === "properties")] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("the base kustomization for machines without network", () => {
  it("lists every other file of its folder", () => {
    const files = readdirSync(BASE).filter((name) => name !== "kustomization.yaml");
    assert.deepEqual(resources().toSorted(), files.sort());
  });

  const title = "has the objects that Pomerium v0.33.1 installs";
  if (!existsSync(UPSTREAM)) {
    it.skip(`${title} (skipped: upstream's rendered manifests are not on this machine)`);
    return;
  }

  const upstream = manifests(readFileSync(UPSTREAM, "utf8"));

  it(title, () => {
    assert.deepEqual([...ours().keys()].sort(), [...upstream.keys()].sort());
  });

  for (const [name, object] of upstream) {
    it(`has the same ${name} as upstream, except for descriptions`, () => {
      assert.deepEqual(comparable(ours().get(name)), comparable(object));
    });
  }
});
