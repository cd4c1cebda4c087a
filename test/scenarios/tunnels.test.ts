import { strict as assert } from "node:assert";
import type { Phase } from "../../components/cluster/phase.ts";
import { ownComment, tunnelTarget } from "../../components/tunnels/live.ts";
import type { Rule } from "../../components/tunnels/rules.ts";
import type { DnsRecord, Tunnel } from "../../sandbox/cloudflare/account.ts";
import type { RecordedRequest } from "../../sandbox/cloudflare/server.ts";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import type { Outcome, Progress } from "../../sandbox/pulumi/events.ts";
import { type StackConfig, withoutTunnels } from "../../sandbox/stacks.ts";
import { succeeded, useStage } from "../support/stage.ts";

const nginx = "https://192.168.0.151:443";
const pomerium = "https://192.168.0.154:443";

const zone = "very-very-dark-gray.top";
const ssh: Rule = { hostname: `ssh-alfred.${zone}`, service: "ssh://192.168.0.10:22" };
/** In the wrong order on purpose: the rule for a path of a host must come before the rule for the host. */
const metrics: Rule = { hostname: `arkham-library.${zone}`, path: "^/metrics", service: "http_status:403" };

/** Hosts of alfred's tunnel in the stack file's order, each with its origin in coexist. */
const carried: [name: string, origin: string][] = [
  ["authenticate", pomerium],
  ["verify", pomerium],
  ["arkham-library", pomerium],
  ["home-assistant-alfred", nginx],
  ["kubernetes-alfred", nginx],
  ["bat-signal", nginx],
];
const hosts = carried.map(([name]) => `${name}.${zone}`);

/** The tunnel's expected rules, built from the rules of each host. */
function rulesOf(rules: (hostname: string, inCoexist: string) => Rule[]): Rule[] {
  const routes = carried.flatMap(([name, inCoexist]) => rules(`${name}.${zone}`, inCoexist));
  return [metrics, ...routes, ssh, { service: "http_status:404" }];
}

/** The rule that the stack makes for a host. */
const own = (hostname: string, service: string): Rule[] => [
  { hostname, service, originRequest: { originServerName: hostname } },
];

/** The rules of a host in coexist. Rules that lead to ingress-nginx stay as somebody made them by hand. */
const inCoexist = (hostname: string, service: string): Rule[] =>
  service === pomerium
    ? own(hostname, service)
    : [
        { hostname, path: "^/.well-known", service: "http://localhost:32080" },
        {
          hostname,
          service: "https://192.168.0.151",
          originRequest: { originServerName: hostname, noTLSVerify: true },
        },
      ];

interface Run extends Outcome {
  /** Changes to objects at Cloudflare, made or previewed, for example `update alfred-rules`. */
  steps: string[];
  /** Requests to Cloudflare that write. */
  writes: RecordedRequest[];
}

/** A stack's tunnel and its DNS records, taken over from an account that was managed by hand. */
describe("a stack's tunnel:", function () {
  this.timeout(240_000);
  const stage = useStage("alfred");
  const { sandbox, workspace } = stage;
  const messages: string[] = [];

  before(() => {
    const tunnel = theTunnel();
    tunnel.config?.ingress.unshift(ssh);
    record(ssh.hostname!, tunnel.id);
  });

  const account = () => sandbox().cloudflare.state;
  const theTunnel = (): Tunnel => {
    const [tunnel, ...others] = account().tunnels.filter(({ deletedAt }) => deletedAt === undefined);
    assert.ok(tunnel);
    assert.deepEqual(others, [], "the account has more than one tunnel");
    return tunnel;
  };
  const record = (name: string, tunnelId: string): void => {
    const [like] = account().records;
    assert.ok(like);
    account().records.push({ ...like, id: "5".repeat(32), name, content: tunnelTarget(tunnelId) });
  };
  const recordsByName = (): Map<string, DnsRecord> =>
    new Map(account().records.map((each) => [each.name, structuredClone(each)]));

  const configure = (
    phase: Phase,
    edit: (tunnel: Record<string, unknown>) => void = () => {},
  ): Promise<StackConfig> =>
    stage.configure(phase, ({ values }) => {
      const { alfred } = values.tunnels as { alfred: Record<string, unknown> };
      alfred.extraRules = [ssh, metrics];
      edit(alfred);
    });

  const run = async (action: "preview" | "up"): Promise<Run> => {
    const before = sandbox().cloudflare.requests.length;
    const steps = new Set<string>();
    const outcome = await workspace()[action](({ type, name, operation, state }: Progress) => {
      if (type.startsWith("cloudflare:") && operation !== "same" && state === "done")
        steps.add(`${operation} ${name}`);
    });
    messages.push(...outcome.messages, ...outcome.errors, JSON.stringify(await workspace().outputs()));
    const writes = sandbox()
      .cloudflare.requests.slice(before)
      .filter(({ method }) => method !== "GET");
    return { ...outcome, steps: [...steps].sort(), writes };
  };
  const succeed = async (action: "preview" | "up"): Promise<Run> => succeeded(await run(action));
  const atRest = async (): Promise<void> => {
    const { counts, steps, writes } = await succeed("preview");
    assert.deepEqual(Object.keys(counts), ["same"]);
    assert.deepEqual(steps, []);
    assert.deepEqual(writes, []);
  };

  it("the preview shows the changed rules of an existing tunnel, and writes nothing", async () => {
    await configure("coexist");
    const { messages, steps, writes } = await succeed("preview");
    assert.deepEqual(steps, [
      `create arkham-library.${zone}`,
      `create authenticate.${zone}`,
      `create verify.${zone}`,
      "import alfred-rules",
      "update alfred-rules",
    ]);
    assert.deepEqual(writes, []);
    const text = messages.join("\n");
    for (const line of [
      `+ authenticate.${zone} → ${pomerium}`,
      `+ arkham-library.${zone} ^/metrics → http_status:403`,
    ])
      assert.ok(text.includes(line), `${line}\nis missing in\n${text}`);
    for (const kept of [ssh.hostname!, `- bat-signal.${zone} ^`, `~ bat-signal.${zone}`])
      assert.ok(!text.includes(kept), `${kept} stays unchanged, but the preview mentions it`);
  });

  it("one write gives an existing tunnel the stack's rules in order, with the catch-all last", async () => {
    const { writes } = await succeed("up");
    assert.deepEqual(theTunnel().config?.ingress, rulesOf(inCoexist));
    assert.equal(writes.filter(({ method }) => method === "PUT").length, 1);
  });

  it("every host has one record with its full name, and hand-made records stay", async () => {
    const records = account().records;
    assert.deepEqual(records.map(({ name }) => name).sort(), [...hosts, ssh.hostname].sort());
    for (const { name, type, content, proxied } of records)
      assert.deepEqual(
        { type, content, proxied },
        { type: "CNAME", content: tunnelTarget(theTunnel().id), proxied: true },
        name,
      );
    const made = records.filter(({ comment }) => comment === ownComment).map(({ name }) => name);
    assert.deepEqual(made.sort(), [...hosts.slice(0, 3)].sort());
  });

  it("the preview after the take-over is empty, and sends no writes to Cloudflare", atRest);

  it("cutover changes only the origins of the rules, in place, and coexist takes that back", async () => {
    const records = recordsByName();
    for (const [phase, rules] of [
      ["cutover", (hostname: string) => own(hostname, pomerium)],
      ["coexist", inCoexist],
    ] as const) {
      await configure(phase);
      const { steps, writes } = await succeed("up");
      assert.deepEqual(steps, ["update alfred-rules"]);
      assert.deepEqual(
        writes.map(({ method }) => method),
        ["PUT"],
      );
      assert.deepEqual(theTunnel().config?.ingress, rulesOf(rules));
      assert.deepEqual(recordsByName(), records);
    }
  });

  it("a tunnel that is removed from the stack file stays with its rules, and only the records made by the stack are deleted", async () => {
    await workspace().configure(withoutTunnels(await configure("coexist")));
    const { writes } = await succeed("up");
    assert.deepEqual([...new Set(writes.map(({ method }) => method))], ["DELETE"]);
    assert.deepEqual(theTunnel().config?.ingress, rulesOf(inCoexist));
    assert.deepEqual([...recordsByName().keys()].sort(), [...hosts.slice(3), ssh.hostname].sort());
  });

  const brandNew = (tunnel: Record<string, unknown>): void => {
    delete tunnel.tunnelId;
    tunnel.connector = {};
  };

  it("a new tunnel with the hosts of another tunnel is refused before anything is written", async () => {
    await configure("coexist", brandNew);
    const { errors, writes } = await run("up");
    assert.match(
      errors.join("\n"),
      /bat-signal\..* has a DNS record of type CNAME for .*\.cfargotunnel\.com/,
    );
    assert.deepEqual(writes, []);
  });

  it("a new tunnel is made with all its records, and Cloudflare keeps its rules", async () => {
    account().records = [];
    account().tunnels = [];
    const { writes } = await succeed("up");
    const { id, remote, name, config } = theTunnel();
    assert.equal(name, "alfred");
    assert.equal(remote, true);
    assert.deepEqual(config?.ingress, rulesOf(own));
    assert.deepEqual(
      account()
        .records.map(({ name, content }) => [name, content])
        .sort(),
      [...hosts, ssh.hostname].map((host) => [host, tunnelTarget(id)]).sort(),
    );
    assert.equal(writes.length, 1 + 1 + account().records.length);
  });

  it("a new tunnel's connector has two ready pods, which read the token from a Secret", async () => {
    const { api } = sandbox().cluster;
    const namespace = "cloudflared-alfred";
    const secret = await api.find<KubernetesObject & { data: { token: string } }>(
      `/api/v1/namespaces/${namespace}/secrets/cloudflared`,
    );
    assert.equal(Buffer.from(secret?.data.token ?? "", "base64").toString(), tokenOf(theTunnel()));
    const deployment = await api.find<
      KubernetesObject & { spec: { replicas: number }; status: { readyReplicas?: number } }
    >(`/apis/apps/v1/namespaces/${namespace}/deployments/cloudflared`);
    assert.equal(deployment?.spec.replicas, 2);
    assert.equal(deployment.status.readyReplicas, 2);
    assert.ok(!JSON.stringify(deployment).includes(tokenOf(theTunnel())), "the token is in the Deployment");
  });

  it("the preview after a new tunnel is empty", atRest);

  it("neither the tunnel's id in the stack file nor another comment of a record changes anything", async () => {
    const { id } = theTunnel();
    for (const record of account().records) record.comment = "edited by hand";
    await configure("coexist", (tunnel) => {
      brandNew(tunnel);
      tunnel.tunnelId = id;
    });
    await atRest();
  });

  it("another name for a tunnel that the stack made is refused, with and without its id", async () => {
    const { id } = theTunnel();
    for (const tunnelId of [undefined, id]) {
      const config = await stage.configure("coexist", ({ values, secrets }) => {
        const { alfred } = values.tunnels as { alfred: Record<string, unknown> };
        Object.assign(alfred, { extraRules: [ssh, metrics], connector: {}, tunnelId });
        if (tunnelId === undefined) delete alfred.tunnelId;
        values.tunnels = { house: alfred };
        for (const { path } of secrets) if (path[0] === "tunnels") path[1] = "house";
      });
      assert.ok(config);
      const { errors, writes } = await run("preview");
      assert.match(errors.join("\n"), /tunnels\.house\.tunnelId .* Pulumi (makes|would delete)/);
      assert.deepEqual(writes, []);
    }
  });

  it("no tunnel secret, tunnel token or API token is in plain text in the state, the messages or the outputs", async () => {
    const { secret } = theTunnel();
    const { secrets } = sandbox().config("coexist");
    const apiToken = secrets.find(({ path: [section] }) => section === "tunnels")!.value;
    const written = [await workspace().state(), ...messages];
    for (const [name, value] of Object.entries({
      "the tunnel's secret": secret,
      "the decoded tunnel secret": Buffer.from(secret, "base64").toString(),
      "the tunnel's token": tokenOf(theTunnel()),
      "the API token": apiToken,
    }))
      for (const shown of [value, Buffer.from(value).toString("base64")])
        for (const text of written) assert.ok(!text.includes(shown), name);
  });
});

/** The token for `cloudflared tunnel run --token`. */
function tokenOf({ id, accountId, secret }: Tunnel): string {
  return Buffer.from(JSON.stringify({ a: accountId, t: id, s: secret })).toString("base64");
}
