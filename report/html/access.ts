import type { TestResult } from "../../policies/access/assertions/run.ts";
import type { Untested } from "../../policies/access/assertions/untested.ts";
import type { Matrix } from "../../policies/access/matrix/matrix.ts";
import { isPerson } from "../../policies/access/principals.ts";
import { counted, few } from "../../stack-file/text.ts";
import { whoIs } from "../diff-text.ts";
import { openByQuery, openText } from "../marks.ts";

import { appList } from "./apps.ts";
import { diagram } from "./diagram.ts";
import { esc } from "./escape.ts";
import { columnsOf, grid, peopleList } from "./grid.ts";
import { appStates, isUndecided, legend, statesOf, symbol } from "./marks.ts";
import { aroundTunnel } from "./stations.ts";
import { filter, only, type Scope, section, type Tab } from "./tab.ts";
import type { Ways } from "./ways.ts";

/** The data of the part about access. Absent data is left out of the page. */
export interface Accessible {
  matrix: Matrix;
  ways?: Ways;
  tests?: { results: readonly TestResult[]; untested: readonly Untested[] };
  scope?: Scope;
}

/** Who may reach what. */
export function accessTab({ matrix, ways, tests, scope = only }: Accessible): Tab {
  const used = new Set(matrix.apps.flatMap(statesOf));
  const columns = columnsOf(matrix);
  const table = grid(matrix, columns, scope);
  const people = peopleList(matrix, columns, scope);
  return {
    id: `${scope.id}access`,
    title: "Access",
    count: String(matrix.apps.length),
    body: [
      tiles(matrix, tests),
      notes(matrix, ways),
      tests ? failures(tests) : "",
      `<div class="filtered">${filter(
        `${scope.id}apps`,
        "app, host or person",
        appStates.filter(([state]) => used.has(state)),
        scope.of,
      )}`,
      section(
        "Apps",
        `<p class="soft">Each app opens: who passes and by which line, and the requests that were tried.</p>${appList(matrix, scope)}`,
      ),
      table === undefined ? "" : section("People and apps", `${legend()}${table}`, "wide"),
      people === "" ? "" : section("People", people),
      "</div>",
      doors(matrix),
      section(
        "The way of a request",
        `<figure class="card way-box"><div class="way-scroll" role="region" tabindex="0" aria-label="Drawing: the way of a request${esc(scope.of)}">${diagram(
          matrix.apps,
          ways,
        )}</div></figure>`,
      ),
      '<p class="soft">Computed from the policies, not observed. What cannot be decided is never counted as allowed.</p>',
    ].join("\n"),
  };
}

function tile(count: number | string, text: string, loud = ""): string {
  return `<li class="card tile ${loud}"><b>${count}</b> <span>${esc(text)}</span></li>`;
}

function tiles({ apps, people }: Matrix, tests: Accessible["tests"]): string {
  const isPublic = apps.filter((app) => app.public).length;
  const open = apps.filter((app) => app.open.length > 0);
  const paths = open.reduce((sum, app) => sum + app.open.length, 0);
  const unknown = apps.filter(isUndecided).length;
  const persons = people.filter(isPerson).length;
  const failed = tests?.results.filter(({ passed }) => !passed).length ?? 0;
  return `<ul class="tiles" aria-label="In numbers">${[
    tile(apps.length, apps.length === 1 ? "app" : "apps"),
    tile(persons, persons === 1 ? "person" : "people"),
    tile(isPublic, isPublic === 1 ? "app is public" : "apps are public", isPublic > 0 ? "loud" : ""),
    tile(
      paths,
      `${paths === 1 ? "path" : "paths"} open to anybody, on ${counted(open.length, "app")}`,
      paths > 0 ? "warm" : "",
    ),
    ...(unknown > 0 ? [tile(unknown, unknown === 1 ? "app not decided" : "apps not decided", "odd")] : []),
    ...(tests === undefined
      ? []
      : [
          failed > 0
            ? tile(failed, `of ${counted(tests.results.length, "access test")} failed`, "loud")
            : tile(tests.results.length, "access tests passed"),
        ]),
  ].join("")}</ul>`;
}

function notes({ apps }: Matrix, ways: Ways | undefined): string {
  const smuggled = openByQuery(apps).map(({ app }) => app.name);
  const around = aroundTunnel(ways);
  return [
    ...(smuggled.length > 0
      ? [
          `<p class="card note loud"><b>An open path opens the whole app.</b> Pomerium compares the query too: who asks for <code>/?/api</code> needs no sign-in at ${esc(
            few(smuggled, 6),
          )}.</p>`,
        ]
      : []),
    ...(around === undefined
      ? []
      : [`<p class="card note"><b>A tunnel is no wall here.</b> ${esc(around)}</p>`]),
  ].join("");
}

/** Everything that is open without signing in, with the reason. */
function doors({ apps }: Matrix): string {
  const sorted = apps.toSorted((one, other) => Number(other.public) - Number(one.public));
  const rows = sorted.flatMap((access) => {
    const where = (path: string): string =>
      `<th scope="row">${esc(access.app.name)} <code>${esc(access.app.host + path)}</code></th>`;
    if (access.public)
      return [
        `<tr>${where("/…")}<td>${symbol("public")} public</td><td>everybody passes: <code>${esc(
          access.app.access ? `${access.app.at}.access` : access.app.at,
        )}</code></td></tr>`,
      ];
    return access.open.map(
      (open) =>
        `<tr>${where(openText(open))}<td>${symbol("api")} open path</td><td>${esc(open.reason ?? "")}${
          open.beside ? " <b>without a boundary: also opens whatever begins alike</b>" : ""
        }</td></tr>`,
    );
  });
  return rows.length === 0
    ? ""
    : section(
        "Open to anybody",
        `<div class="card pad"><table class="plain"><caption class="vh">What is open without signing in</caption><thead class="vh"><tr><th scope="col">where</th><th scope="col">what</th><th scope="col">why</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`,
      );
}

function failures({ results, untested }: NonNullable<Accessible["tests"]>): string {
  const rows = [
    ...results
      .filter(({ passed }) => !passed)
      .map(
        ({ at, principal, method, host, path, expected, got, reason, keyPath, fix }) =>
          `<li class="row"><span><span class="tag minus">failed</span></span><span><b>${esc(whoIs(principal))}</b><br>expected ${expected}, got ${got}</span><span><code>${esc(
            `${method} ${host}${path}`,
          )}</code><br><span class="soft">${esc(at)}</span></span><span>${esc(`${reason} (${keyPath})`)}<br><span class="soft">${esc(
            fix ?? "",
          )}</span></span></li>`,
      ),
    ...(["error", "warning"] as const).flatMap((severity) => {
      const apps = untested.filter((one) => one.severity === severity);
      if (apps.length === 0) return [];
      return `<li class="row"><span><span class="tag ${severity === "error" ? "minus" : "door"}">untested</span></span><b>${counted(
        apps.length,
        "app",
      )}</b><span>${esc(apps.map(({ app }) => app).join(", "))}</span><span class="soft">${esc(apps[0]!.message)}</span></li>`;
    }),
  ];
  return rows.length === 0 ? "" : section("Access tests", `<ul class="card rows">${rows.join("")}</ul>`);
}
