import { readFileSync, writeFileSync } from "node:fs";
import { type ProposedTests, proposeTests } from "../policies/access/assertions/propose.ts";
import { failure, runAccessTests } from "../policies/access/assertions/run.ts";
import { visible } from "../report/text.ts";
import { loadFromText } from "../stack/load.ts";
import { testItem, withTests } from "../stack/write-tests.ts";
import { ownCommand } from "../stack-file/commands.ts";
import { stackFileName } from "../stack-file/file-name.ts";
import { blockText, InsertError, textToInsertInto } from "../stack-file/insert.ts";
import { project as namespace } from "../stack-file/project.ts";
import { counted } from "../stack-file/text.ts";
import { CliError } from "./exit.ts";
import { json } from "./output.ts";
import { type Project, stackPath } from "./project.ts";
import { stackNow } from "./view-by-name.ts";

/** Tests that were added to a stack file, or that would be. */
export interface WrittenTests {
  stack: string;
  proposed: readonly ProposedTests[];
}

/**
 * Adds access tests to the stack files, for facts that hold today and that no test covers yet.
 *
 * @param isDry Whether the files stay as they are.
 * @throws CliError if a test of a stack fails, or if a file has a form to which nothing can be added. No file is written
 * then.
 */
export function writeTests(project: Project, stacks: readonly string[], isDry: boolean): WrittenTests[] {
  const all = stacks.map((name) => {
    const stack = stackNow(project, name);
    const failed = runAccessTests(stack).filter(({ passed }) => !passed);
    if (failed.length > 0)
      throw new CliError(
        `${name}: ${counted(failed.length, "answer")} of present tests failed, so it is not clear who should pass. Fix them first; ${ownCommand("test", name)} names them. Nothing was written`,
      );
    const proposed = proposeTests(stack);
    return {
      name,
      proposed,
      text: isDry || proposed.length === 0 ? undefined : newText(project, name, proposed),
    };
  });
  for (const { name, text } of all) if (text !== undefined) writeFileSync(stackPath(project, name), text);
  return all.map(({ name, proposed }) => ({ stack: name, proposed }));
}

function newText(project: Project, name: string, proposed: readonly ProposedTests[]): string {
  const file = stackFileName(name);
  try {
    const text = withTests(textToInsertInto(readFileSync(stackPath(project, name))), proposed);
    const [wrong] = runAccessTests(loadFromText(file, text)).filter(({ passed }) => !passed);
    if (wrong !== undefined) throw new Error(`a proposed test does not hold: ${failure(wrong)}`);
    return text;
  } catch (error) {
    if (error instanceof InsertError)
      throw new CliError(
        `${file}: ${visible(error.message)}. Nothing was written; ${ownCommand("test", name, "--write", "--stdout")} prints the tests`,
      );
    throw error;
  }
}

/** The added tests as a part of a stack file. */
export function writtenYaml(written: readonly WrittenTests[]): string {
  return written
    .map(({ stack, proposed }) => {
      if (proposed.length === 0) return `# ${stackFileName(stack)}: nothing to add\n`;
      const apps = Object.fromEntries(proposed.map(({ app, tests }) => [app, tests.map(testItem)]));
      const text = blockText({ config: { [`${namespace}:accessTests`]: { apps } } });
      return `# ${stackFileName(stack)}\n${text}`;
    })
    .join("\n");
}

export function writtenJson(written: readonly WrittenTests[], isDry: boolean): string {
  return json("written-access-tests", {
    written: !isDry,
    stacks: written.map(({ stack, proposed }) => ({
      stack,
      file: stackFileName(stack),
      apps: proposed.map(({ app, tests }) => ({ app, tests: tests.map(testItem) })),
    })),
  });
}

/** What was added, for a terminal. */
export function writtenText(written: readonly WrittenTests[]): string {
  return written
    .map(({ stack, proposed }) => {
      const tests = proposed.reduce((sum, one) => sum + one.tests.length, 0);
      if (tests === 0) return `${stackFileName(stack)}: every app is tested; nothing to add\n`;
      return `${stackFileName(stack)}: ${counted(tests, "test")} for ${counted(proposed.length, "app")} added: ${proposed.map(({ app }) => visible(app)).join(", ")}\n`;
    })
    .join("");
}
