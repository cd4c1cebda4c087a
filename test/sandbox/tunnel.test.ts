import { strict as assert } from "node:assert";
import { join } from "node:path";
import { tunnelTarget } from "../../components/tunnels/live.ts";
import type { Rule } from "../../components/tunnels/rules.ts";
import type { TunnelArgs } from "../../components/tunnels/Tunnel.ts";
import type { Tunnel } from "../../sandbox/cloudflare/account.ts";
import { ruleFor } from "../../sandbox/cloudflare/ingress.ts";
import { type StandIn, startCloudflare } from "../../sandbox/cloudflare/server.ts";
import type { Step } from "../../sandbox/pulumi/events.ts";
import { openWorkspace, type Workspace } from "../../sandbox/pulumi/workspace.ts";
import { prepared, useResource } from "../support/cluster.ts";
import { changesOf, refusal, succeeded } from "../support/stage.ts";

const apiToken = "hunter2-hunter2-hunter2-hunter2-hunter2-";
const accountId = "0123456789abcdef0123456789abcdef";
const zoneId = "fedcba9876543210fedcba9876543210";
const otherZone = "0123456789abcdef0123456789abcdee";
const tunnelId = "0c7a70e1-5e1f-4a5e-9d57-0123456789ab";
const wiki = "wiki.example.net";
const nginx = "https://192.168.0.171:443";
const pomerium = "https://192.168.0.172:443";
const byHand: Rule[] = [
  { hostname: wiki, path: "^/.well-known", service: "http://localhost:32080" },
  { hostname: wiki, service: "https://192.168.0.171", originRequest: { noTLSVerify: true } },
  { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" },
  { service: "http_status:404" },
];

type Args = Omit<TunnelArgs, "apiToken" | "rules"> & {
  routes: { host: string; origin: string }[];
  extraRules?: Rule[];
};

describe("a tunnel, deployed to a stand-in for Cloudflare", function () {
  this.timeout(240_000);

  let workspace: Workspace;
  let cloudflare: StandIn;
  const ready = useResource(prepared);

  beforeEach(async () => {
    cloudflare = await startCloudflare({
      token: apiToken,
      seed: {
        zones: [
          { id: zoneId, name: "example.net" },
          { id: otherZone, name: "example.org" },
        ],
        tunnels: [{ id: tunnelId, accountId, name: "house", config: { ingress: byHand } }],
        records: [{ zoneId, name: wiki, type: "CNAME", content: tunnelTarget(tunnelId) }],
      },
    });
    workspace = await open({ CLOUDFLARE_BASE_URL: cloudflare.url });
  });
  afterEach(async () => {
    await workspace?.close();
    await cloudflare.stop();
    const aboutAccess = cloudflare.requests.filter(({ path }) => path.includes("access"));
    assert.deepEqual(aboutAccess, [], "the run sent requests about Access applications");
  });

  const existing: Args = {
    accountId,
    tunnelId,
    zoneId,
    routes: [{ host: wiki, origin: nginx }],
    extraRules: [{ hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" }],
  };
  const { tunnelId: _, ...brandNew } = existing;

  const open = (env: Record<string, string>): Promise<Workspace> => {
    const program = join(import.meta.dirname, "fixtures", "tunnel");
    return openWorkspace(ready().pulumi, { stack: "test", kubeconfig: "", env, program });
  };

  /** Runs the program with these arguments, and returns its changes to objects at Cloudflare. */
  async function run(action: "preview" | "up", args: Args, name = "house") {
    const secrets = [{ path: ["apiToken"], value: apiToken }];
    await workspace.configure({ values: { tunnel: args, name }, secrets });
    const outcome = await changesOf((onProgress) => workspace[action](onProgress));
    return { ...outcome, changes: outcome.changes.filter(({ type }) => type.startsWith("cloudflare:")) };
  }
  const preview = async (args: Args) => succeeded(await run("preview", args));
  const up = async (args: Args, name?: string) => succeeded(await run("up", args, name));
  const destroy = async () => succeeded(await workspace.destroy());

  const named = ({ changes }: { changes: Step[] }): string[] =>
    changes.map(({ operation, name }) => `${operation} ${name}`).sort();

  const tunnel = (name = "house"): Tunnel => cloudflare.state.tunnels.find((each) => each.name === name)!;
  const served = (host: string, path = "/"): string | undefined =>
    ruleFor(tunnel().config?.ingress ?? [], host, path)?.service;
  const writes = (): string[] =>
    cloudflare.requests.filter(({ method }) => method !== "GET").map(({ method }) => method);

  it("is taken over with its rules: the preview shows their change, one write makes it, and the next run does nothing", async () => {
    const shown = await preview(existing);
    assert.deepEqual(named(shown), ["import house-rules", "update house-rules"]);
    assert.ok(
      shown.changes.some(({ diff }) => diff.includes("config")),
      "the preview does not show the changed property",
    );
    assert.deepEqual(writes(), []);
    assert.deepEqual(named(await up(existing)), named(shown));
    assert.equal(served(wiki), nginx);
    assert.equal(served(wiki, "/.well-known/acme-challenge"), nginx);
    assert.equal(served("ssh.example.net"), "ssh://192.168.0.10:22");
    assert.deepEqual(named(await up(existing)), []);
    assert.equal(writes().length, 1);
  });

  it("leads a host to Pomerium and back by one write of its rules each", async () => {
    await up(existing);
    const moved = { ...existing, routes: [{ host: wiki, origin: pomerium }] };
    for (const [args, origin] of [
      [moved, pomerium],
      [existing, nginx],
    ] as const) {
      assert.deepEqual(named(await up(args)), ["update house-rules"]);
      assert.equal(served(wiki), origin);
      assert.equal(served("ssh.example.net"), "ssh://192.168.0.10:22");
    }
  });

  it("makes records in each zone of its hosts, and naming its only zone changes nothing", async () => {
    const records = ["ssh.example.net"];
    await up({ ...existing, records });
    const zones = { "example.net": zoneId, "example.org": otherZone };
    assert.deepEqual(named(await up({ ...existing, records, zoneId: zones })), []);
    const more = { ...existing, records: [...records, "komga.example.org"], zoneId: zones };
    assert.deepEqual(named(await up(more)), ["create komga.example.org"]);
    const made = cloudflare.state.records.filter(({ content }) => content === tunnelTarget(tunnelId));
    assert.deepEqual(made.map(({ name, zoneId }) => [name, zoneId]).sort(), [
      ["komga.example.org", otherZone],
      ["ssh.example.net", zoneId],
      [wiki, zoneId],
    ]);
    await destroy();
  });

  it("is imported without a write if its rules are the stack's already", async () => {
    const [routed] = existing.routes;
    tunnel().config = {
      ingress: [
        { hostname: wiki, service: routed!.origin, originRequest: { originServerName: wiki } },
        ...existing.extraRules!,
        { service: "http_status:404" },
      ],
      "warp-routing": { enabled: false },
    };
    assert.deepEqual(named(await up(existing)), ["import house-rules"]);
    assert.deepEqual(writes(), []);
  });

  it("keeps its records when it is renamed in the stack file, and never loses them in between", async () => {
    const args = { ...existing, records: ["new.example.net"] };
    await up(args);
    const { id } = cloudflare.state.records.at(-1)!;
    assert.deepEqual(named(await up(args, "home")), ["delete house-rules", "import home-rules"]);
    assert.equal(cloudflare.state.records.at(-1)?.id, id);
    assert.equal(served(wiki), nginx);
  });

  it("stays with its rules when the stack is destroyed, and only the records made by the stack are deleted", async () => {
    const hosts = { records: ["new.example.net"] };
    await up({ ...existing, ...hosts });
    assert.deepEqual(
      cloudflare.state.records.map(({ name }) => name),
      [wiki, "new.example.net"],
    );
    await destroy();
    assert.equal(tunnel().deletedAt, undefined);
    assert.equal(served(wiki), nginx);
    assert.deepEqual(
      cloudflare.state.records.map(({ name }) => name),
      [wiki],
    );
  });

  it("is made with its rules and records if it is new, and is deleted with the stack", async () => {
    tunnel().name = "other";
    cloudflare.state.records = [];
    const args = { ...brandNew, records: [wiki] };
    const shown = await preview(args);
    assert.deepEqual(named(shown), ["create house-rules", "create house-tunnel", `create ${wiki}`]);
    assert.deepEqual(writes(), []);
    await up(args);
    const { id, remote } = tunnel();
    assert.deepEqual(await workspace.outputs(), {
      tunnelId: id,
      target: tunnelTarget(id),
      token: "[secret]",
    });
    assert.equal(remote, true);
    assert.equal(served(wiki), nginx);
    const [record] = cloudflare.state.records;
    assert.equal(record?.content, tunnelTarget(id));
    assert.equal(record?.proxied, true);
    assert.deepEqual(named(await up(args)), []);
    await destroy();
    assert.ok(tunnel().deletedAt);
    assert.deepEqual(cloudflare.state.records, []);
  });

  it("leaves no API token, tunnel secret or tunnel token readable in the state, the output or the request log", async () => {
    tunnel().name = "other";
    const result = await up({ ...brandNew, records: ["new.example.net"] });
    const outputs = await workspace.outputs();
    const { id, secret } = tunnel();
    const token = Buffer.from(JSON.stringify({ a: accountId, t: id, s: secret })).toString("base64");
    const written = `${await workspace.state()}${JSON.stringify([result, outputs])}`;
    const noted = JSON.stringify(cloudflare.requests);
    for (const each of [apiToken, token, secret, Buffer.from(secret, "base64").toString()])
      assert.ok(!`${written}${noted}`.includes(each), each);
  });

  it("reports Cloudflare's refusal at the resource that was refused", async () => {
    const failed: string[] = [];
    await workspace.configure({
      values: { tunnel: { ...existing, records: [wiki] } },
      secrets: [{ path: ["apiToken"], value: apiToken }],
    });
    const outcome = await workspace.up(({ state, name }) => {
      if (state === "failed") failed.push(name);
    });
    assert.deepEqual(failed, [wiki]);
    assert.match(refusal(outcome), /\(810(53|58)\)/);
  });

  it("fails in the preview if the tunnel does not exist", async () => {
    const absent = { ...existing, tunnelId: "a1f7ed00-5e1f-4a5e-9d57-0123456789ab" };
    assert.match(refusal(await run("preview", absent)), /a1f7ed00.*: 404 Tunnel not found \(1003\)/);
  });

  it("fails without the address of a stand-in: the sandbox never sends requests to Cloudflare itself", async () => {
    await workspace.close();
    workspace = await open({ CLOUDFLARE_BASE_URL: "" });
    assert.match(
      refusal(await run("preview", existing)),
      /does not speak to Cloudflare itself: set CLOUDFLARE_BASE_URL/,
    );
  });
});
