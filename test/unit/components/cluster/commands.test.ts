import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { kubectl, kubectlDelete } from "../../../../components/cluster/commands.ts";

/** The words that a shell makes of a command line. */
function words(command: string): string[] {
  return execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
    .split("\n")
    .slice(0, -1);
}

describe("a command for a cluster", () => {
  it("names the context, with quotes only where a shell needs them", () => {
    const cluster = { context: "arn:aws:eks:eu-west-1:123456789012:cluster/home" };
    assert.equal(kubectl(cluster, "get pods"), `kubectl --context ${cluster.context} get pods`);
    assert.equal(kubectl({}, "get pods"), "kubectl get pods");
  });

  it("reaches kubectl word by word, whatever the context holds", () => {
    for (const context of ["my home", "it's home", "$HOME; `id` && $(id)", '"home"', "-home", "$& $$ $'"])
      assert.deepEqual(
        words(kubectlDelete({ context }, { kind: "Ingress", namespace: "komga", name: "komga" })),
        ["kubectl", "--context", context, "delete", "ingress", "--namespace", "komga", "komga"],
      );
  });
});
