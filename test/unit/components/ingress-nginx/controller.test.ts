import { strict as assert } from "node:assert";
import {
  isLabelledController,
  type PodTemplate,
  rulesOf,
  runsIngressNginx,
  streamsOf,
} from "../../../../components/ingress-nginx/controller.ts";

type Container = PodTemplate["spec"]["containers"][number];

const pods = (container: Container, ...others: Container[]): PodTemplate => ({
  spec: { containers: [container, ...others] },
});

describe("a controller of ingress-nginx", () => {
  it("is recognised by its image, from any registry", () => {
    for (const image of [
      "registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:1234",
      "registry.k8s.io/ingress-nginx/controller-chroot:v1.12.0",
      "harbor.example.org:8443/proxy/ingress-nginx/controller:v1.11.3",
      "rancher/nginx-ingress-controller:v1.12.4-hardened2",
      "docker.io/bitnami/nginx-ingress-controller:1.11.2-debian-12-r0",
      "quay.io/kubernetes-ingress-controller/nginx-ingress-controller-amd64:0.33.0",
      "cgr.dev/chainguard/ingress-nginx-controller:latest",
      "mcr.microsoft.com/oss/kubernetes/ingress/nginx-ingress-controller:v1.11.5",
    ])
      assert.ok(runsIngressNginx(pods({ image })), image);
  });

  it("is recognised by its binary, whatever the image is called", () => {
    for (const container of [
      { image: "mirror.lan/edge:7", args: ["/nginx-ingress-controller", "--ingress-class=edge"] },
      { image: "mirror.lan/edge:7", command: ["/usr/bin/dumb-init", "--", "/nginx-ingress-controller"] },
      { command: ["sh", "-c", "/nginx-ingress-controller --ingress-class=edge"] },
    ])
      assert.ok(runsIngressNginx(pods(container)), JSON.stringify(container));
    assert.ok(runsIngressNginx(pods({ image: "envoy:1" }, { args: ["/nginx-ingress-controller"] })));
  });

  it("is recognised by upstream's labels, when an image of somebody's own hides the binary", () => {
    const labels = (name: string, component: string) => ({
      "app.kubernetes.io/name": name,
      "app.kubernetes.io/component": component,
    });
    for (const name of ["ingress-nginx", "rke2-ingress-nginx"])
      assert.ok(isLabelledController(labels(name, "controller")), name);
    for (const [name, component] of [
      ["ingress-nginx", "default-backend"],
      ["ingress-nginx", "admission-webhook"],
      ["nginx-ingress", "controller"],
      ["argocd-ingress-nginx-sync", "controller"],
    ] as const)
      assert.ok(!isLabelledController(labels(name, component)), `${name} ${component}`);
    assert.ok(!isLabelledController({}));
  });

  it("is not another controller, nor a part of the chart that serves nothing", () => {
    for (const image of [
      "nginx/nginx-ingress:5.2.0",
      "registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.5.2",
      "registry.k8s.io/defaultbackend-amd64:1.5",
      "nginx:1.29",
      "haproxytech/kubernetes-ingress:3.1",
      "pomerium/ingress-controller:v0.33.1",
    ])
      assert.ok(!runsIngressNginx(pods({ image, args: ["-ingress-class=nginx"] })), image);
  });
});

describe("the rules of a controller", () => {
  it("are read from its arguments, in either notation", () => {
    const rules = rulesOf(
      {
        spec: {
          containers: [
            { image: "sidecar", args: ["--ingress-class=sidecar"] },
            {
              command: ["/nginx-ingress-controller", "--controller-class", "example.org/edge"],
              env: [{ name: "ZONE", value: "lan" }, { name: "POD_NAMESPACE" }],
              args: [
                "--election-id=edge-leader",
                "--ingress-class=edge",
                "--ingress-class-by-name",
                "--configmap=$(POD_NAMESPACE)/edge-controller",
                "--tcp-services-configmap=streams/tcp",
                "--watch-ingress-without-class",
                "--watch-namespace=$(ZONE)",
                "--watch-namespace-selector=team=a",
                "--annotations-prefix=edge.example.org",
              ],
            },
          ],
          volumes: [{ secret: { secretName: "edge-tls" } }, {}],
        },
      },
      "edge",
    );
    assert.deepEqual(rules, {
      controllerClass: "example.org/edge",
      annotationClass: "edge",
      classByName: true,
      servesClassless: true,
      watchNamespace: "lan",
      watchNamespaceSelector: "team=a",
      annotationsPrefix: "edge.example.org/",
      leases: ["edge-leader"],
      secrets: ["edge-tls"],
      configMaps: { settings: "edge/edge-controller", tcp: "streams/tcp" },
    });
  });

  it("are those of the last argument of a name, also in a shell line with quotes", () => {
    const twice = ["--watch-ingress-without-class=true", "--watch-ingress-without-class=false"];
    const flags = (...args: string[]) => rulesOf(pods({ args: ["/nginx-ingress-controller", ...args] }), "x");
    assert.equal(flags(...twice).servesClassless, false);
    assert.equal(flags(...twice.toReversed()).servesClassless, true);
    assert.equal(flags("--ingress-class-by-name=T").classByName, true);
    assert.equal(flags("--ingress-class=a", "--ingress-class=b").annotationClass, "b");
    const line = "exec /nginx-ingress-controller --ingress-class='edge' \\\n --watch-namespace=\"dev\"";
    const rules = rulesOf(pods({ command: ["sh", "-c", line] }), "x");
    assert.deepEqual([rules.annotationClass, rules.watchNamespace], ["edge", "dev"]);
  });

  it("are upstream's defaults for what it does not set, and once it is gone", () => {
    for (const template of [
      undefined,
      pods({
        args: [
          "/nginx-ingress-controller",
          "--watch-ingress-without-class=false",
          "--ingress-class-by-name=false",
          "--watch-namespace=",
        ],
      }),
    ])
      assert.deepEqual(rulesOf(template, "ingress-nginx"), {
        controllerClass: "k8s.io/ingress-nginx",
        annotationClass: "nginx",
        classByName: false,
        servesClassless: false,
        annotationsPrefix: "nginx.ingress.kubernetes.io/",
        leases: [],
        secrets: [],
        configMaps: {},
      });
  });
});

describe("a port that a controller forwards", () => {
  it("is listed with its Service", () => {
    assert.deepEqual(streamsOf("TCP", { "22": "gitea/ssh:22", "1883": "mqtt/broker:1883::PROXY" }), [
      { protocol: "TCP", port: "22", backend: "gitea/ssh:22" },
      { protocol: "TCP", port: "1883", backend: "mqtt/broker:1883" },
    ]);
  });
});
