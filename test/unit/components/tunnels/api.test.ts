import { strict as assert } from "node:assert";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { CloudflareError, ReadOnlyCloudflare } from "../../../../components/tunnels/api.ts";

describe("the client for Cloudflare's API", () => {
  let answer = { status: 200, text: "" };
  const server = http.createServer((_, response) => {
    response.statusCode = answer.status;
    response.end(answer.text);
  });
  before((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  after((done) => {
    server.closeAllConnections();
    server.close(done);
  });

  const client = () =>
    new ReadOnlyCloudflare("token", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 1);
  const refused = (action: Promise<unknown>, message: RegExp) =>
    assert.rejects(action, (error: Error) => error instanceof CloudflareError && message.test(error.message));

  for (const [what, status, text] of [
    ["a proxy's page with status 200", 200, "<html>Please log in</html>"],
    ["a proxy's page with status 404", 404, "<html>No such page</html>"],
    ["errors that are a map", 400, '{"success":false,"errors":{"a":1}}'],
    ["an error that is null", 403, '{"success":false,"errors":[null]}'],
    ["JSON without an envelope", 200, '"hello"'],
  ] as const)
    it(`names ${what} as foreign, without a stack trace`, async () => {
      answer = { status, text };
      await refused(client().find("/x"), new RegExp(`${status} not an answer of Cloudflare's API`));
    });

  it("does not take a map for a list", async () => {
    answer = { status: 200, text: '{"success":true,"result":{}}' };
    await refused(client().list("/x"), /the answer is not a list/);
  });

  it("finds nothing where Cloudflare itself says 404", async () => {
    answer = { status: 404, text: '{"success":false,"errors":[{"code":1003,"message":"Tunnel not found"}]}' };
    assert.equal(await client().find("/x"), undefined);
  });
});
