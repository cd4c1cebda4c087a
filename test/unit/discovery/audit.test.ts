import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { audit } from "../../../discovery/audit/audit.ts";
import { auditHtml } from "../../../discovery/audit/html.ts";
import { auditMarkdown } from "../../../discovery/audit/markdown.ts";
import { auditPage } from "../../../discovery/audit/page.ts";
import { settingFindings } from "../../../discovery/audit/settings.ts";
import { auditText } from "../../../discovery/audit/text.ts";
import { type ExportedObject, readExported } from "../../../discovery/exported.ts";
import { controllerObjects, objectsBefore } from "./before.ts";
import { inventoryOf } from "./written.ts";

const fixture = (name: string): ExportedObject[] =>
  readExported({
    file: name,
    text: readFileSync(new URL(`fixtures/${name}.yaml`, import.meta.url), "utf8"),
  }).objects;

const audited = async (objects: readonly ExportedObject[], address: { context?: string } = {}) =>
  audit(await inventoryOf(objects), address);
const origin = {
  source: "context <home>",
  date: "2026-11-26T12:00:00.000Z",
  version: "0.1.0",
  hash: "ab".repeat(32),
};

const ingress = (name: string, annotations: Record<string, string>, host = `${name}.example.org`) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { namespace: "web", name, annotations },
  spec: {
    ingressClassName: "nginx",
    rules: [
      {
        host,
        http: {
          paths: [
            { path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } },
          ],
        },
      },
    ],
  },
});
const web = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "web", name: "web" },
  spec: { ports: [{ port: 80 }] },
};
const annotated = (given: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]),
  );

/** Of an ingress-nginx that was removed without its webhook. */
const deadWebhook = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "left-behind" },
  webhooks: [
    {
      name: "validate.nginx.ingress.kubernetes.io",
      failurePolicy: "Fail",
      rules: [{ apiGroups: ["networking.k8s.io"], resources: ["ingresses"] }],
      clientConfig: { service: { namespace: "gone", name: "gone" } },
    },
  ],
};

describe("an audit", () => {
  it("has the context in the commands of its data and of its page, and none for an export without one", async () => {
    for (const [address, written] of [
      [{ context: "home" }, "kubectl --context home"],
      [{ context: "$& $$ home" }, "kubectl --context '$& $$ home'"],
      [{}, "kubectl"],
    ] as const) {
      const found = await audited([...fixture("k3s"), deadWebhook], address);
      const fix = `${written} delete validatingwebhookconfiguration left-behind`;
      assert.deepEqual(
        found.blockers.flatMap((each) => each.fix ?? []),
        [fix],
      );
      const command = `${written} annotate helmchart --namespace kube-system ingress-nginx helmcharts.helm.cattle.io/unmanaged=true`;
      assert.deepEqual(
        found.controllers.flatMap(({ installers }) => installers.map((each) => each.command)),
        [command],
      );
      const [blockers, controllers] = auditPage(found).sections;
      assert.equal(blockers?.items?.at(-1)?.details.at(-1), fix);
      assert.ok(controllers?.items?.[0]?.details.some((detail) => detail.endsWith(`; ${command}`)));
    }
  });

  it("of octavo before the migration finds its hosts, and nothing that blocks", async () => {
    const { hosts, blockers, controllers, annotations } = await audited(objectsBefore("octavo"));
    assert.equal(hosts.length, 11);
    assert.deepEqual(blockers, []);
    assert.deepEqual(
      controllers.map(({ workload, installation, ingresses, addresses }) => [
        workload,
        installation,
        ingresses,
        addresses,
      ]),
      [
        [
          "Deployment ingress-nginx/ingress-nginx-controller",
          { namespace: "ingress-nginx", helmRelease: "ingress-nginx" },
          11,
          ["192.168.0.171"],
        ],
      ],
    );
    const unifi = hosts.find(({ app }) => app === "unifi")!;
    assert.deepEqual([unifi.effort, unifi.risk, unifi.today], ["small", "high", ["only 10.244.0.0/16"]]);
    assert.deepEqual(
      annotations
        .filter(({ verdict }) => verdict === "protection")
        .map(({ annotation, places }) => [annotation, places]),
      [["whitelist-source-range", ["unifi/unifi-ingress"]]],
    );
    // Every annotation that matters is counted once for each place.
    const issuer = annotations.find(({ annotation }) => annotation === "cert-manager.io/cluster-issuer")!;
    assert.equal(issuer.places.length, 11);
  });

  it("finds who would put ingress-nginx back, its ports, and issuers that need it", async () => {
    const { controllers, issuers } = await audited(fixture("k3s"));
    const [{ installers, streams, settings } = controllers[0]!] = controllers;
    assert.deepEqual(
      installers.map(({ label, isSuspended }) => [label, isSuspended]),
      [["HelmChart kube-system/ingress-nginx", false]],
    );
    assert.deepEqual(streams, [{ protocol: "TCP", port: "2222", backend: "git/forge-ssh:22" }]);
    assert.deepEqual(
      settings.map(({ name, outcome, protects }) => [name, outcome, protects]),
      [
        ["allow-snippet-annotations", "unnecessary", false],
        ["use-forwarded-headers", "decide", false],
        ["proxy-body-size", "decide", false],
      ],
    );
    assert.deepEqual(issuers, [
      { issuer: "ClusterIssuer letsencrypt", needsNginx: true, certificates: 0, deletedWithIngress: [] },
    ]);
    assert.deepEqual(
      (await audited(fixture("argo-cd"))).issuers.map(({ issuer, needsNginx }) => [issuer, needsNginx]),
      [["ClusterIssuer acme-dns", false]],
    );
  });

  it("counts certificates that are deleted with an Ingress of ingress-nginx, and no others", async () => {
    const issuer = {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "le" },
      spec: { acme: { solvers: [{ http01: { ingress: {} } }] } },
    };
    const certificate = (name: string, owner?: string) => ({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: {
        namespace: "web",
        name,
        ...(owner === undefined ? {} : { ownerReferences: [{ kind: "Ingress", name: owner }] }),
      },
      spec: {
        secretName: name,
        dnsNames: ["a.example.org"],
        issuerRef: { kind: "ClusterIssuer", name: "le" },
      },
    });
    const { issuers } = await audited([
      ...controllerObjects(),
      web,
      ingress("shop", {}),
      issuer,
      certificate("one", "shop"),
      certificate("two", "other"),
      certificate("three"),
    ]);
    assert.deepEqual(issuers, [
      { issuer: "ClusterIssuer le", needsNginx: true, certificates: 3, deletedWithIngress: ["web/one"] },
    ]);
  });

  it("is blocked by what no stack file can answer, and only by that", async () => {
    const blocks = async (...objects: ExportedObject[]) =>
      (await audited([...controllerObjects(), ...objects])).blockers.map(
        ({ where, what }) => `${where}: ${what}`,
      );
    assert.deepEqual(
      await blocks(web, ingress("shop", annotated({ "whitelist-source-range": "10.0.0.0/8" }))),
      [],
    );
    assert.deepEqual(await blocks(ingress("shop", {})), [
      "shop.example.org: there is no Service web/web in the cluster",
    ]);
    const tls = await blocks(web, ingress("shop", annotated({ "ssl-passthrough": "true" })));
    assert.match(tls.join(), /^shop\.example\.org: ssl-passthrough: TLS ends at Pomerium/);
    assert.deepEqual(await blocks(web, ingress("shop", annotated({ "ssl-passthrough": "false" }))), []);
    assert.match(
      (await blocks(web, ingress("shop", annotated({ "backend-protocol": "FCGI" })))).join(),
      /backend-protocol/,
    );
    assert.match(
      (await blocks(web, ingress("shop", {}, "localhost"))).join(),
      /^localhost: an app's host is a name/,
    );
    assert.deepEqual(await blocks(web, ingress("shop", {}), deadWebhook), [
      "ValidatingWebhookConfiguration left-behind: refuses every write of an Ingress, because the Service gone/gone does not exist",
    ]);
  });

  it("says what an export lacks, and how to get it", async () => {
    const result = await audited([web, ingress("shop", {})]);
    assert.equal(result.hosts.length, 1);
    assert.ok(result.unknown.some(({ kind }) => kind === "deployments"));
    const text = auditText(auditPage(result), origin);
    assert.match(text, /No controller of ingress-nginx was found\./);
    assert.match(text, /\n {2}kubectl get ingressclasses,deployments,[a-z,]+ -A -o yaml\n/);
    assert.ok(!result.unknown.some(({ kind }) => kind === "services"));
  });

  it("explains a list of paths without sign-in", () => {
    const [setting] = settingFindings({ "no-auth-locations": "/" });
    assert.match(setting!.says, /asks for no password/);
    assert.equal(setting!.outcome, "decide");
  });

  it("shows no value of an annotation or a setting that may be a secret, in any format", async () => {
    const secret = "hunter2";
    const objects = [
      ...controllerObjects({ args: ["--configmap=ingress-nginx/settings"] }),
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { namespace: "ingress-nginx", name: "settings" },
        data: {
          "http-snippet": `set $token ${secret};`,
          "global-auth-url": `https://sso.lan/${secret}`,
          other: secret,
        },
      },
      web,
      ingress("shop", {
        ...annotated({
          "configuration-snippet": `proxy_set_header Authorization "Bearer ${secret}";`,
          "auth-url": `https://user:${secret}@sso.lan/x?t=${secret}`,
          "auth-secret": secret,
          "custom-unknown": secret,
        }),
        "other.example.org/token": secret,
      }),
    ];
    const result = await audited(objects);
    const page = auditPage(result);
    const all = [
      JSON.stringify(result),
      auditText(page, origin),
      auditMarkdown(page, origin),
      auditHtml(page, origin),
    ];
    for (const text of all) {
      assert.ok(!text.includes(secret), text.slice(Math.max(0, text.indexOf(secret) - 200)));
      assert.ok(text.includes("configuration-snippet") && text.includes("http-snippet"));
    }
  });
});

describe("the report of an audit", () => {
  for (const name of ["k3s", "argo-cd", "baremetal", "rke2"])
    it(`of the manifests in the manner of ${name} fits 80 columns, commands apart`, async () => {
      const lines = auditText(auditPage(await audited(fixture(name))), origin).split("\n");
      for (const line of lines) if (!/kubectl|^\s*\S+$/.test(line)) assert.ok([...line].length <= 80, line);
    });

  it("has a line for each host where the terminal is wide enough", async () => {
    const page = auditPage(await audited(objectsBefore("octavo")));
    const line = /^ {2}komga\.uu\.am +small +medium +everybody +\/ → komga\/komga-svc:25600$/m;
    assert.match(auditText(page, origin, { columns: 110 }), line);
    assert.doesNotMatch(auditText(page, origin), line);
    const wide = auditText(page, origin, { columns: 300 }).split("\n");
    for (const each of wide) assert.ok([...each].length <= 120, each);
  });

  it("names source, time, version and content in each format", async () => {
    const page = auditPage(await audited(objectsBefore("alfred")));
    assert.match(
      auditText(page, origin),
      /\nMade 2026-11-26T12:00:00\.000Z by pomerium-migration 0\.1\.0; content abababababab\n$/,
    );
    const markdown = auditMarkdown(page, origin);
    assert.match(markdown, new RegExp(`by pomerium-migration 0\\.1\\.0\\. Content \`${origin.hash}\``));
    assert.match(
      markdown,
      /^From context &#60;home&#62;: 3 hosts \(0 with nothing to decide\), 1 controller/m,
    );
    const html = auditHtml(page, origin);
    assert.match(html, /<time datetime="2026-11-26T12:00:00\.000Z">/);
    assert.ok(html.includes(`<code>${origin.hash}</code>`));
    assert.ok(html.includes("context &lt;home&gt;"));
  });

  it("takes nothing of a cluster for markup", async () => {
    const evil = '"><img src=x onerror=alert(1)>|`**';
    const page = auditPage(
      await audited([
        ...controllerObjects(),
        web,
        ingress("shop", {
          ...annotated({ "whitelist-source-range": evil }),
          [`evil.example.org/${evil}`]: "x",
        }),
      ]),
    );
    const html = auditHtml(page, { ...origin, source: evil });
    assert.ok(!html.includes("<img"));
    const markdown = auditMarkdown(page, { ...origin, source: evil });
    assert.ok(!/<img|\*\*/.test(markdown));
    for (const line of markdown.split("\n").filter((each) => each.startsWith("| ")))
      assert.ok([3, 4, 5, 6].includes(line.split("|").length - 1), line);
  });

  it("as a page has a heading for each part, a scope for each head, and nothing to load", async () => {
    const html = auditHtml(auditPage(await audited(fixture("k3s"))), origin);
    assert.equal([...html.matchAll(/<h1>/g)].length, 1);
    assert.equal([...html.matchAll(/<section><h3>/g)].length, [...html.matchAll(/<section>/g)].length);
    assert.doesNotMatch(html, /<th>|<link|<img|url\(|@import/);
    assert.match(html, /<html lang="en">/);
  });
});
