import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../../..");
const read = (file: string): Promise<string> => readFile(join(root, file), "utf8");

/** Loads a module in a new process that believes to be another Node. */
async function loadedBy(version: string, module: string, options: readonly string[] = []) {
  const code = `
    Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });
    await import("./${module}");`;
  const args = [...options, "--input-type=module", "--eval", code, "--", "--version"];
  return promisify(execFile)(process.execPath, args, { cwd: root }).then(
    () => ({ code: 0, error: "" }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, error: stderr }),
  );
}

describe("a Node that is too old", () => {
  it("is refused with one line that says which Node is needed, and where one is", async () => {
    for (const version of ["20.20.2", "22.18.9", "9.11.2"]) {
      const { code, error } = await loadedBy(version, "stack-file/supported-node.js");
      assert.equal(code, 1, version);
      const [line, ...rest] = error.trim().split("\n");
      assert.deepEqual(rest, [], version);
      assert.match(
        line!,
        new RegExp(`^pomerium-migration needs Node 22\\.19 or newer. This is Node ${version} \\(`),
      );
      assert.match(line!, /export PATH=".*node_modules\/\.bin:\$PATH"$/);
    }
  });

  it("is as good as one that does not run TypeScript, which says so", async () => {
    const off = ["--no-experimental-strip-types"];
    for (const module of ["stack-file/supported-node.js", "cli/bin.js"]) {
      const { code, error } = await loadedBy("23.3.0", module, off);
      assert.equal(code, 1, module);
      assert.match(error, /^pomerium-migration needs Node .* does not run TypeScript: .*\.\s.*\n$/, module);
    }
  });

  it("is not the Node of package.json, or a newer one", async () => {
    for (const version of [
      "22.19.0",
      "24.0.0",
      "26.10.0",
      "27.0.0-nightly20261126",
      "100.0.0",
      process.versions.node,
    ])
      assert.deepEqual(
        await loadedBy(version, "stack-file/supported-node.js"),
        { code: 0, error: "" },
        version,
      );
  });

  it("is the one that the README names, and older than the one that the project is developed with", async () => {
    const { engines } = JSON.parse(await read("package.json")) as { engines: { node: string } };
    const needed = engines.node.replace(">=", "");
    assert.ok((await read("README.md")).includes(`You need Node ${needed} or newer`));
    assert.ok(Number((await read(".node-version")).trim()) > Number.parseFloat(needed));
  });

  it("is refused by the commands and by Pulumi before anything else is loaded", async () => {
    const { code, error } = await loadedBy("20.20.2", "cli/bin.js");
    assert.equal(code, 1);
    assert.match(error, /^pomerium-migration needs Node/);
    const { runtime } = parse(await read("Pulumi.yaml")) as { runtime: { options: { nodeargs: string } } };
    assert.match(runtime.options.nodeargs, /^--import=\.\/stack-file\/supported-node\.js( |$)/);
    assert.equal((JSON.parse(await read("package.json")) as { bin: string }).bin, "cli/bin.js");
  });
});
