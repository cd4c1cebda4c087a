import { type AppInput, appName } from "../components/apps/config.ts";
import type { IsolationInput } from "../components/network-policies/config.ts";
import { type AccessInput, accessSchema } from "../policies/access/config.ts";
import { didYouMeanOrKnown, nearest } from "../stack-file/nearest.ts";
import { isMap, keyPath, valueAt } from "../stack-file/paths.ts";
import type { Report } from "../stack-file/problems.ts";
import { check } from "../stack-file/schema-problems.ts";
import { appSchema, type SectionName, type Sections, sectionNames, sections } from "./schema.ts";

/** Sections that are checked as a whole. Apps and access tests are checked one by one, so that each keeps its result. */
type Whole = Exclude<SectionName, "apps" | "accessTests">;

/** The sections of a stack file. A section with a mistake is undefined. `raw` has all sections unchecked. */
export type ReadSections = { [K in Whole]?: Sections[K] | undefined } & { raw: Record<string, unknown> };

/** Checks the sections against their schemas. */
export function readSections(raw: unknown, report: Report): ReadSections {
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

/** The apps of a stack file. */
export interface ReadApps {
  apps: Map<string, AppInput & IsolationInput>;
  /** Access of the apps that have a mistake elsewhere, so that one mistake does not hide another. */
  accessAlone: Map<string, AccessInput>;
}

/** Checks each app against its schema. Apps with a mistake are left out. */
export function readApps(raw: unknown, report: Report): ReadApps {
  const found: ReadApps = { apps: new Map(), accessAlone: new Map() };
  if (!isMap(raw) || Object.keys(raw).length === 0) {
    check(sections.apps, raw, ["apps"], report);
    return found;
  }
  for (const [name, value] of Object.entries(raw)) {
    const at = ["apps", name];
    const nameIsFine = check(appName, name, at, report) !== undefined;
    const app = check(appSchema, value, at, report);
    if (nameIsFine && app) found.apps.set(name, app);
    else {
      const access = accessSchema.safeParse(valueAt(value, ["access"]));
      if (access.success) found.accessAlone.set(name, access.data);
    }
  }
  return found;
}
