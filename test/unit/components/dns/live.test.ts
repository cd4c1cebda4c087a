import { strict as assert } from "node:assert";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Ask, askDns, readNames } from "../../../../components/dns/live.ts";

/** What the imitated server says about a name. `silent` gives no answer. */
type Says = { v4: string } | "no such name" | "no address" | "refused" | "silent";

/** A DNS server on this machine, for one question at a time. */
async function serve(says: Readonly<Record<string, Says>>): Promise<{ socket: Socket; address: string }> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port }) => {
    const labels: string[] = [];
    let at = 12;
    while (query[at] !== 0) {
      labels.push(query.toString("ascii", at + 1, at + 1 + query[at]!));
      at += query[at]! + 1;
    }
    const question = query.subarray(12, at + 5);
    const isV4 = query.readUInt16BE(at + 1) === 1;
    const what = says[labels.join(".").toLowerCase()] ?? "no such name";
    if (what === "silent") return;
    const code = { "no such name": 3, refused: 5, "no address": 0 };
    const answer = typeof what === "object" && isV4;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (typeof what === "string" ? code[what] : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(answer ? 1 : 0, 6);
    const record = answer
      ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...what.v4.split(".").map(Number)])
      : Buffer.alloc(0);
    socket.send(Buffer.concat([header, question, record]), port, "127.0.0.1");
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { socket, address: `127.0.0.1:${(socket.address() as AddressInfo).port}` };
}

describe("the names of a stack in the DNS", () => {
  let server: Awaited<ReturnType<typeof serve>>;
  before(async () => {
    server = await serve({
      "komga.example.org": { v4: "192.168.0.171" },
      "wiki.example.org": "no address",
      "refused.example.org": "refused",
      "silent.example.org": "silent",
    });
  });
  after(() => void server.socket.close());
  const ask = (): Ask => askDns({ servers: [server.address], env: {} })!;

  it("have their addresses, or none if the DNS says so", async () => {
    const found = await readNames(["komga.example.org", "wiki.example.org", "gone.example.org"], ask());
    assert.deepEqual(
      [...found],
      [
        ["komga.example.org", ["192.168.0.171"]],
        ["wiki.example.org", []],
        ["gone.example.org", []],
      ],
    );
  });

  it("are not known if a server refuses, gives no answer in time, or is not there", async () => {
    const started = Date.now();
    const names = ["refused.example.org", "silent.example.org", "komga.example.org"];
    const found = await readNames(names, ask(), 300);
    assert.deepEqual([...found.keys()], ["komga.example.org"]);
    assert.ok(Date.now() - started < 1000, `${Date.now() - started} ms`);
    const nobody = askDns({ servers: ["127.0.0.1:1"], env: {} });
    assert.deepEqual(await readNames(["komga.example.org"], nobody, 300), new Map());
  });

  it("are all asked at the same time, and one that fails hides no other", async () => {
    let open = 0;
    let most = 0;
    const found = await readNames(["a", "b", "c"], {
      addresses: async (name) => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setImmediate(resolve));
        open--;
        if (name === "b") throw Object.assign(new Error("no"), { code: "ECONNREFUSED" });
        return ["192.168.0.1"];
      },
      cancel: () => {},
    });
    assert.equal(most, 3);
    assert.deepEqual([...found.keys()], ["a", "c"]);
  });

  it("are not asked where the hosts do not resolve, or where the DNS is the wrong one", async () => {
    for (const env of [{ PUBLIC_HOSTS_ADDRESS: "127.0.0.1:8443" }, { DNS_LOOKUPS: "off" }])
      assert.deepEqual(
        await readNames(["komga.example.org"], askDns({ servers: [server.address], env })),
        new Map(),
      );
    assert.notEqual(askDns({ env: {} }), undefined);
    assert.deepEqual(await readNames([], ask()), new Map());
  });
});
