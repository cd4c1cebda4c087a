import { strict as assert } from "node:assert";
import { digitalocean } from "../../../../../components/certificates/solvers/digitalocean.ts";
import { webhookOf } from "../webhook-of.ts";

describe("DNS at DigitalOcean", () => {
  it("is solved with the zone's own access token, as cert-manager reads it", () => {
    const zone = {
      secrets: { token: { name: "digitalocean-example.org", key: "access-token" } },
      settings: {},
    };
    assert.deepEqual(digitalocean.challenge(zone, { webhook: webhookOf(), ingressClass: "pomerium" }), {
      dns01: { digitalocean: { tokenSecretRef: { name: "digitalocean-example.org", key: "access-token" } } },
    });
  });
});
