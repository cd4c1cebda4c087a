import { strict as assert } from "node:assert";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { ReadOnlyApi } from "../../../../components/cluster/api.ts";
import { proxyFor } from "../../../../components/cluster/proxy.ts";
import { ReadOnlyCloudflare } from "../../../../components/tunnels/api.ts";
import { selfSigned } from "../../../../sandbox/cluster/x509.ts";

const through = (server: string, exempt = "", proxy = "http://proxy:3128"): string =>
  proxyFor(new URL(server), { HTTPS_PROXY: proxy, NO_PROXY: exempt })?.href ?? "direct";

describe("the proxy of the environment", () => {
  // Each expectation was compared with golang.org/x/net/http/httpproxy.
  for (const [exempt, server, isExempt] of [
    ["", "https://10.0.0.1:6443", false],
    ["", "https://localhost:6443", true],
    ["", "https://127.4.5.6:6443", true],
    ["", "https://[::1]:6443", true],
    ["*", "https://cluster.example.org", true],
    ["example.org", "https://example.org", true],
    ["example.org", "https://a.b.example.org", true],
    ["example.org", "https://anexample.org", false],
    [".example.org", "https://example.org", false],
    [".example.org", "https://a.example.org", true],
    ["*.example.org", "https://a.example.org", true],
    ["*.example.org", "https://example.org", false],
    ["EXAMPLE.org", "https://Example.ORG", true],
    ["other.org, example.org", "https://example.org", true],
    ["example.org:6443", "https://example.org:6443", true],
    ["example.org:6443", "https://example.org", false],
    ["example.org:443", "https://example.org", true],
    ["10.0.0.0/8", "https://10.250.0.1:6443", true],
    ["10.0.0.0/8", "https://11.0.0.1:6443", false],
    ["10.0.0.1", "https://10.0.0.1:6443", true],
    ["10.0.0.1:443", "https://10.0.0.1:6443", false],
    ["fd00::/8", "https://[fd00::1]:6443", true],
    ["[fd00::1]:6443", "https://[fd00:0::1]:6443", true],
    ["fd00::1:6443", "https://[fd00::1]:6443", false],
  ] as const)
    it(`${isExempt ? "is not used" : "is used"} for ${server} where NO_PROXY is "${exempt}"`, () => {
      assert.equal(through(server, exempt), isExempt ? "direct" : "http://proxy:3128/");
    });

  it("is not used without HTTPS_PROXY, and not for plain HTTP", () => {
    assert.equal(proxyFor(new URL("https://example.org"), { HTTP_PROXY: "http://proxy:3128" }), undefined);
    assert.equal(proxyFor(new URL("https://example.org"), { HTTPS_PROXY: "" }), undefined);
    assert.equal(through("http://example.org"), "direct");
  });

  it("may be in lower case, without a scheme, and behind TLS or SOCKS", () => {
    const lower = proxyFor(new URL("https://example.org"), { https_proxy: "proxy:3128" });
    assert.equal(lower?.href, "http://proxy:3128/");
    for (const proxy of ["https://proxy:443", "socks5://proxy:1080", "socks5h://proxy:1080"])
      assert.notEqual(through("https://example.org", "", proxy), "direct");
  });

  it("must be an address, and the message does not show it: it may hold a password", () => {
    for (const proxy of ["ftp://user:hunter2@proxy", "http://user:hunter2@pro xy", "http://"])
      assert.throws(
        () => through("https://example.org", "", proxy),
        ({ message }: Error) => /HTTPS_PROXY is no address/.test(message) && !message.includes("hunter2"),
      );
  });

  it("has a password with escapes, or else the message does not show a part of it as the host", () => {
    for (const proxy of [
      "http://user:a@hunter2#b@proxy:3128",
      "http://user:a@hunter2/b@proxy:3128",
      "http://user:hunter2%@proxy:3128",
      "socks5://user:hunter2%zz@proxy:1080",
    ])
      assert.throws(
        () => through("https://example.org", "", proxy),
        ({ message }: Error) =>
          /HTTPS_PROXY .* write .* as %25/.test(message) && !message.includes("hunter2"),
      );
    assert.equal(new URL(through("https://example.org", "", "http://user:a%40b%23@proxy:1")).host, "proxy:1");
  });

  it("is never used for an exempt name or a name below it, in any list", () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const name = fc
      .array(label, { minLength: 2, maxLength: 4 })
      .map((labels) => [...labels, "org"].join("."));
    fc.assert(
      fc.property(name, fc.array(label), fc.array(name), fc.nat(), (exempt, below, others, at) => {
        const list = others.toSpliced(at % (others.length + 1), 0, exempt).join(", ");
        assert.equal(through(`https://${[...below, exempt].join(".")}`, list), "direct");
      }),
    );
  });
});

describe("a server behind a proxy", () => {
  const certificate = selfSigned({ names: ["cluster.example.org"] });
  const folder = mkdtempSync(path.join(tmpdir(), "proxy-"));
  const kubeconfig = path.join(folder, "config");
  const cluster = https.createServer(
    { key: certificate.privateKey, cert: certificate.certificate },
    (_, response) => response.end('{"metadata":{"name":"a"},"success":true,"result":"found"}'),
  );
  /** What the proxies were asked for: the target, and the credentials. */
  let asked: string[] = [];
  let status = 200;
  const toCluster = (client: net.Socket, opening: string | Buffer): void => {
    const upstream = net.connect((cluster.address() as AddressInfo).port, "127.0.0.1");
    client.write(opening);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    client.pipe(upstream).pipe(client);
  };
  const onConnect = (request: http.IncomingMessage, client: net.Socket): void => {
    const credentials = (request.headers["proxy-authorization"] ?? "").replace("Basic ", "");
    asked.push(`${request.url} ${Buffer.from(credentials, "base64")}`.trim());
    if (status === 200) toCluster(client, "HTTP/1.1 200 Connected\r\n\r\n");
    else client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
  };
  const proxy = http.createServer().on("connect", onConnect);
  const behindTls = https
    .createServer({ key: certificate.privateKey, cert: certificate.certificate })
    .on("connect", onConnect);
  /** Speaks as much of SOCKS 5 as a client without credentials needs: a greeting, and a request with a name. */
  const socks = net.createServer((client) => {
    client.once("data", () => {
      client.write(Buffer.from([5, 0]));
      client.once("data", (request: Buffer) => {
        const isAddress = request[3] === 1;
        const end = 5 + request[4]!;
        asked.push(
          isAddress
            ? `${request.subarray(4, 8).join(".")}:${request.readUInt16BE(8)}`
            : `${request.toString("utf8", 5, end)}:${request.readUInt16BE(end)}`,
        );
        toCluster(client, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      });
    });
  });
  const portOf = (server: net.Server): number => (server.address() as AddressInfo).port;
  const names = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];
  const former = names.map((name) => [name, process.env[name]] as const);

  before(async () => {
    for (const server of [cluster, proxy, behindTls, socks])
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  beforeEach(() => {
    asked = [];
    status = 200;
    for (const name of names) delete process.env[name];
    process.env.HTTPS_PROXY = `http://user:hunter2@127.0.0.1:${portOf(proxy)}`;
  });
  after(() => {
    for (const [name, value] of former) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    for (const server of [cluster, proxy, behindTls]) server.closeAllConnections();
    for (const server of [cluster, proxy, behindTls, socks]) server.close();
    rmSync(folder, { recursive: true });
  });

  const ca = Buffer.from(certificate.certificate).toString("base64");
  const connect = (
    of: object = {},
    user: object = { token: "t" },
    server = "https://cluster.example.org:6443",
  ): Promise<ReadOnlyApi> => {
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        contexts: [{ name: "house", context: { cluster: "c", user: "u" } }],
        clusters: [{ name: "c", cluster: { server, "certificate-authority-data": ca, ...of } }],
        users: [{ name: "u", user }],
      }),
    );
    return ReadOnlyApi.connect({ context: "house", kubeconfig }, { firstPause: 1, timeout: 2000 });
  };
  const find = async (...context: Parameters<typeof connect>): Promise<unknown> =>
    (await connect(...context)).find("/api/v1/namespaces/a");
  const failure = (action: Promise<unknown>): Promise<string> => action.then(String, String);

  it("answers, and the proxy gets its credentials", async () => {
    assert.deepEqual(await find(), { metadata: { name: "a" }, success: true, result: "found" });
    assert.deepEqual(asked, ["cluster.example.org:6443 user:hunter2"]);
  });

  it("answers also where the library for kubeconfigs makes the connection", async () => {
    await find({}, { username: "u", password: "p" });
    assert.deepEqual(asked, ["cluster.example.org:6443 user:hunter2"]);
  });

  it("answers behind a SOCKS proxy, which looks up the name", async () => {
    process.env.HTTPS_PROXY = `socks5://127.0.0.1:${portOf(socks)}`;
    await find();
    assert.deepEqual(asked, ["cluster.example.org:6443"]);
  });

  it("is asked through the proxy of its context, if the kubeconfig names one", async () => {
    process.env.HTTPS_PROXY = "http://127.0.0.1:1";
    await find({ "proxy-url": `http://127.0.0.1:${portOf(proxy)}` });
    assert.deepEqual(asked, ["cluster.example.org:6443"]);
    status = 403;
    const message = await failure(find({ "proxy-url": `http://user:hunter2@127.0.0.1:${portOf(proxy)}` }));
    assert.match(message, /through the proxy http:\/\/127\.0\.0\.1:\d+ \(proxy-url\): .*403/);
    assert.doesNotMatch(message, /hunter2/);
  });

  it("gets eight connections for many questions at once, whoever names the proxy", async () => {
    for (const named of [{}, { "proxy-url": `http://127.0.0.1:${portOf(proxy)}` }]) {
      asked = [];
      const api = await connect(named);
      await Promise.all(Array.from({ length: 40 }, (_, i) => api.find(`/api/v1/namespaces/${i}`)));
      assert.equal(asked.length, 8);
    }
  });

  it("answers no question if the proxy refuses, also none of those that wait for a connection", async () => {
    for (const refusal of [403, 502]) {
      status = refusal;
      const api = await connect();
      const all = Array.from({ length: 40 }, (_, i) => failure(api.find(`/api/v1/namespaces/${i}`)));
      const reason = new RegExp(`the proxy refuses with ${refusal}`);
      for (const message of await Promise.all(all)) assert.match(message, reason);
    }
    status = 200;
    await find();
  });

  it("may have an IPv6 address, and so may its proxy", async function () {
    assert.match(await failure(find({}, {}, "https://[fd00::1]:6443")), /IP: fd00::1 is not in the cert/);
    assert.deepEqual(asked, ["[fd00::1]:6443 user:hunter2"]);
    const onIPv6 = http.createServer().on("connect", onConnect);
    try {
      await once(onIPv6.listen(0, "::1"), "listening");
    } catch {
      return this.skip();
    }
    process.env.HTTPS_PROXY = `http://[::1]:${portOf(onIPv6)}`;
    try {
      await find();
      assert.equal(asked.at(-1), "cluster.example.org:6443");
    } finally {
      onIPv6.closeAllConnections();
      onIPv6.close();
    }
  });

  it("proves its own address behind a SOCKS proxy, and not that of localhost", async () => {
    process.env.HTTPS_PROXY = `socks5://127.0.0.1:${portOf(socks)}`;
    assert.match(await failure(find({}, {}, "https://10.1.2.3:6443")), /IP: 10\.1\.2\.3 is not in the cert/);
    assert.deepEqual(asked, ["10.1.2.3:6443"]);
  });

  it("is not reached through a proxy with an authority that Node does not know, and the message says what to do", async () => {
    process.env.HTTPS_PROXY = `https://127.0.0.1:${portOf(behindTls)}`;
    assert.match(await failure(find()), /through the proxy https:.*self-signed.*export NODE_EXTRA_CA_CERTS=/);
    assert.deepEqual(asked, []);
  });

  it("names credentials as the reason if the proxy wants others", async () => {
    status = 407;
    assert.match(
      await failure(find()),
      /407; it wants a user and a password: http:\/\/user:password@host:port/,
    );
  });

  it("is named with its proxy if that one refuses, without the credentials", async () => {
    status = 403;
    const message = await failure(find());
    assert.match(
      message,
      /cluster\.example\.org:6443 does not answer through the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\): .*403/,
    );
    assert.doesNotMatch(message, /hunter2/);
  });

  it("cannot be asked with a proxy that is no address", async () => {
    process.env.HTTPS_PROXY = "ftp://proxy";
    assert.match(
      await failure(find()),
      /cluster\.example\.org:6443 cannot be asked: HTTPS_PROXY is no address/,
    );
    const cloudflare = new ReadOnlyCloudflare("token", "https://api.example.org", 1);
    assert.match(
      await failure(cloudflare.find("/x")),
      /api\.example\.org cannot be asked: HTTPS_PROXY is no address/,
    );
  });

  it("may be Cloudflare, with an authority that Node does not know, and the message says what to do", async () => {
    const cloudflare = new ReadOnlyCloudflare("token", "https://cluster.example.org", 1);
    const message = await failure(cloudflare.find("/x"));
    assert.match(message, /through the proxy .*self-signed certificate\. Node does not know the authority/);
    assert.match(message, /export NODE_EXTRA_CA_CERTS=/);
    assert.deepEqual(asked, ["cluster.example.org:443 user:hunter2"]);
  });

  it("keeps the usual message if the kubeconfig has chosen the authority", async () => {
    const other = selfSigned({ names: ["cluster.example.org"] }).certificate;
    const message = await failure(
      find({ "certificate-authority-data": Buffer.from(other).toString("base64") }),
    );
    assert.match(message, /does not answer/);
    assert.doesNotMatch(message, /NODE_EXTRA_CA_CERTS/);
  });
});
