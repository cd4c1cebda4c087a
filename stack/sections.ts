import { type AppInput, appName } from "../components/apps/config.ts";
import type { IsolationInput } from "../components/network-policies/config.ts";
import { didYouMeanOrKnown, nearest } from "../stack-file/nearest.ts";
import { isMap, keyPath, valueAt } from "../stack-file/paths.ts";
import type { Report } from "../stack-file/problems.ts";
import { check } from "../stack-file/schema-problems.ts";
import { appSchema, type SectionName, type Sections, sectionNames, sections } from "./schema.ts";

/** Sections that are checked as a whole. Apps and access tests are checked one by one, so that each keeps its result. */
type Whole = Exclude<SectionName, "apps" | "accessTests">;

/** Checks the sections against their schemas. A section with a mistake is undefined. `raw` has all sections unchecked. */
export function readSections(
  raw: unknown,
  report: Report,
): { [K in Whole]?: Sections[K] | undefined } & { raw: Record<string, unknown> } {
  const values: Record<string, unknown> = isMap(raw) ? { ...raw } : {};
  if (!isMap(raw)) report.problem([], "must be a map of the project's keys");
  for (const key of Object.keys(values)) {
    if ((sectionNames as string[]).includes(key)) continue;
    report.problem([key], `unknown key${didYouMeanOrKnown(key, sectionNames)}`);
    const meant = nearest(key, sectionNames);
    if (meant === undefined || Object.hasOwn(values, meant)) continue;
    // A misspelled section is checked like the one that was meant.
    values[meant] = values[key];
    report.misspelled.set(keyPath([meant]), keyPath([key]));
  }
  const whole = Object.entries(sections).filter(([key]) => key !== "apps" && key !== "accessTests");
  return Object.assign(
    Object.fromEntries(
      whole.map(([key, schema]) => [key, check<unknown>(schema, valueAt(values, [key]), [key], report)]),
    ),
    { raw: values },
  );
}

/** Checks each app against its schema. Apps with a mistake are left out. */
export function readApps(raw: unknown, report: Report): Map<string, AppInput & IsolationInput> {
  const apps = new Map<string, AppInput & IsolationInput>();
  if (!isMap(raw) || Object.keys(raw).length === 0) {
    check(sections.apps, raw, ["apps"], report);
    return apps;
  }
  for (const [name, value] of Object.entries(raw)) {
    const at = ["apps", name];
    const nameIsFine = check(appName, name, at, report) !== undefined;
    const app = check(appSchema, value, at, report);
    if (nameIsFine && app) apps.set(name, app);
  }
  return apps;
}
