import { runAccessTests, untested } from "../policies/access/assertions/run.ts";
import type { Matrix } from "../policies/access/matrix/matrix.ts";
import { accessTab } from "../report/html/access.ts";
import type { Tab } from "../report/html/tab.ts";
import { waysOf } from "../report/html/ways.ts";
import type { Seen } from "./view-by-name.ts";

/** The part of a page about who may reach what. */
export function accessPart({ stack }: Seen, matrix: Matrix): Tab {
  return accessTab({
    matrix,
    ...(stack
      ? { ways: waysOf(stack), tests: { results: runAccessTests(stack), untested: untested(stack) } }
      : {}),
  });
}

/** What a page is about, beside the name of the stack. */
export function subtitleOf({ view, stack }: Seen): string {
  return [view.name, stack?.phase].filter(Boolean).join(" · ");
}
