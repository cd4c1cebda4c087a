import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "../../..");

/** Runs code in a new process after the file for a fast start, and returns its output. */
async function afterStart(code: string, file = join(root, "stack-file/fast-start.js"), env = {}) {
  const { NODE_COMPILE_CACHE: _, ...others } = process.env;
  const args = [`--import=${pathToFileURL(file)}`, "--input-type=module", "--eval", code];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    env: { ...others, ...env },
  });
  assert.equal(stderr, "");
  return stdout.trim();
}

const folder =
  'import { getCompileCacheDir } from "node:module"; console.log(getCompileCacheDir() ?? "none")';

describe("a fast start", () => {
  it("is what the commands and Pulumi begin with, after the check of Node's version", async () => {
    const order = /supported-node\.js.*fast-start\.js/s;
    assert.match(await readFile(join(root, "cli/bin.js"), "utf8"), order);
    assert.match(await readFile(join(root, "Pulumi.yaml"), "utf8"), order);
  });

  it("keeps compiled code in a folder that belongs to the project", async () => {
    assert.ok((await afterStart(folder)).startsWith(join(root, "node_modules/.cache/node/")));
  });

  it("keeps compiled code where NODE_COMPILE_CACHE says", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "compiled-"));
    try {
      const used = await afterStart(folder, undefined, { NODE_COMPILE_CACHE: elsewhere });
      assert.ok(used.startsWith(elsewhere), used);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it("goes without compiled code where nothing can be written", async () => {
    const project = await mkdtemp(join(tmpdir(), "read-only-"));
    try {
      await cp(join(root, "stack-file/fast-start.js"), join(project, "stack-file/fast-start.mjs"));
      // A file in the place of the folder stops also a user who may write everywhere.
      await writeFile(join(project, "node_modules"), "");
      assert.equal(await afterStart(folder, join(project, "stack-file/fast-start.mjs")), "none");
    } finally {
      await rm(project, { recursive: true });
    }
  });

  it("leaves stack traces to Node, also if somebody wants to rewrite them", async () => {
    const trace = await afterStart(
      'Error.prepareStackTrace = () => "rewritten"; console.log(new Error("reason").stack)',
    );
    assert.match(trace, /^Error: reason\n {4}at file:/);
  });

  it("does not load the parts of fetch to read from a cluster and from Cloudflare", async () => {
    const urlOf = (file: string): string => JSON.stringify(pathToFileURL(join(root, file)).href);
    const code = `
      await import(${urlOf("components/cluster/api.ts")});
      const { ReadOnlyCloudflare } = await import(${urlOf("components/tunnels/api.ts")});
      const said = await new ReadOnlyCloudflare("token", "http://127.0.0.1:9").find("/x").catch(String);
      const loaded = process.moduleLoadList.filter((name) => name.includes("undici"));
      console.log(/does not answer/.test(said), loaded.length);`;
    assert.equal(await afterStart(code), "true 0");
  });
});
