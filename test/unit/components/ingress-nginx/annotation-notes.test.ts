import { strict as assert } from "node:assert";
import type { LiveIngress } from "../../../../components/cluster/live.ts";
import { annotationNotes as notesOf } from "../../../../components/ingress-nginx/annotation-notes.ts";
import { goodStack, parse, put } from "../../stack/base.ts";
import { ingress as anIngress } from "../../stack/state.ts";

const nginx = (name: string): string => `nginx.ingress.kubernetes.io/${name}`;

const ingress = (annotations: Record<string, string>, more: Partial<LiveIngress> = {}): LiveIngress =>
  anIngress("komga", "komga-ingress", [], { annotations, ...more });

type Controller = Parameters<typeof notesOf>[1][number];

const annotationNotes = (
  own: Parameters<typeof notesOf>[0],
  controllers: (Pick<Controller, "ingresses"> & Partial<Controller>)[],
) =>
  notesOf(
    own,
    controllers.map((each) => ({ headers: {}, ...each })),
  );

/** The good stack, with one app of it changed. */
const stack = (route: object = {}) =>
  parse(put(put(goodStack(), "apps.komga.replaces", "komga-ingress"), "apps.komga.route", route));

describe("annotations of the apps' nginx Ingresses", () => {
  it("are counted, and those to decide are named with their app", () => {
    const own = stack({ secure_upstream: true, tls_skip_verify: true });
    const [sum, ...lines] = annotationNotes(own, [
      {
        ingresses: [
          ingress({
            [nginx("backend-protocol")]: "HTTPS",
            [nginx("proxy-body-size")]: "50m",
            [nginx("whitelist-source-range")]: "10.0.0.0/8",
          }),
        ],
      },
    ]);
    assert.match(
      sum ?? "",
      /^3 annotations of the apps' nginx Ingresses: 1 with an equivalent, 0 unnecessary/,
    );
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^komga: proxy-body-size decide: /);
  });

  it("do not count where older Ingresses shadow all paths of theirs", () => {
    const rules = [{ host: "komga.example.org", paths: [{ path: "/", exact: false, pathType: "Prefix" }] }];
    const younger = ingress(
      { [nginx("proxy-body-size")]: "50m" },
      { rules, created: "2024-02-01T00:00:00Z" },
    );
    const older = ingress({}, { name: "older", rules, created: "2024-01-01T00:00:00Z" });
    assert.deepEqual(annotationNotes(stack(), [{ ingresses: [younger, older] }]), []);
    assert.equal(annotationNotes(stack(), [{ ingresses: [younger] }, { ingresses: [older] }]).length, 2);
  });

  it("have one line for all apps that have the same", () => {
    const raw = put(goodStack(), "apps.komga.replaces", "komga-ingress");
    put(raw, "apps.wiki.replaces", "wiki-ingress");
    const own = parse(raw);
    const { namespace } = own.apps.find(({ name }) => name === "wiki")!;
    const body = { [nginx("proxy-body-size")]: "50m" };
    const [, ...lines] = annotationNotes(own, [
      {
        ingresses: [ingress(body), ingress(body, { namespace, name: "wiki-ingress" })],
      },
    ]);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^\w+, \w+: proxy-body-size decide: /);
  });

  it("with an equivalent that the app's route does not set are named with what to write", () => {
    const https = ingress({ [nginx("backend-protocol")]: "HTTPS", [nginx("service-upstream")]: "true" });
    const [, ...lines] = annotationNotes(stack({ service_proxy_upstream: true }), [{ ingresses: [https] }]);
    assert.deepEqual(lines, [
      "komga: backend-protocol: add to route: secure_upstream: true, tls_skip_verify: true",
    ]);
  });

  it("are compared as well for an Ingress with a wildcard, with an alias, or for any host", () => {
    const https = { [nginx("backend-protocol")]: "HTTPS" };
    const rule = (host: string) => [{ host, paths: [] }];
    const backend = { service: "komga-svc" };
    for (const other of [
      ingress(https, { name: "wild", rules: rule("*.example.org") }),
      ingress(
        { ...https, [nginx("server-alias")]: "~^komga\\." },
        { name: "alias", rules: rule("a.example.net") },
      ),
      ingress(https, { name: "any", rules: [], anyHost: true, defaultBackend: backend }),
    ]) {
      const own = parse(put(goodStack(), "apps.komga.replaces", undefined));
      const lines = annotationNotes(own, [{ ingresses: [other] }]);
      assert.match(
        lines.join("\n"),
        /^komga(, influxdb)?: backend-protocol: add to route: secure_upstream: true, tls_skip_verify: true$/m,
        other.name,
      );
    }
  });

  it("name a host of server-alias that no app has, and the headers of a ConfigMap that the route lacks", () => {
    const annotations = {
      [nginx("server-alias")]: "books.example.org,old.example.org,wiki.example.net",
      [nginx("custom-headers")]: "komga/headers",
    };
    const [, ...lines] = annotationNotes(stack({ set_response_headers: { "X-A": "b" } }), [
      { ingresses: [ingress(annotations)], headers: { "komga/headers": { "X-A": "c" } } },
    ]);
    assert.deepEqual(lines, [
      "komga, wiki: server-alias: add to apps: books.example.org under aliases of an app, or as an app of its own; or abandon it",
      "komga, wiki: custom-headers: add to route: set_response_headers: { X-A: c }",
    ]);
  });

  it("of other controllers are named together, because they go with the Ingress", () => {
    const annotations = {
      "external-dns.alpha.kubernetes.io/hostname": "komga.example.org",
      "gethomepage.dev/name": "Komga",
    };
    const [, ...lines] = annotationNotes(stack(), [{ ingresses: [ingress(annotations)] }]);
    assert.deepEqual(lines, [
      "komga: external-dns.alpha.kubernetes.io/hostname, gethomepage.dev/name: add to annotations: the same, if something still reads it; it is deleted with the Ingress",
    ]);
    const own = parse(
      put(put(goodStack(), "apps.komga.replaces", "komga-ingress"), "apps.komga.annotations", {
        "gethomepage.dev/name": "Books",
      }),
    );
    assert.deepEqual(annotationNotes(own, [{ ingresses: [ingress(annotations)] }]).slice(1), [
      "komga: external-dns.alpha.kubernetes.io/hostname: add to annotations: the same, if something still reads it; it is deleted with the Ingress",
    ]);
  });

  it("have no note if the Ingresses have no annotations", () => {
    assert.deepEqual(annotationNotes(stack(), [{ ingresses: [ingress({})] }]), []);
  });
});
