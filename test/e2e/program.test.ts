import { strict as assert } from "node:assert";
import { cliRunner, hasProvider, installedCli, type PulumiCli } from "../../sandbox/runner/pulumi-cli.ts";
import type { Runner, RunnerOptions } from "../../sandbox/runner/runner.ts";
import { standInRunner } from "../../sandbox/runner/stand-in.ts";
import { openSandbox } from "../../sandbox/sandbox.ts";
import { stackNames } from "../../sandbox/stacks.ts";
import { useTools } from "../sandbox/support.ts";
import { adoptionSuite } from "../support/adoption.ts";
import { interruptionSuite, usualStrides } from "../support/interruption.ts";
import { lettingGoSuite } from "../support/letting-go.ts";
import { programSuite } from "../support/program.ts";
import { wanted } from "../support/snapshot.ts";
import type { MakeRunner } from "../support/stage.ts";
import { targetedDestroySuite } from "../support/targeted-destroy.ts";
import { tunnelSuite } from "../support/tunnels.ts";

/** Skips the tests of a suite, each by its name and with the reason. */
function skipAll(context: Mocha.Context, reason: string): void {
  context.test?.parent?.eachTest((test) => {
    test.title += ` (skipped: ${reason})`;
  });
  context.skip();
}

describe("the program on the real Pulumi CLI", () => {
  let cli: PulumiCli;
  before(async function () {
    this.timeout(30_000);
    const found = await installedCli();
    if (!found) skipAll(this, "no Pulumi CLI is installed");
    else cli = found;
  });

  const make: MakeRunner = ({ cluster, env }, stack) =>
    cliRunner(cli, { stack, kubeconfig: cluster.kubeconfig, env });
  programSuite(make);
  adoptionSuite(make);
  targetedDestroySuite(make);
  lettingGoSuite(make);
  interruptionSuite(make, usualStrides);
  describe("and Cloudflare's provider", () => {
    before(async function () {
      if (!(await hasProvider(cli, "cloudflare"))) skipAll(this, "it is not installed");
    });
    tunnelSuite(make);
  });

  describe("and on the stand-in engine", function () {
    this.timeout(480_000);
    const tools = useTools();

    for (const stack of stackNames)
      it(`${stack}: the same steps leave the same objects in the API server`, async () => {
        const objectsWith = async (make: (options: RunnerOptions) => Promise<Runner>) => {
          const sandbox = await openSandbox(stack, tools());
          const runner = await make({ stack, kubeconfig: sandbox.cluster.kubeconfig, env: sandbox.env });
          try {
            for (const phase of ["coexist", "cutover", "coexist", "cutover", "retired"] as const) {
              await runner.configure(sandbox.config(phase));
              assert.deepEqual((await runner.up()).errors, []);
            }
            return await wanted(sandbox.cluster.api);
          } finally {
            await runner.close();
            await sandbox.stop();
          }
        };
        const standIn = await objectsWith((options) => standInRunner(tools(), options));
        const real = await objectsWith((options) => cliRunner(cli, options));
        assert.deepEqual([...standIn.keys()].sort(), [...real.keys()].sort());
        for (const [name, object] of real) assert.deepEqual(standIn.get(name), object, name);
      });
  });
});
