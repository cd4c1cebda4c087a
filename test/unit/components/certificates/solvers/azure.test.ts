import { strict as assert } from "node:assert";
import { challengeOf, mistakesOf } from "./challenge-of.ts";

const zone = { subscriptionId: "00000000-0000-0000-0000-000000000001", resourceGroup: "dns" };
const [tenantId, clientId] = ["00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000003"];

describe("DNS at Azure", () => {
  it("is solved with a service principal", () => {
    assert.deepEqual(challengeOf("azure", { ...zone, tenantId, clientId, clientSecret: "x" }), {
      azureDNS: {
        subscriptionID: zone.subscriptionId,
        resourceGroupName: "dns",
        tenantID: tenantId,
        clientID: clientId,
        clientSecretSecretRef: { name: "azure-example.org", key: "client-secret" },
      },
    });
  });

  it("is solved with a managed identity", () => {
    assert.deepEqual(challengeOf("azure", { ...zone, managedIdentity: { clientId } }), {
      azureDNS: {
        subscriptionID: zone.subscriptionId,
        resourceGroupName: "dns",
        managedIdentity: { clientID: clientId },
      },
    });
  });

  it("refuses what cert-manager's own validation refuses", () => {
    for (const [value, mistake] of [
      [{ clientId }, /^tenantId: missing/],
      [{ tenantId }, /^clientId: missing/],
      [{ clientSecret: "x" }, /^clientId: missing/],
      [{ tenantId, clientId, managedIdentity: {} }, /^managedIdentity: contradicts/],
      [{ managedIdentity: { resourceId: "r", clientId } }, /^managedIdentity: has `resourceId`/],
      [{ managedIdentity: { tenantId } }, /^managedIdentity: has `tenantId`/],
    ] as const)
      assert.match(mistakesOf("azure", { ...zone, ...value }).join(), mistake);
  });
});
