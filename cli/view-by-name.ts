import { resolve } from "node:path";
import type { View } from "../policies/access/matrix/view.ts";
import { besideOthers, type LiveView, liveView, viewOfStack } from "../stack/access-view.ts";
import { type Loaded, loadWithRaw } from "../stack/load.ts";
import type { Stack } from "../stack/stack.ts";
import { stackFileName } from "../stack-file/file-name.ts";
import { StackFileError } from "../stack-file/problems.ts";
import { decidingChanges } from "./deciding-files.ts";
import { commitOf } from "./git.ts";
import type { Io } from "./io.ts";
import { type Project, stackPath } from "./project.ts";
import { stackAt } from "./stack-at.ts";

/** A view and its source. */
export interface Seen {
  view: View;
  /** The view, if it is of a live cluster. */
  live?: LiveView;
  /** The stack of the view; absent for a live cluster and for a revision without the stack file. */
  stack?: Stack;
  /** Files that have changed since the revision and can decide about access. Empty for other views. */
  code: readonly string[];
  /** Notes for the reader of a comparison. */
  notes: readonly string[];
}

/**
 * The stack file in the working tree. A relative path of its kubeconfig starts at the project's folder, because Pulumi
 * runs the program there.
 */
export function stackNow(project: Project, stack: string): Stack {
  return stackWithRawNow(project, stack).stack;
}

/** Like {@link stackNow}, with the configuration as the file has it. */
export function stackWithRawNow(project: Project, name: string): Loaded {
  const now = loadWithRaw(stackPath(project, name));
  const { cluster } = now.stack;
  if (cluster.kubeconfig === undefined) return now;
  const kubeconfig = resolve(project.directory, cluster.kubeconfig);
  return { ...now, stack: { ...now.stack, cluster: { ...cluster, kubeconfig } } };
}

/** Who may reach what by the stack file in the working tree. */
export function viewNow(project: Project, name: string): Seen & { stack: Stack } {
  const stack = stackNow(project, name);
  return { view: viewOfStack("now", stack), stack, code: [], notes: [] };
}

/**
 * Who may reach what: in the stack file, in one of its revisions, or on the live cluster.
 *
 * @param name `now`, `live` or a git revision.
 * @throws StackFileError if the stack file of the view has problems.
 * @throws CliError if git does not know the revision.
 */
export async function viewOf(name: string, project: Project, stack: string, io: Io): Promise<Seen> {
  switch (name) {
    case "now":
      return viewNow(project, stack);
    case "live": {
      const now = stackNow(project, stack);
      const view = liveView(now, await io.readCluster(now.cluster));
      return { view, live: view, code: [], notes: [] };
    }
    default:
      return viewAt(name, project, stack);
  }
}

/**
 * The view of a stack file lacks the Ingresses of others, which no run changes. They are added before a comparison with
 * `live`.
 */
export function comparable({ view, live }: Seen, { live: other }: Seen): View {
  return live === undefined && other !== undefined ? besideOthers(view, other) : view;
}

async function viewAt(revision: string, { directory }: Project, stack: string): Promise<Seen> {
  const commit = await commitOf(directory, revision);
  const file = stackFileName(stack);
  const [read, changed] = await Promise.all([
    stackAt(directory, commit, stack),
    decidingChanges(directory, commit),
  ]);
  if (read === undefined)
    return {
      view: { name: revision, apps: [] },
      code: changed,
      notes: [`${revision} has no ${file}: everything is new`],
    };
  const then = ofRevision(revision, file, read);
  return {
    view: viewOfStack(revision, then),
    stack: then,
    code: changed,
    // The code of another revision is never run: a stranger may have written it.
    notes:
      changed.length === 0
        ? []
        : [
            `the code that computes access has changed since ${revision} (${changed.slice(0, 3).join(", ")}${
              changed.length > 3 ? ` and ${changed.length - 3} more` : ""
            }); both stack files are read by the present code, so the diff does not show what the new code opens or closes: compare with live`,
          ],
  };
}

function ofRevision(revision: string, file: string, read: () => Stack): Stack {
  try {
    return read();
  } catch (error) {
    if (error instanceof StackFileError) throw new StackFileError(`${file} at ${revision}`, error.problems);
    throw error;
  }
}
