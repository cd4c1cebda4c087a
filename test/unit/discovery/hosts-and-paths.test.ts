import { strict as assert } from "node:assert";
import { audit } from "../../../discovery/audit/audit.ts";
import type { ExportedObject } from "../../../discovery/exported.ts";
import { accessSchema } from "../../../policies/access/config.ts";
import { controllerObjects, internalController } from "./before.ts";
import { finished, inventoryOf, written } from "./written.ts";

type Path = [path: string, service: string, pathType?: string];

interface Given {
  host?: string;
  paths?: Path[];
  annotations?: Record<string, string>;
  rest?: string;
  created?: string;
  ingressClass?: string;
}

const backend = (name: string) => ({ service: { name, port: { number: 80 } } });

function ingress(
  name: string,
  { host, paths = [], annotations = {}, rest, created, ingressClass = "nginx" }: Given,
): ExportedObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      namespace: "web",
      name,
      ...(created === undefined ? {} : { creationTimestamp: created }),
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
      ),
    },
    spec: {
      ingressClassName: ingressClass,
      ...(rest === undefined ? {} : { defaultBackend: backend(rest) }),
      ...(host === undefined && paths.length === 0
        ? {}
        : {
            rules: [
              {
                ...(host === undefined ? {} : { host }),
                http: {
                  paths: paths.map(([path, service, pathType = "Prefix"]) => ({
                    path,
                    pathType,
                    backend: backend(service),
                  })),
                },
              },
            ],
          }),
    },
  };
}

const service = (name: string): ExportedObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "web", name },
  spec: { ports: [{ port: 80 }] },
});

/** A cluster with some Ingresses in one namespace, and with the Services a, b and c. */
const cluster = (ingresses: ExportedObject[]) => [
  ...controllerObjects(),
  ...["a", "b", "c"].map(service),
  ...ingresses,
];

/** The comments of a stack file as one line. */
const commentsOf = (text: string) => text.replace(/\n\s*# /g, " ");

describe("an app of a host of which only some paths can be reached", () => {
  const suggestionFor = async (paths: Path[]) => {
    const { text } = await written(cluster([ingress("shop", { host: "shop.example.org", paths })]));
    const [, only, suggestion] =
      /only (\S.*?) of the host can be reached today(?:.*?access: (\{apiOnly: .*?\]\}))?/.exec(
        commentsOf(text),
      ) ?? [];
    return { only, suggestion };
  };

  it("is suggested those paths, and opens no more of them than today", async () => {
    assert.deepEqual(
      await suggestionFor([
        ["/api", "a"],
        ["/hook", "a", "Exact"],
        ["/dav/", "a"],
      ]),
      { only: "/api, /dav, /hook", suggestion: "{apiOnly: [/api, /dav, {path: /hook, exact: true}]}" },
    );
  });

  it("is suggested no path that another one covers", async () => {
    assert.deepEqual(
      await suggestionFor([
        ["/api/v1/users", "b", "Exact"],
        ["/api/v1", "a"],
        ["/api", "a", "Exact"],
        ["/apis", "a"],
      ]),
      { only: "/api, /apis, /api/v1", suggestion: "{apiOnly: [{path: /api, exact: true}, /apis, /api/v1]}" },
    );
  });

  it("is never suggested to open /, nor anything else that a stack file refuses", async () => {
    assert.deepEqual(
      await suggestionFor([
        ["/", "a", "Exact"],
        ["/api", "b"],
      ]),
      { only: "/, /api", suggestion: "{apiOnly: [/api]}" },
    );
    assert.deepEqual(await suggestionFor([["/", "a", "Exact"]]), { only: "/", suggestion: undefined });
    assert.equal(accessSchema.safeParse({ apiOnly: ["/"] }).success, false);
  });

  it("is asked nothing if one of the paths is the whole host", async () => {
    assert.equal(
      (
        await suggestionFor([
          ["/", "a"],
          ["/api", "b", "Exact"],
        ])
      ).only,
      undefined,
    );
  });
});

describe("an app of a host with regular expressions", () => {
  const planned = async (paths: Path[]) => {
    const annotations = { "use-regex": "true" };
    const all = paths.map(([path, name]): Path => [path, name, "ImplementationSpecific"]);
    const { apps } = finished(
      await written(cluster([ingress("shop", { host: "shop.example.org", paths: all, annotations })])),
    );
    const shop = apps.find(({ host }) => host === "shop.example.org")!;
    return {
      service: shop.service.name,
      paths: shop.paths.map((path) => [path.path, path.service.name]),
    };
  };

  it("has the Service of the expression that answers most, not of the shortest one", async () => {
    const expected = { service: "a", paths: [["/ws", "b"]] };
    assert.deepEqual(
      await planned([
        ["/[A-Za-z]+", "a"],
        ["/ws", "b"],
      ]),
      expected,
    );
    assert.deepEqual(
      await planned([
        ["/ws", "b"],
        ["/(.*)", "a"],
        ["/ws/(.*)", "b"],
      ]),
      expected,
    );
    assert.deepEqual(
      await planned([
        ["/api(/|$)(.*)", "a"],
        ["/api/ws", "b"],
      ]),
      {
        service: "a",
        paths: [["/api/ws", "b"]],
      },
    );
  });
});

describe("an app with a canary", () => {
  const canary = (host: string) =>
    ingress("next", { host, paths: [["/", "b"]], annotations: { canary: "true", "canary-weight": "20" } });

  it("says that the canary gets no requests any more, and leads to the other Service", async () => {
    const shop = ingress("shop", { host: "shop.example.org", paths: [["/", "a"]] });
    const { text, raw } = await written(cluster([shop, canary("shop.example.org")]));
    assert.match(
      commentsOf(text),
      /DECIDE: a share of its requests goes by web\/next today \(canary\)\. .* all of them go to Service a/,
    );
    assert.deepEqual((raw.apps as Record<string, { service: unknown }>).shop?.service, {
      name: "a",
      port: 80,
    });
    const other = await written(cluster([shop, canary("else.example.org")]));
    assert.doesNotMatch(other.text, /canary\)/);
  });
});

describe("a host that no app can have", () => {
  const whyOf = async (given: Given) => {
    const { text } = await written(cluster([ingress("odd", given)]));
    return /^# {3}\S+ \(web\/odd\): (.*)$/m.exec(text)?.[1];
  };
  const named = { host: "shop.example.org", paths: [["/", "a"]] as Path[] };

  it("is one of a regular expression, which the stack file repeats", async () => {
    assert.match(
      (await whyOf({
        ...named,
        annotations: { "server-alias": "~^dl\\d+\\.example\\.org$, b.example.org" },
      }))!,
      /^server-alias names hosts by the regular expression \^dl\\d\+\\\.example\\\.org\$, and an app needs/,
    );
  });

  it("is any host, if an Ingress has no host or a backend for the rest", async () => {
    for (const given of [{ rest: "a" }, { paths: [["/", "a"]] as Path[] }])
      assert.match((await whyOf(given))!, /^it takes every host that no other Ingress has, and an app/);
  });

  it("is one that nginx only redirects, which names the way out", async () => {
    for (const name of ["permanent-redirect", "temporal-redirect"])
      assert.match(
        (await whyOf({ host: "old.example.org", annotations: { [name]: "https://example.org" } }))!,
        new RegExp(
          `^it leads to no Service, only elsewhere \\(${name}\\), .* have your DNS provider redirect`,
        ),
      );
    assert.equal(await whyOf({ host: "old.example.org" }), "none of its paths leads to a Service");
  });

  it("has its paths in an audit", async () => {
    const { hosts } = audit(
      await inventoryOf(cluster([ingress("odd", { paths: [["/status", "a"]], rest: "b" })])),
      {},
    );
    assert.deepEqual(
      hosts.map(({ host, effort, paths }) => [
        host,
        effort,
        paths.map(({ path, backend: to }) => [path, to]),
      ]),
      [
        [
          "*",
          "blocked",
          [
            ["/", "web/b:80"],
            ["/status", "web/a:80"],
          ],
        ],
      ],
    );
  });
});

describe("a host that two Ingresses have at the same path", () => {
  const host = "shop.example.org";
  const paths: Path[] = [["/", "a"]];
  const other: Path[] = [["/", "b"]];
  const textOf = async (...ingresses: ExportedObject[]): Promise<string> =>
    commentsOf((await written([...cluster(ingresses), ...internalController()])).text);
  const named = { host, created: "2020-01-01T00:00:00Z" };

  it("leads where the older one leads, and nothing is to decide, if one controller serves both", async () => {
    const text = await textOf(
      ingress("young", { ...named, paths, created: "2024-01-01T00:00:00Z" }),
      ingress("old", { ...named, paths: other }),
    );
    assert.match(text, /service: \{name: b, port: 80\}/);
    assert.doesNotMatch(text, /leads to Service/);
  });

  it("is to decide if two controllers serve them, and they lead to different Services", async () => {
    for (const [outer, inner] of [
      ["2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z"],
      ["2024-01-01T00:00:00Z", "2020-01-01T00:00:00Z"],
    ] as const) {
      const apart = await textOf(
        ingress("outer", { ...named, paths, created: outer }),
        ingress("second", { host: "second.example.org", paths }),
        ingress("inner", { ...named, paths: other, created: inner, ingressClass: "internal" }),
      );
      assert.match(apart, /service: \{name: a, port: 80\}/);
      assert.match(
        apart,
        /DECIDE: \/ leads to Service web\/a by Ingress web\/outer today, and to Service web\/b by Ingress web\/inner\. It is not known/,
      );
    }
  });

  it("has one app, which replaces both, if they lead to the same Service", async () => {
    const text = await textOf(
      ingress("outer", { ...named, paths }),
      ingress("inner", { ...named, paths, ingressClass: "internal" }),
    );
    assert.match(text, /replaces: \[outer, inner\]/);
    assert.doesNotMatch(text, /leads to Service/);
  });

  it("has the protections of both, each with the settings of its own controller", async () => {
    const inner = ingress("inner", { ...named, paths, ingressClass: "internal" });
    const both = [...cluster([ingress("outer", { ...named, paths }), inner])];
    const { text } = await written([
      ...both,
      ...internalController({ "whitelist-source-range": "10.0.0.0/8" }),
    ]);
    assert.match(text, /today: everybody, and only 10\.0\.0\.0\/8/);
  });
});
