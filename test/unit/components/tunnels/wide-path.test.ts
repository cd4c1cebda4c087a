import { strict as assert } from "node:assert";
import { isWide } from "../../../../components/tunnels/wide-path.ts";

describe("a path of a tunnel's rule", () => {
  it("is wide if it matches paths that it does not name", () => {
    const wide = [
      "",
      "/",
      ".*",
      "^/",
      "^/.+$",
      "\\A/",
      "(?i)^/",
      "^/?",
      "^/\\w+$",
      "[/]",
      "\\x2f",
      "\\057",
      "\\Q/\\E",
      "\\Q/",
      "^/\\pL",
      "^/[[:alpha:]]",
      "^/[^a]",
      "^/(?P<rest>.*)\\z",
      "^/api|.",
    ];
    for (const path of wide) assert.ok(isWide(path), path);
  });

  it("is not wide if it names what it matches", () => {
    const narrow = [
      "^/api",
      "^/api/.*",
      "/photo",
      "^/$",
      "^/\\.well-known/",
      "\\.(png|jpg)$",
      "(?i)^/API/",
      "\\Q/a.b/\\E",
      "^/\\x61bc/[[:alpha:]]+",
      "^/(?P<which>hook|feed)\\z",
    ];
    for (const path of narrow) assert.ok(!isWide(path), path);
  });
});
