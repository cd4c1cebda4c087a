import { strict as assert } from "node:assert";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { readAccount } from "../../../../components/tunnels/account.ts";
import { ReadOnlyCloudflare } from "../../../../components/tunnels/api.ts";

describe("an account at Cloudflare", () => {
  let answers: Record<string, unknown> = {};
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    asked.push(`${request.method} ${pathname}`);
    const result = answers[pathname];
    response.statusCode = result === undefined ? 403 : 200;
    response.end(
      JSON.stringify(
        result === undefined
          ? { success: false, errors: [{ code: 10000, message: "Authentication error" }] }
          : { success: true, errors: [], result },
      ),
    );
  });
  before((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked.length = 0;
  });
  const read = () =>
    readAccount(
      new ReadOnlyCloudflare("token", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 1),
    );

  it("is read by its zones: every tunnel that is not deleted, with its rules", async () => {
    answers = {
      "/zones": [
        { id: "z1", name: "example.org", account: { id: "a1" } },
        { id: "z2", name: "example.net", account: { id: "a1" } },
      ],
      "/accounts/a1/cfd_tunnel": [{ id: "t1" }, { id: "t2", deleted_at: "2026-01-01T00:00:00Z" }],
      "/accounts/a1/cfd_tunnel/t1": { name: "home", deleted_at: null, config_src: "cloudflare" },
      "/accounts/a1/cfd_tunnel/t1/configurations": {
        config: {
          ingress: [
            { hostname: "a.example.org", service: "https://192.0.2.10" },
            { service: "http_status:404" },
          ],
        },
      },
    };
    assert.deepEqual(await read(), {
      zones: [
        { id: "z1", name: "example.org" },
        { id: "z2", name: "example.net" },
      ],
      tunnels: [
        {
          accountId: "a1",
          tunnelId: "t1",
          name: "home",
          remote: true,
          rules: [
            { hostname: "a.example.org", service: "https://192.0.2.10" },
            { service: "http_status:404" },
          ],
          unwritable: [],
        },
      ],
    });
    assert.ok(asked.every((each) => each.startsWith("GET ")));
  });

  it("is not taken for empty when the token may not read it", async () => {
    answers = { "/zones": [{ id: "z1", name: "example.org", account: { id: "a1" } }] };
    await assert.rejects(read(), /cfd_tunnel: 403 Authentication error \(10000\)/);
    answers = {};
    await assert.rejects(read(), /\/zones: 403/);
  });
});
