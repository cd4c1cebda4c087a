import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { house, makeProject } from "../unit/cli/project.ts";

const bin = join(import.meta.dirname, "../../cli/bin.js");

/** Prints the address of every module that the process has loaded. */
const listModules = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs";
  import { registerHooks } from "node:module";
  const urls = [];
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
  process.on("exit", () => writeSync(2, urls.map((url) => "loaded " + url + "\\n").join("")));
`)}`;

/** Runs the program. Returns the packages and the files of the project that it has loaded. */
async function loadedBy(folder: string, args: string[]): Promise<{ packages: Set<string>; files: string[] }> {
  const { stderr } = await promisify(execFile)(process.execPath, ["--import", listModules, bin, ...args], {
    cwd: folder,
  });
  const urls = [...stderr.matchAll(/^loaded (file:.*)$/gm)].map(([, url = ""]) => url);
  assert.ok(
    urls.some((url) => url.endsWith("/cli/run.ts")),
    stderr,
  );
  return {
    packages: new Set(urls.flatMap((url) => /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])),
    files: urls.filter((url) => !url.includes("/node_modules/")),
  };
}

describe("a command of the command line", () => {
  const { directory } = makeProject({ house: house() });

  const light: string[][] = [
    ["--version"],
    ["--help"],
    ["access", "--help"],
    ["complete", "bash"],
    ["complete", "--", "access", "--"],
    ["complete", "--", "access", ""],
  ];
  for (const args of light)
    it(`loads only what reads the command line for ${args.join(" ")}`, async () => {
      const { packages, files } = await loadedBy(directory, args);
      assert.deepEqual([...packages].sort(), ["@bomb.sh/tab", "commander"]);
      assert.deepEqual(
        files.filter((url) => url.includes("/cli/commands/")),
        [],
      );
    });

  const offline: string[][] = [
    ["access", "house"],
    ["check", "house"],
    ["test", "house"],
    ["diff", "house", "--from", "now"],
    ["why", "anonymous", "https://komga.example.org/"],
    ["report", "house"],
    ["catalogue"],
  ];
  for (const args of offline)
    it(`loads neither Pulumi nor the Kubernetes client for ${args.join(" ")}`, async () => {
      const { packages, files } = await loadedBy(directory, args);
      assert.ok(files.some((url) => url.endsWith(`/cli/commands/${args[0]}.ts`)));
      assert.deepEqual(
        [...packages].filter((name) => /^@(?:pulumi|kubernetes|grpc)\//.test(name)),
        [],
      );
    });
});
