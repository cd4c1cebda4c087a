import { strict as assert } from "node:assert";
import { reachedNow } from "../../../../components/pomerium/address.ts";
import { serviceProblem } from "../../../../components/pomerium/service-checks.ts";
import { carriedHosts } from "../../../../components/tunnels/carried-hosts.ts";
import { phaseEffects } from "../../../../stack/phases.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, problemsOf, put } from "../../stack/base.ts";

/** The good stack with another way in than a fixed address. */
function raw(address: unknown, edits: Record<string, unknown> = {}) {
  const file = put(goodStack(), "pomerium.loadBalancerIP", undefined);
  put(file, "pomerium.address", address);
  for (const [path, value] of Object.entries(edits)) put(file, path, value);
  return file;
}

const withoutTunnel = { tunnels: undefined };
const reached = (address: unknown): Stack => parse(raw(address, withoutTunnel));
const forwards = (stack: Stack) => phaseEffects(stack).byHand.filter((step) => step.startsWith("router: "));

describe("Pomerium's address", () => {
  it("is one fixed address in its short form and in its long one", () => {
    const short = parse(goodStack()).pomerium;
    const { pomerium } = parse(raw({ ips: ["192.168.0.172"] }));
    assert.deepEqual(pomerium.reach, { ip: "192.168.0.172", port: 443 });
    assert.deepEqual(short.reach, pomerium.reach);
    assert.deepEqual(short.address, pomerium.address);
  });

  it("is the node's own with a port, which the router and a tunnel then lead to", () => {
    const ports = { nodePort: { https: 30443, http: 30080 }, node: "192.168.0.10" };
    const stack = parse(raw(ports, { phase: "cutover" }));
    assert.deepEqual(stack.pomerium.reach, { ip: "192.168.0.10", port: 30443 });
    assert.match(forwards(stack)[0]!, /^router: forward 443 to 192\.168\.0\.10:30443 /);
    const [signIn] = carriedHosts(stack, { ...stack.tunnels[0]!, authenticate: true });
    assert.equal(signIn?.origin, "https://192.168.0.10:30443");
    const host = reached({ hostPorts: {}, node: "192.168.0.10" });
    assert.deepEqual(host.pomerium.reach, { ip: "192.168.0.10", port: 443 });
  });

  it("is read from the Service where the load balancer chooses it, and the router's step names the Service", () => {
    const stack = reached("assigned");
    const service = {
      ...{ namespace: "pomerium", name: "pomerium-proxy", type: "LoadBalancer", headless: false, ports: [] },
    };
    assert.deepEqual(reachedNow(stack.pomerium.reach, [{ ...service, addresses: ["203.0.113.7"] }]), {
      ip: "203.0.113.7",
      port: 443,
    });
    assert.deepEqual(reachedNow(stack.pomerium.reach, [service]), { ip: "", port: 443 });
    assert.deepEqual(reachedNow({ ip: "192.168.0.172", port: 443 }, [{ ...service, addresses: ["x"] }]), {
      ip: "192.168.0.172",
      port: 443,
    });
    assert.match(
      forwards(stack).join("\n"),
      /8443 to the address of Service pomerium\/pomerium-proxy, port 443/,
    );
  });

  it("is refused where it is missing, twice there or impossible", () => {
    const cases: [unknown, RegExp, Record<string, unknown>?][] = [
      [undefined, /loadBalancerIP: missing: the address of Pomerium's LoadBalancer Service, or `address`/],
      ["assigned", /is there beside `address`/, { "pomerium.loadBalancerIP": "192.168.0.172" }],
      [{ ips: ["192.168.0.172", "192.168.0.173"] }, /address\.ips: has two addresses of one family/],
      [{ ips: ["192.168.0.172"], dualStack: true }, /dualStack: needs an address of each family/],
      [{ ips: [] }, /address\.ips: is empty/],
      [{ ips: ["192.168.0"] }, /address\.ips\[0\]: is not an IP address/],
      [{ ip: "192.168.0.172" }, /address\.ip: unknown key; did you mean "ips"/],
      [
        { ips: ["fd00:0::1", "192.168.0.171"] },
        /address\.ips\[1\]: 192\.168\.0\.171 is the address of ingress-nginx/,
      ],
      [
        { nodePort: { https: 443, http: 80 }, node: "192.168.0.10" },
        /nodePort\.https: is not among the ports of nodes/,
      ],
      [{ nodePort: { https: 30443, http: 30080 } }, /address\.node: missing/],
      ["dhcp", /address: must be assigned, or a map/],
    ];
    for (const [address, message, edits] of cases)
      assert.match(problemsOf(raw(address, { ...withoutTunnel, ...edits })).join("\n"), message);
    assert.match(
      problemsOf(raw("assigned")).join("\n"),
      /address: names no address, and the tunnel home must lead to one: name it in address\.ips/,
    );
  });

  it("keeps class and families of a live Service, so others in the stack file are refused with the command", () => {
    const found = (address: unknown, live: object) =>
      serviceProblem(reached(address), [
        {
          ...{
            namespace: "pomerium",
            name: "pomerium-proxy",
            type: "LoadBalancer",
            headless: false,
            ports: [],
          },
          ...live,
        },
      ]).map(({ message, fix }) => `${message} » ${fix}`);
    assert.deepEqual(found("assigned", { families: ["IPv4"] }), []);
    assert.deepEqual(found({ class: "tailscale" }, { loadBalancerClass: "tailscale" }), []);
    assert.match(
      found({ class: "tailscale" }, {})[0]!,
      /has no class, and a Service keeps its class.* » kubectl --context test delete service --namespace pomerium pomerium-proxy$/,
    );
    assert.match(found("assigned", { loadBalancerClass: "tailscale" })[0]!, /has the class tailscale/);
    const both = { ips: ["192.168.0.172", "fd00::172"] };
    assert.deepEqual(found(both, { families: ["IPv4", "IPv6"] }), []);
    assert.match(
      found(both, { families: ["IPv4"] })[0]!,
      /has IPv4 addresses only, and the stack file asks for IPv6; .*"ipFamilyPolicy":"RequireDualStack"/,
    );
    assert.deepEqual(found(both, { type: "NodePort", families: ["IPv4"] }), []);
  });

  it("hides callers with the policy Cluster, so networks of an app are refused with the reason", () => {
    const networks = { ...withoutTunnel, "apps.wiki.access": { from: ["192.168.0.0/16"] } };
    const address = { ips: ["192.168.0.172"], trafficPolicy: "Cluster" };
    assert.match(
      problemsOf(raw(address, networks)).join("\n"),
      /wiki\.access\.from: pomerium\.address\.trafficPolicy is Cluster, so Pomerium may see a node's address/,
    );
    for (const good of [{ ...address, trafficPolicy: "Local" }, "assigned"])
      assert.doesNotMatch(problemsOf(raw(good, networks)).join("\n"), /trafficPolicy/);
  });
});
