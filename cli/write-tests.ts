import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ProposedTests, proposeTests } from "../policies/access/assertions/propose.ts";
import { failure, runAccessTests } from "../policies/access/assertions/run.ts";
import { visible } from "../report/text.ts";
import { loadFromText } from "../stack/load.ts";
import type { Stack } from "../stack/stack.ts";
import { testItem, withTests } from "../stack/write-tests.ts";
import { besideIn } from "../stack-file/beside.ts";
import { ownCommand } from "../stack-file/commands.ts";
import { stackFileName } from "../stack-file/file-name.ts";
import { blockText, InsertError, textToInsertInto } from "../stack-file/insert.ts";
import { keyPath } from "../stack-file/paths.ts";
import { project as namespace } from "../stack-file/project.ts";
import { counted } from "../stack-file/text.ts";
import { CliError } from "./exit.ts";
import { json } from "./output.ts";
import type { Project } from "./project.ts";
import { stackNow } from "./view-by-name.ts";

/** Tests that were added to a file of a stack, or that would be. */
export interface WrittenTests {
  stack: string;
  /** The stack file, or an app file by its path from there. */
  file: string;
  proposed: readonly ProposedTests[];
}

/**
 * Adds access tests to the files of the stacks, for facts that hold today and that no test covers yet.
 *
 * @param isDry Whether the files stay as they are.
 * @throws CliError if a test of a stack fails, or if a file has a form to which nothing can be added. No file is written
 * then.
 */
export function writeTests(project: Project, stacks: readonly string[], isDry: boolean): WrittenTests[] {
  const texts = new Map<string, string>();
  const written = stacks.flatMap((name) => {
    const stack = stackNow(project, name);
    const failed = runAccessTests(stack).filter(({ passed }) => !passed);
    if (failed.length > 0)
      throw new CliError(
        `${name}: ${counted(failed.length, "answer")} of present tests failed, so it is not clear who should pass. Fix them first; ${ownCommand("test", name)} names them. Nothing was written`,
      );
    const all = [...Map.groupBy(proposeTests(stack), ({ app }) => fileOf(app, stack))];
    if (!isDry)
      for (const [file, text] of newTexts(project, name, all)) {
        if (texts.has(file))
          throw new CliError(
            `${file} is a file of several stacks, so write one after the other: ${ownCommand("test", name, "--write")}. Nothing was written`,
          );
        texts.set(file, text);
      }
    if (all.length === 0) return [{ stack: name, file: stackFileName(name), proposed: [] }];
    return all.map(([file, proposed]) => ({ stack: name, file, proposed }));
  });
  for (const [file, text] of texts) writeFileSync(join(project.directory, file), text);
  return written;
}

/** The file with the tests of an app. If it has none yet, the file with the app. */
function fileOf(app: string, { name, accessTests, placeOf }: Stack): string {
  const isTested = accessTests.tests.some((test) => test.app === app);
  const place = placeOf(keyPath(isTested ? ["accessTests", "apps", app] : ["apps", app]));
  return place?.file ?? stackFileName(name);
}

/** The new text of each file. The tests hold in all of them together. */
function newTexts(
  { directory }: Project,
  name: string,
  all: readonly (readonly [file: string, proposed: readonly ProposedTests[]])[],
): Map<string, string> {
  const texts = new Map<string, string>();
  const main = stackFileName(name);
  for (const [file, proposed] of all)
    try {
      const text = textToInsertInto(readFileSync(join(directory, file)));
      texts.set(file, withTests(text, proposed, { isAppFile: file !== main }));
    } catch (error) {
      if (error instanceof InsertError)
        throw new CliError(
          `${file}: ${visible(error.message)}. Nothing was written; ${ownCommand("test", name, "--write", "--stdout")} prints the tests`,
        );
      throw error;
    }
  const beside = besideIn(directory);
  const own = texts.get(main) ?? readFileSync(join(directory, main), "utf8");
  const stack = loadFromText(main, own, { beside: (path) => texts.get(path) ?? beside(path) });
  const [wrong] = runAccessTests(stack).filter(({ passed }) => !passed);
  if (wrong !== undefined) throw new Error(`a proposed test does not hold: ${failure(wrong)}`);
  return texts;
}

/** The added tests as parts of the files. */
export function writtenYaml(written: readonly WrittenTests[]): string {
  return written
    .map(({ stack, file, proposed }) => {
      if (proposed.length === 0) return `# ${file}: nothing to add\n`;
      const apps = Object.fromEntries(proposed.map(({ app, tests }) => [app, tests.map(testItem)]));
      const isMain = file === stackFileName(stack);
      const tests = isMain
        ? { config: { [`${namespace}:accessTests`]: { apps } } }
        : { accessTests: { apps } };
      return `# ${file}\n${blockText(tests)}`;
    })
    .join("\n");
}

export function writtenJson(written: readonly WrittenTests[], isDry: boolean): string {
  return json("written-access-tests", {
    written: !isDry,
    stacks: written.map(({ stack, file, proposed }) => ({
      stack,
      file,
      apps: proposed.map(({ app, tests }) => ({ app, tests: tests.map(testItem) })),
    })),
  });
}

/** What was added, for a terminal. */
export function writtenText(written: readonly WrittenTests[]): string {
  return written
    .map(({ file, proposed }) => {
      const tests = proposed.reduce((sum, one) => sum + one.tests.length, 0);
      if (tests === 0) return `${file}: every app is tested; nothing to add\n`;
      return `${file}: ${counted(tests, "test")} for ${counted(proposed.length, "app")} added: ${proposed.map(({ app }) => visible(app)).join(", ")}\n`;
    })
    .join("");
}
