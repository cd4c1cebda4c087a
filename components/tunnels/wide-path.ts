import { re2Finds, re2Problem } from "../../stack-file/re2.ts";

/** Paths that nobody would name. An expression that matches one of them is about more than paths with a name. */
const unnamedPaths = ["/q7x9vz", "/q7x9vz/w3kf8.j5"];

/** Whether the path of a rule matches paths without naming them: `.*`, `/`, `^/\w+`. In doubt, it does. */
export function isWide(path: string): boolean {
  if (re2Problem(path) !== undefined) return true;
  return unnamedPaths.some((unnamed) => re2Finds(path, unnamed, { ignoreCase: true }));
}
