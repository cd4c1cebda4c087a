import { strict as assert } from "node:assert";
import { stringify } from "yaml";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import type { StackConfig } from "../../sandbox/stacks.ts";
import { eventually } from "../support/cluster.ts";
import { assertAtRest, succeeded, useStage } from "../support/stage.ts";

type Map = Record<string, unknown>;

interface Ingress extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { annotations: Record<string, string> };
  spec: {
    rules: { host: string; http: { paths: { path: string; backend: { service: { name: string } } }[] } }[];
    tls: { hosts: string[]; secretName: string }[];
  };
}

interface Policy extends KubernetesObject {
  spec: { podSelector: object; ingress: { from: object[]; ports?: object[] }[] };
}

const domain = "very-very-dark-gray.top";

/** Alfred's Grafana as other clusters have it: several paths, a second host, other tools, and isolation. */
function asElsewhere({ values }: StackConfig): void {
  values.isolate = true;
  values.allowFrom = ["prometheus"];
  const grafana = (values.apps as Record<string, Map>).grafana!;
  Object.assign(grafana, {
    aliases: [`grafana.${domain}`],
    paths: {
      "/admin": { access: "admins" },
      "/public": { access: "public" },
      "/plugins": { service: { name: "grafana-svc", port: 3000 }, route: { timeout: "0s" } },
    },
    annotations: { "gethomepage.dev/enabled": "true" },
    labels: { "external-dns": "public" },
    allowFrom: [{ namespace: "backup" }],
  });
}

describe("an app with paths, two hosts and isolation", function () {
  this.timeout(240_000);
  const { sandbox, workspace, configure } = useStage("alfred");
  const api = () => sandbox().cluster.api;
  const items = async <T>(path: string): Promise<T[]> =>
    (await api().find<{ items: T[] }>(path))?.items ?? [];
  const ingresses = async () =>
    (await items<Ingress>("/apis/networking.k8s.io/v1/namespaces/monitoring/ingresses")).filter(
      ({ metadata }) => metadata.name.includes("-pomerium-ingress"),
    );
  const policies = () => items<Policy>("/apis/networking.k8s.io/v1/networkpolicies");

  it("is announced with what isolation cuts off, and is written as it is said", async () => {
    await configure("coexist", asElsewhere);
    const preview = succeeded(await workspace().preview());
    const text = preview.messages.join("\n");
    assert.match(
      text,
      /monitoring\/grafana-svc: only Pomerium reaches its pods, on port .*, ingress-nginx until retired, Prometheus, namespace backup/,
    );
    assert.match(
      text,
      /Ingress monitoring\/grafana-ingress-tailscale of class tailscale leads there; its controller is cut off/,
    );
    assert.match(text, /no network plugin is recognised/);
    succeeded(await workspace().up());

    const written = (await ingresses()).map(({ metadata, spec }) => [
      metadata.name.replace(/-[0-9a-f]{6}$/, "-…"),
      spec.rules.map(({ host }) => host).join(),
      spec.rules.flatMap(({ http }) => http.paths.map(({ path }) => path)).join(" "),
    ]);
    const of = (host: string, name: string) => [
      [`${name}-pomerium-ingress`, host, "/"],
      [`${name}-pomerium-ingress-admin-…`, host, "/admin /admin/"],
      [`${name}-pomerium-ingress-open`, host, "/api /api/"],
      [`${name}-pomerium-ingress-plugins-…`, host, "/plugins /plugins/"],
      [`${name}-pomerium-ingress-public-…`, host, "/public /public/"],
    ];
    assert.deepEqual(
      written.sort(),
      [
        ...of(`bat-signal.${domain}`, "grafana"),
        ...of(`grafana.${domain}`, `grafana.grafana.${domain}`),
      ].sort(),
    );
    const site = (await ingresses()).find(({ metadata }) => metadata.name === "grafana-pomerium-ingress")!;
    assert.equal(site.metadata.annotations["gethomepage.dev/enabled"], "true");
    assert.equal(site.metadata.labels?.["external-dns"], "public");

    const policy = (await policies()).find(({ metadata }) => metadata.namespace === "monitoring")!;
    assert.equal(policy.metadata.name, "grafana-svc-only-from-pomerium");
    assert.equal(policy.spec.ingress[0]?.from.length, 2);
    assert.equal(policy.spec.ingress[1]?.from.length, 2);
    await assertAtRest(workspace());
  });

  it("is served by Pomerium at each host and path", () =>
    eventually("every route", async () => {
      const global = await api().find<{ status?: { ingress?: Record<string, { reconciled: boolean }> } }>(
        "/apis/ingress.pomerium.io/v1/pomerium/global",
      );
      const status = global?.status?.ingress ?? {};
      const own = (await ingresses()).map(
        ({ metadata }) => status[`monitoring/${metadata.name}`]?.reconciled,
      );
      return own.length === 10 && own.every((each) => each === true) ? true : undefined;
    }));

  it("is the same in a file of its own, which may be larger than all that Pulumi passes to a program", async () => {
    const crowd = Array.from({ length: 7_000 }, (_, i) => `person${i}@example.org`);
    assert.ok(JSON.stringify(crowd).length > 128 * 1024);
    const moved: Record<string, unknown> = {};
    await configure("coexist", (config) => {
      asElsewhere(config);
      const { apps, accessTests } = config.values as { apps: Map; accessTests: { apps: Map } };
      moved.apps = { grafana: apps.grafana };
      moved.accessTests = { apps: { grafana: accessTests.apps.grafana } };
      delete apps.grafana;
      delete accessTests.apps.grafana;
      config.values.appFiles = { "teams/grafana.yaml": {} };
    });
    assert.match(
      (await workspace().preview()).errors.join("\n"),
      /appFiles\["teams\/grafana\.yaml"\] +teams\/grafana\.yaml is missing/,
    );
    await workspace().put("teams/grafana.yaml", stringify({ ...moved, users: { groups: { crowd } } }));
    const { messages } = await assertAtRest(workspace());
    assert.match(
      messages.join("\n"),
      /teams\/grafana\.yaml:\d+:5 +users\.groups\.crowd +no app names this group/,
    );
  });
});
