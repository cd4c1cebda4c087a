import { strict as assert } from "node:assert";
import { appLines } from "../../../../components/apps/announce.ts";
import { goodStack, parse, put, warnings } from "../../stack/base.ts";

const at = (port: string) => (host: string) => `https://${host}${port}`;

describe("what a preview says about apps", () => {
  it("is nothing about apps that a browser reaches at one host", () => {
    assert.deepEqual(appLines(parse(goodStack()).apps, { services: [] }, at("")), []);
  });

  it("is the command that connects to a stream, with the Service's port and the address of the phase", () => {
    const raw = put(goodStack(), "apps.wiki.route", { tcp_upstream: true });
    put(raw, "apps.wiki.service.port", "postgres");
    const services = [
      {
        ...{ namespace: "monitoring", name: "wiki", type: "ClusterIP", headless: false },
        ports: [{ name: "postgres", port: 5432, targetPort: 5432 }],
      },
    ];
    const lines = (port: string) => appLines(parse(raw).apps, { services }, at(port));
    assert.deepEqual(lines(""), [
      "wiki needs Pomerium's command line: pomerium-cli tcp wiki.example.net:5432",
    ]);
    assert.deepEqual(lines(":8443"), [
      "wiki needs Pomerium's command line: pomerium-cli tcp wiki.example.net:5432 --pomerium-url https://wiki.example.net:8443",
    ]);
  });

  it("is what a wildcard answers", () => {
    const raw = put(goodStack(), "apps.komga.host", "*.lab.example.org");
    assert.deepEqual(appLines(parse(raw).apps, { services: [] }, at("")), [
      "komga answers every host below lab.example.org that no other app has; its certificate covers one level",
    ]);
  });
});

describe("a stream of bytes", () => {
  it("in a tunnel is warned of, because the proxy must pass CONNECT on", () => {
    const raw = put(goodStack(), "apps.wiki.route", { tcp_upstream: true });
    const [warning] = warnings(parse(raw)).filter((line) => line.startsWith("tunnels.home.apps[0]"));
    assert.match(warning!, /wiki is a stream of bytes: .*CONNECT/);
  });
});
