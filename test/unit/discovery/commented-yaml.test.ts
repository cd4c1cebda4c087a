import { strict as assert } from "node:assert";
import { commentedYaml } from "../../../discovery/commented-yaml.ts";

describe("a written stack file", () => {
  const also = [{ helmRelease: "edge", namespace: "edge" }, { manifest: "cloud" }];

  it("has a map in one line where that is asked, also as an item of a list", () => {
    assert.equal(
      commentedYaml({ nginx: { service: { name: "web", port: 80 }, also } }, [], {
        oneLine: [
          ["nginx", "service"],
          ["nginx", "also", 0],
        ],
      }),
      [
        "config:",
        "  nginx:",
        "    service: {name: web, port: 80}",
        "    also:",
        "      - {helmRelease: edge, namespace: edge}",
        "      - manifest: cloud",
        "",
      ].join("\n"),
    );
  });

  it("has its comments before or beside a key, also in an item of a list, and none at a key that is missing", () => {
    assert.equal(
      commentedYaml({ nginx: { also } }, [
        { path: ["nginx"], place: "before", text: "why" },
        { path: ["nginx", "also", 1, "manifest"], place: "beside", text: "of upstream" },
        { path: ["nginx", "also", 2, "manifest"], place: "beside", text: "lost" },
        { path: ["nginx", "keep"], place: "before", text: "lost" },
      ]),
      [
        "config:",
        "  # why",
        "  nginx:",
        "    also:",
        "      - helmRelease: edge",
        "        namespace: edge",
        "      - manifest: cloud # of upstream",
        "",
      ].join("\n"),
    );
  });
});
