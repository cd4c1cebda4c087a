import { standInRunner } from "../../sandbox/runner/stand-in.ts";
import { adoptionSuite } from "../support/adoption.ts";
import { type MakeRunner, programSuite } from "../support/program.ts";
import { tunnelSuite } from "../support/tunnels.ts";

describe("the program on the stand-in engine", () => {
  const make: MakeRunner = ({ cluster, env }, stack) =>
    standInRunner(cluster.tools, { stack, kubeconfig: cluster.kubeconfig, env });
  programSuite(make);
  adoptionSuite(make);
  tunnelSuite(make);
});
