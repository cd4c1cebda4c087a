import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  findInstalledCli,
  hasLanguageHost,
  hasProvider,
  isRecent,
} from "../../../../sandbox/pulumi/installed.ts";
import { choosePulumi } from "../../../../sandbox/pulumi/pulumi.ts";

describe("the installed Pulumi CLI", () => {
  let root: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "installed-"));
    env = { PATH: path.join(root, "bin") };
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Writes an executable, and returns its path. */
  const executable = (name: string, script: string): string => {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  };
  /** Plays the CLI: what it has is listed, what may be fetched can be installed; each call is a line of `log`. */
  const cli = (version: string, has: object[] = [], install = "exit 1"): string =>
    executable(
      "bin/pulumi",
      `case "$1 $2" in "version "*) echo ${version} ;; "plugin ls") echo '${JSON.stringify(has)}' ;; "plugin install") ${install} ;; esac`,
    );

  it("is found on PATH, with its version", async () => {
    const file = cli("v3.259.0");
    assert.deepEqual(await findInstalledCli(env), { file, version: "v3.259.0" });
    assert.equal(await findInstalledCli({ PATH: path.join(root, "elsewhere") }), undefined);
  });

  it("is not the npm package, which would download one", async () => {
    const script = executable("node_modules/pulumi/bin.js", "echo v3.259.0");
    mkdirSync(path.join(root, "bin"));
    symlinkSync(script, path.join(root, "bin/pulumi"));
    assert.equal(await findInstalledCli(env), undefined);
  });

  it("is not one that the project is too new for, or that does not answer", async () => {
    for (const [version, recent] of [
      ["v3.250.0", true],
      ["v4.0.0", true],
      ["v3.249.9", false],
      ["v2.300.0", false],
      ["3.260.0", false],
      ["", false],
    ] as const)
      assert.equal(isRecent(version), recent, version);
    cli("v3.249.9");
    assert.equal(await findInstalledCli(env), undefined);
    executable("bin/pulumi", "exit 3");
    assert.equal(await findInstalledCli(env), undefined);
  });

  it("has the providers that it lists in the version that the SDK asks for", async () => {
    const file = cli("v3.259.0", [{ name: "random", kind: "resource", version: "4.21.2" }]);
    const installed = { file, version: "v3.259.0" };
    const offline = { ...env, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
    assert.equal(await hasProvider(installed, "random", "4.21.2", offline), true);
    assert.equal(await hasProvider(installed, "random", "4.20.0", offline), false);
    assert.equal(await hasProvider(installed, "cloudflare", "4.21.2", offline), false);
  });

  it("fetches a provider where it may, and does without one that cannot be fetched", async () => {
    const marker = path.join(root, "fetched");
    const file = cli("v3.259.0", [], `echo "$3 $4 $5" > ${marker}; [ "$4" = random ]`);
    const installed = { file, version: "v3.259.0" };
    assert.equal(await hasProvider(installed, "random", "4.21.2", env), true);
    assert.equal(readFileSync(marker, "utf8"), "resource random 4.21.2\n");
    assert.equal(await hasProvider(installed, "cloudflare", "6.0.0", env), false);
  });

  it("finds the language host beside itself or on PATH", () => {
    const installed = { file: cli("v3.259.0"), version: "v3.259.0" };
    assert.equal(hasLanguageHost(installed, { PATH: "" }), false);
    executable("other/pulumi-language-nodejs", "");
    assert.equal(hasLanguageHost(installed, { PATH: path.join(root, "other") }), true);
    executable("bin/pulumi-language-nodejs", "");
    assert.equal(hasLanguageHost(installed, { PATH: "" }), true);
  });

  it("is completed by the sandbox's own plugins where it lacks some; without one, everything is the sandbox's", async () => {
    cli("v3.259.0");
    const offline = { ...env, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
    const choice = await choosePulumi(offline);
    assert.equal(choice.cli?.version, "v3.259.0");
    assert.deepEqual(choice.lacking, ["kubernetes", "random", "cloudflare"]);
    assert.deepEqual(choice.programs, ["pulumi-resource-kubernetes"]);
    const none = await choosePulumi({ PATH: "" });
    assert.equal(none.cli, undefined);
    assert.deepEqual(none.programs, ["pulumi", "pulumi-resource-kubernetes"]);
  });
});
