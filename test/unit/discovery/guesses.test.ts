import { strict as assert } from "node:assert";
import { AppNames } from "../../../discovery/app-names.ts";
import { ownBackend } from "../../../discovery/backends.ts";
import { planCertificates } from "../../../discovery/certificates.ts";
import { zoneValue } from "../../../discovery/dns-provider.ts";
import { bareName, knownApp } from "../../../discovery/known-app.ts";
import { literalPath } from "../../../discovery/served-hosts.ts";
import { likelyZone, zonesOf } from "../../../discovery/zones.ts";
import { catalogue } from "../../../policies/catalogue/catalogue.ts";

describe("the catalogue's entry of an app", () => {
  const guess = (images: string[], names: string[] = []) => knownApp({ images, names })?.entry;

  it("is known by a part of its image, whatever the registry, the tag or the digest is", () => {
    assert.equal(guess(["ghcr.io/advplyr/audiobookshelf:2.12"]), "audiobookshelf");
    assert.equal(guess(["registry.lan:5000/fireflyiii/core@sha256:00"]), "firefly-iii");
    assert.equal(guess(["lscr.io/linuxserver/code-server"]), "code-server");
    assert.equal(guess(["grafana.lan/team/other:1"]), undefined);
    assert.equal(guess(["sidecar:1", "jellyfin/jellyfin:10"]), "jellyfin");
  });

  it("is not that of the image's owner, unless the rest of the image's name says nothing", () => {
    assert.equal(guess(["grafana/loki:3"]), "loki");
    assert.equal(guess(["rancher/klipper-lb:v0.4"]), undefined);
    assert.equal(guess(["gitea/act_runner"]), undefined);
    assert.equal(guess(["vaultwarden/server:1.34"]), "vaultwarden");
    assert.equal(guess(["ghcr.io/immich-app/immich-server:v2"]), "immich");
    assert.equal(guess(["portainer/portainer-ce"]), "portainer");
    assert.equal(guess(["quay.io/argoproj/argocd:v3"]), "argo-cd");
  });

  it("is known by a name without what Ingresses and Services end with, but never against the image's version", () => {
    assert.equal(guess([], ["home-assistant-nginx"]), "home-assistant");
    assert.equal(guess(["mirror.lan/x:1"], ["web", "komga-svc"]), "komga");
    assert.equal(guess(["influxdb:1.8"]), "influxdb");
    assert.equal(guess(["influxdb:2.7"], ["influxdb"]), undefined);
    assert.equal(guess([], ["constructor", "toString"]), undefined);
  });

  it("is found for each entry by its own name", () => {
    for (const entry of Object.keys(catalogue)) assert.equal(guess([], [`${entry}-ingress`]), entry);
  });

  it("keeps a name that is nothing but an ending", () => {
    assert.equal(bareName("web"), "web");
    assert.equal(bareName("films-web-svc"), "films");
  });
});

describe("the name of an app", () => {
  it("is the entry's, the first label of its host, the Ingress's, or at last one with a number", () => {
    const names = new AppNames(["verify"]);
    const take = (host: string, ingress: string, entry?: string) => names.take({ host, ingress, entry });
    assert.equal(take("films.example.org", "jelly", "jellyfin"), "jellyfin");
    assert.equal(take("films.example.org", "jelly", "jellyfin"), "films");
    assert.equal(take("films.example.net", "jelly-ingress"), "jelly");
    assert.equal(take("films.example.net", "jelly-ingress"), "jelly-ingress");
    assert.equal(take("films.example.net", "jelly-ingress"), "films-example-net");
    assert.equal(take("films.example.net", "jelly-ingress"), "app");
    assert.equal(take("films.example.net", "jelly-ingress"), "films-2");
    assert.equal(take("verify.example.org", "x"), "x");
  });

  it("is not `www` or the label of a domain, and fits into the names of Kubernetes", () => {
    const take = (host: string, ingress: string) => new AppNames().take({ host, ingress });
    assert.equal(take("www.example.org", "blog"), "blog");
    assert.equal(take("example.org", "blog-ingress"), "blog");
    assert.equal(take("*.apps.example.org", "x"), "apps");
    assert.equal(take(`${"a".repeat(60)}.example.org`, "x").length, 40);
  });
});

describe("a zone", () => {
  it("is the domain that people register, as far as a name shows it", () => {
    assert.equal(likelyZone("a.b.example.org"), "example.org");
    assert.equal(likelyZone("a.example.co.uk"), "example.co.uk");
    assert.equal(likelyZone("example.co"), "example.co");
    assert.equal(likelyZone("co.uk"), "co.uk");
  });

  const issuer = (name: string, solvers: object[]) => ({
    name,
    foreign: true,
    ready: true,
    acme: { server: "", email: "", accountKey: name, solvers },
  });
  const cloudflare = { cloudflare: { apiTokenSecretRef: { name: "t", key: "k" } } };

  it("comes from an issuer that solves it by DNS, longer ones first, and else from the host", () => {
    const issuers = [
      issuer("dns", [
        { selector: { dnsZones: ["lab.example.org"] }, dns01: cloudflare },
        { selector: { dnsZones: ["example.net"] }, http01: {} },
      ]),
    ];
    assert.deepEqual(
      zonesOf(["a.lab.example.org", "b.lab.example.org", "c.example.org", "d.example.net"], issuers),
      [
        { zone: "lab.example.org", value: { cloudflare: {} }, from: "ClusterIssuer dns" },
        { zone: "example.org", from: "the names of the hosts" },
        { zone: "example.net", from: "the names of the hosts" },
      ],
    );
    assert.deepEqual(zonesOf(["a.b.example.org"], [], ["b.example.org"]), [
      { zone: "b.example.org", value: { cloudflare: {} }, from: "Cloudflare" },
    ]);
    assert.deepEqual(zonesOf(["a.example.org"], [issuer("any", [{ dns01: cloudflare }])]), [
      { zone: "example.org", value: { cloudflare: {} }, from: "ClusterIssuer any" },
    ]);
  });

  it("is left to the cluster's own issuer only if that can issue for the sign-in pages as well", () => {
    const usable = (selector?: object) => {
      const issuers = [
        issuer("dns", [{ dns01: cloudflare, ...(selector === undefined ? {} : { selector }) }]),
      ];
      const found = {
        issuers,
        certificates: [],
        certManager: true,
        releases: [],
        existing: [],
        forced: [],
        apiServices: [],
      };
      return planCertificates(["a.example.org"], [], found).issuer?.isUsable;
    };
    assert.equal(usable(), true);
    assert.equal(usable({ dnsZones: ["example.org"] }), true);
    assert.equal(usable({ dnsNames: ["a.example.org"] }), false);
    assert.equal(usable({ matchLabels: { use: "dns" } }), false);
  });

  it("says what the issuer's solver says, without its credentials", () => {
    const value = (dns01: object) => zoneValue({ dns01: dns01 as Record<string, unknown> });
    const ref = { name: "s", key: "k" };
    assert.deepEqual(value({ ...cloudflare, cnameStrategy: "Follow" }), {
      cloudflare: {},
      cnameStrategy: "Follow",
    });
    assert.deepEqual(
      value({
        route53: {
          region: "eu-central-1",
          accessKeyID: "AKIAEXAMPLEEXAMPLE00",
          secretAccessKeySecretRef: ref,
        },
      }),
      { route53: { region: "eu-central-1", accessKeyId: "AKIAEXAMPLEEXAMPLE00" } },
    );
    assert.deepEqual(value({ cloudDNS: { project: "my-project" } }), {
      google: { project: "my-project", workloadIdentity: true },
    });
    assert.deepEqual(value({ rfc2136: { nameserver: "192.0.2.53:53" } }), {
      rfc2136: { nameserver: "192.0.2.53:53" },
    });
    assert.deepEqual(value({ webhook: { groupName: "acme.example.org", solverName: "porkbun" } }), {
      porkbun: {},
    });
    const config = {
      zoneName: "example.org",
      apiKeySecretRef: ref,
      apiToken: "hunter2",
      nested: [{ password: "hunter2" }],
    };
    assert.deepEqual(value({ webhook: { groupName: "acme.example.org", solverName: "other", config } }), {
      webhook: {
        groupName: "acme.example.org",
        solverName: "other",
        config: { zoneName: "example.org", apiKeySecretRef: ref, nested: [{}] },
      },
    });
    assert.equal(value({ somethingNew: {} }), undefined);
    assert.equal(value({ route53: { region: "no region" } }), undefined);
    assert.equal(zoneValue({ http01: {} }), undefined);
  });
});

describe("the backend of an app", () => {
  const services = [
    {
      namespace: "web",
      name: "app",
      type: "ClusterIP",
      headless: false,
      ports: [
        { name: "http", port: 80, targetPort: 8080 },
        { port: 81, targetPort: "admin" },
      ],
    },
  ];
  const port = (given?: number | string) =>
    ownBackend("web", given === undefined ? { service: "app" } : { service: "app", port: given }, services);

  it("has the Service's own port for the pods' port, and keeps its name or number", () => {
    assert.equal(port(80).port, 80);
    assert.equal(port("http").port, "http");
    assert.equal(port(8080).port, 80);
    assert.equal(port("admin").port, 81);
    assert.match(port(8080).why!, /8080, the pods' port/);
    assert.equal(port(80).why, undefined);
  });

  it("has a problem if nothing has that port or that name", () => {
    assert.match(port(9).problem!, /has no port 9/);
    assert.match(ownBackend("web", { service: "none", port: 80 }, services).problem!, /no Service web\/none/);
    assert.equal(port(8080).problem, undefined);
  });
});

describe("a path of an Ingress", () => {
  it("is written without its last slash, and of an expression only what stands before it begins", () => {
    const literal = (path: string, regex = false, exact = false) => literalPath({ path, exact }, regex);
    assert.equal(literal("/api/"), "/api");
    assert.equal(literal("/"), "/");
    assert.equal(literal("/tool(/|$)(.*)", true), "/tool");
    assert.equal(literal("/(.*)", true), "/");
    assert.equal(literal("/a.b", false), "/a.b");
    assert.equal(literal("/a.b", true, true), "/a.b");
  });
});
