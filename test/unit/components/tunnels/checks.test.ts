import { strict as assert } from "node:assert";
import {
  recordsToMake,
  ruleChanges,
  type TakeoverArgs,
  takeoverProblems,
} from "../../../../components/tunnels/checks.ts";
import { type LiveRecord, type LiveTunnel, tunnelTarget } from "../../../../components/tunnels/live.ts";
import { ingressRules, type Rule } from "../../../../components/tunnels/rules.ts";

const tunnelId = "0c7a70e1-5e1f-4a5e-9d57-0123456789ab";
const nginx = "https://192.168.0.171";
const pomerium = "https://192.168.0.172:443";
const wiki = { host: "wiki.example.net", origin: pomerium };

const args: TakeoverArgs = { tunnelId, rules: ingressRules([wiki]), drop: [], pomerium, hosts: [wiki.host] };

function live(rules: Rule[], records: Record<string, LiveRecord> = {}): LiveTunnel {
  return {
    tunnel: {
      name: "house",
      remote: true,
      rules: [...rules, { service: "http_status:404" }],
      settings: [],
    },
    records,
  };
}

const leadingTo = (content: string, changes: Partial<LiveRecord> = {}): LiveRecord => ({
  type: "CNAME",
  content,
  proxied: true,
  own: false,
  ...changes,
});

const messages = (tunnel: LiveTunnel, changes: Partial<TakeoverArgs> = {}): string[] =>
  takeoverProblems(tunnel, { ...args, ...changes }).map(({ at, message }) => `${at}: ${message}`);

describe("a tunnel that is taken over", () => {
  it("loses no rule that the stack file does not know of: it is refused, with what keeps the rule", () => {
    const ssh: Rule = { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" };
    assert.deepEqual(messages(live([ssh])), [
      'extraRules: the tunnel leads ssh.example.net to ssh://192.168.0.10:22, which no app and no extra rule takes over; keep it as {"hostname":"ssh.example.net","service":"ssh://192.168.0.10:22"}, or let it go by `drop: ["ssh.example.net"]`',
    ]);
    assert.deepEqual(messages(live([ssh]), { rules: ingressRules([wiki], [ssh]) }), []);
    assert.deepEqual(messages(live([ssh]), { drop: ["ssh.example.net"] }), []);
  });

  it("loses no app that was forgotten, as long as ingress-nginx is what serves it", () => {
    const [problem] = messages(live([{ hostname: "komga.example.net", service: nginx }]));
    assert.match(problem ?? "", /leads komga\.example\.net to https:\/\/192\.168\.0\.171,/);
  });

  it("loses without further ado what leads to Pomerium: an app that was taken away", () => {
    for (const service of [pomerium, "https://192.168.0.172"])
      assert.deepEqual(messages(live([{ hostname: "komga.example.net", service }])), []);
  });

  it("takes over a host with all of its paths, the detours for certificates too", () => {
    const rules = [
      { hostname: wiki.host, path: "^/.well-known", service: "http://localhost:32080" },
      { hostname: wiki.host, service: nginx },
    ];
    assert.deepEqual(messages(live(rules)), []);
  });

  it("keeps a rule for every host that nothing takes over", () => {
    const [problem] = messages(live([{ path: "^/health", service: "http://192.168.0.10:80" }]));
    assert.match(problem ?? "", /leads every host \^\/health to .* keep it as \{"path":"\^\/health"/);
    assert.doesNotMatch(problem ?? "", /drop/);
  });

  it("that takes its rules from a file is refused, for it would not heed these", () => {
    const tunnel = live([]);
    tunnel.tunnel!.remote = false;
    assert.match(messages(tunnel).join(), /^tunnelId: tunnel house takes its rules from a file/);
  });

  it("may have its records already, made by the dashboard: they stay as they are", () => {
    const records = { [wiki.host]: leadingTo(tunnelTarget(tunnelId)) };
    assert.deepEqual(messages(live([], records)), []);
    assert.deepEqual(recordsToMake(live([], records), args.hosts), []);
  });

  it("takes no host away from what it leads to today", () => {
    const others = [
      leadingTo(tunnelTarget("a1f7ed00-5e1f-4a5e-9d57-0123456789ab")),
      leadingTo("203.0.113.7", { type: "A" }),
      leadingTo(tunnelTarget(tunnelId), { proxied: false }),
    ];
    for (const record of others)
      assert.match(
        messages(live([], { [wiki.host]: record })).join(),
        /^zoneId: wiki\.example\.net has a DNS record of type (A|CNAME) for .*; delete it/,
      );
    const stale = live([], { [wiki.host]: leadingTo(tunnelTarget(tunnelId)) });
    assert.equal(messages(stale, { tunnelId: undefined }).length, 1, "a new tunnel has no record yet");
  });

  it("has the records made that are missing, and those kept that were made here", () => {
    const records = { "a.example.net": leadingTo("x", { own: true }), "b.example.net": leadingTo("y") };
    const hosts = ["a.example.net", "b.example.net", "c.example.net"];
    assert.deepEqual(recordsToMake(live([], records), hosts), ["a.example.net", "c.example.net"]);
    assert.deepEqual(messages(live([], records), { hosts: ["a.example.net"] }), []);
  });
});

describe("the change of a tunnel's rules", () => {
  it("is told rule by rule, and in no word about what stays", () => {
    const rules = ingressRules(
      [wiki, { host: "new.example.net", origin: pomerium }],
      [{ hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" }],
    );
    const before = live([
      { hostname: wiki.host, path: "^/.well-known", service: "http://localhost:32080" },
      { hostname: wiki.host, service: nginx, originRequest: { noTLSVerify: true } },
      { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" },
    ]);
    before.tunnel?.settings.push("warp-routing");
    assert.deepEqual(ruleChanges(before, rules), [
      "~ wiki.example.net: https://192.168.0.171 → https://192.168.0.172:443",
      "+ new.example.net → https://192.168.0.172:443",
      "- wiki.example.net ^/.well-known → http://localhost:32080",
      "- warp-routing, which is set for the whole tunnel",
    ]);
    assert.deepEqual(ruleChanges(live(rules.slice(0, -1)), rules), []);
  });

  it("tells of settings, too: a certificate that was not checked and will be", () => {
    const before = live([{ hostname: wiki.host, service: pomerium, originRequest: { noTLSVerify: true } }]);
    assert.deepEqual(ruleChanges(before, args.rules), [
      '~ wiki.example.net: {"noTLSVerify":true} → {"originServerName":"wiki.example.net"}',
    ]);
  });
});
