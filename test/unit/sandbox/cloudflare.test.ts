import { strict as assert } from "node:assert";
import { networkInterfaces } from "node:os";
import { tunnelTarget } from "../../../components/tunnels/live.ts";
import { ingressProblem, ruleFor } from "../../../sandbox/cloudflare/ingress.ts";
import { accountBefore } from "../../../sandbox/cloudflare/seed.ts";
import { type StandIn, startCloudflare } from "../../../sandbox/cloudflare/server.ts";
import { stackFile } from "../../../sandbox/stacks.ts";
import { loadFromFile } from "../../../stack/load.ts";

const token = "hunter2-hunter2-hunter2-hunter2-hunter2-";
const account = "0123456789abcdef0123456789abcdef";
const zone = "fedcba9876543210fedcba9876543210";
const secret = Buffer.alloc(32, 7).toString("base64");

interface Answer {
  status: number;
  success: boolean;
  errors: { code: number; message: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: the API's answers have many forms
  result: any;
}

describe("the stand-in for Cloudflare", () => {
  let cloudflare: StandIn;
  beforeEach(async () => {
    cloudflare = await startCloudflare({
      seed: { zones: [{ id: zone, name: "example.net" }], tunnels: [], records: [] },
      token,
    });
  });
  afterEach(() => cloudflare.stop());

  async function ask(
    method: string,
    path: string,
    body?: unknown,
    bearer = `Bearer ${token}`,
  ): Promise<Answer> {
    const response = await fetch(cloudflare.url + path, {
      method,
      headers: { ...(bearer ? { Authorization: bearer } : {}) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
  }

  const refusal = ({ status, errors }: Answer): string =>
    `${status} ${errors.map(({ code, message }) => `${code} ${message}`).join()}`;

  async function newTunnel(name = "house"): Promise<string> {
    const { result } = await ask("POST", `/accounts/${account}/cfd_tunnel`, {
      name,
      config_src: "cloudflare",
      tunnel_secret: secret,
    });
    return String(result.id);
  }

  const config = (id: string): string => `/accounts/${account}/cfd_tunnel/${id}/configurations`;
  const records = `/zones/${zone}/dns_records`;

  it("can be reached from this machine only", async () => {
    assert.match(cloudflare.url, /^http:\/\/127\.0\.0\.1:\d+\/client\/v4$/);
    const others = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).filter(({ internal, family }) => !internal && family === "IPv4"),
    );
    for (const { address } of others)
      await assert.rejects(fetch(cloudflare.url.replace("127.0.0.1", address)), address);
  });

  it("accepts no other API token than its own", async () => {
    const path = `/accounts/${account}`;
    assert.equal((await ask("GET", path)).status, 200);
    assert.equal(
      refusal(await ask("GET", path, undefined, "Bearer wrong")),
      "403 10000 Authentication error",
    );
    assert.match(refusal(await ask("GET", path, undefined, "Basic x")), /^400 6003 /);
    assert.match(refusal(await ask("GET", path, undefined, "")), /^400 9106 /);
  });

  it("makes a tunnel with a valid token, and does not show the tunnel's secret", async () => {
    const id = await newTunnel();
    const { result } = await ask("GET", `/accounts/${account}/cfd_tunnel/${id}/token`);
    assert.deepEqual(JSON.parse(Buffer.from(result, "base64").toString()), { a: account, t: id, s: secret });
    const shown = await ask("GET", `/accounts/${account}/cfd_tunnel/${id}`);
    assert.equal(shown.result.remote_config, true);
    assert.ok(!JSON.stringify(shown).includes(secret));
    assert.ok(
      !JSON.stringify(cloudflare.requests).includes(secret),
      "the secret is in the record of requests",
    );
  });

  it("refuses a second tunnel with the same name, and a short secret", async () => {
    await newTunnel();
    const again = { name: "house", config_src: "cloudflare", tunnel_secret: secret };
    assert.match(
      refusal(await ask("POST", `/accounts/${account}/cfd_tunnel`, again)),
      /^409 1013 You already have/,
    );
    const short = { ...again, name: "other", tunnel_secret: "c2hvcnQ=" };
    assert.match(
      refusal(await ask("POST", `/accounts/${account}/cfd_tunnel`, short)),
      /^400 .*at least 32 bytes/,
    );
  });

  it("answers 404 for an unknown tunnel, and releases the name of a deleted one", async () => {
    const absent = "a1f7ed00-5e1f-4a5e-9d57-0123456789ab";
    assert.match(refusal(await ask("GET", config(absent))), /^404 /);
    const id = await newTunnel();
    await ask("DELETE", `/accounts/${account}/cfd_tunnel/${id}`);
    assert.ok((await ask("GET", `/accounts/${account}/cfd_tunnel/${id}`)).result.deleted_at);
    assert.ok(await newTunnel(), "the deleted tunnel's name is not free");
  });

  it("replaces all rules of a tunnel at once, and uses the first rule that matches", async () => {
    const id = await newTunnel();
    const ingress = [
      { hostname: "wiki.example.net", path: "^/api", service: "http_status:403" },
      { hostname: "*.example.net", service: "https://192.168.0.172:443" },
      { service: "http_status:404" },
    ];
    const written = await ask("PUT", config(id), { config: { ingress } });
    assert.equal(written.result.version, 1);
    assert.deepEqual((await ask("GET", config(id))).result.config, { ingress });
    const served = (host: string, path: string) =>
      ruleFor(cloudflare.state.tunnels[0]?.config?.ingress ?? [], host, path)?.service;
    assert.equal(served("wiki.example.net", "/api/v1"), "http_status:403");
    assert.equal(served("wiki.example.net", "/"), "https://192.168.0.172:443");
    assert.equal(served("example.net", "/"), "http_status:404");
  });

  it("refuses the rules that Cloudflare would refuse, and keeps the old ones", async () => {
    const id = await newTunnel();
    const end = { service: "http_status:404" };
    await ask("PUT", config(id), { config: { ingress: [end] } });
    const refused: [rules: object[], why: RegExp][] = [
      [[], /any ingress rules/],
      [[{ hostname: "a.example.net", service: "https://nas" }], /last ingress rule must match all URLs/],
      [[{ path: "^/a", service: "https://nas" }], /last ingress rule must match all URLs/],
      [[end, end], /Rule #1 is matching the hostname ''/],
      [
        [{ hostname: "a.example.net", service: "https://nas/path" }, end],
        /different path on the origin service/,
      ],
      [[{ hostname: "a.example.net", service: "nas:22" }, end], /scheme and a hostname/],
      [
        [{ hostname: "a.example.net", path: "(", service: "https://nas" }, end],
        /Rule #1 has an invalid regex/,
      ],
      [[{ hostname: "a.example.net", path: "a(?=b)", service: "https://nas" }, end], /invalid regex/],
      [[{ hostname: "a.example.net:443", service: "https://nas" }, end], /cannot contain a port/],
      [[{ hostname: "a.*.net", service: "https://nas" }, end], /at most one wildcard/],
      [[{ hostname: "a.example.net", service: "http_status:1000" }, end], /invalid HTTP status code: 1000/],
    ];
    for (const [ingress, why] of refused) {
      const answer = await ask("PUT", config(id), { config: { ingress } });
      assert.match(refusal(answer), /^400 1056 Bad Configuration: /);
      assert.match(refusal(answer), why);
    }
    assert.deepEqual((await ask("GET", config(id))).result.config, { ingress: [end] });
  });

  it("refuses a second record for a host with a CNAME, with Cloudflare's error code", async () => {
    const cname = {
      name: "wiki.example.net",
      type: "CNAME",
      content: tunnelTarget(await newTunnel()),
      proxied: true,
    };
    const { result } = await ask("POST", records, { ...cname, ttl: 1 });
    assert.match(refusal(await ask("POST", records, cname)), /^400 81058 /);
    assert.match(
      refusal(await ask("POST", records, { ...cname, content: "other.example.net" })),
      /^400 81053 /,
    );
    const address = { name: "wiki.example.net", type: "A", content: "203.0.113.7" };
    assert.match(refusal(await ask("POST", records, address)), /^400 81054 /);
    assert.equal(
      (await ask("PUT", `${records}/${result.id}`, { ...cname, comment: "mine" })).result.comment,
      "mine",
    );
    assert.equal((await ask("DELETE", `${records}/${result.id}`)).result.id, result.id);
    assert.match(refusal(await ask("GET", `${records}/${result.id}`)), /^404 81044 /);
  });

  it("treats a record name outside the zone as relative to it, as Cloudflare does", async () => {
    const record = { name: "wiki.example.org", type: "CNAME", content: "example.com" };
    assert.equal((await ask("POST", records, record)).result.name, "wiki.example.org.example.net");
  });

  it("answers unknown and invalid requests in Cloudflare's envelope", async () => {
    for (const [method, path, body] of [
      ["GET", `/accounts/${account}/access/apps`],
      ["POST", records, "no json"],
      ["GET", "/zones/0123456789abcdef0123456789abcdef/dns_records"],
    ] as const) {
      const answer = await ask(method, path, body);
      assert.equal(answer.success, false);
      assert.equal(answer.errors.length, 1);
      assert.ok(answer.status >= 400 && answer.status < 500);
    }
  });

  it("records every request with the status of its answer", async () => {
    await ask("GET", records);
    await ask("GET", "/nowhere");
    assert.deepEqual(cloudflare.requests, [
      { method: "GET", path: records, status: 200 },
      { method: "GET", path: "/nowhere", status: 404 },
    ]);
  });
});

describe("the Cloudflare account before the migration", () => {
  const seed = accountBefore(["octavo", "alfred"].map((name) => loadFromFile(stackFile(name))));

  it("leads each host to its cluster's ingress-nginx by rules that Cloudflare would accept", () => {
    const address = { octavo: "192.168.0.171", alfred: "192.168.0.151" };
    assert.deepEqual(
      seed.tunnels.map(({ name }) => name),
      Object.keys(address),
    );
    for (const { name, config } of seed.tunnels) {
      assert.equal(ingressProblem(config?.ingress ?? []), undefined);
      const whole = config?.ingress.filter(({ hostname, path }) => hostname && !path) ?? [];
      assert.equal(whole.length, 3);
      for (const { service } of whole) assert.equal(service, `https://${address[name as "octavo"]}`);
    }
  });

  it("has one zone for both stacks, and a CNAME for each host that ingress-nginx serves through a tunnel", () => {
    assert.deepEqual(seed.zones, [{ id: zone, name: "very-very-dark-gray.top" }]);
    assert.deepEqual(seed.records.map(({ name }) => name.replace(".very-very-dark-gray.top", "")).sort(), [
      ...["bat-signal", "ddns-updater", "home-assistant-alfred", "home-assistant-octavo"],
      ...["kubernetes-alfred", "kubernetes-octavo"],
    ]);
  });
});
