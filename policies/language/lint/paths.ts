import { comparisons, type Placed, type StringComparison } from "../criteria.ts";
import { behaves, firstWith, newestRelease } from "../releases.ts";
import { at, type Finding, type LintOptions, opens } from "./finding.ts";

interface Pattern {
  comparison: StringComparison;
  text: string;
}

function patterns({ data }: Placed): Pattern[] {
  return Object.entries(comparisons(data)).flatMap(([comparison, value]) =>
    ([value ?? []].flat() as string[]).map((text) => ({ comparison: comparison as StringComparison, text })),
  );
}

const positive = ({ comparison }: Pattern): boolean => comparison !== "not";
const fromStart = ({ comparison }: Pattern): boolean => ["is", "in", "starts_with"].includes(comparison);

function boundaries(placed: Placed): Finding[] {
  return patterns(placed)
    .filter(
      ({ comparison, text }) =>
        opens(placed) && comparison === "starts_with" && text.startsWith("/") && !text.endsWith("/"),
    )
    .map(({ text }) => ({
      code: "no-boundary",
      severity: "warning",
      message: `the prefix "${text}" also opens ${text}xyz`,
      where: at(placed),
      fix: `write two criteria: http_path: { is: ${text} } and http_path: { starts_with: ${text}/ }`,
    }));
}

/** Finds texts that cannot match any path. */
function forms(placed: Placed): Finding[] {
  const findings: Finding[] = [];
  const add = (message: string, fix: string): void => {
    findings.push({ code: "path-form", severity: "error", message, where: at(placed), fix });
  };
  for (const pattern of patterns(placed)) {
    const { text } = pattern;
    if (fromStart(pattern) && text !== "" && !text.startsWith("/"))
      add(`no path begins like "${text}"`, `write /${text}`);
    if (text.includes("?"))
      add(
        `http_path is the path without its query; "${text}" never matches one`,
        "leave out the ? and what follows",
      );
    if (/%[0-9a-f]{2}/i.test(text) && !/%2f|%5c/i.test(text))
      add(`paths are compared decoded; "${text}" never matches one`, "write the character itself");
    if (/\/\.{1,2}(?:\/|$)/.test(text))
      add(`dot segments are resolved before; "${text}" never matches`, "leave them out");
  }
  return findings;
}

function slashes(placed: Placed, { pomerium }: LintOptions): Finding[] {
  const modern = behaves(pomerium, "mergedSlashes");
  return patterns(placed).flatMap(({ text }): Finding[] => {
    if (text.includes("//"))
      return [
        {
          code: "double-slash",
          severity: modern ? "error" : "warning",
          message: modern
            ? `Pomerium ${pomerium} merges slashes before it compares, so that "${text}" never matches`
            : `"${text}" stops matching with Pomerium ${firstWith("behaviours", "mergedSlashes")}, which merges slashes`,
          where: at(placed),
          fix: `write ${text.replace(/\/{2,}/g, "/")}${modern ? "" : " beside it"}`,
        },
      ];
    if (/%2f|%5c/i.test(text))
      return [
        {
          code: "escaped-slash",
          severity: "error",
          message: modern
            ? `no escaped slash reaches a policy of Pomerium ${pomerium}, so "${text}" never matches`
            : `paths are compared decoded; "${text}" never matches`,
          where: at(placed),
          fix: "write the slash itself",
        },
      ];
    return [];
  });
}

function alwaysMatches(placed: Placed): Finding[] {
  const all = patterns(placed);
  if (all.length === 0 || all.some((pattern) => positive(pattern) && pattern.text !== "")) return [];
  return [
    {
      code: "always-matches",
      severity: "error",
      message: `${placed.name} compares every text of a request, and some text always differs: this holds for everybody`,
      where: at(placed),
      fix: `put ${placed.name}: { is: ... } in a "not" block`,
    },
  ];
}

/** Finds requests that a criterion on the path or method lets in although it does not name them. */
export function lintPath(placed: Placed, options: LintOptions): Finding[] {
  if (placed.name === "http_method") return alwaysMatches(placed);
  if (placed.name !== "http_path") return [];
  return [...boundaries(placed), ...forms(placed), ...slashes(placed, options), ...alwaysMatches(placed)];
}

/** Finds the two ways around criteria that open a path. Each is reported once for a policy. */
export function lintOpenPaths(all: readonly Placed[], { pomerium }: LintOptions): Finding[] {
  const named = (pattern: Pattern): boolean => positive(pattern) && pattern.text !== "";
  const open = all.filter(
    (placed) =>
      ["http_path", "http_method"].includes(placed.name) && opens(placed) && patterns(placed).some(named),
  );
  const [first] = open;
  if (first === undefined) return [];
  const findings: Finding[] = [];
  const text = patterns(first).find(named)?.text;
  findings.push({
    code: "query-opens",
    severity: "error",
    message: `Pomerium ${pomerium} compares every text of a request with ${first.name}, its query too: any path followed by "?${text}" is let in`,
    where: at(first),
    fix: `name the path under \`api\`, which gives it a route of its own, instead of the ${open.length === 1 ? "criterion" : `${open.length} criteria`} here`,
  });
  const prefix = open.find(
    (placed) =>
      placed.name === "http_path" && patterns(placed).some(({ comparison }) => comparison === "starts_with"),
  );
  if (prefix !== undefined && !behaves(pomerium, "strictRequests"))
    findings.push({
      code: "escaped-slash",
      severity: "warning",
      message: `Pomerium ${pomerium} keeps escaped slashes: "${patterns(prefix)[0]?.text}..%2fadmin" meets the prefix, and many backends read it as /admin`,
      where: at(prefix),
      fix: `upgrade to Pomerium ${newestRelease}, which does not keep them`,
    });
  return findings;
}
