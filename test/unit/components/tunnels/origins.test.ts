import { strict as assert } from "node:assert";
import { isIPv6 } from "node:net";
import * as fc from "fast-check";
import { isOrigin, leadsToIngressNginx, origin } from "../../../../components/tunnels/origins.ts";

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const installations = [{ namespace: "edge", from: { helmRelease: "internal" } }];

describe("the origin of an address", () => {
  it("is recognised with and without its port, and no other service is", () => {
    fc.assert(
      fc.property(address, address, (one, other) => {
        const service = origin(one);
        assert.ok(isOrigin(service, one));
        assert.ok(isOrigin(service.replace(/:443$/, ""), one));
        assert.ok(!isOrigin(service.replace(/443$/, "8443"), one));
        assert.ok(!isOrigin(service.replace(/^https/, "http"), one));
        fc.pre(!isOrigin(origin(other), one));
        assert.ok(!leadsToIngressNginx(service, { address: other, installations }));
      }),
    );
  });

  it("is the same in every spelling of an IPv6 address", () => {
    assert.ok(isOrigin("https://[FD00:0:0::172]:443", "fd00::172"));
    assert.ok(!isOrigin("https://[fd00::1:172]:443", "fd00::172"));
  });
});

describe("a service of ingress-nginx", () => {
  it("is its address at the ports of the web, and no other port, which may be another program's", () => {
    fc.assert(
      fc.property(
        address,
        fc.constantFrom("http", "https", "tcp", "ssh"),
        fc.option(fc.oneof(fc.constantFrom(80, 443), fc.integer({ min: 1, max: 65535 }))),
        (one, scheme, port) => {
          const host = isIPv6(one) ? `[${one}]` : one;
          const service = `${scheme}://${host}${port === null ? "" : `:${port}`}`;
          const isWeb = port === null ? scheme.startsWith("http") : port === 80 || port === 443;
          assert.equal(leadsToIngressNginx(service, { address: one, installations }), isWeb, service);
        },
      ),
    );
  });

  it("is one of its Services by name, and not what else its namespace has", () => {
    const nginx = { address: "192.168.0.171", installations };
    for (const service of [
      "https://internal-ingress-nginx-controller.edge:443",
      "http://ingress-nginx-controller.edge.svc.cluster.local",
    ])
      assert.ok(leadsToIngressNginx(service, nginx), service);
    for (const service of [
      "https://internal-ingress-nginx-controller.other:443",
      "http://grafana.edge:3000",
      "http_status:404",
      "unix:/run/internal.edge",
      "hello_world",
      "http://192.168.0.17",
      "http://192.168.0.1710",
    ])
      assert.ok(!leadsToIngressNginx(service, nginx), service);
  });

  it("does not exist if phase retired removes no ingress-nginx", () => {
    for (const kept of [{ address: "192.168.0.171" }, { address: "192.168.0.171", installations: [] }])
      assert.ok(!leadsToIngressNginx("http://192.168.0.171", kept));
  });
});
