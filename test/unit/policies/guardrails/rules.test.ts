import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { routePaths } from "../../../../policies/access/routes.ts";
import { renderRoute } from "../../../../policies/annotations/render.ts";
import { notYetKnown } from "../../../../policies/guardrails/resource.ts";
import { newestRelease } from "../../../../policies/language/releases.ts";
import { route } from "../annotations/arbitrary.ts";
import { broken, ingress, object, says } from "./resources.ts";

const open = { allow_public_unauthenticated_access: "true" };
const people = { policy: '[{"allow":{"or":[{"email":{"is":"alice@gmail.com"}}]}}]' };

describe("the guard rails", () => {
  it("say nothing about a route with people, an open API path with consent, and objects of other kinds", () => {
    assert.deepEqual(
      broken([
        ingress("komga", { annotations: { ...people, allow_websockets: "true", timeout: "0s" } }),
        object("core/v1:ConfigMap", { metadata: { name: "a", namespace: "b" }, data: { a: "b" } }),
        object("core/v1:Service", { metadata: { name: "a" }, spec: { type: "ClusterIP" } }),
      ]),
      [],
    );
  });

  it("say which resources they cannot read", () => {
    for (const type of [
      "helm.sh/v3:Release",
      "networking.k8s.io/v1:IngressPatch",
      "networking.k8s.io/v1beta1:IngressPatch",
      "ingress.pomerium.io/v1:PomeriumPatch",
      "apps/v1:DeploymentPatch",
      "gateway.networking.k8s.io/v1:HTTPRoute",
      "gateway.networking.k8s.io/v1:GRPCRoute",
    ]) {
      assert.match(says("not-seen", [object(type, {})]).join(), /no rule sees/);
      assert.deepEqual(broken([object(type, {})]), ["not-seen"]);
    }
    assert.deepEqual(broken([object("helm.sh/v4:Chart", {})]), []);
  });

  it("never fail on a resource, whatever is in it", () => {
    const type = fc.constantFrom(
      ...[
        "networking.k8s.io/v1:Ingress",
        "apps/v1:Deployment",
        "core/v1:Service",
        "ingress.pomerium.io/v1:Pomerium",
      ],
      ...[
        "gateway.pomerium.io/v1alpha1:PolicyFilter",
        "autoscaling/v2:HorizontalPodAutoscaler",
        "core/v1:Namespace",
      ],
    );
    const keys = fc.constantFrom(
      ...[
        "metadata",
        "spec",
        "annotations",
        "labels",
        "rules",
        "tls",
        "http",
        "paths",
        "path",
        "host",
        "ppl",
      ],
      ...[
        "ingressClassName",
        "ingress.pomerium.io/policy",
        "name",
        "containers",
        "template",
        "defaultBackend",
      ],
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom(null, notYetKnown, "pomerium", "[secret]", "true", 1, true, "[{"),
        fc.dictionary(keys, tie("tree"), { maxKeys: 6, noNullPrototype: true }),
        fc.array(tie("tree"), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(fc.tuple(type, fc.dictionary(keys, tree, { noNullPrototype: true }))), (all) => {
        assert.ok(Array.isArray(broken(all.map(([kind, props]) => object(kind, props)))));
      }),
    );
    const rule = fc.dictionary(keys, tree, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(rule), rule, fc.array(rule), (rules, metadata, paths) => {
        const spec = {
          ingressClassName: "pomerium",
          rules: rules.map((one) => ({ http: { paths }, ...one })),
        };
        assert.ok(Array.isArray(broken([object("networking.k8s.io/v1:Ingress", { metadata, spec })])));
      }),
    );
  });
});

describe("the guard rail about public routes", () => {
  it("asks for consent to a public host, and says how", () => {
    const [text = "", ...more] = says("public-route", [ingress("status", { annotations: open })]);
    assert.deepEqual(more, []);
    assert.match(
      text,
      /^Ingress status\/status: everybody reaches status\.example\.org without signing in$/m,
    );
    assert.match(text, /^Fix: .*"public-route": \{ "consent": \["status\.example\.org"\] \}$/m);
    assert.deepEqual(
      says("public-route", [ingress("status", { annotations: open })], { consent: ["status.example.org"] }),
      [],
    );
  });

  it("knows a policy that lets in everybody, a rule for every host, and the label of a challenge", () => {
    const accepting = { policy: '[{"allow":{"or":[{"accept":true}]}}]' };
    const solver = { "acme.cert-manager.io/http01-solver": "true" };
    for (const [one, place] of [
      [ingress("a", { annotations: accepting }), "a.example.org"],
      [ingress("a", { annotations: open, host: "" }), "*"],
      [ingress("a", { annotations: people, labels: solver }), "a.example.org"],
    ] as const)
      assert.ok(says("public-route", [one]).join().includes(`everybody reaches ${place} without`), place);
  });

  it("asks for consent where a rule refuses invalid certificates, unless the route names an authority", () => {
    const annotations = {
      policy: '[{"allow":{"or":[{"accept":true}]}},{"deny":{"or":[{"invalid_client_certificate":true}]}}]',
    };
    assert.match(
      says("public-route", [ingress("a", { annotations })]).join(),
      /everybody reaches a\.example\.org without/,
    );
    const asking = { ...annotations, tls_downstream_client_ca_secret: "clients" };
    assert.deepEqual(says("public-route", [ingress("a", { annotations: asking })]), []);
  });

  it("asks for consent where a missing certificate opens, because Pomerium's settings may name an authority", () => {
    const policy = '[{"allow":{"or":[{"invalid_client_certificate":true}]}}]';
    const own: Record<string, string> = { tls_downstream_client_ca_secret: "clients" };
    for (const more of [{}, own])
      assert.match(
        says("public-route", [ingress("a", { annotations: { policy, ...more } })]).join(),
        /everybody reaches a\.example\.org without/,
      );
  });

  it("asks for consent also where a condition closes a part of the route", () => {
    const denying = { policy: '[{"deny":{"or":[{"http_path":{"is":"/admin"}}]}}]' };
    const accepting = { policy: '[{"allow":{"not":[{"http_path":{"is":"/admin"}}]}}]' };
    for (const annotations of [{ ...open, ...denying }, accepting])
      for (const path of ["/", "/api/"]) {
        const one = ingress("a", { annotations, paths: [{ path }] });
        const place = `a.example.org${path.replace(/\/$/, "")}`;
        assert.match(
          says("public-route", [one]).join(),
          new RegExp(`everybody reaches ${place} without`),
          annotations.policy,
        );
        assert.deepEqual(says("public-route", [one], { consent: [place] }), [], annotations.policy);
      }
    const closed = { ...open, policy: '[{"deny":{"or":[{"http_path":{"starts_with":"/api"}}]}}]' };
    assert.deepEqual(
      says("public-route", [ingress("a", { annotations: closed, paths: [{ path: "/api/" }] })]),
      [],
    );
  });

  it("takes consent to a path for what is below it, and for nothing beside it", () => {
    const api = ingress("komga", {
      annotations: open,
      paths: [{ path: "/api", pathType: "Exact" }, { path: "/api/" }],
    });
    assert.match(says("public-route", [api]).join(), /everybody reaches komga\.example\.org\/api without/);
    for (const consent of ["komga.example.org", "komga.example.org/api", "komga.example.org/api/"])
      assert.deepEqual(says("public-route", [api], { consent: [consent] }), [], consent);
    for (const consent of ["komga.example.org/ap", "komga.example.org/api/v1", "other.example.org"])
      assert.equal(says("public-route", [api], { consent: [consent] }).length, 1, consent);
    assert.deepEqual(says("public-route", [api], { openPaths: "free" }), []);
  });

  it("leaves the Ingresses of other classes alone, and reads the annotation for a class", () => {
    const byAnnotation = { "kubernetes.io/ingress.class": "edge" };
    const own = ingress("a", { class: undefined, others: byAnnotation, annotations: open });
    assert.deepEqual(says("public-route", [own, ingress("b", { class: "nginx", annotations: open })]), []);
    assert.equal(says("public-route", [own], { classes: ["edge"] }).length, 1);
  });

  it("takes an Ingress for Pomerium's while what contains its class is not shown", () => {
    const { type, urn } = ingress("a");
    const metadata = { name: "a", annotations: { "ingress.pomerium.io/timeout": "0s" } };
    for (const hidden of [notYetKnown, "[secret]"])
      for (const props of [
        { metadata, spec: hidden },
        { metadata: hidden, spec: {} },
        { metadata: { name: "a", annotations: hidden }, spec: {} },
      ])
        assert.match(says("public-route", [{ type, urn, props }]).join(), /not known before the run/);
    const others = { metadata: notYetKnown, spec: { ingressClassName: "nginx" } };
    assert.deepEqual(says("public-route", [{ type, urn, props: others }]), []);
  });

  it("takes an Ingress without a class for Pomerium's if its annotations are, and names one of another class", () => {
    assert.deepEqual(broken([ingress("a", { class: undefined, annotations: open })]), ["public-route"]);
    assert.deepEqual(broken([ingress("a", { class: null, annotations: open })]), ["public-route"]);
    assert.deepEqual(broken([ingress("a", { class: undefined })]), []);
    const other = ingress("a", { class: "sso", annotations: open });
    assert.match(
      says("not-seen", [other]).join(),
      /IngressClass sso is not .*"classes": \["pomerium","sso"\]/s,
    );
    assert.deepEqual(says("not-seen", [other], { classes: ["sso"] }), []);
    assert.deepEqual(says("not-seen", [ingress("a", { class: "nginx" })]), []);
  });

  it("asks for consent to a PolicyFilter that lets in everybody", () => {
    const filter = (ppl: unknown) =>
      object("gateway.pomerium.io/v1alpha1:PolicyFilter", {
        metadata: { name: "open", namespace: "web" },
        spec: { ppl },
      });
    for (const ppl of [
      "allow: {and: [{accept: true}]}",
      "- allow:\n    or:\n      - accept: true\n",
      "allow: {or: [{invalid_client_certificate: true}]}",
    ]) {
      const text = says("public-route", [filter(ppl)]).join();
      assert.match(text, /everybody reaches.*"consent": \["PolicyFilter web\/open"\]/s);
      assert.deepEqual(says("public-route", [filter(ppl)], { consent: ["PolicyFilter web/open"] }), []);
    }
    assert.match(says("public-route", [filter(notYetKnown)]).join(), /spec\.ppl is not known before the run/);
    assert.deepEqual(says("public-route", [filter(people.policy)]), []);
  });

  it("takes an empty path for the whole host", () => {
    const paths = [{ path: "", pathType: "ImplementationSpecific" }];
    const one = ingress("a", { annotations: open, paths });
    assert.match(
      says("public-route", [one], { openPaths: "free" }).join(),
      /everybody reaches a\.example\.org /,
    );
    const two = ingress("b", { namespace: "a", host: "a.example.org" });
    assert.match(says("one-ingress", [one, two]).join(), /a\.example\.org\/ is also a route of/);
  });

  it("does not name open paths while the label of a challenge is not known", () => {
    const { props, ...one } = ingress("a", { annotations: people });
    for (const labels of [notYetKnown, { "acme.cert-manager.io/http01-solver": "[secret]" }]) {
      const metadata = { ...(props.metadata as object), labels };
      assert.match(
        says("public-route", [{ ...one, props: { ...props, metadata } }]).join(),
        /not known before/,
      );
    }
    const metadata = { ...(props.metadata as object), labels: { app: notYetKnown } };
    assert.deepEqual(says("public-route", [{ ...one, props: { ...props, metadata } }]), []);
  });

  it("names the parts that are not known before the run", () => {
    for (const parts of [
      { annotations: { policy: notYetKnown } },
      { annotations: people, host: notYetKnown },
      { others: { "ingress.pomerium.io/allowed_users": "[secret]" } },
    ])
      assert.match(
        says("public-route", [ingress("a", parts)]).join(),
        /cannot be told: .* not known before the run/,
      );
    const expression = { ...open, path_regex: "true" };
    assert.match(
      says("public-route", [
        ingress("a", {
          annotations: expression,
          paths: [{ path: "^/x", pathType: "ImplementationSpecific" }],
        }),
      ]).join(),
      /cannot be told: path_regex/,
    );
  });

  it("is silent exactly when every open place has consent", () => {
    const host = fc.constantFrom("a.example.org", "b.example.org", "c.example.org");
    fc.assert(
      fc.property(fc.array(fc.tuple(host, fc.boolean())), fc.uniqueArray(host), (all, consent) => {
        const resources = all.map(([host, isOpen], i) =>
          ingress(`i${i}`, { host, annotations: isOpen ? open : people }),
        );
        const asked = all.filter(([host, isOpen]) => isOpen && !consent.includes(host));
        assert.equal(says("public-route", resources, { consent }).length, asked.length);
      }),
    );
  });
});

describe("the guard rail about a policy on a public Ingress", () => {
  it("says that public wins", () => {
    const besides: Record<string, string>[] = [
      people,
      { allowed_domains: '["example.org"]' },
      { allow_any_authenticated_user: "true" },
    ];
    for (const beside of besides) {
      const [text = ""] = says("policy-and-public", [ingress("a", { annotations: { ...open, ...beside } })]);
      assert.match(text, /lets everybody in, whomever \w+ names$/m);
      assert.match(
        text,
        /^Fix: remove ingress\.pomerium\.io\/allow_public_unauthenticated_access to protect/m,
      );
    }
  });

  it("says nothing about either alone, or about rules that only deny", () => {
    const denying = { policy: '[{"deny":{"not":[{"source_ip":"10.0.0.0/8"}]}}]' };
    for (const annotations of [
      open,
      people,
      { ...people, allow_public_unauthenticated_access: "false" },
      { ...open, ...denying },
      { ...open, allowed_users: "[]", allow_any_authenticated_user: "false" },
    ])
      assert.deepEqual(says("policy-and-public", [ingress("a", { annotations })]), []);
  });
});

describe("the guard rail about paths in policies", () => {
  const withPath = (data: object, action = "allow") =>
    `[{"${action}":{"or":[{"http_path":${JSON.stringify(data)}}]}}]`;

  it("refuses http_path and http_method where they let callers in", () => {
    const filter = object("gateway.pomerium.io/v1alpha1:PolicyFilter", {
      metadata: { name: "f", namespace: "a" },
      spec: { ppl: withPath({ is: "/api" }) },
    });
    const method = { policy: '[{"allow":{"or":[{"http_method":{"is":"GET"}}]}}]' };
    for (const one of [
      ingress("a", { annotations: { policy: withPath({ starts_with: "/api/" }) } }),
      ingress("a", { annotations: method }),
      filter,
    ]) {
      const [text = ""] = says("path-criterion", [one]);
      assert.match(text, /any path followed by "\?.*" is let in/);
      assert.match(text, /^Fix: give the path its own Ingress/m);
    }
  });

  it("refuses them in a negation of a rule that lets callers in as well, and names the first one", () => {
    for (const [policy, place] of [
      ["- allow: {and: [{authenticated_user: true}], nor: [{http_path: {is: /admin}}]}", "nor[0].http_path"],
      ["- allow: {or: [{email: a@b.c}], not: [{http_path: {starts_with: /a}}]}", "not[0].http_path"],
      ["- allow: {not: [{email: a@b.c}, {http_method: POST}, {http_path: /a}]}", "not[1].http_method"],
    ] as const) {
      const [text = "", ...more] = says("path-criterion", [ingress("a", { annotations: { policy } })]);
      assert.ok(text.includes(`policy [0].allow.${place}: a rule that lets callers in depends on`), text);
      assert.match(text, /^Fix: give the path its own Ingress/m);
      assert.deepEqual(more, []);
    }
  });

  it("says nothing where they keep callers out", () => {
    const denying = "- deny: {and: [{http_path: {starts_with: /api/}}], or: [{http_method: POST}]}";
    assert.deepEqual(says("path-criterion", [ingress("a", { annotations: { policy: denying } })]), []);
    assert.deepEqual(
      says("path-criterion", [ingress("a", { annotations: { policy: withPath({ is: "/admin" }, "deny") } })]),
      [],
    );
  });

  it("leaves other mistakes of a policy to the rule about its text", () => {
    const typo = ingress("a", { annotations: { policy: '[{"allow":{"or":[{"emial":{"is":"a@b.c"}}]}}]' } });
    assert.deepEqual(says("path-criterion", [typo]), []);
    assert.match(says("policy", [typo]).join(), /Pomerium refuses the policy .*did you mean "email"/);
    const never = { policy: '[{"allow":{"or":[{"groups":{"has":"readers"}}]}}]' };
    assert.match(says("policy", [ingress("a", { annotations: never })]).join(), /groups never match/);
  });
});

describe("the guard rail about open paths", () => {
  it("refuses a prefix that ends within a segment, and writes the two paths", () => {
    const [text = ""] = says("open-path", [ingress("a", { annotations: open, paths: [{ path: "/api" }] })]);
    assert.match(text, /everybody also reaches a\.example\.org\/apixyz/);
    assert.match(
      text,
      /\{ path: "\/api", pathType: "Exact" \} and \{ path: "\/api\/", pathType: "Prefix" \}/,
    );
    const inPolicy = { policy: '[{"allow":{"or":[{"http_path":{"starts_with":"/api"}}]}}]' };
    assert.match(says("open-path", [ingress("a", { annotations: inPolicy })]).join(), /also opens \/apixyz/);
  });

  it("leaves a protected prefix and a whole host alone", () => {
    assert.deepEqual(
      says("open-path", [
        ingress("a", { annotations: people, paths: [{ path: "/api" }] }),
        ingress("b", { annotations: open }),
      ]),
      [],
    );
  });

  it("accepts the paths that a stack file makes, and no bare prefix", () => {
    const path = fc.array(fc.stringMatching(/^[a-z0-9-]{1,8}$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(path, fc.boolean(), (segments, exact) => {
        const api = `/${segments.join("/")}`;
        const paths = routePaths({ path: api, exact }).map(({ path, exact: isExact }) => ({
          path,
          pathType: isExact ? "Exact" : "Prefix",
        }));
        assert.deepEqual(says("open-path", [ingress("a", { annotations: open, paths })]), []);
        assert.equal(
          says("open-path", [ingress("a", { annotations: open, paths: [{ path: api }] })]).length,
          1,
        );
      }),
    );
  });
});

describe("the guard rail about annotations", () => {
  const fixOf = (others: Record<string, unknown>): string =>
    says("annotations", [ingress("a", { others })]).join("\n");

  it("knows the intended annotation, also one about access, and another prefix", () => {
    for (const [key, meant] of [
      ["ingress.pomerium.io/allow_websocket", "allow_websockets"],
      ["ingress.pomerium.io/polcy", "policy"],
      ["ingress.pomerium.io/allow_public_unauthenticated_acces", "allow_public_unauthenticated_access"],
      ["pomerium.io/policy", "policy"],
      ["ingress.pomerium.com/timeout", "timeout"],
    ] as const)
      assert.ok(fixOf({ [key]: "true" }).includes(`write ingress.pomerium.io/${meant}`), key);
    assert.match(fixOf({ "ingress.pomerium.io/zzzzzzzz": "1" }), /Fix: remove it$/m);
  });

  it("refuses a value that Pomerium would not read, and one of another release", () => {
    assert.match(fixOf({ "ingress.pomerium.io/timeout": "2d" }), /ingress\.pomerium\.io\/timeout: /);
    assert.match(
      fixOf({ "ingress.pomerium.io/allow_public_unauthenticated_access": "yes" }),
      /"yes", neither true nor false/,
    );
    assert.match(fixOf({ "ingress.pomerium.io/allowed_groups": "[a]" }), /no longer supported/);
    assert.match(fixOf({ "ingress.pomerium.io/lb_policy": "RANDOM" }), /write load_balancing_policy/);
    assert.deepEqual(
      says("annotations", [ingress("a", { annotations: { lb_policy: "RANDOM" } })], { pomerium: "v0.31.3" }),
      [],
    );
  });

  it("names a value that is no text, and annotations that are no map", () => {
    for (const value of [true, 5, { allow: [] }, null])
      assert.match(fixOf({ "ingress.pomerium.io/policy": value }), /policy is .*, which is not a text/);
    assert.equal(fixOf({ "example.org/flag": true }), "");
    const { type, urn, props } = ingress("a");
    const metadata = { name: "a", annotations: ["ingress.pomerium.io/policy"] };
    assert.match(
      says("annotations", [{ type, urn, props: { ...props, metadata } }]).join(),
      /metadata\.annotations is not a map/,
    );
  });

  it("says nothing about other controllers' annotations and about values that are not known yet", () => {
    assert.equal(
      fixOf({
        "nginx.ingress.kubernetes.io/rewrite-target": "/",
        "cert-manager.io/cluster-issuer": notYetKnown,
        "ingress.pomerium.io/timeout": notYetKnown,
        "gatus.pomerium.example.org/enabled": "true",
      }),
      "",
    );
  });

  it("accepts every route that this program renders", () => {
    fc.assert(
      fc.property(route, (given) => {
        let rendered: Record<string, string>;
        try {
          rendered = renderRoute(given, newestRelease);
        } catch {
          return;
        }
        assert.deepEqual(fixOf(rendered), "");
      }),
    );
  });
});

describe("the guard rail about several Ingresses of one host", () => {
  const api = [{ path: "/api/" }];

  it("names both Ingresses of one place", () => {
    const [text = "", ...more] = says("one-ingress", [
      ingress("a", { namespace: "n", host: "x.example.org" }),
      ingress("b", { namespace: "n", host: "x.example.org" }),
    ]);
    assert.deepEqual(more, []);
    assert.match(text, /^Ingress n\/b: x\.example\.org\/ is also a route of Ingress n\/a;/);
  });

  it("names an Ingress with a path twice, which Pomerium refuses as a whole, whatever the types", () => {
    const of = (...paths: { path: string; pathType: string }[]) =>
      says("one-ingress", [ingress("a", { namespace: "n", host: "x.example.org", paths })]);
    const exact = { path: "/api", pathType: "Exact" };
    const prefix = { path: "/api", pathType: "Prefix" };
    for (const paths of [
      [exact, prefix],
      [prefix, prefix],
      [prefix, exact, prefix],
    ]) {
      const [text = "", ...more] = of(...paths);
      assert.deepEqual(more, []);
      assert.match(text, /^Ingress n\/a: x\.example\.org\/api is in it twice, so Pomerium refuses the whole/);
    }
    assert.deepEqual(of(exact, { path: "/api/", pathType: "Prefix" }), []);
  });

  it("names the same Ingress in whatever order Pulumi registers them", () => {
    const all = ["a", "b", "c"].map((name) => ingress(name, { namespace: "n", host: "x.example.org" }));
    const expected = says("one-ingress", all);
    assert.equal(expected.length, 2);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 3 }), (shuffled) => {
        assert.deepEqual(says("one-ingress", shuffled), expected);
      }),
    );
  });

  it("allows several paths of a host in one namespace, and not in two", () => {
    const site = ingress("site", { namespace: "n", host: "x.example.org" });
    assert.deepEqual(
      says("one-ingress", [site, ingress("api", { namespace: "n", host: "x.example.org", paths: api })]),
      [],
    );
    assert.match(
      says("one-ingress", [
        site,
        ingress("api", { namespace: "m", host: "x.example.org", paths: api }),
      ]).join(),
      /in another namespace, so each takes paths of the other's app/,
    );
  });

  it("is silent exactly when no two share a place", () => {
    const hosts = fc.array(
      fc.constantFrom("a.example.org", "b.example.org", "c.example.org", "d.example.org"),
    );
    fc.assert(
      fc.property(hosts, (all) => {
        const found = says(
          "one-ingress",
          all.map((host, i) => ingress(`i${i}`, { namespace: "n", host })),
        );
        assert.equal(found.length, all.length - new Set(all).size);
      }),
    );
  });
});

describe("the guard rail about the store", () => {
  const pods = (replicas: unknown, kind = "Deployment", env: object[] = []) =>
    object(`apps/v1:${kind}`, {
      metadata: { name: "pomerium", namespace: "pomerium" },
      spec: {
        replicas,
        template: { spec: { containers: [{ image: "docker.io/pomerium/ingress-controller:v0.33.1", env }] } },
      },
    });
  const settings = (storage?: object) =>
    object("ingress.pomerium.io/v1:Pomerium", { metadata: { name: "global" }, spec: { storage } });
  const pebble = settings({ file: { path: "/data" } });
  const postgres = settings({ postgres: { secret: "pomerium/db" } });

  it("refuses a second pod on a Pebble store, in memory, and without settings", () => {
    assert.match(
      says("store", [pods(2), pebble]).join(),
      /spec\.replicas is 2, but sessions are in a Pebble store/,
    );
    assert.match(says("store", [pods(3, "StatefulSet"), settings()]).join(), /sessions are in memory/);
    assert.match(says("store", [pods(2)]).join(), /no settings object/);
    assert.match(says("store", [pods(notYetKnown), pebble]).join(), /not known before the run/);
  });

  it("takes pods called pomerium for Pomerium's while their image is not shown, and no empty PostgreSQL for one", () => {
    const of = (spec: unknown, labels = {}, name = "pomerium") =>
      object("apps/v1:Deployment", { metadata: { name, namespace: "pomerium", labels }, spec });
    for (const template of [{ spec: notYetKnown }, { spec: { containers: [{ image: "[secret]" }] } }]) {
      assert.match(says("store", [of({ replicas: 2, template })]).join(), /spec\.replicas is 2/);
      const labelled = of({ replicas: 2, template }, { "app.kubernetes.io/name": "pomerium" }, "sso");
      assert.equal(says("store", [labelled]).length, 1);
      assert.deepEqual(says("store", [of({ replicas: 2, template }, {}, "web")]), []);
    }
    assert.match(says("store", [of(notYetKnown), pebble]).join(), /not known before the run/);
    assert.match(
      says("store", [
        pods(2),
        object(pebble.type.slice(11), { spec: { storage: { postgres: null } } }),
      ]).join(),
      /in memory/,
    );
    const hidden = object(pebble.type.slice(11), { spec: { storage: { postgres: notYetKnown } } });
    assert.match(says("store", [pods(2), hidden]).join(), /where sessions are kept is not known/);
    assert.deepEqual(says("store", [pods(1), hidden]), []);
  });

  it("counts the pods that an autoscaler may start", () => {
    const scaler = object("autoscaling/v2:HorizontalPodAutoscaler", {
      metadata: { name: "s", namespace: "pomerium" },
      spec: { maxReplicas: 4, scaleTargetRef: { kind: "Deployment", name: "pomerium" } },
    });
    assert.match(
      says("store", [pods(1), pebble, scaler]).join(),
      /HorizontalPodAutoscaler .* spec\.maxReplicas is 4/,
    );
    assert.deepEqual(says("store", [pods(1), postgres, scaler]), []);
  });

  it("allows one pod, PostgreSQL, Pomerium's own cluster, and other programs", () => {
    const raft = [{ name: "DATABROKER_CLUSTER_NODES", value: "[]" }];
    assert.deepEqual(says("store", [pods(1), pods(undefined), pebble]), []);
    assert.deepEqual(says("store", [pods(3), postgres]), []);
    assert.deepEqual(says("store", [pods(3, "StatefulSet", raft), settings()]), []);
    const other = object("apps/v1:Deployment", {
      metadata: { name: "pomerium" },
      spec: { replicas: 5, template: { spec: { containers: [{ image: "example.org/pomerium-docs:1" }] } } },
    });
    assert.deepEqual(says("store", [other, pebble]), []);
  });
});

describe("the guard rails about objects that must stay", () => {
  const controller = object("apps/v1:Deployment", {
    metadata: { name: "c", namespace: "edge" },
    spec: {
      template: { spec: { containers: [{ image: "registry.k8s.io/ingress-nginx/controller:v1.15.1" }] } },
    },
  });

  it("ask for protection of what belongs to ingress-nginx", () => {
    for (const one of [
      controller,
      object("core/v1:Namespace", { metadata: { name: "ingress-nginx" } }),
      object("networking.k8s.io/v1:IngressClass", {
        metadata: { name: "n" },
        spec: { controller: "k8s.io/ingress-nginx" },
      }),
      object("core/v1:ConfigMap", {
        metadata: { name: "c", labels: { "helm.sh/chart": "ingress-nginx-4.15.1" } },
      }),
      object("helm.sh/v3:Release", { chart: "oci://registry.example.org/charts/ingress-nginx" }),
    ]) {
      assert.match(says("ingress-nginx", [one]).join(), /Fix: set the resource option protect: true/);
      assert.deepEqual(says("ingress-nginx", [{ ...one, isProtected: true }]), []);
      assert.deepEqual(says("ingress-nginx", [one], { retired: true }), []);
    }
    assert.deepEqual(says("ingress-nginx", [ingress("a", { class: "nginx" })]), []);
  });

  it("know that this project's own components keep their objects by hooks", () => {
    const urn = controller.urn.replace(
      "kubernetes:",
      "pomerium-migration:ingress-nginx:IngressNginx$kubernetes:",
    );
    assert.deepEqual(says("ingress-nginx", [{ ...controller, urn }]), []);
  });

  it("ask for protection of a Service with an address outside the cluster", () => {
    const service = (type?: string) => object("core/v1:Service", { metadata: { name: "s" }, spec: { type } });
    assert.match(says("service", [service("LoadBalancer")]).join(), /a replacement would change/);
    assert.equal(says("service", [service("NodePort")]).length, 1);
    assert.deepEqual(says("service", [service(), service("ClusterIP")]), []);
    assert.deepEqual(says("service", [{ ...service("LoadBalancer"), isProtected: true }]), []);
  });
});
