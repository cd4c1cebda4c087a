import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";

const read = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const readme = read("README.md");

describe("the README", () => {
  // zsh takes a comment behind a command as arguments, and runs what it has in backticks.
  it("has no comment in the commands that are there to be pasted", () => {
    const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text!);
    const steps = [...readme.matchAll(/^\d+\. (`[^\n]*)$/gm)].flatMap(([, step]) =>
      [...step!.matchAll(/`([^`]*)`/g)].map(([, code]) => code!),
    );
    assert.ok(blocks.length >= 1 && steps.length >= 11, `${blocks.length} blocks, ${steps.length} steps`);
    for (const commands of [...blocks, ...steps]) assert.doesNotMatch(commands, /#/);
  });

  it("names each command of the path to an own cluster as the program knows it", () => {
    const named = [...readme.matchAll(/`npx pomerium-migration ([a-z]+)/g)].map(([, name]) => name!);
    assert.ok(new Set(named).size >= 5, named.join());
    for (const name of named) assert.doesNotThrow(() => read(`cli/usage/${name}.ts`), name);
  });
});
