import { strict as assert } from "node:assert";
import { routesNotInForce, routeWarnings } from "../../../components/apps/in-force.ts";
import { certificatesNotInForce } from "../../../components/certificates/in-force.ts";
import type { LiveService } from "../../../components/cluster/live.ts";
import type { IngressStatus } from "../../../components/cluster/pomerium-status.ts";
import { resolveAddress } from "../../../components/pomerium/address-schema.ts";
import { addressNotInForce, settingsNotInForce } from "../../../components/pomerium/in-force.ts";
import { inForceDigest, notInForce, settled } from "../../../stack/in-force.ts";
import { goodStack, parse, put } from "./base.ts";
import { certificate, deployed } from "./state.ts";

const stack = parse(goodStack());
const key = "komga/komga-pomerium-ingress";

describe("the routes that an up has written", () => {
  const changed = "2026-03-01T12:00:10Z";
  const ingresses = deployed(stack).map((each) => ({
    ...each,
    managedFields: [
      { manager: "pulumi-kubernetes-1", time: changed },
      // Pomerium's own report on the Ingress is no change of it.
      { manager: "manager", time: "2026-03-01T12:30:00Z", subresource: "status" },
    ],
  }));
  const missing = (changes: Partial<IngressStatus> | undefined): string[] => {
    const good = { reconciled: true, observedGeneration: 1, observedAt: "2026-03-01T12:00:11Z" };
    const ingress = Object.fromEntries(
      ingresses.flatMap(({ namespace, name }) => {
        const id = `${namespace}/${name}`;
        if (id === key) return changes === undefined ? [] : [[id, { ...good, ...changes }]];
        return [[id, good]];
      }),
    );
    const settings = { reconciled: true, current: true, warnings: [], ingress };
    return routesNotInForce(stack.apps, ingresses, { readyReplicas: 1, settings });
  };

  it("are in force once Pomerium has reported on each of them since its last change", () => {
    assert.deepEqual(missing({}), []);
    assert.deepEqual(missing({ observedAt: changed }), [], "within the same second");
  });

  it("are not in force if Pomerium refuses one, although its generation is the one that it had", () => {
    const error = "couldn't parse policy: unsupported action: permit";
    assert.deepEqual(missing({ reconciled: false, error }), [`Ingress ${key}: ${error}`]);
    assert.deepEqual(missing({ reconciled: false }), [`Ingress ${key}: not accepted, without a reason`]);
  });

  it("are not in force if Pomerium's report is older than the change: it still serves the old policy", () => {
    assert.deepEqual(missing({ observedAt: "2026-03-01T11:00:00Z" }), [
      `Ingress ${key}: changed at ${changed}, and Pomerium's last report is of 2026-03-01T11:00:00Z`,
    ]);
    assert.deepEqual(missing(undefined), [`Ingress ${key}: Pomerium has not reported on it`]);
  });

  it("may be reported by a clock that is a little behind", () => {
    assert.deepEqual(missing({ observedAt: "2026-03-01T12:00:07Z" }), []);
  });

  it("are only this stack's own", () => {
    const other = { ...ingresses[0]!, name: "somebody-elses" };
    const settings = { reconciled: true, current: true, warnings: [], ingress: {} };
    assert.deepEqual(routesNotInForce(stack.apps, [other], { readyReplicas: 1, settings }), []);
  });

  it("have their warnings repeated", () => {
    const ingress = {
      [key]: { reconciled: true, warnings: ["a"] },
      "x/y": { reconciled: true, warnings: ["b"] },
    };
    const settings = { reconciled: true, current: true, warnings: [], ingress };
    assert.deepEqual(routeWarnings(stack.apps, { readyReplicas: 1, settings }), [`Ingress ${key}: a`]);
  });
});

describe("a further part of an up that must be in force", () => {
  it("is Pomerium's address: the load balancer must have given the one that was asked for", () => {
    const service = (addresses?: string[]): LiveService[] => [
      {
        namespace: "pomerium",
        name: "pomerium-proxy",
        type: "LoadBalancer",
        headless: false,
        ports: [],
        ...(addresses ? { addresses } : {}),
      },
    ];
    const fixed = resolveAddress({ loadBalancerIP: "192.168.0.172" });
    assert.deepEqual(addressNotInForce(fixed, service(["192.168.0.172"])), []);
    assert.deepEqual(addressNotInForce(fixed, service(["fd00::1", "192.168.0.172"])), []);
    assert.match(
      addressNotInForce(fixed, service(["192.168.0.180"]))[0] ?? "",
      /has the address 192\.168\.0\.180, and the stack file says 192\.168\.0\.172/,
    );
    assert.match(addressNotInForce(fixed, service())[0] ?? "", /has no address/);
    const both = resolveAddress({ address: { ips: ["192.168.0.172", "fd00::172"] } });
    assert.deepEqual(addressNotInForce(both, service(["192.168.0.172", "FD00:0::172"])), []);
    assert.match(
      addressNotInForce(both, service(["192.168.0.172"]))[0] ?? "",
      /the stack file says fd00::172/,
    );
    const assigned = resolveAddress({ address: "assigned" });
    assert.deepEqual(addressNotInForce(assigned, service(["203.0.113.9"])), []);
    assert.match(
      addressNotInForce(assigned, service())[0] ?? "",
      /no load balancer of the cluster gives it one/,
    );
    const node = resolveAddress({ address: { hostPorts: { https: 443, http: 80 }, node: "192.168.0.10" } });
    assert.deepEqual(addressNotInForce(node, service()), []);
  });

  it("is Pomerium's settings, as long as a pod is there to use them", () => {
    const settings = { reconciled: true, current: true, warnings: [], ingress: {} };
    assert.deepEqual(settingsNotInForce({ readyReplicas: 1, settings }), []);
    assert.equal(settingsNotInForce({ readyReplicas: 0, settings }).length, 1);
    for (const change of [
      { reconciled: false },
      { current: false },
      { reconciled: false, error: "no secret" },
    ])
      assert.equal(settingsNotInForce({ readyReplicas: 1, settings: { ...settings, ...change } }).length, 1);
  });

  it("is every certificate, that of the sign-in pages included", () => {
    const wanted = {
      by: "app komga",
      at: "",
      namespace: "komga",
      secretName: "komga-tls",
      dnsNames: ["a.example.org"],
    };
    const found = (certificates: ReturnType<typeof certificate>[]) =>
      certificatesNotInForce([wanted], { certificates });
    assert.deepEqual(found([certificate("komga", "any-name", [], { secretName: "komga-tls" })]), []);
    assert.deepEqual(found([]), ["Secret komga/komga-tls (a.example.org): there is no Certificate for it"]);
    assert.deepEqual(
      found([certificate("komga", "komga-tls", [], { ready: false, message: "order failed" })]),
      ["Secret komga/komga-tls (a.example.org): order failed"],
    );
    assert.equal(found([certificate("other", "komga-tls", [])]).length, 1, "another namespace");
  });
});

describe("the check after an up", () => {
  const answers = (...script: string[][]) => {
    let asked = 0;
    const read = async () => ({ missing: script[Math.min(asked++, script.length - 1)]!, warnings: [] });
    return { read, asked: () => asked };
  };

  it("waits for a report that is still to come, and believes none that it has seen only once", async () => {
    const { read, asked } = answers(["a"], [], ["a"], [], []);
    assert.deepEqual((await settled(read, { between: 1 })).missing, []);
    assert.equal(asked(), 5);
  });

  it("ends with what is still missing", async () => {
    const { read } = answers(["Ingress a/b: refused"]);
    assert.deepEqual((await settled(read, { longest: 20, between: 5 })).missing, ["Ingress a/b: refused"]);
  });

  it("gives the reasons, and says that the old route is still served", () => {
    const { message } = notInForce(["Ingress a/b: refused"]);
    assert.match(message, /the route before the change stays in force/);
    assert.match(message, /^ {2}Ingress a\/b: refused$/m);
  });

  it("runs again for every change of who may pass, of a route, a host, a Secret and of Pomerium's settings", () => {
    const digest = (edits: Record<string, unknown> = {}) => {
      const raw = goodStack();
      for (const [path, value] of Object.entries(edits)) put(raw, path, value);
      return inForceDigest(parse(raw));
    };
    const seen = [
      {},
      { "users.groups.readers[0]": "somebody-else@gmail.com" },
      { "apps.komga.access": "admins", "accessTests.apps.komga": [{ deny: ["stranger", "anonymous"] }] },
      { "apps.komga.route": { timeout: "5m" } },
      { "apps.komga.host": "books.example.org" },
      { "apps.komga.tls": { secretName: "other" } },
      { "apps.komga.service.port": 81 },
      { "pomerium.loadBalancerIP": "192.168.0.199" },
      { "pomerium.session": "1h" },
      { "pomerium.identityProvider.clientId": "another" },
      { "pomerium.identityProvider.scopes": ["openid", "email"] },
      { "pomerium.identityProvider.provider": "github" },
      { "pomerium.storage.pebble.hostPath": "/data/elsewhere" },
      { "pomerium.storage": { postgres: { connection: "postgres://a:b@db/pomerium", replicas: 2 } } },
      { "pomerium.resources.limits.memory": "3Gi" },
    ].map((edits) => digest(edits));
    assert.equal(new Set(seen).size, seen.length);
  });

  it("has no secret in its digest", () => {
    const digest = (path: string, value: unknown) => inForceDigest(parse(put(goodStack(), path, value)));
    assert.equal(
      digest("pomerium.identityProvider.clientSecret", "one"),
      digest("pomerium.identityProvider.clientSecret", "two"),
    );
    const store = (connection: string) =>
      digest("pomerium.storage", { postgres: { connection, replicas: 2 } });
    assert.equal(store("postgres://a:b@db/pomerium"), store("postgres://a:c@db/pomerium"));
  });
});
