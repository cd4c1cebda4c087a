import { strict as assert } from "node:assert";
import { trafficGate } from "../../../../../components/ingress-nginx/gates/traffic.ts";
import { failing, ingress, pomeriumAnswers, ready } from "../../../stack/state.ts";
import { controller, nginxWith } from "../nginx.ts";

const host = "komga.example.org";
const elsewhere = { isPomerium: false, note: "answered with status 404, and not by Pomerium" };

describe("the traffic of a host that an app takes over", () => {
  it("must reach Pomerium, and is named with what answers and a command", () => {
    assert.deepEqual(trafficGate({ ...ready(), traffic: { [host]: pomeriumAnswers } }), [
      { subject: host, ok: true, note: "answered by Pomerium" },
    ]);
    assert.deepEqual(trafficGate({ ...ready(), traffic: { [host]: elsewhere } }), [
      {
        subject: host,
        ok: false,
        at: "ingressNginx.override",
        note: "answered with status 404, and not by Pomerium; lead it to Pomerium (router, DNS or tunnel), or override the gate if it cannot be asked from here",
        fix: "curl --include https://komga.example.org/.well-known/pomerium/jwks.json",
      },
    ]);
  });

  it("is not taken for granted when the host was not asked", () => {
    assert.match(failing(trafficGate({ ...ready(), traffic: {} })).join(), /^komga\.example\.org: not asked/);
  });

  it("no longer matters once ingress-nginx has no pods", () => {
    const old = ingress("komga", "komga-ingress", [host]);
    const scaledTo = (...replicas: number[]) =>
      nginxWith([old], { controllers: replicas.map((each) => controller({ replicas: each })) });
    const state = { ...ready(), traffic: { [host]: elsewhere } };
    assert.deepEqual(failing(trafficGate({ ...state, nginx: scaledTo(0) })), []);
    for (const replicas of [[1], [0, 1], []])
      assert.equal(failing(trafficGate({ ...state, nginx: scaledTo(...replicas) })).length, 1);
  });

  it("is asked only for hosts that ingress-nginx serves and an app has", () => {
    const ingresses = [
      ingress("komga", "komga-ingress", [host, "old.example.org"]),
      ingress("a", "any", [], { anyHost: true }),
    ];
    const items = trafficGate({ ...ready(), nginx: nginxWith(ingresses), traffic: {} });
    assert.deepEqual(
      items.map(({ subject }) => subject),
      [host],
    );
  });
});
