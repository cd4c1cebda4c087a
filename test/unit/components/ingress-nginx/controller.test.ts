import { strict as assert } from "node:assert";
import { controllerOf, streamsOf } from "../../../../components/ingress-nginx/controller.ts";

const pods = (container: { command?: string[]; args?: string[] }, secretName?: string) => [
  { spec: { containers: [container], volumes: [secretName ? { secret: { secretName } } : {}] } },
];

describe("what the controller says of itself", () => {
  it("is read from its arguments, however they are written", () => {
    const controller = controllerOf(
      pods(
        {
          command: ["/nginx-ingress-controller", "--controller-class", "example.org/edge"],
          args: [
            "--election-id=edge-leader",
            "--ingress-class=edge",
            "--configmap=$(POD_NAMESPACE)/edge-controller",
            "--tcp-services-configmap=streams/tcp",
            "--watch-ingress-without-class",
          ],
        },
        "edge-tls",
      ),
      "edge",
    );
    assert.deepEqual(controller, {
      controllerClass: "example.org/edge",
      annotationClasses: ["edge"],
      servesClassless: true,
      leases: ["edge-leader"],
      secrets: ["edge-tls"],
      configMaps: { settings: "edge/edge-controller", tcp: "streams/tcp" },
    });
  });

  it("is the default where it says nothing, or is gone", () => {
    for (const templates of [[], pods({ args: ["--watch-ingress-without-class=false"] })]) {
      const { controllerClass, servesClassless, configMaps } = controllerOf(templates, "ingress-nginx");
      assert.equal(controllerClass, "k8s.io/ingress-nginx");
      assert.equal(servesClassless, false);
      assert.deepEqual(configMaps, {});
    }
  });
});

describe("a port that is passed on", () => {
  it("is told with where it leads", () => {
    assert.deepEqual(streamsOf("TCP", { "22": "gitea/ssh:22", "1883": "mqtt/broker:1883::PROXY" }), [
      { protocol: "TCP", port: "22", backend: "gitea/ssh:22" },
      { protocol: "TCP", port: "1883", backend: "mqtt/broker:1883" },
    ]);
  });
});
