import { strict as assert } from "node:assert";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import {
  askHost,
  type HostAnswer,
  pomeriumPath,
  readTraffic,
} from "../../../../components/ingress-nginx/traffic.ts";
import { selfSigned } from "../../../../sandbox/cluster/x509.ts";
import { servePublicHosts } from "../../../../sandbox/controllers/public-hosts.ts";
import { ingress, stackOf } from "../../stack/state.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe("asking who answers a host", () => {
  let server: Server;
  let answer: Answer;
  let address: string;
  before(async () => {
    const { certificate, privateKey } = selfSigned({ names: ["127.0.0.1"] });
    server = createServer({ cert: certificate, key: privateKey }, (request, response) =>
      answer(request, response),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const ask = (timeout?: number) =>
    askHost({ address, ...(timeout === undefined ? {} : { timeout }) })("komga.example.org");

  it("names the host as its users do, and knows Pomerium by its public keys", async () => {
    let seen: (string | undefined)[] = [];
    answer = (request, response) => {
      seen = [request.method, request.url, request.headers.host];
      response.end(JSON.stringify({ keys: [{ kty: "EC" }] }));
    };
    assert.deepEqual(await ask(), {
      isPomerium: true,
      note: "answered by Pomerium",
      keys: ['[["kty","EC"]]'],
    });
    assert.deepEqual(seen, ["GET", pomeriumPath, "komga.example.org"]);
  });

  it("takes no other answer for Pomerium's", async () => {
    const answers: [number, string][] = [
      [404, '{"keys":[]}'],
      [302, ""],
      [200, "<html>sign in</html>"],
      [200, "null"],
      [200, '{"keys":"none"}'],
      [200, `{"keys":[]${" ".repeat(100_000)}}`],
    ];
    for (const [status, body] of answers) {
      answer = (_, response) => response.writeHead(status, { location: "https://example.org" }).end(body);
      assert.deepEqual(await ask(), {
        isPomerium: false,
        note: `answered with status ${status}, and not by Pomerium`,
      });
    }
  });

  it("gives up after a while, whether headers came or not", async () => {
    for (const begin of [() => {}, (response: ServerResponse) => response.writeHead(200).write("{")]) {
      answer = (_, response) => void begin(response);
      assert.deepEqual(await ask(50), { isPomerium: false, note: "no answer within 0.05 s" });
    }
  });

  it("says why nothing answers", async () => {
    const closed = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    assert.deepEqual(await askHost({ address: `127.0.0.1:${port}` })("komga.example.org"), {
      isPomerium: false,
      note: "no answer: ECONNREFUSED",
    });
    answer = (request) => request.socket.destroy();
    assert.match((await ask()).note, /^no answer: ECONNRESET$/);
  });

  it("is done for each host that an app takes over, and for no other", async () => {
    const asked: string[] = [];
    const ingresses = [ingress("komga", "komga-ingress", ["komga.example.org", "old.example.org"])];
    const traffic = await readTraffic(stackOf(), { ingresses }, async (host, at) => {
      asked.push([host, at].join(" ").trim());
      return { isPomerium: false, note: host };
    });
    assert.deepEqual(asked, ["komga.example.org 192.168.0.172:443", "komga.example.org"]);
    assert.deepEqual(traffic, { "komga.example.org": { isPomerium: false, note: "komga.example.org" } });
  });

  it("is done as well for a host behind a wildcard, and for the new host of a replaced Ingress", async () => {
    const asked = async (...ingresses: Parameters<typeof ingress>[]) =>
      Object.keys(
        await readTraffic(stackOf(), { ingresses: ingresses.map((each) => ingress(...each)) }, async () => ({
          isPomerium: true,
          note: "",
        })),
      );
    assert.deepEqual(await asked(["web", "wild", ["*.example.org"]]), [
      "influxdb.example.org",
      "komga.example.org",
    ]);
    assert.deepEqual(await asked(["komga", "komga-ingress", ["old.example.org"]]), ["komga.example.org"]);
    assert.deepEqual(await asked(["komga", "other", ["old.example.org"]]), []);
  });

  it("does not take the Pomerium of another cluster for this cluster's", async () => {
    const old = { ingresses: [ingress("komga", "komga-ingress", ["komga.example.org"])] };
    const read = async (own: HostAnswer, answer: HostAnswer) =>
      (await readTraffic(stackOf(), old, async (_, at) => (at === undefined ? answer : own)))[
        "komga.example.org"
      ];
    const pomerium = (...keys: string[]): HostAnswer => ({
      isPomerium: true,
      note: "answered by Pomerium",
      keys,
    });
    assert.deepEqual(await read(pomerium("a"), pomerium("a")), {
      isPomerium: true,
      note: "answered by Pomerium",
    });
    for (const keys of [["b"], [], ["a", "b"]])
      assert.deepEqual(await read(pomerium("a"), pomerium(...keys)), {
        isPomerium: false,
        note: "answered by the Pomerium of another cluster: its keys are not those at 192.168.0.172",
      });
    const unreachable = { isPomerium: false, note: "no answer within 10 s" };
    assert.deepEqual(await read(unreachable, pomerium("a")), {
      isPomerium: true,
      note: "answered by Pomerium; its keys could not be compared with those at 192.168.0.172: no answer within 10 s",
    });
    assert.deepEqual(await read(pomerium("a"), unreachable), unreachable);
  });

  it("compares keys whatever the order of their properties is", async () => {
    answer = (_, response) => response.end(JSON.stringify({ keys: [{ kid: "1", x: "y" }] }));
    const { keys } = await ask();
    assert.equal(keys?.length, 1);
    answer = (_, response) => response.end(JSON.stringify({ keys: [{ x: "y", kid: "1" }] }));
    assert.deepEqual((await ask()).keys, keys);
  });

  it("finds Pomerium at the sandbox's stand-in, and nothing else there", async () => {
    const hosts = await servePublicHosts();
    try {
      assert.equal((await askHost({ address: hosts.address })("komga.example.org")).isPomerium, true);
    } finally {
      await hosts.stop();
    }
  });
});
