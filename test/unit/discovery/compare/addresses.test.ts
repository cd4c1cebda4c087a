import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  addressesInCluster,
  addressesInFile,
  addressText,
  parseAddress,
} from "../../../../discovery/compare/addresses.ts";
import { ExportedCluster } from "../../../../discovery/exported-cluster.ts";
import { readInventory } from "../../../../discovery/inventory.ts";
import { stackOf } from "../../stack/state.ts";
import { controllerObjects } from "../before.ts";

describe("the address of a server", () => {
  it("is an IP address with or without a port", () => {
    assert.deepEqual(parseAddress("192.168.0.171"), { ip: "192.168.0.171", port: 443 });
    assert.deepEqual(parseAddress("192.168.0.171:8443"), { ip: "192.168.0.171", port: 8443 });
    assert.deepEqual(parseAddress("fd00::1"), { ip: "fd00::1", port: 443 });
    assert.deepEqual(parseAddress("[fd00::1]:8443"), { ip: "fd00::1", port: 8443 });
    for (const text of [
      ...["", "komga.example.org", "localhost:443", "192.168.0.300", "192.168.0.1:", "192.168.0.1:0"],
      ...["192.168.0.1:70000", "192.168.0.1:x", "[192.168.0.1]:443", "fd00::1]:443", "https://192.168.0.1"],
    ])
      assert.equal(parseAddress(text), undefined, text);
  });

  it("is read as it is written", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (ip, port) =>
        assert.deepEqual(parseAddress(addressText({ ip, port })), { ip, port }),
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseAddress(text)));
  });
});

describe("the addresses of a stack", () => {
  const pomerium = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "pomerium-proxy", namespace: "pomerium" },
    spec: { type: "LoadBalancer", ports: [{ port: 443 }] },
    status: { loadBalancer: { ingress: [{ ip: "192.168.0.180" }] } },
  };
  const inventory = (...objects: object[]) =>
    readInventory(
      new ExportedCluster([pomerium, ...objects] as ConstructorParameters<typeof ExportedCluster>[0]),
    );

  it("stand in the stack file", () => {
    assert.deepEqual(addressesInFile(stackOf()), {
      old: { ip: "192.168.0.171", port: 443 },
      fresh: { ip: "192.168.0.172", port: 443 },
    });
    const none = { ingressNginx: undefined, "pomerium.loadBalancerIP": undefined, tunnels: {} };
    assert.deepEqual(addressesInFile(stackOf({ ...none, "pomerium.address": "assigned" })), {});
    const nodePort = { nodePort: { https: 30443, http: 30080 }, node: "192.168.0.10" };
    assert.deepEqual(addressesInFile(stackOf({ ...none, "pomerium.address": nodePort })), {
      fresh: { ip: "192.168.0.10", port: 30443 },
    });
  });

  it("are read from the cluster if the file does not name them", async () => {
    const stack = stackOf({
      ...{ "pomerium.loadBalancerIP": undefined, "pomerium.address": "assigned", tunnels: {} },
    });
    const found = addressesInCluster(
      stack,
      await inventory(...controllerObjects({ address: "192.168.0.171" })),
    );
    assert.deepEqual(found, {
      old: [{ ip: "192.168.0.171", port: 443 }],
      fresh: { ip: "192.168.0.180", port: 443 },
    });
    assert.deepEqual(addressesInCluster(stack, await inventory()).old, []);
  });
});
