import { strict as assert } from "node:assert";
import { readExported } from "../../../discovery/exported.ts";
import { planStack } from "../../../discovery/plan.ts";
import { stackText } from "../../../discovery/stack-text.ts";
import { controllerObjects } from "./before.ts";
import { finished, inventoryOf, written } from "./written.ts";

type Objects = Parameters<typeof written>[0];

interface Rule {
  host: string;
  paths?: readonly (readonly [path: string, service: string])[];
}

const ingress = (
  name: string,
  rules: readonly Rule[],
  { annotations = {}, ingressClassName = "nginx" }: { annotations?: object; ingressClassName?: string } = {},
) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { namespace: "web", name, annotations },
  spec: {
    ingressClassName,
    rules: rules.map(({ host, paths = [["/", "site"]] }) => ({
      host,
      http: {
        paths: paths.map(([path, service]) => ({
          path,
          pathType: "Prefix",
          backend: { service: { name: service, port: { number: 80 } } },
        })),
      },
    })),
  },
});

const services = ["site", "api"].map((name) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "web", name },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
}));

const objects = (...ingresses: readonly object[]): Objects =>
  readExported({ file: "test", text: JSON.stringify([...controllerObjects(), ...services, ...ingresses]) })
    .objects;

interface RawApp {
  host?: string;
  aliases?: string[];
  replaces: string | string[];
}

async function apps(...ingresses: readonly object[]): Promise<Record<string, RawApp>> {
  const { verify: _, ...rest } = (await written(objects(...ingresses))).raw.apps as Record<string, RawApp>;
  return rest;
}

describe("hosts of one app", () => {
  it("are aliases if one Ingress serves them alike, and the first of its rules is the host", async () => {
    const found = await apps(ingress("shop", [{ host: "shop.example.org" }, { host: "buy.example.org" }]));
    assert.deepEqual(
      Object.entries(found).map(([name, { host, aliases, replaces }]) => [name, host, aliases, replaces]),
      [["shop", undefined, ["buy.example.org"], "shop"]],
    );
  });

  it("may come from an annotation, or from several Ingresses of one class", async () => {
    const alias = { "nginx.ingress.kubernetes.io/server-alias": "www.example.org" };
    const [byAnnotation] = Object.values(
      await apps(ingress("home", [{ host: "example.org" }], { annotations: alias })),
    );
    assert.deepEqual([byAnnotation!.host, byAnnotation!.aliases], ["example.org", ["www.example.org"]]);
    const [bySeveral, ...others] = Object.values(
      await apps(ingress("a", [{ host: "a.example.org" }]), ingress("b", [{ host: "b.example.org" }])),
    );
    assert.deepEqual([bySeveral!.aliases, bySeveral!.replaces, others], [["b.example.org"], ["a", "b"], []]);
  });

  it("stay apart if they differ, and the file says why", async () => {
    const paths = [
      ["/", "site"],
      ["/api", "api"],
    ] as const;
    const differ = ingress("shop", [{ host: "shop.example.org" }, { host: "buy.example.org", paths }]);
    const file = await written(objects(differ));
    const { verify: _, ...rest } = file.raw.apps as Record<string, RawApp>;
    assert.deepEqual(Object.keys(rest).sort(), ["buy", "shop"]);
    assert.match(
      file.text.replaceAll(/\s*#\s*/g, " "),
      /has the Service of apps\.buy, and is not an alias there: the paths of the two hosts differ/,
    );
    const wild = await written(
      objects(ingress("all", [{ host: "a.example.org" }, { host: "*.example.org" }])),
    );
    assert.match(wild.text.replaceAll(/\s*#\s*/g, " "), /one of the two hosts is a wildcard/);
  });

  it("stay apart if their Ingresses have different classes or restrict callers differently", async () => {
    const inside = { "nginx.ingress.kubernetes.io/whitelist-source-range": "10.0.0.0/8" };
    const found = await apps(
      ingress("a", [{ host: "a.example.org" }]),
      ingress("b", [{ host: "b.example.org" }], { annotations: inside }),
    );
    assert.deepEqual(Object.keys(found).sort(), ["a", "b"]);
    for (const { aliases } of Object.values(found)) assert.equal(aliases, undefined);
  });

  it("stay apart if a tunnel carries only some of them", async () => {
    const inventory = await inventoryOf(
      objects(ingress("shop", [{ host: "shop.example.org" }, { host: "buy.example.org" }])),
    );
    const tunnel = (hosts: readonly string[]) => ({
      name: "home",
      accountId: "0".repeat(32),
      tunnelId: "0c7a70e1-5e1f-4a5e-9d57-0123456789ab",
      remote: true,
      unwritable: [],
      rules: [
        ...hosts.map((hostname) => ({ hostname, service: "https://192.0.2.1" })),
        { service: "http_status:404" },
      ],
    });
    const zones = [{ id: "f".repeat(32), name: "example.org" }];
    const plan = (hosts: readonly string[]) =>
      planStack(inventory, { cloudflare: { zones, tunnels: [tunnel(hosts)] } as never });
    const apart = plan(["shop.example.org"]);
    assert.deepEqual(
      apart.apps.map(({ name, aliases }) => [name, aliases]),
      [
        ["buy", []],
        ["shop", []],
      ],
    );
    assert.match(apart.apps.find(({ apart: why }) => why !== undefined)!.apart!, /a tunnel carries only one/);
    const both = plan(["shop.example.org", "buy.example.org"]);
    assert.deepEqual(both.apps[0]!.aliases, ["buy.example.org"]);
    // The tunnel's rules for both hosts are explained by the one app.
    const { text } = stackText(both, { stack: "test", context: "home", admins: [], source: "a test" });
    assert.doesNotMatch(text, /extraRules/);
  });

  it("are one app for the stack file's check as well", async () => {
    const stack = finished(
      await written(objects(ingress("shop", [{ host: "shop.example.org" }, { host: "buy.example.org" }]))),
    );
    assert.deepEqual(
      stack.apps.filter(({ key }) => key === "shop").map(({ host }) => host),
      ["shop.example.org", "buy.example.org"],
    );
  });
});
