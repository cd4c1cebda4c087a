import { strict as assert } from "node:assert";
import { challengeOf, mistakesOf } from "./challenge-of.ts";

describe("DNS at Google Cloud", () => {
  it("is solved with a service account's key", () => {
    assert.deepEqual(challengeOf("google", { project: "my-project", serviceAccountKey: "{}" }), {
      cloudDNS: {
        project: "my-project",
        serviceAccountSecretRef: { name: "google-example.org", key: "key.json" },
      },
    });
  });

  it("is solved by workload identity without a key", () => {
    const value = { project: "my-project", hostedZone: "example-org", workloadIdentity: true };
    assert.deepEqual(challengeOf("google", value), {
      cloudDNS: { project: "my-project", hostedZoneName: "example-org" },
    });
    assert.match(mistakesOf("google", { ...value, serviceAccountKey: "{}" }).join(), /contradicts/);
  });
});
