import { strict as assert } from "node:assert";
import { challengeOf, mistakesOf } from "./challenge-of.ts";

describe("DNS at Route 53", () => {
  it("is solved with an access key", () => {
    const value = { region: "eu-central-1", accessKeyId: "AKIAEXAMPLEEXAMPLE00", secretAccessKey: "x" };
    assert.deepEqual(challengeOf("route53", { ...value, hostedZoneId: "Z1" }), {
      route53: {
        region: "eu-central-1",
        accessKeyID: "AKIAEXAMPLEEXAMPLE00",
        secretAccessKeySecretRef: { name: "route53-example.org", key: "secret-access-key" },
        hostedZoneID: "Z1",
      },
    });
  });

  it("is solved with the credentials of cert-manager's environment, and needs no Secret then", () => {
    assert.deepEqual(challengeOf("route53", {}), { route53: {} });
    const role = "arn:aws:iam::123456789012:role/dns";
    assert.deepEqual(challengeOf("route53", { role, serviceAccount: "dns" }), {
      route53: { role, auth: { kubernetes: { serviceAccountRef: { name: "dns" } } } },
    });
  });

  it("refuses half of an access key, and a token without a role", () => {
    assert.deepEqual(mistakesOf("route53", { secretAccessKey: "x" }), [
      "accessKeyId: missing: the id of `secretAccessKey`",
    ]);
    assert.deepEqual(mistakesOf("route53", { accessKeyId: "AKIAEXAMPLEEXAMPLE00" }), [
      "region: missing: an access key works only with a region",
    ]);
    assert.match(mistakesOf("route53", { serviceAccount: "dns" }).join(), /^role: missing/);
    assert.match(mistakesOf("route53", { role: "dns" }).join(), /^role: is not the ARN/);
  });
});
