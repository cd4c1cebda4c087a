import { strict as assert } from "node:assert";
import { CloudflareError, ReadOnlyCloudflare } from "../../../../components/tunnels/api.ts";
import type { ZoneIds } from "../../../../components/tunnels/dns-zones.ts";
import { ownComment, tunnelTarget } from "../../../../components/tunnels/live.ts";
import { readTunnel } from "../../../../components/tunnels/read.ts";
import type { CloudflareSeed } from "../../../../sandbox/cloudflare/account.ts";
import { type StandIn, startCloudflare } from "../../../../sandbox/cloudflare/server.ts";

const token = "hunter2-hunter2-hunter2-hunter2-hunter2-";
const accountId = "0123456789abcdef0123456789abcdef";
const zoneId = "fedcba9876543210fedcba9876543210";
const tunnelId = "0c7a70e1-5e1f-4a5e-9d57-0123456789ab";
const place = { accountId, tunnelId, zoneId };

const seed: CloudflareSeed = {
  zones: [{ id: zoneId, name: "example.net" }],
  tunnels: [
    {
      id: tunnelId,
      accountId,
      name: "house",
      config: {
        ingress: [
          { hostname: "wiki.example.net", path: "", service: "https://192.168.0.171", originRequest: {} },
          { service: "http_status:404" },
        ],
        originRequest: { noTLSVerify: true, connectTimeout: 0, access: { required: true } },
        "warp-routing": { enabled: true },
      },
    },
  ],
  records: [
    { zoneId, name: "wiki.example.net", type: "CNAME", content: tunnelTarget(tunnelId) },
    { zoneId, name: "made.example.net", type: "CNAME", content: tunnelTarget(tunnelId), comment: ownComment },
    { zoneId, name: "made.example.net", type: "TXT", content: "not an address" },
    { zoneId, name: "other.example.net", type: "A", content: "203.0.113.7", proxied: false },
  ],
};

describe("the live state of a tunnel", () => {
  let cloudflare: StandIn;
  before(async () => {
    cloudflare = await startCloudflare({ seed, token });
  });
  after(() => cloudflare.stop());

  it("contains its rules, the settings for all rules, and the records of the requested hosts", async () => {
    const hosts = ["wiki.example.net", "made.example.net", "absent.example.net"];
    const live = await readTunnel(new ReadOnlyCloudflare(token, cloudflare.url), place, hosts);
    assert.deepEqual(live, {
      tunnel: {
        name: "house",
        remote: true,
        rules: [
          { hostname: "wiki.example.net", service: "https://192.168.0.171" },
          { service: "http_status:404" },
        ],
        originRequest: { noTLSVerify: true, connectTimeout: 0, access: { required: true } },
        unwritable: ["warp-routing"],
      },
      records: {
        "wiki.example.net": { type: "CNAME", content: tunnelTarget(tunnelId), proxied: true, own: false },
        "made.example.net": { type: "CNAME", content: tunnelTarget(tunnelId), proxied: true, own: true },
      },
    });
  });

  it("is read and never written", async () => {
    await readTunnel(new ReadOnlyCloudflare(token, cloudflare.url), place, []);
    assert.deepEqual([...new Set(cloudflare.requests.map(({ method }) => method))], ["GET"]);
  });

  it("is undefined without such a tunnel, and contains only records for a tunnel that is not made yet", async () => {
    const api = new ReadOnlyCloudflare(token, cloudflare.url);
    const absent = { ...place, tunnelId: "a1f7ed00-5e1f-4a5e-9d57-0123456789ab" };
    assert.equal(await readTunnel(api, absent, []), undefined);
    assert.deepEqual(await readTunnel(api, { accountId, zoneId }, []), { records: {} });
  });

  it("is read with the records of every zone that has a host of it, each zone once", async () => {
    const other = "0123456789abcdef0123456789abcdef";
    const two = structuredClone(seed);
    two.zones.push({ id: other, name: "example.org" }, { id: "a".repeat(32), name: "example.com" });
    two.records.push({ zoneId: other, name: "komga.example.org", type: "A", content: "203.0.113.8" });
    const both = await startCloudflare({ seed: two, token });
    try {
      const zoneIds = { "example.net": zoneId, "example.org": other, "example.com": "a".repeat(32) };
      const hosts = ["wiki.example.net", "other.example.net", "komga.example.org"];
      const api = new ReadOnlyCloudflare(token, both.url);
      const live = await readTunnel(api, { ...place, zoneId: zoneIds }, hosts);
      assert.deepEqual(Object.keys(live?.records ?? {}), hosts);
      const asked = both.requests.filter(({ path }) => path.includes("/dns_records"));
      assert.equal(asked.length, 2);
    } finally {
      await both.stop();
    }
  });

  it("knows hosts whose zone id is that of another domain, if that zone has any record", async () => {
    const [org, empty] = ["0123456789abcdef0123456789abcdef", "a".repeat(32)];
    const two = structuredClone(seed);
    two.zones.push({ id: org, name: "example.org" }, { id: empty, name: "example.com" });
    two.records.push({ zoneId: org, name: "www.example.org", type: "A", content: "203.0.113.8" });
    const both = await startCloudflare({ seed: two, token });
    const misplaced = async (zoneIds: ZoneIds, hosts: string[]) =>
      (await readTunnel(new ReadOnlyCloudflare(token, both.url), { ...place, zoneId: zoneIds }, hosts))
        ?.misplaced;
    try {
      const swapped = { "example.net": org, "example.org": zoneId };
      const hosts = ["new.example.net", "komga.example.org"];
      assert.deepEqual(await misplaced(swapped, hosts), [
        { host: "new.example.net", beside: "www.example.org" },
        { host: "komga.example.org", beside: "wiki.example.net" },
      ]);
      assert.equal(await misplaced({ "example.net": zoneId, "example.org": org }, hosts), undefined);
      assert.equal(await misplaced(zoneId, ["deep.new.example.net"]), undefined);
      assert.equal((await misplaced(zoneId, ["komga.example.org"]))?.length, 1);
      assert.equal(await misplaced(empty, hosts), undefined, "an empty zone tells nothing");
    } finally {
      await both.stop();
    }
  });

  it("is read to the last page of records", async () => {
    const many = structuredClone(seed);
    for (let i = 0; i < 1100; i++)
      many.records.push({ zoneId, name: `host-${i}.example.net`, type: "A", content: "203.0.113.7" });
    const full = await startCloudflare({ seed: many, token });
    try {
      const api = new ReadOnlyCloudflare(token, full.url);
      const live = await readTunnel(api, place, ["host-1099.example.net"]);
      assert.deepEqual(Object.keys(live?.records ?? {}), ["host-1099.example.net"]);
    } finally {
      await full.stop();
    }
  });

  it("is refused to another token, and the message does not contain the token", async () => {
    const wrong = "wrong-wrong-wrong-wrong-wrong-wrong-wron";
    await assert.rejects(
      readTunnel(new ReadOnlyCloudflare(wrong, cloudflare.url), place, []),
      (error: Error) => {
        assert.ok(error instanceof CloudflareError);
        assert.match(error.message, /: 403 Authentication error \(10000\)$/);
        assert.equal(error.status, 403);
        assert.ok(!`${error.message}${error.stack}`.includes(wrong));
        return true;
      },
    );
  });

  it("is an error if nothing answers", async () => {
    const gone = await startCloudflare();
    await gone.stop();
    await assert.rejects(readTunnel(new ReadOnlyCloudflare(token, gone.url), place, []), {
      name: "CloudflareError",
      message: /^http:\/\/127\.0\.0\.1:\d+ does not answer: /,
      status: undefined,
    });
  });
});
