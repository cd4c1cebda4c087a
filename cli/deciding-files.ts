import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { saysOnlyWhatAppFilesSay } from "../stack/app-files/read.ts";
import { isPathBeside } from "../stack-file/beside.ts";
import { changedSince, filesAt } from "./git.ts";

/** All files except those that the program never runs. A new folder counts until this list names it. */
const deciding = [
  ".",
  ...["Pulumi.*.yaml", "*.md", "docs", "test", "sandbox", "cli", "discovery", ".github", ".ci"],
  ...["LICENSE", "CODEOWNERS", ".gitignore", ".node-version", "biome.json", "tsconfig.json"],
].map((path, i) => (i === 0 ? path : `:(exclude)${path}`));

type Tree = Record<string, unknown>;

/** The parts of a package.json and of a package-lock.json that the program's run depends on. */
const running: Readonly<Record<string, (content: Tree) => unknown>> = {
  "package.json": ({ dependencies, optionalDependencies, overrides, imports, type, main }) => [
    dependencies,
    optionalDependencies,
    overrides,
    imports,
    type,
    main,
  ],
  "package-lock.json": ({ packages }) =>
    Object.entries((packages ?? {}) as Record<string, Tree>).filter(
      ([path, { dev }]) => path !== "" && dev !== true,
    ),
};

/** A deleted file has no text. */
function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/**
 * Files that differ from a commit and can change who may reach what, whatever the stack file says. These are the
 * program and the packages that it runs. Packages that only development needs do not count. Neither do app files: they
 * are read as a part of the stack files that name them, and nothing else can read them.
 *
 * @param directory The folder with the change.
 */
export async function decidingChanges(directory: string, commit: string): Promise<string[]> {
  const names = await changedSince(directory, commit, deciding);
  const read = new Set(names.filter((name) => running[name] !== undefined || isPathBeside(name)));
  const before = await filesAt(directory, commit, [...read]).catch(() => undefined);
  const counts = await Promise.all(
    names.map(
      (name) => before === undefined || !read.has(name) || isDeciding(directory, name, before.get(name)),
    ),
  );
  return names.filter((_, i) => counts[i]);
}

async function isDeciding(directory: string, name: string, before: string | undefined): Promise<boolean> {
  const part = running[name];
  try {
    const texts = [before, await readFile(join(directory, name), "utf8").catch(nothingThere)];
    if (part === undefined)
      return !texts.every((text) => text === undefined || saysOnlyWhatAppFilesSay(text));
    const [was, is] = texts.map((text) => JSON.stringify(part(JSON.parse(text ?? "{}") as Tree)));
    return was !== is;
  } catch {
    return true;
  }
}
