/**
 * Measures how long the matrix, the diff and the page of a large installation take. It has 1,000 apps and 1,000
 * people in 50 groups of 20. Each app names two groups, and every third app opens two paths. Run it with `node
 * test/bench/matrix.bench.ts [--json]`. It prints the times and never fails.
 */
import { diffAccess } from "../../policies/access/diff/diff.ts";
import { matrix } from "../../policies/access/matrix/matrix.ts";
import type { Directory } from "../../policies/access/people.ts";
import { accessTab } from "../../report/html/access.ts";
import { htmlPage } from "../../report/html/page.ts";
import { people, type SampleApp, view } from "../unit/policies/access/matrix/sample.ts";

const groups = Object.fromEntries(
  Array.from({ length: 50 }, (_, group) => [
    `team${group}`,
    Array.from({ length: 20 }, (_, i) => `person${group * 20 + i}@example.org`),
  ]),
);
const directory: Directory = { admins: ["admin-user@gmail.com"], groups };

function apps(of: Directory): SampleApp[] {
  return Array.from({ length: 1000 }, (_, i) =>
    people(
      `app${i}`,
      { groups: [`team${i % 50}`, `team${(i * 7) % 50}`] },
      { of, api: i % 3 === 0 ? [{ path: "/api" }, { path: "/hooks" }] : [] },
    ),
  );
}

const measured: { what: string; milliseconds: number }[] = [];

function timed<T>(what: string, work: () => T): T {
  const start = performance.now();
  const result = work();
  measured.push({ what, milliseconds: Math.round(performance.now() - start) });
  return result;
}

const joined: Directory = {
  ...directory,
  groups: { ...groups, team0: [...groups.team0!, "newcomer@example.org"] },
};
const [before, after] = [view("before", apps(directory), directory), view("after", apps(joined), joined)];

const all = timed("matrix of 1,000 apps × 1,000 people", () => matrix(before.apps, directory));
const { rows } = timed("diff when one person joins a group", () => diffAccess(before, after));
const page = timed("page of 100 apps × 200 people", () => {
  const few = { ...directory, groups: Object.fromEntries(Object.entries(groups).slice(0, 10)) };
  return htmlPage({
    title: "bench",
    provenance: { date: new Date().toISOString(), version: "0.1.0" },
    tabs: [accessTab({ matrix: matrix(before.apps.slice(0, 100), few) })],
  });
});
const answers = all.apps.reduce(
  (sum, { alike, probes }) =>
    sum + alike.reduce((count, { principals }) => count + principals.length, 0) * probes.length,
  0,
);

if (process.argv.includes("--json"))
  console.log(JSON.stringify({ measured, answers, rows: rows.length, pageBytes: page.length }));
else {
  for (const { what, milliseconds } of measured)
    console.log(`${what.padEnd(40)} ${String(milliseconds).padStart(6)} ms`);
  console.log(
    `${answers.toLocaleString("en")} answers, ${rows.length} rows, ${Math.round(page.length / 1024)} KiB`,
  );
}
