import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tunnelTarget } from "../../components/tunnels/live.ts";
import type { Rule } from "../../components/tunnels/rules.ts";
import type { TunnelArgs } from "../../components/tunnels/Tunnel.ts";
import type { Tunnel } from "../../sandbox/cloudflare/account.ts";
import { ruleFor } from "../../sandbox/cloudflare/ingress.ts";
import { type StandIn, startCloudflare } from "../../sandbox/cloudflare/server.ts";
import { destroy, type EngineOptions, preview, type Result, up } from "../../sandbox/engine/index.ts";

const apiToken = "hunter2-hunter2-hunter2-hunter2-hunter2-";
const accountId = "0123456789abcdef0123456789abcdef";
const zoneId = "fedcba9876543210fedcba9876543210";
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
  this.timeout(60_000);

  let folder: string;
  let cloudflare: StandIn;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pomerium-migration-tunnel-"));
    cloudflare = await startCloudflare({
      token: apiToken,
      seed: {
        zones: [{ id: zoneId, name: "example.net" }],
        tunnels: [{ id: tunnelId, accountId, name: "house", config: { ingress: byHand } }],
        records: [{ zoneId, name: wiki, type: "CNAME", content: tunnelTarget(tunnelId) }],
      },
    });
  });
  afterEach(async () => {
    await cloudflare.stop();
    const aboutAccess = cloudflare.requests.filter(({ path }) => path.includes("access"));
    assert.deepEqual(aboutAccess, [], "Access applications are left alone, whatever is done");
    rmSync(folder, { recursive: true, force: true });
  });

  const existing: Args = {
    accountId,
    tunnelId,
    zoneId,
    routes: [{ host: wiki, origin: nginx }],
    extraRules: [{ hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" }],
  };
  const { tunnelId: _, ...brandNew } = existing;

  function options(args: Args): EngineOptions {
    return {
      programDir: join(import.meta.dirname, "fixtures", "tunnel"),
      project: "fixture",
      stack: "test",
      config: { "fixture:tunnel": JSON.stringify(args), "fixture:apiToken": apiToken },
      secretKeys: ["fixture:apiToken"],
      stateFile: join(folder, "state.json"),
      env: {
        ...process.env,
        PULUMI_CONFIG_PASSPHRASE: "correct horse",
        CLOUDFLARE_BASE_URL: cloudflare.url,
      },
      kubeconfig: "",
      tools: { kustomize: "", helm: "" },
    };
  }

  function succeeded(result: Result): Result {
    assert.deepEqual(result.failed, []);
    return result;
  }

  const changes = ({ steps }: Result): string[] =>
    steps
      .filter(({ operation, type }) => operation !== "same" && type.startsWith("cloudflare:"))
      .map(({ operation, urn }) => `${operation} ${urn.split("::").at(-1)}`)
      .sort();

  const tunnel = (name = "house"): Tunnel => cloudflare.state.tunnels.find((each) => each.name === name)!;
  const served = (host: string, path = "/"): string | undefined =>
    ruleFor(tunnel().config?.ingress ?? [], host, path)?.service;
  const writes = (): string[] =>
    cloudflare.requests.filter(({ method }) => method !== "GET").map(({ method }) => method);

  it("is taken over with its rules: previewed as a change of them, carried out, and then at rest", async () => {
    const shown = succeeded(await preview(options(existing)));
    assert.deepEqual(changes(shown), ["import house-rules", "update house-rules"]);
    assert.ok(
      shown.steps.some(({ diff }) => diff?.some((path) => path.startsWith("config.ingresses"))),
      "the difference is named",
    );
    assert.deepEqual(writes(), []);
    assert.deepEqual(changes(succeeded(await up(options(existing)))), changes(shown));
    assert.equal(served(wiki), nginx);
    assert.equal(served(wiki, "/.well-known/acme-challenge"), nginx);
    assert.equal(served("ssh.example.net"), "ssh://192.168.0.10:22");
    assert.deepEqual(changes(succeeded(await up(options(existing)))), []);
    assert.equal(writes().length, 1);
  });

  it("leads a host to Pomerium and back by one change of one list", async () => {
    succeeded(await up(options(existing)));
    const moved = { ...existing, routes: [{ host: wiki, origin: pomerium }] };
    for (const [args, origin] of [
      [moved, pomerium],
      [existing, nginx],
    ] as const) {
      assert.deepEqual(changes(succeeded(await up(options(args)))), ["update house-rules"]);
      assert.equal(served(wiki), origin);
      assert.equal(served("ssh.example.net"), "ssh://192.168.0.10:22");
    }
  });

  it("whose rules are the stack's already is imported and not written to", async () => {
    const [routed] = existing.routes;
    tunnel().config = {
      ingress: [
        { hostname: wiki, service: routed!.origin, originRequest: { originServerName: wiki } },
        ...existing.extraRules!,
        { service: "http_status:404" },
      ],
      "warp-routing": { enabled: false },
    };
    assert.deepEqual(changes(succeeded(await up(options(existing)))), ["import house-rules"]);
    assert.deepEqual(writes(), []);
  });

  it("that is renamed in the stack file keeps its records, without a moment in which there are none", async () => {
    const args = { ...existing, records: ["new.example.net"] };
    succeeded(await up(options(args)));
    const { id } = cloudflare.state.records.at(-1)!;
    const { config, ...rest } = options(args);
    const renamed = { ...rest, config: { ...config, "fixture:name": "home" } };
    assert.deepEqual(changes(succeeded(await up(renamed))), ["delete house-rules", "import home-rules"]);
    assert.equal(cloudflare.state.records.at(-1)?.id, id);
    assert.equal(served(wiki), nginx);
  });

  it("stays with its rules when the stack goes; only the records that were made go too", async () => {
    const hosts = { records: ["new.example.net"] };
    succeeded(await up(options({ ...existing, ...hosts })));
    assert.deepEqual(
      cloudflare.state.records.map(({ name }) => name),
      [wiki, "new.example.net"],
    );
    succeeded(await destroy(options(existing)));
    assert.equal(tunnel().deletedAt, undefined);
    assert.equal(served(wiki), nginx);
    assert.deepEqual(
      cloudflare.state.records.map(({ name }) => name),
      [wiki],
    );
  });

  it("that is new is made with its rules and records, and goes with the stack", async () => {
    tunnel().name = "other";
    cloudflare.state.records = [];
    const args = { ...brandNew, records: [wiki] };
    const shown = succeeded(await preview(options(args)));
    assert.deepEqual(changes(shown), ["create house-rules", "create house-tunnel", `create ${wiki}`]);
    assert.deepEqual(writes(), []);
    const { outputs } = succeeded(await up(options(args)));
    const { id, remote } = tunnel();
    assert.deepEqual(outputs, { tunnelId: id, target: tunnelTarget(id), token: "[secret]" });
    assert.equal(remote, true);
    assert.equal(served(wiki), nginx);
    const [record] = cloudflare.state.records;
    assert.equal(record?.content, tunnelTarget(id));
    assert.equal(record?.proxied, true);
    assert.deepEqual(changes(succeeded(await up(options(args)))), []);
    succeeded(await destroy(options(args)));
    assert.ok(tunnel().deletedAt);
    assert.deepEqual(cloudflare.state.records, []);
  });

  it("leaves neither the API token nor the tunnel's secret and token readable in state, report or request log", async () => {
    tunnel().name = "other";
    const result = succeeded(await up(options({ ...brandNew, records: ["new.example.net"] })));
    const { id, secret } = tunnel();
    const token = Buffer.from(JSON.stringify({ a: accountId, t: id, s: secret })).toString("base64");
    const written = `${readFileSync(join(folder, "state.json"), "utf8")}${JSON.stringify(result)}`;
    const noted = JSON.stringify(cloudflare.requests);
    for (const each of [apiToken, token, secret, Buffer.from(secret, "base64").toString()])
      assert.ok(!`${written}${noted}`.includes(each), each);
  });

  it("is told what Cloudflare refuses, by the resource that it refuses", async () => {
    const result = await up(options({ ...existing, records: [wiki] }));
    assert.equal(result.failed.length, 1);
    assert.match(result.failed[0]?.urn ?? "", /::wiki\.example\.net$/);
    assert.match(result.failed[0]?.message ?? "", /\(810(53|58)\)/);
  });

  it("fails its preview where the tunnel does not exist", async () => {
    const absent = { ...existing, tunnelId: "a1f7ed00-5e1f-4a5e-9d57-0123456789ab" };
    const { failed } = await preview(options(absent));
    assert.match(failed[0]?.message ?? "", /a1f7ed00.*: 404 Tunnel not found \(1003\)/);
  });

  it("is deployed nowhere while no stand-in is named: this engine never asks Cloudflare itself", async () => {
    const { CLOUDFLARE_BASE_URL: _, ...env } = options(existing).env ?? {};
    const { failed } = await preview({ ...options(existing), env });
    assert.match(failed[0]?.message ?? "", /does not speak to Cloudflare itself: set CLOUDFLARE_BASE_URL/);
  });
});
