import { strict as assert } from "node:assert";
import type { Phase } from "../../components/cluster/phase.ts";
import { ownComment, tunnelTarget } from "../../components/tunnels/live.ts";
import type { Rule } from "../../components/tunnels/rules.ts";
import type { DnsRecord, Tunnel } from "../../sandbox/cloudflare/account.ts";
import type { RecordedRequest } from "../../sandbox/cloudflare/server.ts";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import type { Outcome, Progress } from "../../sandbox/pulumi/workspace.ts";
import { type StackConfig, withoutTunnels } from "../../sandbox/stacks.ts";
import { succeeded, useStage } from "../support/stage.ts";

const nginx = "https://192.168.0.151:443";
const pomerium = "https://192.168.0.154:443";

const zone = "very-very-dark-gray.top";
const ssh: Rule = { hostname: `ssh-alfred.${zone}`, service: "ssh://192.168.0.10:22" };
/** Carried out of order on purpose: a path of a routed host has to come before the host. */
const metrics: Rule = { hostname: `arkham-library.${zone}`, path: "^/metrics", service: "http_status:403" };

/** The hosts that alfred's tunnel carries, in the stack file's order, and what answers each in coexist. */
const carried: [name: string, origin: string][] = [
  ["authenticate", pomerium],
  ["verify", pomerium],
  ["arkham-library", pomerium],
  ["home-assistant-alfred", nginx],
  ["kubernetes-alfred", nginx],
  ["bat-signal", nginx],
];
const hosts = carried.map(([name]) => `${name}.${zone}`);

/** The whole list that the tunnel is to have, by the rules of each host. */
function rulesOf(rules: (hostname: string, inCoexist: string) => Rule[]): Rule[] {
  const routes = carried.flatMap(([name, inCoexist]) => rules(`${name}.${zone}`, inCoexist));
  return [metrics, ...routes, ssh, { service: "http_status:404" }];
}

/** The rule that the stack gives a host. */
const own = (hostname: string, service: string): Rule[] => [
  { hostname, service, originRequest: { originServerName: hostname } },
];

/** In coexist, the rules to ingress-nginx are as somebody made them by hand. */
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
  /** What was done to what is at Cloudflare, or would be: `update alfred-rules`. */
  steps: string[];
  /** What reached Cloudflare and was no mere question. */
  writes: RecordedRequest[];
}

/** A stack's tunnel and its DNS records, from an account that was tended by hand. */
describe("tunnels", function () {
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
    assert.deepEqual(others, [], "there is one tunnel");
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

  it("an existing tunnel is previewed as it is and as it will be, rule by rule, and nothing is written", async () => {
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
      assert.ok(text.includes(line), `${line}\nis not in\n${text}`);
    for (const kept of [ssh.hostname!, `- bat-signal.${zone} ^`, `~ bat-signal.${zone}`])
      assert.ok(!text.includes(kept), `${kept} stays, and is mentioned`);
  });

  it("it then holds the stack's rules in order, the catch-all last, by one write of one list", async () => {
    const { writes } = await succeed("up");
    assert.deepEqual(theTunnel().config?.ingress, rulesOf(inCoexist));
    assert.equal(writes.filter(({ method }) => method === "PUT").length, 1);
  });

  it("every host has one record, by its full name; one that somebody made stays that one", async () => {
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

  it("the next preview is empty, and nothing but questions reaches Cloudflare", atRest);

  it("cutover changes where rules lead and nothing else, in place; coexist takes it back", async () => {
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

  it("a tunnel that leaves the stack stays, its rules too; only the records made for it go", async () => {
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

  it("a new tunnel does not take hosts from another: that is refused before anything is written", async () => {
    await configure("coexist", brandNew);
    const { errors, writes } = await run("up");
    assert.match(
      errors.join("\n"),
      /bat-signal\..* has a DNS record of type CNAME for .*\.cfargotunnel\.com/,
    );
    assert.deepEqual(writes, []);
  });

  it("a new tunnel is made with its rules kept at Cloudflare, and with every record", async () => {
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

  it("its connector runs twice in the cluster, with the tunnel's token from a Secret, and is ready", async () => {
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
    assert.ok(!JSON.stringify(deployment).includes(tokenOf(theTunnel())), "the token is in the Secret only");
  });

  it("a new tunnel's next preview is empty as well", atRest);

  it("neither a tunnel's secret, nor its token, nor the API's stands in plain in state, messages or outputs", async () => {
    const { secret } = theTunnel();
    const { secrets } = sandbox().config("coexist");
    const apiToken = secrets.find(({ path: [section] }) => section === "tunnels")!.value;
    const written = [await workspace().state(), ...messages];
    for (const [name, value] of Object.entries({
      "the tunnel's secret": secret,
      "what it encodes": Buffer.from(secret, "base64").toString(),
      "the tunnel's token": tokenOf(theTunnel()),
      "the API's token": apiToken,
    }))
      for (const shown of [value, Buffer.from(value).toString("base64")])
        for (const text of written) assert.ok(!text.includes(shown), name);
  });
});

/** What `cloudflared tunnel run --token` takes. */
function tokenOf({ id, accountId, secret }: Tunnel): string {
  return Buffer.from(JSON.stringify({ a: accountId, t: id, s: secret })).toString("base64");
}
