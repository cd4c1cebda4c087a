import { strict as assert } from "node:assert";
import { readFile, writeFile } from "node:fs/promises";
import { runAccessTests } from "../../../policies/access/assertions/run.ts";
import { untested } from "../../../policies/access/assertions/untested.ts";
import { diffAccess } from "../../../policies/access/diff/diff.ts";
import { fromIngress } from "../../../policies/access/matrix/ingress.ts";
import { matrix } from "../../../policies/access/matrix/matrix.ts";
import type { View } from "../../../policies/access/matrix/view.ts";
import { diffText } from "../../../report/diff-text.ts";
import { diffJson, matrixJson, testsJson } from "../../../report/json.ts";
import { diffMarkdown, matrixMarkdown, testsMarkdown } from "../../../report/markdown.ts";
import { matrixTable } from "../../../report/table.ts";
import { apps, directory, open, people, raw, view } from "../../unit/policies/access/matrix/sample.ts";

const before = view("HEAD~1", [
  people("audiobookshelf", { groups: ["listeners"] }, { api: [{ path: "/api" }, { path: "/hls" }] }),
  people("komga", { groups: ["readers", "listeners"] }, { api: [{ path: "/opds/" }] }),
  people("code-server"),
  people("ddns-updater"),
  people("prometheus", { users: ["dave@example.org"] }),
]);

const claims = raw("headlamp", [{ allow: { or: [{ "claim/groups": "staff" }] } }]);
const now = view("now", [...apps, claims]);

const live: View = {
  name: "live",
  apps: [
    fromIngress({
      namespace: "default",
      name: "ddns-updater",
      host: "ddns-updater.example.org",
      annotations: { "ingress.pomerium.io/policy": "allow:\n  or:\n    - emial: admin-user@gmail.com\n" },
    }),
  ],
};

const tests = {
  directory,
  pomerium: { version: "v0.33.1" },
  apps: [...apps, claims],
  accessTests: {
    strict: true,
    tests: [
      { app: "komga", deny: ["stranger", "carol@example.org"], allow: ["group:readers"] },
      { app: "unifi", deny: ["stranger"], allow: ["admin-user@gmail.com"] },
      { app: "headlamp", deny: ["stranger"], allow: [] },
    ].map((test) => ({ ...test, at: `accessTests.apps.${test.app}[0]`, paths: ["/"], method: "GET" })),
  },
};

const results = runAccessTests(tests);
const shown = matrix(now.apps, directory);
const crowd = matrix(
  view("now", [
    people("komga", { users: Array.from({ length: 40 }, (_, i) => `person${i}@example.org`) }),
    open("site"),
  ]).apps,
  directory,
);

const texts: Record<string, () => string> = {
  "matrix.txt": () => matrixTable(shown, { width: 160 }),
  "matrix-narrow.txt": () => matrixTable(shown, { width: 80 }),
  "matrix-crowd.txt": () => matrixTable(crowd),
  "matrix.md.txt": () => matrixMarkdown(shown),
  "matrix.json.txt": () => matrixJson(matrix(now.apps.slice(0, 1), directory)),
  "diff.txt": () => diffText(diffAccess(before, now)),
  "diff-unchanged.txt": () => diffText(diffAccess(now, now)),
  "diff-live.txt": () => diffText(diffAccess(live, now), { limit: 3 }),
  "diff.md.txt": () => diffMarkdown(diffAccess(before, now)),
  "diff.json.txt": () => diffJson(diffAccess(before, now)),
  "tests.md.txt": () => testsMarkdown(results, untested(tests)),
  "tests.json.txt": () => testsJson(results.slice(0, 2), untested(tests)),
};

describe("reports on access", () => {
  for (const [name, render] of Object.entries(texts))
    it(`read as reviewed: ${name} (UPDATE_GOLDEN=1 writes it anew)`, async () => {
      const path = new URL(name, import.meta.url);
      const text = render();
      if (process.env.UPDATE_GOLDEN) await writeFile(path, text);
      assert.equal(text, await readFile(path, "utf8"));
    });
});
