import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { ObjectChange } from "../../../../policies/guardrails/changes.ts";
import { ConfigError, optionSchema, readConfig } from "../../../../policies/guardrails/config.ts";
import { judge, previewRules } from "../../../../policies/guardrails/judge.ts";
import { labelOf, type Resource } from "../../../../policies/guardrails/resource.ts";
import { rules } from "../../../../policies/guardrails/rules.ts";
import { ingress, object } from "./resources.ts";

const open = { allow_public_unauthenticated_access: "true" };
const publicSite = ingress("status", { annotations: open });
const controller = object("apps/v1:Deployment", {
  metadata: { name: "c", namespace: "edge", labels: { "app.kubernetes.io/name": "ingress-nginx" } },
});
const service = object("core/v1:Service", { metadata: { name: "web", namespace: "a" }, spec: {} });

/** What a run does with a resource. */
function change(op: string, resource: Resource, more: Partial<ObjectChange> = {}): ObjectChange {
  const { type, urn, props } = resource;
  return {
    ...{ op, type, urn, label: labelOf(resource) },
    ...(op === "create" ? {} : { asked: props }),
    ...(op === "delete" ? {} : { asks: props }),
    ...more,
  };
}

describe("the guard rails for a preview", () => {
  const found = (changes: ObjectChange[], config?: Record<string, unknown>): string[] =>
    judge(changes, config).map(({ rule, level, resource }) => `${level} ${rule} ${resource}`);

  it("say what a run deletes of ingress-nginx, until it is retired", () => {
    const gone = [change("delete", controller)];
    assert.deepEqual(found(gone), ["mandatory ingress-nginx Deployment edge/c"]);
    assert.deepEqual(found([change("replace", controller)]), ["mandatory ingress-nginx Deployment edge/c"]);
    assert.deepEqual(found(gone, { "ingress-nginx": { retired: true } }), []);
    assert.deepEqual(found([change("same", controller), change("update", controller)]), []);
    assert.deepEqual(found([change("delete", ingress("a"))]), []);
  });

  it("know ingress-nginx by its chart, its namespace and its component, and advise where it may be inside", () => {
    const release = (props: Record<string, unknown>) => object("helm.sh/v3:Release", props);
    const inNamespace = {
      metadata: { name: "c", namespace: "ingress-nginx" },
      spec: { template: "[secret]" },
    };
    const component = {
      type: "kubernetes-ingress-nginx:index:IngressController",
      urn: "a::b::c::d",
      props: {},
    };
    const levels = (resource: Resource) => judge([change("delete", resource)]).map(({ level }) => level);
    for (const one of [
      ...["ingress-nginx", "rke2-ingress-nginx", "./ingress-nginx-4.11.3.tgz", "ingress-nginx/ingress-nginx"],
      ...[
        "oci://registry.example.org/ingress-nginx:4.1.0",
        "https://example.org/a/ingress-nginx-4.11.3-rc.1.tgz",
      ],
    ].map((chart) => release({ chart })))
      assert.deepEqual(levels(one), ["mandatory"], String(one.props.chart));
    for (const one of [
      release({ chart: "./charts/nginx", name: "ingress-nginx" }),
      release({ chart: "./charts/nginx", namespace: "ingress-nginx" }),
      object("apps/v1:Deployment", inNamespace),
      object("core/v1:Namespace", { metadata: { name: "ingress-nginx-controller" } }),
      component,
    ])
      assert.deepEqual(levels(one), ["mandatory"], one.type);
    for (const one of [
      release({ chart: "nginx-ingress" }),
      release({ chart: "./ingress-nginx-docs" }),
      object("core/v1:Namespace", { metadata: { name: "ingress" } }),
    ])
      assert.deepEqual(levels(one), ["advisory"], one.type);
    assert.deepEqual(levels(object("core/v1:ConfigMap", { metadata: { name: "c", namespace: "web" } })), []);
  });

  it("only advise about one host of two providers, which can be two clusters", () => {
    const site = (name: string, provider: string) =>
      change("create", ingress(name, { namespace: "n", host: "x.example.org" }), { provider });
    const two = [site("a", "west"), site("b", "east")];
    assert.deepEqual(found(two), ["advisory one-ingress Ingress n/b"]);
    assert.deepEqual(found([...two, site("c", "east")]), [
      "advisory one-ingress Ingress n/b",
      "mandatory one-ingress Ingress n/c",
    ]);
    assert.deepEqual(found([site("a", "west"), site("b", "west")]), ["mandatory one-ingress Ingress n/b"]);
  });

  it("serve the IngressClasses that the program makes for Pomerium", () => {
    const own = (controller: string) =>
      object("networking.k8s.io/v1:IngressClass", { metadata: { name: "sso" }, spec: { controller } });
    const site = change("create", ingress("status", { class: "sso", annotations: open }));
    assert.deepEqual(found([change("same", own("pomerium.io/ingress-controller")), site]), [
      "mandatory public-route Ingress status/status",
    ]);
    assert.deepEqual(found([change("same", own("example.org/other")), site]), [
      "advisory not-seen Ingress status/status",
    ]);
  });

  it("say which Service a run replaces, why, and also by another logical name", () => {
    const replaced = judge([change("replace", service, { changes: ["spec.clusterIP"] })]);
    assert.match(replaced[0]!.reason, /the run replaces it because of spec\.clusterIP/);
    const renamed = { ...change("create", service), urn: `${service.urn}-new` };
    const [again] = judge([change("delete", service), renamed]);
    assert.match(again!.reason, /deletes it and creates it again as web-new/);
    assert.equal(again!.fix, `keep the logical name, or add the resource option aliases: ["${service.urn}"]`);
    assert.deepEqual(found([change("delete", service)]), []);
    assert.deepEqual(
      found([change("update", service), change("replace", publicSite)], { all: "disabled" }),
      [],
    );
  });

  it("judge the resources that stay or come, and none that goes", () => {
    assert.deepEqual(found([change("same", publicSite)]), ["mandatory public-route Ingress status/status"]);
    assert.deepEqual(found([change("delete", publicSite)]), []);
  });

  it("have a level for each rule, and one for all", () => {
    const all = [change("create", publicSite), change("delete", controller)];
    assert.deepEqual(found(all, { "public-route": "advisory" }), [
      "advisory public-route Ingress status/status",
      "mandatory ingress-nginx Deployment edge/c",
    ]);
    assert.deepEqual(found(all, { all: "advisory", "public-route": { enforcementLevel: "disabled" } }), [
      "advisory ingress-nginx Deployment edge/c",
    ]);
    const consent = { consent: ["status.example.org"] };
    assert.deepEqual(found(all, { "public-route": consent, "ingress-nginx": "disabled" }), []);
  });

  it("find the same in any order, but for the order", () => {
    const some = [change("create", publicSite), change("delete", controller), change("replace", service)];
    fc.assert(
      fc.property(fc.shuffledSubarray(some, { minLength: 3 }), (shuffled) => {
        assert.deepEqual(found(shuffled).sort(), found(some).sort());
      }),
    );
  });
});

describe("the config of the guard rails", () => {
  const problems = (config: Record<string, unknown>): readonly string[] => {
    try {
      readConfig(config, previewRules);
      return [];
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.problems;
    }
  };

  it("has all its mistakes reported at once, with what was meant", () => {
    assert.deepEqual(
      problems({
        "public-rout": "advisory",
        store: "fatal",
        "open-path": { pomerium: "latest" },
        "public-route": { consnt: [] },
        all: 3,
      }).map((text) => text.replace(/;? write it like.*/, "")),
      [
        'public-rout: no such rule; did you mean "public-route"?',
        "all: must be one of advisory, mandatory, disabled",
        'public-route: Unrecognized key: "consnt"',
        "open-path.pomerium: is not a release:",
        "store: its level must be one of advisory, mandatory, disabled",
      ].map((text) => text.replace(/: write it like.*/, "")),
    );
  });

  it("accepts every rule with every level, and none by another name", () => {
    const name = fc.constantFrom(...previewRules.map(({ name }) => name));
    const level = fc.constantFrom("advisory", "mandatory", "disabled");
    fc.assert(
      fc.property(fc.dictionary(name, level), fc.stringMatching(/^x[a-z-]+$/), (config, other) => {
        assert.deepEqual(problems(config), []);
        assert.equal(problems({ ...config, [other]: "advisory" }).length, 1);
      }),
    );
  });

  it("has a JSON schema for Pulumi with a description and a default for each option", () => {
    for (const rule of rules)
      for (const [name, schema] of Object.entries(optionSchema(rule))) {
        assert.ok("description" in schema, `${rule.name}.${name}`);
        assert.ok("default" in schema, `${rule.name}.${name}`);
      }
  });

  it("has the same rules for a policy pack and for a preview", () => {
    assert.deepEqual(previewRules.map(({ name }) => name).sort(), rules.map(({ name }) => name).sort());
  });
});
