import { strict as assert } from "node:assert";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { assemblePulumi, choosePulumi, type Pulumi } from "../../sandbox/pulumi/pulumi.ts";
import { openWorkspace, type Workspace } from "../../sandbox/pulumi/workspace.ts";
import { projectDirectory } from "../../sandbox/stacks.ts";
import { prepared, useResource } from "../support/cluster.ts";
import { changesOf, refusal, succeeded } from "../support/stage.ts";

describe("a program of a few lines on the sandbox's Pulumi", function () {
  this.timeout(120_000);
  const ready = useResource(prepared);
  let folder: string;
  const workspaces: Workspace[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "plugins-"));
    await symlink(path.join(projectDirectory, "node_modules"), path.join(folder, "node_modules"));
    await writeFile(path.join(folder, "package.json"), '{ "type": "module", "main": "index.ts" }');
    await writeFile(
      path.join(folder, "Pulumi.yaml"),
      "name: few\nruntime: { name: nodejs, options: { typescript: false } }\n",
    );
  });
  afterEach(async () => {
    for (const workspace of workspaces.splice(0)) await workspace.close();
    await rm(folder, { recursive: true });
  });

  const open = async (program: string, pulumi: Pulumi = ready().pulumi): Promise<Workspace> => {
    await writeFile(
      path.join(folder, "index.ts"),
      `import * as pulumi from "@pulumi/pulumi";\nimport * as random from "@pulumi/random";\n${program}\n`,
    );
    const workspace = await openWorkspace(pulumi, { stack: "few", kubeconfig: "", program: folder });
    workspaces.push(workspace);
    await workspace.configure({ values: {}, secrets: [] });
    return workspace;
  };

  it("gets passwords of the length and characters that it asks for; they stay, stay secret, and go", async () => {
    const workspace = await open(`
      const { result } = new random.RandomPassword("word", { length: 24, special: false });
      export const isFit = result.apply((word) => /^[A-Za-z0-9]{24}$/.test(word));
      export const digest = pulumi.unsecret(result.apply((word) => word.length + word.slice(0, 2)));
      export const word = result;
    `);
    succeeded(await workspace.up());
    const outputs = await workspace.outputs();
    assert.equal(outputs.word, "[secret]");
    const { changes } = succeeded(await changesOf((onProgress) => workspace.up(onProgress)));
    assert.deepEqual(changes, []);
    assert.deepEqual(await workspace.outputs(), outputs);
    assert.equal(succeeded(await workspace.destroy()).counts.delete, 2);
  });

  it("learns which part the random provider does not implement", async () => {
    const id = await open('new random.RandomId("id", { byteLength: 8 });');
    assert.match(
      refusal(await id.preview()),
      /the sandbox's pulumi-resource-random does not have random:index\/randomId:RandomId, only random:.*RandomPassword/,
    );
    const minimum = await open('new random.RandomPassword("word", { length: 8, minLower: 3 });');
    assert.match(
      refusal(await minimum.up()),
      /the sandbox's pulumi-resource-random does not implement minLower/,
    );
  });

  it("has what it prints shown, and its mistakes, without a trace of the machinery", async () => {
    const workspace = await open('console.log("hello from the program");');
    assert.ok(
      succeeded(await workspace.preview()).messages.some((text) => text.includes("hello from the program")),
    );
    const broken = await open('throw new Error("this cannot work");');
    assert.match(refusal(await broken.preview()), /this cannot work/);
  });

  it("runs on an installed CLI, whose missing plugins are the sandbox's own, and which downloads nothing", async () => {
    const { tools } = ready();
    const env = {
      ...process.env,
      PATH: [path.dirname(tools.path("pulumi")), process.env.PATH].join(path.delimiter),
      PULUMI_HOME: path.join(folder, "home"),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    const choice = await choosePulumi(env);
    assert.equal(choice.cli?.file, tools.path("pulumi"));
    const pulumi = assemblePulumi(choice, tools);
    assert.match(pulumi.description, /^pulumi v3\..*the sandbox's own: language host, .*random/);
    const workspace = await open('new random.RandomPassword("word", { length: 8 });', pulumi);
    assert.equal(succeeded(await workspace.up()).counts.create, 2);
  });
});
