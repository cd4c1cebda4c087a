import { standInRunner } from "../../sandbox/runner/stand-in.ts";
import { programSuite } from "../support/program.ts";

describe("the program on the stand-in engine", () => {
  programSuite(({ cluster, env }, stack) =>
    standInRunner(cluster.tools, { stack, kubeconfig: cluster.kubeconfig, env }),
  );
});
