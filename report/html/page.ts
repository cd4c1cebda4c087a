import { createHash } from "node:crypto";
import type { TestResult, Untested } from "../../policies/access/assertions/run.ts";
import type { AccessDiff } from "../../policies/access/diff/diff.ts";
import { kinds } from "../../policies/access/diff/rows.ts";
import type { Matrix } from "../../policies/access/matrix/matrix.ts";
import { isPerson } from "../../policies/access/principals.ts";
import { counted } from "../../stack-file/text.ts";
import { changesOf, place, reasonText, whoIs } from "../diff-text.ts";
import { openByQuery, openText } from "../marks.ts";
import { first } from "../text.ts";
import { diagram } from "./diagram.ts";
import { esc } from "./escape.ts";
import { grid, legend, questions, symbol } from "./grid.ts";
import { aroundTunnel } from "./stations.ts";
import { script, style } from "./style.ts";
import type { Ways } from "./ways.ts";

/** Content of the page. Absent parts are left out. */
export interface Report {
  /** The stack's name: `octavo`. */
  title: string;
  /** Facts for the head of the page: the phase, the revision. */
  subtitle?: string;
  matrix: Matrix;
  ways?: Ways;
  diff?: AccessDiff;
  tests?: { results: readonly TestResult[]; untested: readonly Untested[] };
}

const section = (title: string, body: string): string => `<section><h2>${title}</h2>${body}</section>`;

function tile(count: number | string, text: string, loud = ""): string {
  return `<div class="card tile ${loud}"><b>${count}</b><span>${esc(text)}</span></div>`;
}

function tiles({ matrix, tests }: Report): string {
  const isPublic = matrix.apps.filter((app) => app.public).length;
  const open = matrix.apps.filter((app) => app.open.length > 0);
  const paths = open.reduce((sum, app) => sum + app.open.length, 0);
  const unknown = matrix.apps.filter(({ alike }) =>
    alike.some(({ verdicts }) => verdicts.some(({ decision }) => decision === "unknown")),
  ).length;
  const people = matrix.people.filter(isPerson);
  const failed = tests?.results.filter(({ passed }) => !passed).length ?? 0;
  return `<div class="tiles">${[
    tile(matrix.apps.length, matrix.apps.length === 1 ? "app" : "apps"),
    tile(people.length, people.length === 1 ? "person" : "people"),
    tile(isPublic, isPublic === 1 ? "app is public" : "apps are public", isPublic > 0 ? "loud" : ""),
    tile(
      paths,
      `${paths === 1 ? "path" : "paths"} open to anybody, on ${counted(open.length, "app")}`,
      paths > 0 ? "warm" : "",
    ),
    ...(unknown > 0 ? [tile(unknown, unknown === 1 ? "app not decided" : "apps not decided", "odd")] : []),
    ...(tests
      ? [
          failed > 0
            ? tile(failed, `of ${counted(tests.results.length, "access test")} failed`, "loud")
            : tile(tests.results.length, "access tests passed"),
        ]
      : []),
  ].join("")}</div>`;
}

/** Everything that is open without signing in, with the reason. */
function doors({ apps }: Matrix): string {
  const sorted = apps.toSorted((one, other) => Number(other.public) - Number(one.public));
  const rows = sorted.flatMap((access) => {
    const where = (path: string): string =>
      `<b>${esc(access.app.name)}</b> <code>${esc(access.app.host + path)}</code>`;
    if (access.public)
      return [
        `<tr><td>${symbol("public")}</td><td>${where("/…")}</td><td class="why">everybody passes: <code>${esc(
          access.app.access ? `${access.app.at}.access` : access.app.at,
        )}</code></td></tr>`,
      ];
    return access.open.map(
      (open) =>
        `<tr><td>${symbol("api")}</td><td>${where(openText(open))}</td><td class="why">${esc(open.reason ?? "")}${
          open.beside ? " <b>without a boundary: also opens whatever begins alike</b>" : ""
        }</td></tr>`,
    );
  });
  return rows.length === 0
    ? ""
    : section("Open to anybody", `<div class="card doors"><table>${rows.join("")}</table></div>`);
}

function changes(diff: AccessDiff): string {
  const rows = [
    ...diff.rows
      .filter(({ kind }) =>
        ["public", "private", "appeared", "unreachable", "opened", "closed"].includes(kind),
      )
      .sort((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind))
      .map((row) => {
        const tone =
          row.kind === "public"
            ? "u"
            : row.kind === "opened"
              ? "door"
              : row.kind === "unreachable"
                ? "minus"
                : "plus";
        return `<div class="row"><span><span class="tag ${tone}">${row.kind}</span></span><span>${esc(
          row.person === "everybody" ? "everybody" : whoIs(row.person),
        )}</span><code>${esc(place(row))}</code><span class="soft">${esc(reasonText(row))}</span></div>`;
      }),
    ...changesOf(diff).map(({ sign, person, hosts, row }) => {
      const [tone, word] = { "+": ["plus", "gains"], "-": ["minus", "loses"], "?": ["what", "not known"] }[
        sign
      ] as [string, string];
      return `<div class="row"><span><span class="tag ${tone}">${sign}${hosts.length} ${word}</span></span><b>${esc(
        whoIs(person),
      )}</b><code>${esc(first(hosts, 4))}</code><span class="soft">${esc(reasonText(row))}</span></div>`;
    }),
  ];
  const body = rows.length === 0 ? '<div class="row"><span>Nothing changes.</span></div>' : rows.join("");
  return section(
    `What changes <span class="soft">${esc(diff.before)} → ${esc(diff.after)}</span>`,
    `<div class="card">${body}</div>`,
  );
}

function failures({ results, untested }: NonNullable<Report["tests"]>): string {
  const rows = [
    ...results
      .filter(({ passed }) => !passed)
      .map(
        ({ at, principal, method, host, path, expected, got, reason, keyPath, mend }) =>
          `<div class="row"><span><span class="tag minus">failed</span></span><span><b>${esc(whoIs(principal))}</b><br>expected ${expected}, got ${got}</span><span><code>${esc(
            `${method} ${host}${path}`,
          )}</code><br><span class="soft">${esc(at)}</span></span><span>${esc(`${reason} (${keyPath})`)}<br><span class="soft">${esc(
            mend ?? "",
          )}</span></span></div>`,
      ),
    ...(["error", "warning"] as const).flatMap((severity) => {
      const apps = untested.filter((one) => one.severity === severity);
      if (apps.length === 0) return [];
      return `<div class="row"><span><span class="tag ${severity === "error" ? "minus" : "door"}">untested</span></span><b>${counted(
        apps.length,
        "app",
      )}</b><span>${esc(apps.map(({ app }) => app).join(", "))}</span><span class="soft">${esc(apps[0]!.message)}</span></div>`;
    }),
  ];
  return rows.length === 0 ? "" : section("Access tests", `<div class="card">${rows.join("")}</div>`);
}

function notes({ matrix, ways }: Report): string {
  const smuggled = openByQuery(matrix.apps).map(({ app }) => app.name);
  const around = aroundTunnel(ways);
  return [
    ...(smuggled.length > 0
      ? [
          `<div class="card note loud"><b>An open path opens the whole app.</b> Pomerium compares the query too: who asks for <code>/?/api</code> needs no sign-in at ${esc(
            first(smuggled, 6),
          )}.</div>`,
        ]
      : []),
    ...(around === undefined
      ? []
      : [`<div class="card note"><b>A tunnel is no wall here.</b> ${esc(around)}</div>`]),
  ].join("");
}

/**
 * The access of a stack as one self-contained page. It is readable without its script, and in light and dark. Every
 * text from outside is escaped, and a content security policy keeps everything else from loading.
 */
export function accessPage(report: Report): string {
  const { title, subtitle, matrix, ways, diff, tests } = report;
  const hash = createHash("sha256").update(script).digest("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'">
<title>${esc(title)} · who may reach what</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${esc(title)} <small>who may reach what${subtitle === undefined ? "" : ` · ${esc(subtitle)}`}</small></h1>
${tiles(report)}
${notes(report)}
${diff ? changes(diff) : ""}
${tests ? failures(tests) : ""}
${section("The request’s way", `<div class="card way-box">${diagram(matrix.apps, ways)}</div>`)}
${section(
  "People and apps",
  `<div class="bar">${legend()}<input id="filter" type="search" placeholder="app or person" aria-label="Show only these apps or people" hidden></div>${grid(matrix)}`,
)}
${doors(matrix)}
${section("Every question that was asked", questions(matrix))}
<footer>Computed from the policies, not observed. What cannot be decided is never counted as allowed.</footer>
</main>
<script>${script}</script>
</body>
</html>
`;
}
