import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findInstalledCli } from "../../sandbox/pulumi/installed.ts";
import { projectDirectory } from "../../sandbox/stacks.ts";
import { ensureTools } from "../../sandbox/tools/tools.ts";
import { setKey, setPhase, setSecret } from "../../stack-file/commands.ts";
import { useResource } from "../support/cluster.ts";

/** The installed Pulumi CLI, or the sandbox's own. */
async function pulumiCli(): Promise<string> {
  return (await findInstalledCli())?.file ?? (await ensureTools({ programs: ["pulumi"] })).path("pulumi");
}

describe("pulumi config set", function () {
  this.timeout(240_000);
  let folder: string;
  const cli = useResource(pulumiCli);

  /** Runs a command as a person does who pastes it. */
  const paste = (command: string, input = ""): void => {
    const { status, stderr } = spawnSync("sh", ["-c", command], {
      cwd: folder,
      input,
      encoding: "utf8",
      env: {
        ...process.env,
        PATH: `${path.join(folder, "bin")}:${process.env.PATH}`,
        PULUMI_HOME: path.join(folder, "home"),
        PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "sandbox",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
    assert.equal(status, 0, stderr);
  };
  const read = (stack: string): string[] =>
    readFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "utf8").split("\n");

  /** Lines that a command removes from a stack file, and lines that it adds. */
  const changed = (stack: string, command: string, input?: string): { gone: string[]; added: string[] } => {
    const before = read(stack);
    paste(command, input);
    const after = read(stack);
    return {
      gone: before.filter((line) => !after.includes(line)),
      added: after.filter((line) => !before.includes(line)),
    };
  };

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "pomerium-migration-config-"));
    for (const name of ["bin", "state"]) mkdirSync(path.join(folder, name));
    symlinkSync(cli(), path.join(folder, "bin", "pulumi"));
    for (const file of ["Pulumi.yaml", "Pulumi.alfred.yaml", "Pulumi.octavo.yaml"])
      cpSync(path.join(projectDirectory, file), path.join(folder, file));
  });

  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  for (const stack of ["alfred", "octavo"])
    it(`changes one line of ${stack}'s stack file, because the file already has Pulumi's form`, () => {
      paste(`pulumi stack init ${stack} --non-interactive`);
      assert.deepEqual(changed(stack, setPhase(stack, "cutover")), {
        gone: ["  pomerium-migration:phase: coexist"],
        added: ["  pomerium-migration:phase: cutover"],
      });
      const uid = "3f1c0f5e-7d0a-4d6e-8a51-0c2f3b1d9e77";
      assert.deepEqual(changed(stack, setKey(stack, ["cluster", "uid"], uid)), {
        gone: [],
        added: [`    uid: ${uid}`],
      });
      const { gone, added } = changed(stack, setSecret(stack, ["tunnels", stack, "apiToken"]), "s3cr3t\n");
      assert.deepEqual(gone, []);
      assert.deepEqual(
        added.map((line) => line.replace(/v1:.*/, "…")),
        ["      apiToken:", "        secure: …"],
      );
    });
});
