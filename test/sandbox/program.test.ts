import { standInRunner } from "../../sandbox/runner/stand-in.ts";
import { adoptionSuite } from "../support/adoption.ts";
import { interruptionSuite, usualStrides } from "../support/interruption.ts";
import { lettingGoSuite } from "../support/letting-go.ts";
import { programSuite } from "../support/program.ts";
import type { MakeRunner } from "../support/stage.ts";
import { targetedDestroySuite } from "../support/targeted-destroy.ts";
import { tunnelSuite } from "../support/tunnels.ts";

describe("the program on the stand-in engine", () => {
  const make: MakeRunner = ({ cluster, env }, stack) =>
    standInRunner(cluster.tools, { stack, kubeconfig: cluster.kubeconfig, env });
  programSuite(make);
  adoptionSuite(make);
  targetedDestroySuite(make);
  lettingGoSuite(make);
  interruptionSuite(make, { ...usualStrides, retired: 1 });
  tunnelSuite(make);
});
