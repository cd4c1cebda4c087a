import { strict as assert } from "node:assert";
import type { LiveAccount } from "../../../components/tunnels/account.ts";
import { planStack } from "../../../discovery/plan.ts";
import { stackText } from "../../../discovery/stack-text.ts";
import { accountBefore } from "../../../sandbox/cloudflare/seed.ts";
import { stackFile } from "../../../sandbox/stacks.ts";
import { loadFromFile } from "../../../stack/load.ts";
import { readStackFile } from "../../../stack-file/stack-file.ts";
import { objectsBefore } from "./before.ts";
import { finished, inventoryOf } from "./written.ts";

/** The account in which a shipped stack has its tunnels before the migration. */
function accountOf(stack: "octavo" | "alfred"): LiveAccount {
  const { zones, tunnels } = accountBefore([loadFromFile(stackFile(stack))]);
  return {
    zones,
    tunnels: tunnels.map(({ id, accountId, name, config }) => ({
      accountId,
      tunnelId: id,
      name,
      remote: true,
      rules: config?.ingress ?? [],
      unwritable: [],
    })),
  };
}

async function planned(change: (account: LiveAccount) => void = () => {}) {
  const cloudflare = accountOf("alfred");
  change(cloudflare);
  const plan = planStack(await inventoryOf(objectsBefore("alfred")), { cloudflare });
  const { text, todos } = stackText(plan, { stack: "test", admins: [], source: "a test" });
  return { text, todos, raw: readStackFile("Pulumi.test.yaml", text).raw };
}

const tunnelsOf = (raw: Record<string, unknown>) => raw.tunnels as Record<string, Record<string, unknown>>;

describe("the tunnels of a written stack file", () => {
  it("are those that carry hosts today, with the zone's id, and without the detours of challenges", async () => {
    const file = await planned(({ tunnels: [tunnel] }) => {
      tunnel!.rules = tunnel!.rules.filter(({ hostname = "" }) => !hostname.startsWith("bat-signal"));
    });
    assert.deepEqual(tunnelsOf(file.raw), {
      alfred: {
        accountId: "0123456789abcdef0123456789abcdef",
        tunnelId: "a1f7ed00-5e1f-4a5e-9d57-0123456789ab",
        zoneId: "fedcba9876543210fedcba9876543210",
        // The tunnel has no rule for grafana's host of today.
        apps: ["home-assistant", "kubernetes-dashboard"],
      },
    });
    const { certificates, tunnels } = finished(file);
    assert.deepEqual(
      Object.values(certificates.zones).map(({ solver }) => solver),
      ["cloudflare"],
    );
    assert.equal(tunnels.length, 1);
  });

  it("keep rules that no app explains, and name what cannot be written", async () => {
    const { raw, text, todos } = await planned(({ tunnels: [tunnel] }) => {
      tunnel!.rules.unshift({
        hostname: "other.very-very-dark-gray.top",
        service: "http://192.0.2.7:80",
        unwritable: ["bastionMode"],
      });
    });
    const [other, ...rest] = tunnelsOf(raw).alfred!.extraRules as { hostname: string }[];
    assert.deepEqual(other, { hostname: "other.very-very-dark-gray.top", service: "http://192.0.2.7:80" });
    assert.deepEqual(
      [...new Set(rest.map(({ hostname }) => hostname))],
      ["bat-signal.very-very-dark-gray.top"],
    );
    assert.match(text, /# DECIDE: rules that the tunnel has today and no app explains\./);
    assert.ok(todos.some(({ at, message }) => at === "tunnels.alfred" && message.includes("bastionMode")));
  });

  it("have a map of zones if their hosts are in several, and a name that a stack file takes", async () => {
    const { raw, todos } = await planned(({ zones, tunnels: [tunnel] }) => {
      tunnel!.name = "My tunnel!";
      zones.push({ id: "f".repeat(32), name: "kubernetes-alfred.very-very-dark-gray.top" });
    });
    assert.deepEqual(tunnelsOf(raw)["my-tunnel"]!.zoneId, {
      "very-very-dark-gray.top": "fedcba9876543210fedcba9876543210",
      "kubernetes-alfred.very-very-dark-gray.top": "f".repeat(32),
    });
    assert.deepEqual(
      todos.filter(({ at }) => at.startsWith("tunnels")),
      [],
    );
  });

  it("are left out if none carries a host; if one carries every host, the exposure says so", async () => {
    const none = await planned((account) => {
      account.tunnels[0]!.rules = [
        { hostname: "other.example.org", service: "http://x:80" },
        { service: "http://192.0.2.7:80" },
      ];
    });
    assert.equal(none.raw.tunnels, undefined);
    assert.doesNotMatch(none.text, /A tunnel carries every host/);
    const all = await planned((account) => {
      account.tunnels[0]!.rules = [{ hostname: "*.very-very-dark-gray.top", service: "https://192.0.2.10" }];
    });
    assert.match(all.text, /# A tunnel carries every host today, so it is tunnelOnly unless/);
  });
});
