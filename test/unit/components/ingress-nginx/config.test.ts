import { strict as assert } from "node:assert";
import { hostsOf } from "../../../../components/ingress-nginx/annotations/hosts.ts";
import { ingressNginxSchema, resolveIngressNginx } from "../../../../components/ingress-nginx/config.ts";
import { ingress } from "../../stack/state.ts";

const abandons = (host: string): boolean =>
  ingressNginxSchema.safeParse({ helmRelease: "a", abandon: { [host]: "nobody calls it" } }).success;

describe("ingressNginx.abandon", () => {
  it("takes every host that the gate may ask for", () => {
    const alias = "komga.*, *.lan, .home.lan, home_assistant.example.org, ~^x\\d+\\.lan$, books.example.org";
    const one = ingress("komga", "komga", ["komga.example.org"], {
      annotations: { "nginx.ingress.kubernetes.io/server-alias": alias },
    });
    const hosts = hostsOf(one);
    assert.equal(hosts.length, 7);
    for (const host of hosts) assert.ok(abandons(host), host);
  });

  it("takes ports, and refuses what no host can be", () => {
    for (const name of ["tcp/22", "udp/53", "*"]) assert.ok(abandons(name), name);
    for (const name of [
      "Komga.example.org",
      "komga.example.org:443",
      "https://komga.lan",
      "a..b",
      "tcp/0",
      "",
    ])
      assert.ok(!abandons(name), name);
  });
});

describe("ingressNginx", () => {
  const resolved = (input: unknown) => resolveIngressNginx(ingressNginxSchema.parse(input));

  it("names one installation, and further ones that are retired together", () => {
    const { installations } = resolved({
      manifest: "cloud",
      also: [{ helmRelease: "internal", namespace: "network" }, { manifest: "kind" }],
    });
    assert.deepEqual(installations, [
      { namespace: "ingress-nginx", from: { manifest: "cloud" } },
      { namespace: "network", from: { helmRelease: "internal" } },
      { namespace: "ingress-nginx", from: { manifest: "kind" } },
    ]);
  });

  it("may name only controllers that are kept", () => {
    const { installations, keep } = resolved({ keep: { "ingress/edge": "bundled", public: "left over" } });
    assert.deepEqual(installations, []);
    assert.deepEqual(keep, { "ingress/edge": "bundled", public: "left over" });
  });
});
