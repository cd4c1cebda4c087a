import { strict as assert } from "node:assert";
import { createServer } from "node:net";
import type { Answer, Observation } from "../../../../discovery/compare/answer.ts";
import { type Limits, prober } from "../../../../discovery/compare/prober.ts";
import type { Question } from "../../../../discovery/compare/questions.ts";
import { question } from "./answers.ts";
import { acceptUpgrade, closeServers, serve, serveTcp } from "./servers.ts";

const kib = 1024;

describe("a request of the comparison", () => {
  afterEach(closeServers);

  const ask = (
    { address }: { address: { ip: string; port: number } },
    asked: Partial<Question> = {},
    limits: Partial<Limits> = {},
  ): Promise<Observation> =>
    prober({ answer: 10_000, hold: 10_000, upload: 256 * kib, ...limits })(question(asked), address);

  const answered = async (...args: Parameters<typeof ask>): Promise<Answer> => {
    const observation = await ask(...args);
    assert.equal(observation.failure, undefined);
    return observation as Answer;
  };

  const failure = async (...args: Parameters<typeof ask>): Promise<string> => {
    const begin = performance.now();
    const { failure: text } = await ask(...args);
    assert.ok(performance.now() - begin < 9000, "took too long");
    return text ?? "an answer";
  };

  it("names the host in TLS and in its header, goes to the address, and follows no redirect", async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: "/elsewhere" }).end());
    const { status, redirect } = await answered(server, { path: "/api/x" });
    assert.deepEqual([status, redirect?.path], [302, "/elsewhere"]);
    const host = "komga.example.org";
    assert.deepEqual(server.seen, [{ method: "GET", host, servername: host, path: "/api/x" }]);
  });

  it("knows Pomerium's own robots.txt by its text, and no other answer", async () => {
    const text = "User-agent: *\nDisallow: /";
    const cases: [path: string, text: string, byPomerium: boolean][] = [
      ["/robots.txt", text, true],
      ["/robots.txt", `${text}\n`, false],
      ["/robots.txt", `${text}private`, false],
      ["/robots.txt", "", false],
      ["/other.txt", text, false],
    ];
    for (const [path, body, expected] of cases) {
      const server = await serve((_, response) => {
        response.writeHead(200, { "content-type": "text/plain" });
        // In two pieces, as a network may bring it.
        response.write(body.slice(0, 5));
        setImmediate(() => response.end(body.slice(5)));
      });
      assert.equal((await answered(server, { path })).byPomerium ?? false, expected, `${path} ${body}`);
    }
    const long = await serve((_, response) => response.end(text + " ".repeat(100 * kib)));
    assert.equal((await answered(long, { path: "/robots.txt" })).byPomerium, undefined);
  });

  it("reads a certificate that nobody trusts, and goes on", async () => {
    const server = await serve((_, response) => response.end(), {
      names: ["one.example.org", "*.example.net"],
    });
    const { status, certificate } = await answered(server);
    assert.equal(status, 200);
    assert.deepEqual(certificate?.names, ["one.example.org", "*.example.net"]);
    assert.equal(certificate?.issuer, "pomerium-migration sandbox");
    assert.equal(certificate?.distrust, "DEPTH_ZERO_SELF_SIGNED_CERT");
    assert.equal(certificate?.validFrom, Date.parse("2026-11-26T00:00:00Z"));
  });

  it("prefers HTML where a browser would, and carries no cookie and no credentials", async () => {
    const accepts: (string | undefined)[] = [];
    const server = await serve(({ headers }, response) => {
      accepts.push(headers.accept);
      assert.deepEqual([headers.cookie, headers.authorization], [undefined, undefined]);
      response.end();
    });
    await answered(server);
    await answered(server, { expected: "pomerium" });
    assert.deepEqual(accepts, ["text/html,*/*;q=0.8", "application/json"]);
  });

  it("opens a WebSocket and closes it at once", async () => {
    const server = await serve((_, response) => response.writeHead(200).end(), { upgrade: acceptUpgrade });
    assert.equal((await answered(server, { purpose: "websocket" })).status, 101);
    const refusing = await serve((_, response) => response.writeHead(403).end());
    assert.equal((await answered(refusing, { purpose: "websocket" })).status, 403);
  });

  it("holds a slow answer open, and reports whether it ends, is cut or still runs", async () => {
    const server = await serve(({ url }, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      if (url === "/ends") setTimeout(() => response.end(), 50);
      if (url === "/cut") setTimeout(() => response.destroy(), 50);
    });
    const bodyOf = async (path: string): Promise<string> =>
      (await answered(server, { purpose: "slow", path }, { hold: path === "/runs" ? 400 : 10_000 })).body;
    assert.deepEqual(await Promise.all(["/ends", "/cut", "/runs"].map(bodyOf)), [
      "complete",
      "cut",
      "running",
    ]);
  });

  it("reads little of a long answer, unless it is a slow one", async () => {
    const server = await serve((_, response) => {
      const chunk = Buffer.alloc(32 * kib);
      const timer = setInterval(() => response.write(chunk), 2);
      response.on("close", () => clearInterval(timer));
    });
    const usual = await answered(server);
    assert.equal(usual.body, "complete");
    const slow = await answered(server, { purpose: "slow" }, { hold: 300 });
    assert.equal(slow.body, "running");
  });

  it("uploads zeros of the stated size", async () => {
    let length = 0;
    const server = await serve((request, response) => {
      request.on("data", (chunk: Buffer) => {
        assert.ok(chunk.every((byte) => byte === 0));
        length += chunk.length;
      });
      request.on("end", () => response.writeHead(404).end());
    });
    const { status } = await answered(
      server,
      { purpose: "upload", method: "POST" },
      { upload: 200 * kib + 1 },
    );
    assert.deepEqual([status, length], [404, 200 * kib + 1]);
  });

  it("reports how much of an upload was sent when the server cuts it", async () => {
    const server = await serve((request) => {
      request.once("data", () => request.socket.destroy());
    });
    const told = await failure(server, { purpose: "upload", method: "POST" }, { upload: 64 * kib * kib });
    assert.match(told, /^the server closed the connection \((ECONNRESET|EPIPE)\) after \d+\.\d MiB$/);
  });

  it("takes an answer that comes before the end of an upload", async () => {
    const server = await serve((_, response) => response.writeHead(413, { connection: "close" }).end());
    const observation = await ask(server, { purpose: "upload", method: "POST" }, { upload: 1 });
    assert.equal((observation as Answer).status, 413);
  });

  it("ends with a reason when nothing listens, or when what listens never answers", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    assert.equal(
      await failure({ address: { ip: "127.0.0.1", port } }),
      "nothing listens there (ECONNREFUSED)",
    );
    const silent = await serveTcp(() => {});
    assert.equal(await failure(silent, {}, { answer: 200 }), "no answer within 0.2 s");
    const mute = await serve(() => {});
    assert.equal(await failure(mute, {}, { answer: 300 }), "no answer within 0.3 s");
    const informing = await serve((_, response) => {
      const timer = setInterval(() => response.writeProcessing(), 5);
      response.on("close", () => clearInterval(timer));
    });
    assert.equal(await failure(informing, {}, { answer: 300 }), "no answer within 0.3 s");
  });

  it("ends with a reason when headers never end, or when it is no HTTP", async () => {
    const endless = await serve(({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const more = (): void => {
        while (!socket.destroyed && socket.write(`x-more: ${"y".repeat(8 * kib)}\r\n`));
      };
      socket.on("drain", more).on("error", () => {});
      more();
    });
    assert.equal(await failure(endless), "headers longer than 64 KiB (HPE_HEADER_OVERFLOW)");
    const slowly = await serve(({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket.write("x: y\r\n"), 5);
      socket.on("error", () => {}).on("close", () => clearInterval(timer));
    });
    assert.equal(await failure(slowly, {}, { answer: 300 }), "no answer within 0.3 s");
    const garbage = await serve(({ socket }) => socket.end("hello\r\n\r\n"));
    assert.match(await failure(garbage), /^no HTTP \(HPE_/);
    const plain = await serveTcp((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    assert.match(await failure(plain), /^no TLS \(/);
    const hanging = await serveTcp((socket) => socket.destroy());
    assert.match(await failure(hanging), /^the server closed the connection \(ECONNRESET\)/);
  });

  it("ends with a reason when Node refuses to send it", async () => {
    const server = await serve((_, response) => response.end());
    assert.match(await failure(server, { path: "/a b" }), /^the path cannot be sent/);
  });
});
