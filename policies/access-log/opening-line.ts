import { isMap } from "../../stack-file/paths.ts";
import { apiPathInFlow } from "../../stack-file/yaml-flow.ts";
import { type ApiPath, covers } from "../access/routes.ts";
import type { LogApp } from "./app.ts";

/** One line of the stack file, and where it belongs. */
export interface OpeningLine {
  /** Key path of the line. */
  at: string;
  /** The complete line, which takes the place of the present one if there is one. */
  text: string;
  /** Whether the key is there already. */
  replaces: boolean;
}

/** The line that opens paths of an app in addition to those that are open already. */
export function openingLine(
  { at, access, written }: Pick<LogApp, "at" | "access" | "written">,
  open: readonly Pick<ApiPath, "path" | "exact">[],
): OpeningLine | undefined {
  if (access.kind !== "people" && access.kind !== "apiOnly") return undefined;
  // A path that a new path covers is not repeated.
  const present = access.api.filter(({ path }) => !open.some((one) => covers(one, path)));
  const list = `[${[...present, ...open].map(apiPathInFlow).join(", ")}]`;
  if (!isMap(written)) return { at: `${at}.access`, text: `access: {api: ${list}}`, replaces: true };
  const key = access.kind === "apiOnly" ? "apiOnly" : "api";
  return { at: `${at}.access.${key}`, text: `${key}: ${list}`, replaces: Object.hasOwn(written, key) };
}
