import { strict as assert } from "node:assert";
import type { ExportedObject } from "../../../discovery/exported.ts";
import { underNginx } from "../../../discovery/under-nginx.ts";
import { type Moves, movesOf } from "../../../policies/access/before-pomerium.ts";
import { matrix } from "../../../policies/access/matrix/matrix.ts";
import { guardedText, movesHeadline, movesMarkdown, movesText } from "../../../report/before-text.ts";
import { stackFile } from "../../../sandbox/stacks.ts";
import { viewOfStack } from "../../../stack/access-view.ts";
import { loadFromFile } from "../../../stack/load.ts";
import type { Stack } from "../../../stack/stack.ts";
import { goodStack, parse, put } from "../stack/base.ts";
import { controllerObjects, internalController, objectsBefore } from "./before.ts";
import { inventoryOf } from "./written.ts";

const parsed = (more: object = {}): Stack => parse({ ...goodStack(), ...more });

async function moves(stack: Stack, objects: readonly ExportedObject[]): Promise<Moves> {
  const { apps, directory } = viewOfStack("now", stack);
  return movesOf(underNginx(await inventoryOf(objects), stack, "context home"), matrix(apps, directory));
}

interface Served {
  name: string;
  namespace?: string;
  hosts: string[];
  paths?: string[];
  annotations?: Record<string, string>;
  created?: string;
  ingressClass?: string;
}

const ingress = ({
  name,
  namespace = "monitoring",
  hosts,
  paths = ["/"],
  annotations = {},
  created,
  ingressClass = "nginx",
}: Served) =>
  ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      namespace,
      name,
      ...(created === undefined ? {} : { creationTimestamp: created }),
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
      ),
    },
    spec: {
      ingressClassName: ingressClass,
      rules: hosts.map((host) => ({
        host,
        http: {
          paths: paths.map((path) => ({
            path,
            pathType: "Prefix",
            backend: { service: { name: "wiki", port: { number: 80 } } },
          })),
        },
      })),
    },
  }) as ExportedObject;

const settings = (data: Record<string, string>) =>
  ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "ingress-nginx", name: "ingress-nginx-controller" },
    data,
  }) as ExportedObject;

const controller = [
  ...controllerObjects({ args: ["--configmap=ingress-nginx/ingress-nginx-controller"] }),
  settings({}),
];

/** Host → who passed, and who will. */
const told = ({ rows }: Moves) =>
  Object.fromEntries(rows.map(({ was, after }) => [was.host, [guardedText(was.site), after]]));

describe("who passed under ingress-nginx", () => {
  it("is known for octavo: ten of its apps were open to everybody", async () => {
    const found = await moves(loadFromFile(stackFile("octavo")), [...objectsBefore("octavo"), settings({})]);
    assert.equal(movesHeadline(found), "10 of 11 apps were open to everybody, 1 of 16 will be: ddns-updater");
    const unifi = found.rows.find(({ was }) => was.app?.name === "unifi")!;
    assert.deepEqual([guardedText(unifi.was.site), unifi.after], ["only 10.244.0.0/16", "people"]);
    assert.deepEqual(found.unknown, []);
  });

  it("follows an app to its new host", async () => {
    const { rows } = await moves(loadFromFile(stackFile("alfred")), objectsBefore("alfred"));
    const grafana = rows.find(({ was }) => was.app?.name === "grafana")!;
    assert.notEqual(grafana.was.host, grafana.was.app!.host);
    assert.deepEqual(
      rows.filter(({ was }) => was.app === undefined),
      [],
    );
  });

  it("is read at each path, and a guard of the whole host counts at all of them", async () => {
    const found = await moves(parsed(), [
      ...controller,
      ingress({ name: "wiki", hosts: ["wiki.example.net"], annotations: { "auth-type": "basic" } }),
      ingress({ name: "wiki-api", hosts: ["wiki.example.net"], paths: ["/api"] }),
    ]);
    const [{ was }] = found.rows as [Moves["rows"][number]];
    assert.equal(guardedText(was.site), "basic auth");
    assert.deepEqual(
      was.paths.map(({ path, guarded }) => [path, guardedText(guarded)]),
      [["/api", "everybody"]],
    );
    assert.match(movesText(found), /^! wiki had paths of its own: \/api everybody$/m);
    const both = await moves(parsed(), [
      ...controller,
      ingress({ name: "wiki", hosts: ["wiki.example.net"], annotations: { "auth-tls-secret": "a/b" } }),
      ingress({ name: "wiki-api", hosts: ["wiki.example.net"], paths: ["/api"] }),
    ]);
    assert.deepEqual(
      [guardedText(both.rows[0]!.was.site), both.rows[0]!.was.paths],
      ["client certificate", []],
    );
  });

  it("is read at the same path of each host that an app takes over", async () => {
    const stack = parse(put(goodStack(), "apps.komga.replaces", "komga-old"));
    const of = (name: string, host: string, annotations: Record<string, string> = {}) =>
      ingress({ name, namespace: "komga", hosts: [host], annotations });
    for (const [name, value, expected] of [
      ["auth-type", "basic", "basic auth"],
      ["whitelist-source-range", "10.0.0.0/8", "only 10.0.0.0/8"],
    ] as const) {
      const { rows } = await moves(stack, [
        ...controller,
        of("komga", "komga.example.org"),
        of("komga-old", "old.example.org", { [name]: value }),
      ]);
      const { was } = rows.find((row) => row.was.app?.name === "komga")!;
      const all = [was.site, ...was.paths.map(({ guarded }) => guarded)].map(guardedText);
      assert.deepEqual(new Set(all), new Set([expected, "everybody"]));
    }
  });

  describe("at a path that two Ingresses have", () => {
    const [basic, open] = [{ "auth-type": "basic" }, {}];
    const site = async (hosts: string[], ...two: [Partial<Served>, Partial<Served>]) => {
      const objects = two.map((each, i) => ingress({ name: `wiki-${i}`, hosts, ...each }));
      const found = [];
      for (const order of [objects, objects.toReversed()])
        found.push((await moves(parsed(), [...controller, ...order])).rows[0]!.was.site);
      return found.map(guardedText);
    };

    // A host with an app, and one without.
    for (const host of ["wiki.example.net", "other.example.org"])
      it(`is the oldest one's, whatever the order of the list is: ${host}`, async () => {
        const [old, young] = ["2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z"];
        const guarded = await site(
          [host],
          { created: young, annotations: basic },
          { created: old, annotations: open },
        );
        assert.deepEqual(guarded, ["everybody", "everybody"]);
        const same = await site(
          [host],
          { created: old, annotations: basic },
          { created: old, annotations: open },
        );
        // Of the same age, ingress-nginx takes the last name first.
        assert.deepEqual(same, ["everybody", "everybody"]);
      });

    it("is not clear without their age, unless both let in the same callers", async () => {
      const unclear = await site(
        ["wiki.example.net"],
        { created: "2020-01-01T00:00:00Z", annotations: basic },
        { annotations: open },
      );
      assert.deepEqual(unclear, Array(2).fill("not recognised: metadata.creationTimestamp"));
      const alike = await site(["wiki.example.net"], { annotations: basic }, { annotations: basic });
      assert.deepEqual(alike, ["basic auth", "basic auth"]);
    });

    it("still asks for the client certificate of the other one, which is the host's", async () => {
      const guarded = await site(
        ["wiki.example.net"],
        { created: "2024-01-01T00:00:00Z", annotations: { "auth-tls-secret": "a/b" } },
        { created: "2020-01-01T00:00:00Z" },
      );
      assert.deepEqual(guarded, ["client certificate", "client certificate"]);
    });
  });

  describe("at a host that two controllers serve", () => {
    const [old, young] = ["2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z"];
    const basic = { "auth-type": "basic" };
    type Part = Partial<Served>;
    /** Who passed at the start and at each path, whatever the order of the Ingresses is. */
    const whoPassed = async (
      [outer, inner]: [Part, Part],
      {
        host = "wiki.example.net",
        settings: own = {},
      }: { host?: string; settings?: Record<string, string> } = {},
    ) => {
      const objects = [
        ingress({ name: "outer", hosts: [host], ...outer }),
        ingress({ name: "inner", hosts: [host], ingressClass: "internal", ...inner }),
      ];
      const found = [];
      for (const order of [objects, objects.toReversed()]) {
        const { rows } = await moves(parsed(), [...controller, ...internalController(own), ...order]);
        const { was } = rows.find((row) => row.was.host === host)!;
        found.push([
          guardedText(was.site),
          ...was.paths.map((each) => [each.path, guardedText(each.guarded)]),
        ]);
        assert.deepEqual(was.ingresses, ["monitoring/inner", "monitoring/outer"]);
      }
      assert.deepEqual(found[0], found[1]);
      return found[0];
    };
    const unclear = "not recognised: spec.ingressClassName";

    // A host with an app, and one without.
    for (const host of ["wiki.example.net", "other.example.org"])
      it(`is unclear where they let in different callers, because no age decides: ${host}`, async () => {
        const open = { created: old };
        const closed = { created: young, annotations: basic };
        assert.deepEqual(await whoPassed([open, closed], { host }), [unclear]);
        assert.deepEqual(await whoPassed([closed, open], { host }), [unclear]);
        assert.deepEqual(await whoPassed([closed, { ...closed, created: old }], { host }), ["basic auth"]);
        assert.deepEqual(await whoPassed([open, { created: old }], { host }), ["everybody"]);
      });

    it("is read with the settings of each controller", async () => {
      const networks = { settings: { "whitelist-source-range": "10.0.0.0/8" } };
      assert.deepEqual(await whoPassed([{}, {}], networks), [unclear]);
      const same = { annotations: { "whitelist-source-range": "10.0.0.0/8" } };
      assert.deepEqual(await whoPassed([same, {}], networks), ["only 10.0.0.0/8"]);
    });

    it("is unclear only at the paths that both have", async () => {
      const api = { paths: ["/api"], created: old };
      assert.deepEqual(await whoPassed([{ annotations: basic }, api]), ["basic auth", ["/api", unclear]]);
      assert.deepEqual(await whoPassed([{ annotations: basic }, { ...api, annotations: basic }]), [
        "basic auth",
      ]);
      const apart = { paths: ["/apiary"], annotations: basic };
      assert.deepEqual(await whoPassed([apart, api]), ["everybody", ["/apiary", "basic auth"]]);
    });

    it("has no guard of the whole host from the other controller", async () => {
      const certificate = { annotations: { "auth-tls-secret": "a/b" }, paths: ["/admin"] };
      const api = { paths: ["/api"] };
      assert.deepEqual(await whoPassed([certificate, api]), ["everybody", ["/admin", "client certificate"]]);
    });
  });

  for (const [what, annotations, rule] of [
    ["an alias", { "server-alias": "wiki.example.net" }, "other.example.org"],
    ["a twin of www", { "from-to-www-redirect": "true" }, "www.wiki.example.net"],
  ] as const)
    it(`ignores ${what} where a rule has the host`, async () => {
      const other = ingress({
        name: "other",
        hosts: [rule],
        annotations: { ...annotations, "auth-type": "basic" },
      });
      const wiki = ingress({ name: "wiki", hosts: ["wiki.example.net"] });
      const site = async (stack: Stack, ...objects: ExportedObject[]) =>
        told(await moves(stack, [...controller, ...objects]))["wiki.example.net"]?.[0];
      assert.equal(await site(parsed(), other, wiki), "everybody");
      assert.equal(await site(parsed(), other), "basic auth");
      // Without an app, the report names the host as well.
      const without = { ...parsed(), apps: [] };
      assert.equal(await site(without, other, wiki), "everybody");
      assert.equal(await site(without, other), "basic auth");
    });

  it("leaves out a canary, however its annotation is spelled", async () => {
    const found = await moves(parsed(), [
      ...controller,
      ingress({ name: "canary", hosts: ["wiki.example.net"], annotations: { canary: "True" } }),
      ingress({ name: "wiki", hosts: ["wiki.example.net"], annotations: { "auth-type": "basic" } }),
    ]);
    assert.deepEqual(told(found), { "wiki.example.net": ["basic auth", "people"] });
    assert.deepEqual(found.rows[0]!.was.ingresses, ["monitoring/wiki"]);
  });

  it("asks for no password at paths of no-auth-locations", async () => {
    const found = await moves(parsed(), [
      ...controller.slice(0, -1),
      settings({ "no-auth-locations": "/.well-known/acme-challenge,/hook" }),
      ingress({
        name: "wiki",
        hosts: ["wiki.example.net"],
        paths: ["/", "/hook/x"],
        annotations: { "auth-type": "basic" },
      }),
    ]);
    const { site, paths } = found.rows[0]!.was;
    assert.equal(guardedText(site), "basic auth");
    assert.deepEqual(
      paths.map(({ path, guarded }) => [path, guardedText(guarded)]),
      [["/hook/x", "everybody"]],
    );
  });

  it("names what is not recognised, with the object to read", async () => {
    const found = await moves(parsed(), [
      ...controller,
      ingress({
        name: "wiki",
        hosts: ["wiki.example.net"],
        annotations: { "configuration-snippet": "if ($a) { return 403; }" },
      }),
    ]);
    assert.equal(movesHeadline(found), "0 of 1 app were open to everybody, none will be");
    const line =
      "wiki was protected by something not recognised: read configuration-snippet of Ingress monitoring/wiki";
    assert.ok(movesText(found).includes(`! ${line}\n`));
    assert.ok(movesMarkdown(found).includes(`- ${line}\n`));
  });

  it("lists hosts that no app takes over, and what the stack file says about them", async () => {
    const objects = [
      ...controller,
      ingress({ name: "others", hosts: ["www.example.org", "old.example.org", "new.example.org"] }),
      ingress({ name: "wiki", hosts: ["wiki.example.net"] }),
    ];
    const nginx = { helmRelease: "ingress-nginx", address: "192.168.0.171" };
    const staying = { ingressNginx: { ...nginx, stays: { "www.example.org": "a public site" } } };
    const leaving = { ingressNginx: { ...nginx, abandon: { "old.example.org": "nobody uses it" } } };
    const found = await moves(parsed(staying), objects);
    assert.deepEqual(told(found), {
      "wiki.example.net": ["everybody", "people"],
      "new.example.org": ["everybody", "unserved"],
      "old.example.org": ["everybody", "unserved"],
      "www.example.org": ["everybody", "stays"],
    });
    assert.equal(told(await moves(parsed(leaving), objects))["old.example.org"]![1], "abandoned");
    assert.equal(found.before.apps, 1);
  });

  it("takes the controller's settings into account", async () => {
    const found = await moves(parsed(), [
      ...controller.slice(0, -1),
      settings({ "whitelist-source-range": "10.0.0.0/8" }),
      ingress({ name: "wiki", hosts: ["wiki.example.net"] }),
    ]);
    assert.deepEqual(told(found), { "wiki.example.net": ["only 10.0.0.0/8", "people"] });
  });

  it("says what an export lacks before anybody relies on it", async () => {
    const wiki = ingress({ name: "wiki", hosts: ["wiki.example.net"] });
    const [lacksSettings] = (await moves(parsed(), [...controllerObjects(), wiki])).unknown;
    assert.match(lacksSettings!, /ConfigMap may restrict callers too.*: kubectl get configmaps -A -o yaml$/);
    const [lacksController] = (await moves(parsed(), [wiki])).unknown;
    assert.match(
      lacksController!,
      /no controller.*: kubectl get deployments,daemonsets,configmaps -A -o yaml$/,
    );
    const [lacksAll] = (await moves(parsed(), controller)).unknown;
    assert.match(lacksAll!, /no Ingress.*kubectl get ingresses/);
  });

  it("keeps names from a cluster from being markup", async () => {
    const found = await moves(parsed(), [
      ...controller,
      ingress({
        name: "wiki",
        hosts: ["wiki.example.net"],
        annotations: { "auth-url": "https://sso.lan/x", "<b>|@all": "on" },
      }),
    ]);
    assert.doesNotMatch(movesMarkdown(found), /<b>|@all/);
  });
});
