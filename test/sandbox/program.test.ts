import { standInRunner } from "../../sandbox/runner/stand-in.ts";
import { adoptionSuite } from "../support/adoption.ts";
import { interruptionSuite } from "../support/interruption.ts";
import { type MakeRunner, programSuite } from "../support/program.ts";
import { targetedDestroySuite } from "../support/targeted-destroy.ts";
import { tunnelSuite } from "../support/tunnels.ts";

describe("the program on the stand-in engine", () => {
  const make: MakeRunner = ({ cluster, env }, stack) =>
    standInRunner(cluster.tools, { stack, kubeconfig: cluster.kubeconfig, env });
  programSuite(make);
  adoptionSuite(make);
  targetedDestroySuite(make);
  interruptionSuite(make);
  tunnelSuite(make);
});
