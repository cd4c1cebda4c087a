import { strict as assert } from "node:assert";
import { namesOf, namesToAsk } from "../../../stack/dns-names.ts";
import { phaseEffects } from "../../../stack/phases.ts";
import type { Stack } from "../../../stack/stack.ts";
import { goodStack, parse, put } from "./base.ts";
import { ingress } from "./state.ts";

function stack(edits: Record<string, unknown> = {}): Stack {
  const raw = goodStack();
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return parse(raw);
}

describe("the names of a stack", () => {
  it("are those of the sign-in pages and of the apps that no tunnel carries", () => {
    assert.deepEqual(namesToAsk(stack()), [
      "authenticate.example.org",
      "komga.example.org",
      "influxdb.example.org",
    ]);
    const carried = stack({
      "tunnels.home.apps": ["wiki", "komga", "influxdb"],
      "tunnels.home.authenticate": true,
      "tunnels.home.zoneId": {
        "example.org": "0123456789abcdef0123456789abcdef",
        "example.net": "fedcba9876543210fedcba9876543210",
      },
    });
    assert.deepEqual(namesToAsk(carried), []);
    assert.deepEqual(phaseEffects(carried).names, []);
  });

  it("in coexist, are left to ingress-nginx where it serves them, by its Ingresses or as the stack file says", () => {
    const served = (of: Stack) =>
      namesOf(of, { ingresses: [ingress("monitoring", "influx", ["influxdb.example.org"])] }, [])
        .hosts.filter(({ isNginx }) => isNginx)
        .map(({ host }) => host);
    assert.deepEqual(served(stack()), ["komga.example.org", "influxdb.example.org"]);
    assert.deepEqual(served(stack({ phase: "cutover" })), []);
    const stays = {
      helmRelease: "ingress-nginx",
      address: "192.168.0.171",
      stays: { "www.example.org": "x" },
    };
    assert.deepEqual(served(stack({ ingressNginx: stays })), []);
  });

  it("lead to the address that the load balancer has given, if the stack file names none", () => {
    const assigned = stack({
      "pomerium.loadBalancerIP": undefined,
      "pomerium.address": "assigned",
      tunnels: undefined,
    });
    const service = {
      ...{ namespace: "pomerium", name: "pomerium-proxy", type: "LoadBalancer" },
      ...{ headless: false, ports: [], addresses: ["10.0.0.7"] },
    };
    assert.equal(namesOf(assigned, { ingresses: [] }, []).pomerium, "");
    assert.equal(namesOf(assigned, { ingresses: [] }, [service]).pomerium, "10.0.0.7");
  });

  it("are among the steps by hand of coexist and cutover", () => {
    const [coexist, cutover, retired] = (["coexist", "cutover", "retired"] as const).map((phase) =>
      phaseEffects(stack({ phase })).byHand.filter((step) => step.startsWith("DNS: ")),
    );
    assert.deepEqual(coexist, [
      "DNS: records for authenticate.example.org and influxdb.example.org that lead to the router, as those of your other hosts do",
    ]);
    assert.deepEqual(cutover, [
      "DNS: if your network has its own names that lead to 192.168.0.171, let them lead to 192.168.0.172",
    ]);
    assert.deepEqual(retired, []);
  });
});
