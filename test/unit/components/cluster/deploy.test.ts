import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import { deployCluster } from "../../../../components/cluster/deploy.ts";
import { record } from "../pomerium/recorder.ts";

describe("the connection of a stack to its cluster", () => {
  const live = {
    cluster: { uid: "0c7a70e1" },
    pomerium: { forced: ["Secret pomerium/bootstrap"] },
    certificates: { forced: ["Secret cert-manager/token"] },
  };

  it("is one protected provider, which every component gets", async () => {
    const registrations = await record(() => {
      const opts = deployCluster({ context: "octavo" }, live);
      return new k8s.core.v1.Secret("bootstrap", {}, opts);
    });
    const provider = registrations.find(({ name }) => name === "cluster");
    assert.equal(provider?.protect, true);
    assert.equal(provider?.inputs.clusterIdentifier, "0c7a70e1");
    assert.equal(registrations.find(({ name }) => name === "bootstrap")?.provider, "cluster");
  });
});
