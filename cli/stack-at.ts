import { stackText } from "../stack/load.ts";
import type { Stack } from "../stack/stack.ts";
import { besideAmong } from "../stack-file/beside.ts";
import { stackFileName } from "../stack-file/file-name.ts";
import { fileAt, filesAt } from "./git.ts";

/**
 * Finds a stack at a commit: its file, and the app files as that commit has them. The result reads them; it throws a
 * StackFileError if they have problems. Undefined if the commit does not have the stack file.
 */
export async function stackAt(
  directory: string,
  commit: string,
  stack: string,
): Promise<(() => Stack) | undefined> {
  const file = stackFileName(stack);
  const text = await fileAt(directory, commit, file);
  if (text === undefined) return undefined;
  const { appFiles, load } = stackText(file, text);
  const found = await filesAt(directory, commit, appFiles);
  return () => load(besideAmong(found));
}
