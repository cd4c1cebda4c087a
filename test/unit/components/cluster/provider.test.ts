import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { clusterProvider } from "../../../../components/cluster/provider.ts";

/** Inputs of the provider, as Pulumi would keep them in its state. */
async function inputsWith(kubeconfig: string | undefined, environment: string | undefined) {
  const before = process.env.KUBECONFIG;
  let inputs: Record<string, unknown> | undefined;
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs: given }) => {
      if (type === "pulumi:providers:kubernetes") inputs = given;
      return { id: name, state: given };
    },
    call: ({ inputs: given }) => given,
  });
  if (environment === undefined) delete process.env.KUBECONFIG;
  else process.env.KUBECONFIG = environment;
  try {
    const provider = clusterProvider({
      context: "home",
      uid: "the-cluster",
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
    });
    await new Promise((resolve) => provider.urn.apply(resolve));
  } finally {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
  }
  assert.ok(inputs);
  return inputs;
}

describe("the Kubernetes provider of a stack", () => {
  it("does not bring the operator's KUBECONFIG into the state", async () => {
    const inputs = await inputsWith(undefined, "/home/operator/.kube/home");
    assert.doesNotMatch(JSON.stringify(inputs), /operator/);
    assert.ok(!("kubeconfig" in inputs));
  });

  it("has the same inputs with another KUBECONFIG, and without one", async () => {
    const one = await inputsWith(undefined, "/home/operator/.kube/home");
    assert.deepEqual(await inputsWith(undefined, "/runner/kubeconfig"), one);
    assert.deepEqual(await inputsWith(undefined, undefined), one);
  });

  it("has the path that the stack file names", async () => {
    const inputs = await inputsWith("/etc/kubeconfig", "/home/operator/.kube/home");
    assert.equal(inputs.kubeconfig, "/etc/kubeconfig");
  });
});
