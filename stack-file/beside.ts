import { readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

/** A file that cannot be read, and why. */
export interface Unreadable {
  /** What is wrong, as the end of a sentence that begins with the file's name. */
  wrong: string;
}

/** Reads a file by its path from the folder of the stack file. */
export type Beside = (path: string) => string | Unreadable;

/** Size from which a file is not read, in bytes. It is far above a thousand apps. */
const most = 1024 * 1024;

/**
 * Reads files below a folder. A symbolic link is refused, because its target may be anywhere on the machine. Git keeps
 * only the target's name, so another revision of the file could not be read.
 */
export function besideIn(folder: string): Beside {
  return (path) => {
    const full = join(folder, path);
    try {
      if (realpathSync.native(full) !== join(realpathSync.native(folder), path))
        return {
          wrong: "leads over a symbolic link, or is written differently on the disk; name the file itself",
        };
      const found = statSync(full);
      if (!found.isFile())
        return { wrong: `is ${found.isDirectory() ? "a folder" : "no file"}; name a file in it` };
      if (found.size > most) return tooLarge(found.size);
      return readFileSync(full, "utf8");
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      return { wrong: code === "ENOENT" || code === "ENOTDIR" ? missing : `cannot be read (${code})` };
    }
  };
}

/** Reads files of another revision, which were fetched before. */
export function besideAmong(texts: ReadonlyMap<string, string>): Beside {
  return (path) => {
    const text = texts.get(path);
    if (text === undefined) return { wrong: missing };
    const bytes = Buffer.byteLength(text);
    return bytes > most ? tooLarge(bytes) : text;
  };
}

/** Finds no file: for a stack that came without its folder. */
export const nothingBeside: Beside = () => ({ wrong: missing });

const missing = "is missing; make the file, or remove this entry";

function tooLarge(bytes: number): Unreadable {
  return {
    wrong: `has ${Math.ceil(bytes / 1024)} KiB, and ${most / 1024} KiB is the most; split it`,
  };
}

/**
 * Paths that can name an app file. They stay in the folder, mean the same on every system, and name no file of Pulumi's own,
 * nor a hidden one.
 */
export const appFilePattern =
  /^(?!(?:.*\/)?Pulumi\.)(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)*[A-Za-z0-9_][A-Za-z0-9._-]*\.ya?ml$/;

/** Whether a path can name an app file. */
export const isPathBeside = (path: string): boolean => appFilePattern.test(path);
