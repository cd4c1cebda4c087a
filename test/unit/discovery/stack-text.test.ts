import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { serviceProblems } from "../../../components/apps/service-checks.ts";
import { isCanary } from "../../../components/ingress-nginx/annotations/booleans.ts";
import { ingressNginxProblems } from "../../../components/ingress-nginx/checks.ts";
import { differences } from "../../../components/ingress-nginx/differences.ts";
import { additions } from "../../../discovery/additions.ts";
import { type ExportedObject, readExported } from "../../../discovery/exported.ts";
import type { Inventory } from "../../../discovery/inventory.ts";
import { visible } from "../../../report/text.ts";
import { stackFile, stackNames } from "../../../sandbox/stacks.ts";
import { loadFromFile, parseStack } from "../../../stack/load.ts";
import type { Stack } from "../../../stack/stack.ts";
import { StackFileError } from "../../../stack-file/problems.ts";
import { decrypted } from "../stack/base.ts";
import { controllerObjects, objectsBefore } from "./before.ts";
import { finished, inventoryOf, type Written, written, writtenFrom } from "./written.ts";

const fixture = (name: string): ExportedObject[] => {
  const file = new URL(`fixtures/${name}.yaml`, import.meta.url);
  const { objects, problems } = readExported({ file: name, text: readFileSync(file, "utf8") });
  assert.deepEqual(problems, []);
  return objects;
};

/** Key paths that `check` names, apart from secrets. */
function namedByCheck({ raw }: Written): string[] {
  try {
    parseStack("test", raw, { ...decrypted, missingSecrets: "warning" });
    return [];
  } catch (error) {
    if (!(error instanceof StackFileError)) throw error;
    return error.problems.map(({ at }) => at);
  }
}

/** Key paths of what a preview would refuse about the apps and ingress-nginx. */
function refusedByPreview(stack: Stack, { cluster, nginx }: Inventory): string[] {
  return [
    ...serviceProblems(stack.apps, cluster),
    ...ingressNginxProblems(stack, cluster, nginx),
    ...differences(stack, cluster, nginx).problems,
  ].map(({ at }) => at);
}

/** Everything about an app that decides where its requests go. */
const essence = ({ apps }: Pick<Stack, "apps">) =>
  Object.fromEntries(
    apps.map(({ name, host, namespace, service, replaces, route, profile }) => [
      name,
      { host, namespace, service, replaces, route, profile },
    ]),
  );

describe("the stack file that init writes", () => {
  for (const stack of stackNames)
    it(`for ${stack}'s cluster before the migration plans the same apps as the shipped file, apart from what nginx never served`, async () => {
      const shipped = loadFromFile(stackFile(stack));
      const own = finished(await written(objectsBefore(stack)));
      const expected = essence(shipped);
      // ingress-nginx serves nothing of these: they have no Ingress of its class.
      const unseen =
        stack === "octavo"
          ? ["prometheus", "kubernetes-dashboard", "ddns-updater", "home-assistant"]
          : ["audiobookshelf"];
      for (const name of unseen) delete expected[name];
      // The shipped file gives the app the host that it has from now on.
      if (stack === "alfred") expected.grafana!.host = "grafana-alfred.very-very-dark-gray.top";
      // Nobody signs in at the shipped app, which has API paths only; here the admins do.
      if (stack === "octavo") Object.assign(expected.influxdb!.route, { pass_identity_headers: true });
      assert.deepEqual(essence(own), expected);
      assert.equal(own.domain, shipped.domain);
      assert.deepEqual(own.ingressNginx?.installations, shipped.ingressNginx?.installations);
      assert.equal(own.ingressNginx?.address, shipped.ingressNginx?.address);
    });

  for (const name of ["k3s", "argo-cd", "baremetal", "rke2"])
    it(`for the manifests in the manner of ${name} passes check apart from what it lists, and grants nobody but admins`, async () => {
      const file = await written(fixture(name));
      const listed = file.todos.filter(({ stops }) => stops === "check").map(({ at }) => at);
      assert.deepEqual(namedByCheck(file).sort(), listed.sort());
      const stack = finished(file);
      for (const { access, at } of stack.apps) {
        assert.equal(access.kind, "people", at);
        if (access.kind !== "people") continue;
        assert.deepEqual(access.api, []);
        assert.deepEqual(
          access.people.map(({ grantedAt }) => grantedAt),
          ["users.admins[0]"],
        );
      }
    });

  for (const name of ["octavo", "alfred", "k3s", "argo-cd", "baremetal", "rke2"] as const)
    it(`for ${name} lists exactly what a preview would refuse about its apps`, async () => {
      const isStack = name === "octavo" || name === "alfred";
      const inventory = await inventoryOf(isStack ? objectsBefore(name) : fixture(name));
      const file = writtenFrom(inventory);
      const refused = refusedByPreview(finished(file), inventory);
      const listed = file.todos
        .filter(({ at, stops }) => stops === "preview" && at !== "cluster.uid")
        .map(({ at }) => at);
      // A problem may name a key below the one that is listed.
      for (const at of refused)
        assert.ok(
          listed.some((each) => at.startsWith(each)),
          at,
        );
      for (const each of listed)
        assert.ok(
          refused.some((at) => at.startsWith(each)),
          each,
        );
    });

  it("names the Service's own port where the Ingress has the pods', and the port's name for a headless Service", async () => {
    const { komga } = essence(finished(await written(fixture("k3s"))));
    assert.deepEqual(komga!.service, { name: "books", port: 80 });
    assert.equal(komga!.profile, "komga");
    const { assistant } = essence(finished(await written(fixture("rke2"))));
    assert.deepEqual(assistant!.service, { name: "assistant", port: "web" });
  });

  it("uses the cluster's own issuer as it is if that can issue without ingress-nginx, and else takes it over", async () => {
    const { certificates } = finished(await written(fixture("argo-cd")));
    assert.deepEqual([certificates.isExisting, certificates.issuer], [true, "acme-dns"]);
    const other = finished(await written(fixture("k3s"))).certificates;
    assert.deepEqual(
      [other.isExisting, other.issuer, other.email],
      [false, "letsencrypt", "admin@example.org"],
    );
  });

  it("never uses or takes over an issuer that is self-signed, and says if the authority is private", async () => {
    const issuer = (name: string, spec: object) => ({
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name },
      spec,
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
    const others = objectsBefore("octavo").filter(({ kind }) => kind !== "ClusterIssuer");
    const section = async (...issuers: ExportedObject[]) => {
      const { raw, text } = await written([...others, ...issuers]);
      return { issuer: (raw.certificates as Record<string, unknown>).issuer, text };
    };
    const selfSigned = issuer("selfsigned", { selfSigned: {} });
    assert.equal((await section(selfSigned)).issuer, undefined);
    const both = await section(selfSigned, issuer("house-ca", { ca: { secretName: "house-ca" } }));
    assert.deepEqual(both.issuer, { existing: "house-ca" });
    assert.match(both.text.replace(/\n\s*# /g, " "), /Its authority is private: browsers accept/);
  });

  it("finds the installation of a HelmChart, an Application, a manifest and a distribution", async () => {
    const installations = async (name: string) =>
      finished(await written(fixture(name))).ingressNginx?.installations;
    assert.deepEqual(await installations("k3s"), [
      { namespace: "ingress-nginx", from: { helmRelease: "ingress-nginx" } },
    ]);
    assert.deepEqual(await installations("argo-cd"), [
      { namespace: "edge", from: { helmRelease: "edge-ingress" } },
    ]);
    assert.deepEqual(await installations("baremetal"), [
      { namespace: "ingress-nginx", from: { manifest: "baremetal" } },
    ]);
    assert.deepEqual(await installations("rke2"), [
      { namespace: "kube-system", from: { helmRelease: "rke2-ingress-nginx" } },
    ]);
  });

  it("lists what would put ingress-nginx back, and the ports that go with it", async () => {
    const retired = async (name: string) =>
      (await written(fixture(name))).todos
        .filter(({ stops }) => stops === "retired")
        .map(({ message, command }) => [message, command].filter(Boolean).join(": "));
    const [chart, port, ...none] = await retired("k3s");
    assert.match(
      chart!,
      /^HelmChart kube-system\/ingress-nginx would put ingress-nginx back: kubectl annotate/,
    );
    assert.match(port!, /^where tcp\/2222 leads .*git\/forge-ssh:22/);
    assert.deepEqual(none, []);
    assert.match((await retired("argo-cd"))[0]!, /^Application argocd\/edge-ingress would put/);
    assert.deepEqual(await retired("baremetal"), []);
  });

  it("gives a path with another Service a route of its own, and annotations of other tools to the app", async () => {
    const { apps } = finished(await written(fixture("baremetal")));
    const paths = apps.find(({ host }) => host === "registry.example.co.uk")!.paths;
    assert.deepEqual(
      paths.map(({ path, service, route: { timeout } }) => ({ path, service, timeout })),
      [
        { path: "/v2", service: { name: "core", port: 80 }, timeout: "0s" },
        { path: "/api", service: { name: "core", port: "http-web" }, timeout: "0s" },
      ],
    );
    const grafana = finished(await written(fixture("argo-cd"))).apps.find(({ name }) => name === "grafana")!;
    assert.deepEqual(grafana.metadata.annotations, {
      "external-dns.alpha.kubernetes.io/hostname": "charts.example.net",
    });
  });

  it("copies no annotation whose name sounds like a secret or whose URL has credentials, and says that it is there", async () => {
    const objects = fixture("argo-cd").map((object) =>
      object.kind === "Ingress"
        ? {
            ...object,
            metadata: {
              ...object.metadata,
              annotations: {
                "tool.example.org/api-token": "hunter2",
                "tool.example.org/hook": "https://user:hunter2@hooks.example.org/x",
                "tool.example.org/icon": "films",
              },
            },
          }
        : object,
    );
    const { text, raw } = await written(objects);
    assert.ok(!text.includes("hunter2"));
    assert.match(
      text,
      /# DECIDE: tool\.example\.org\/api-token, tool\.example\.org\/hook: add to annotations:\s/,
    );
    const apps = Object.values(raw.apps as Record<string, { annotations?: object }>);
    assert.deepEqual(
      apps.flatMap(({ annotations: own }) => own ?? []),
      [{ "tool.example.org/icon": "films" }, { "tool.example.org/icon": "films" }],
    );
  });

  it("shows control characters and line breaks of annotations, and obeys none of them", async () => {
    const evil = "x\n      access: public\r# DECIDE: nothing\u001b[2J\u2028\u0085";
    const objects = fixture("argo-cd").map((object) =>
      object.kind === "Ingress"
        ? {
            ...object,
            metadata: {
              ...object.metadata,
              annotations: {
                [`nginx.ingress.kubernetes.io/unknown${evil}`]: evil,
                "nginx.ingress.kubernetes.io/whitelist-source-range": `10.0.0.0/8,${evil}`,
                "nginx.ingress.kubernetes.io/upstream-vhost": `host${evil}`,
                "nginx.ingress.kubernetes.io/rewrite-target": `/${evil}`,
                "nginx.ingress.kubernetes.io/server-alias": `alias${evil}`,
                "nginx.ingress.kubernetes.io/proxy-ssl-secret": "a/b",
                "nginx.ingress.kubernetes.io/proxy-ssl-name": evil,
                "tool.example.org/text": evil,
              },
            },
          }
        : object,
    );
    const inventory = await inventoryOf(objects);
    const { text, raw } = writtenFrom(inventory);
    for (const line of text.split("\n")) assert.equal(line, visible(line));
    assert.doesNotMatch(text, /^ *access: public/m);
    assert.doesNotMatch(text, /^ *# DECIDE: nothing/m);
    assert.match(text, /unknownx\\u000a/);
    const apps = Object.values(raw.apps as Record<string, { access: unknown; annotations?: object }>);
    for (const { access } of apps) assert.equal(access, "admins");
    assert.ok(apps.some(({ annotations = {} }) => Object.values(annotations).includes(evil)));
    for (const line of additions({}, inventory).split("\n")) assert.equal(line, visible(line));
  });

  it("says who reaches an app today, and no secret of an address", async () => {
    const argo = (await written(fixture("argo-cd"))).text;
    assert.match(
      argo,
      /access: admins # today: people whom another service lets in \(oauth2-proxy at login\.example\.net\)/,
    );
    assert.ok(!argo.includes("hunter2"));
    const { text } = await written(fixture("k3s"));
    assert.match(text, /access: admins # today: people with the password \(basic auth\)/);
  });

  it("keeps an installation whose objects carry no label, until a person says why", async () => {
    const { raw, todos } = await written(controllerObjects({ namespace: "ingress", name: "bundled" }));
    assert.deepEqual(raw.ingressNginx, { keep: { "ingress/bundled": null } });
    assert.ok(
      todos.some(({ at, stops }) => at === 'ingressNginx.keep["ingress/bundled"]' && stops === "check"),
    );
  });

  it("leaves out a host that no app can have, and says so in the file", async () => {
    const ingress = (name: string, spec: object) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace: "web", name },
      spec: { ingressClassName: "nginx", ...spec },
    });
    const backend = { service: { name: "web", port: { number: 80 } } };
    const { text, raw } = await written([
      ...controllerObjects(),
      ingress("rest", { defaultBackend: backend }),
      ingress("odd", {
        rules: [{ host: "localhost", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      }),
    ]);
    assert.deepEqual(Object.keys(raw.apps as object), []);
    assert.match(text, /^# {3}\* \(web\/rest\): it takes every host/m);
    assert.match(text, /^# {3}localhost \(web\/odd\): an app's host is a name of at least two labels/m);
  });

  it("names the hosts of Ingresses that no known controller serves, and why, but none of another program", async () => {
    const ingress = (name: string, ingressClassName?: string, annotations = {}) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace: "web", name, annotations },
      spec: {
        ...(ingressClassName === undefined ? {} : { ingressClassName }),
        rules: [
          {
            host: `${name.split("-")[0]}.example.org`,
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: "web", port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    });
    const objects = [
      ingress("films", "nginx"),
      ingress("films-again"),
      ingress("books"),
      ingress("maps", "internal"),
      ingress("mail", "front", { "nginx.ingress.kubernetes.io/proxy-body-size": "8m" }),
      ingress("notes", "traefik"),
    ];
    const { text, raw } = await written([...controllerObjects(), ...objects]);
    assert.deepEqual(Object.keys(raw.apps as object).sort(), ["films", "verify"]);
    const said = text.split("\n").filter((line) => /^# {3}\w+\.example\.org \(/.test(line));
    assert.deepEqual(said, [
      "#   books.example.org (web/books): no ingress-nginx serves Ingresses without a class",
      "#   maps.example.org (web/maps): no ingress-nginx serves class internal: the class has no IngressClass, and its name is not known here",
      "#   mail.example.org (web/mail): no ingress-nginx serves class front: annotations such as nginx.ingress.kubernetes.io/proxy-body-size",
    ]);
    // Without any controller, what may be ingress-nginx's has an app.
    const alone = await written(objects);
    assert.deepEqual(Object.keys(alone.raw.apps as object).sort(), ["films", "mail", "maps", "verify"]);
    assert.match(alone.text, /^# {3}books\.example\.org \(web\/books\): no ingress-nginx serves/m);
  });

  it("has an app for a wildcard, no page of Pomerium's below it, and leaves out a second wildcard there", async () => {
    const rule = (host: string) => ({
      host,
      http: {
        paths: [
          { path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } },
        ],
      },
    });
    const { text, raw } = await written([
      ...controllerObjects(),
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { namespace: "web", name: "previews" },
        spec: { ingressClassName: "nginx", rules: [rule("*.example.org"), rule("*.lab.example.org")] },
      },
    ]);
    const hosts = Object.values(raw.apps as Record<string, { host?: string }>).map(({ host }) => host);
    // ingress-nginx serves verify.example.org by the wildcard, so that host would be taken over.
    assert.deepEqual(hosts, ["*.example.org"]);
    assert.match(text, /^# {3}\*\.lab\.example\.org \(web\/previews\): it is below \*\.example\.org/m);
  });

  it("of Ingresses alone, without a controller in the export, has an app for each", async () => {
    const only = objectsBefore("octavo").filter(({ kind }) => kind === "Ingress" || kind === "Service");
    const file = await written(only);
    const names = Object.keys(essence(finished(file)));
    assert.equal(names.length, 12);
    assert.equal(file.raw.ingressNginx, undefined);
  });
});

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
const host = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(label, fc.constantFrom("example.org", "lab.example.net", "example.co.uk"))
      .map((parts) => parts.join(".")),
  },
  fc.constantFrom(
    "example.org",
    "authenticate.example.org",
    "verify.example.org",
    "localhost",
    "*.example.org",
    "*.lab.example.net",
    "*.a.lab.example.net",
    "under_score.example.org",
  ),
);
const path = fc.record({
  path: fc.constantFrom("/", "/api", "/api/", "/v2/", "/tool(/|$)(.*)", "/a b", "/%61"),
  pathType: fc.constantFrom("Prefix", "Exact", "ImplementationSpecific"),
  backend: fc.record({
    service: fc.record({
      name: label,
      port: fc.oneof(
        fc.record({ number: fc.integer({ min: 1, max: 65535 }) }),
        fc.record({ name: fc.constantFrom("http", "web") }),
      ),
    }),
  }),
});
const annotations = fc.dictionary(
  fc
    .constantFrom(
      "backend-protocol",
      "proxy-body-size",
      "rewrite-target",
      "upstream-vhost",
      "x-forwarded-prefix",
      "proxy-read-timeout",
      "whitelist-source-range",
      "auth-url",
      "server-alias",
      "from-to-www-redirect",
      "canary",
      "service-upstream",
      "load-balance",
      "proxy-ssl-name",
      "proxy-ssl-secret",
    )
    .map((name) => `nginx.ingress.kubernetes.io/${name}`),
  fc.oneof(
    fc.constantFrom(
      "true",
      "HTTPS",
      "0",
      "/",
      "/$2",
      "/x",
      "$host",
      "10.0.0.0/8",
      "ewma",
      "99999",
      "a/b",
      "www.example.org",
    ),
    fc.string({ maxLength: 12 }),
  ),
  { maxKeys: 4 },
);
const ingresses = fc.array(
  fc.record({
    namespace: label,
    name: label,
    annotations,
    rules: fc.array(
      fc.record({ host, http: fc.record({ paths: fc.array(path, { minLength: 1, maxLength: 3 }) }) }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  { maxLength: 6 },
);

describe("the stack file that init writes for any Ingresses", () => {
  it("is accepted once what it lists is done, has every host once, and lets in nobody but the admins", async () => {
    await fc.assert(
      fc.asyncProperty(ingresses, async (all) => {
        const objects = all.map(({ namespace, name, annotations: notes, rules }) => ({
          apiVersion: "networking.k8s.io/v1",
          kind: "Ingress",
          metadata: { namespace, name, annotations: notes },
          spec: { ingressClassName: "nginx", rules },
        }));
        const inventory = await inventoryOf([...controllerObjects(), ...objects]);
        const file = writtenFrom(inventory);
        const served = new Set(
          inventory.cluster.ingresses
            .filter((each) => !isCanary(each.annotations))
            .flatMap((each) => each.rules.map((rule) => rule.host)),
        );
        const apps = (file.raw.apps ?? {}) as Record<
          string,
          { host?: string; aliases?: string[]; access: unknown }
        >;
        const hosts = Object.entries(apps).flatMap(([name, { host: own, aliases = [] }]) => [
          own ?? `${name}.${String(file.raw.domain)}`,
          ...aliases,
        ]);
        assert.equal(new Set(hosts).size, hosts.length);
        for (const each of served)
          assert.ok(hosts.includes(each) !== file.text.includes(`#   ${each} (`), `${each}\n${file.text}`);
        for (const { access } of Object.values(apps)) assert.equal(access, "admins");
        if (Object.keys(apps).length > 0) finished(file);
      }),
      { numRuns: 150 },
    );
  });
});
