import { strict as assert } from "node:assert";
import { challengeOf, mistakesOf } from "./challenge-of.ts";

describe("DNS at Akamai", () => {
  it("is solved with the three tokens of an API client", () => {
    const serviceConsumerDomain = "akab-example.luna.akamaiapis.net";
    const value = { serviceConsumerDomain, clientToken: "x", clientSecret: "y", accessToken: "z" };
    const reference = (key: string) => ({ name: "akamai-example.org", key });
    assert.deepEqual(challengeOf("akamai", value), {
      akamai: {
        serviceConsumerDomain,
        clientTokenSecretRef: reference("client-token"),
        clientSecretSecretRef: reference("client-secret"),
        accessTokenSecretRef: reference("access-token"),
      },
    });
  });

  it("is asked at a host, not at a URL", () => {
    assert.match(
      mistakesOf("akamai", { serviceConsumerDomain: "https://akab-example.luna.akamaiapis.net" }).join(),
      /^serviceConsumerDomain: is not a host name/,
    );
  });
});
