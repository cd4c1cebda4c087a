import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { parseManifests } from "../../../sandbox/cluster/apply.ts";
import { digests, recorded, recordings } from "../../support/upstream.ts";

const folder = new URL("../../../sandbox/base/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const { resources } = parse(read("kustomization.yaml")) as { resources: string[] };

describe("the base kustomization for machines without network", () => {
  it("lists every other file of its folder", () => {
    const files = readdirSync(folder).filter((name) => name !== "kustomization.yaml");
    assert.deepEqual(resources.toSorted(), files.sort());
  });

  it("has the same objects as Pomerium v0.33.1, except for descriptions and annotations", () => {
    const { comparable } = recordings.pomerium;
    const ours = digests(
      resources.flatMap((file) => parseManifests(read(file))),
      comparable,
    );
    assert.deepEqual(ours, recorded("pomerium"));
  });
});
