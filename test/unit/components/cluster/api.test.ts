import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { ReadOnlyApi } from "../../../../components/cluster/api.ts";
import { ReadOnlyCloudflare } from "../../../../components/tunnels/api.ts";
import { writeKubeconfig } from "../../../support/fake-api-server.ts";

/** How a server answers one request. */
type Behaviour = (response: http.ServerResponse) => void;

const answer =
  (status: number, body: string, headers: http.OutgoingHttpHeaders = {}): Behaviour =>
  (response) =>
    response.writeHead(status, headers).end(body);
const good = answer(200, '{"metadata":{"name":"a"}}');
const reset: Behaviour = (response) => {
  (response.socket as net.Socket).resetAndDestroy();
};

describe("an API server with failures", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "weather-"));
  const kubeconfig = path.join(folder, "config");
  let behaviours: Behaviour[] = [];
  let asked = 0;
  let url = "";
  const server = http.createServer((_, response) => {
    const behaviour = behaviours[Math.min(asked, behaviours.length - 1)]!;
    asked++;
    behaviour(response);
  });
  // Accepts connections and never says a word.
  const unheard: net.Socket[] = [];
  const silent = net.createServer((connection) => unheard.push(connection));

  const listening = async (to: net.Server): Promise<string> => {
    await new Promise<void>((resolve) => to.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(to.address() as AddressInfo).port}`;
  };
  before(async () => {
    url = `http://${await listening(server)}`;
    await listening(silent);
  });
  beforeEach(() => {
    asked = 0;
    writeKubeconfig(kubeconfig, url, ["house"]);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
    // Nobody reads them, so they do not end with the other side, and would keep the run alive.
    for (const connection of unheard) connection.destroy();
    silent.close();
    rmSync(folder, { recursive: true });
  });

  const connect = (): Promise<ReadOnlyApi> =>
    ReadOnlyApi.connect({ context: "house", kubeconfig }, { firstPause: 1, timeout: 200 });
  const find = async (...script: Behaviour[]): Promise<unknown> => {
    behaviours = script;
    return (await connect()).find("/api/v1/namespaces/a");
  };
  const list = async (...script: Behaviour[]): Promise<unknown[]> => {
    behaviours = script;
    return (await connect()).list("/api/v1/services");
  };

  it("is asked again after a transient failure: an election, too many requests, a gateway, a broken connection", async () => {
    const passing = [
      answer(503, "etcdserver: leader changed"),
      answer(429, "too many requests", { "Retry-After": "1" }),
      answer(500, "etcdserver: request timed out"),
      answer(502, "Bad Gateway"),
      reset,
    ];
    for (const [i, trouble] of passing.entries()) {
      asked = 0;
      assert.deepEqual(await find(trouble, trouble, good), { metadata: { name: "a" } }, `trouble ${i}`);
      assert.equal(asked, 3);
    }
    asked = 0;
    assert.deepEqual(await list(passing[0]!, answer(200, '{"items":[1]}')), [1]);
  });

  it("writes an empty list of metadata as null", async () => {
    assert.deepEqual(await list(answer(200, '{"kind":"PartialObjectMetadataList","items":null}')), []);
  });

  it("is given up in the end, with its last error", async () => {
    await assert.rejects(find(answer(503, "etcdserver: no leader")), {
      name: "ClusterError",
      status: 503,
      message: /^GET \/api\/v1\/namespaces\/a on http:.*: 503 etcdserver: no leader$/,
    });
    assert.equal(asked, 6);
  });

  it("is not asked again after a refusal, an absence or a wrong question", async () => {
    for (const status of [400, 401, 403]) {
      asked = 0;
      await assert.rejects(find(answer(status, "no")), { status });
      assert.equal(asked, 1);
    }
    asked = 0;
    assert.equal(await find(answer(404, "{}")), undefined);
    assert.equal(asked, 1);
  });

  it("is not confused with the page of a captive portal or a proxy", async () => {
    const portal = "<!DOCTYPE html>\n<html><title>Welcome to the hotel</title></html>";
    await assert.rejects(find(answer(200, portal, { "Content-Type": "text/html" })), {
      name: "ClusterError",
      message:
        /the answer is not JSON but text\/html \("<!DOCTYPE html> <html>.*Something between here and the API server/,
    });
    await assert.rejects(find(answer(302, "", { Location: "https://portal.example.org/" })), {
      name: "ClusterError",
      message: /a redirect to https:\/\/portal\.example\.org\/ \(302\)/,
    });
    await assert.rejects(find(answer(200, '"ok"')), /JSON, but not an object of Kubernetes/);
    await assert.rejects(find(answer(200, "")), /the answer is not JSON/);
    await assert.rejects(list(answer(200, '{"status":"ok"}')), /not a list of Kubernetes objects/);
  });

  it("is given up if it is silent before the TLS handshake, after it, or within an answer", async () => {
    const begun = performance.now();
    const stopsInside: Behaviour = (response) => response.writeHead(200).write('{"metadata":');
    for (const script of [() => {}, stopsInside])
      await assert.rejects(find(script), { name: "ClusterError", message: /no answer within 0\.2 s/ });
    writeKubeconfig(kubeconfig, `https://127.0.0.1:${(silent.address() as AddressInfo).port}`, ["house"]);
    await assert.rejects((await connect()).find("/api"), { message: /no answer within 0\.2 s/ });
    assert.ok(performance.now() - begun < 2_000, "nothing is waited for twice");
  });

  it("is given up once for all questions that wait for a connection", async () => {
    const before = unheard.length;
    writeKubeconfig(kubeconfig, `https://127.0.0.1:${(silent.address() as AddressInfo).port}`, ["house"]);
    const api = await connect();
    const all = Array.from({ length: 40 }, (_, i) => api.find(`/api/${i}`).then(String, String));
    for (const message of await Promise.all(all)) assert.match(message, /no answer within 0\.2 s/);
    // Of 40 questions, those over the first eight connections have failed by themselves.
    assert.ok(unheard.length - before < 20, `${unheard.length} connections`);
  });

  it("may be slow as long as data arrives", async () => {
    const slow: Behaviour = (response) => {
      const parts = ["{", '"metadata"', ":", '{"name":"a"}', "}"];
      const next = (): void => {
        const part = parts.shift();
        if (part === undefined) return void response.end();
        response.write(part);
        setTimeout(next, 80);
      };
      next();
    };
    assert.deepEqual(await find(slow), { metadata: { name: "a" } });
  });

  it("is asked again by the same rules as Cloudflare's API", async () => {
    behaviours = [answer(503, "busy"), reset, answer(200, '{"success":true,"result":{"id":"t"}}')];
    assert.deepEqual(await new ReadOnlyCloudflare("token", url, 1).find("/x"), { id: "t" });
    assert.equal(asked, 3);
  });
});
