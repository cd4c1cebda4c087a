import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { decoded } from "./decode.ts";
import { CliError } from "./exit.ts";
import type { Io } from "./io.ts";

/** The text of a file. @throws CliError if it cannot be read. */
export function readText(file: string, { cwd }: Pick<Io, "cwd">): string {
  try {
    return decoded(readFileSync(resolve(cwd, file)));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliError(`cannot read ${file}: ${code ?? message}`);
  }
}

/** The text of a file, or of standard input for `-`. @throws CliError if it cannot be read. */
export async function readInput(file: string, io: Io): Promise<string> {
  return file === "-" ? io.stdin() : readText(file, io);
}
