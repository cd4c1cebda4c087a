import { strict as assert } from "node:assert";
import { ingressNginxProblems } from "../../../../components/ingress-nginx/checks.ts";
import { rulesOf } from "../../../../components/ingress-nginx/controller.ts";
import type { LiveController, LiveIngressNginx } from "../../../../components/ingress-nginx/live.ts";
import { ingress, stackOf } from "../../stack/state.ts";
import { controller, nginxWith } from "./nginx.ts";

const daemonSet = { apiVersion: "apps/v1", kind: "DaemonSet", namespace: "ingress", name: "edge" };

/** What is wrong, as `key path: message » command`. */
function problems(
  nginx: LiveIngressNginx,
  edits: Record<string, unknown> = {},
  phase = "cutover",
  adopted: string[] = [],
  ingresses = [ingress("komga", "komga-ingress", ["komga.example.org"])],
): string[] {
  return ingressNginxProblems(
    stackOf({ phase: "cutover", ...edits }),
    { record: { phase, adopted }, ingresses },
    nginx,
  ).map(({ at, message, fix }) => `${at}: ${message} » ${fix}`);
}

describe("a controller that the stack file does not mention", () => {
  const beside = (more: Partial<LiveController>): LiveIngressNginx =>
    nginxWith([], {
      controllers: [controller(), controller({ workload: daemonSet, plan: "unknown", ...more })],
    });
  const keepIt = "» pulumi config set --stack test --path 'ingressNginx.keep[\"ingress/edge\"]' '<why>'";

  it("is named with what it serves and with the edit", () => {
    const found = beside({
      ingresses: [ingress("shop", "shop", ["shop.example.org"])],
      instance: { name: "edge", byHelm: true },
    });
    assert.deepEqual(problems(found), [
      `ingressNginx: DaemonSet ingress/edge runs ingress-nginx (class nginx, 1 Ingress), and the stack file does not say what becomes of it. To retire it, set ingressNginx.helmRelease to edge and ingressNginx.namespace to ingress, or add both to ingressNginx.also. If it stays, say why ${keepIt}`,
    ]);
  });

  it("is named without Helm's label, without any label, and with the limits of what it serves", () => {
    const rules = rulesOf(
      { spec: { containers: [{ args: ["--ingress-class=public", "--watch-namespace=dev"] }] } },
      "ingress",
    );
    const [argo] = problems(
      beside({ instance: { name: "prod-ingress", byHelm: false }, rules, classes: [] }),
    );
    assert.match(argo ?? "", /\(class public, namespace dev, 0 Ingresses\)/);
    assert.match(argo ?? "", /set ingressNginx\.helmRelease \(or manifest\) to prod-ingress/);
    const [bare] = problems(beside({ rules: { ...rules, servesClassless: true } }));
    assert.match(bare ?? "", /\(class nginx, none, namespace dev, /);
    assert.match(bare ?? "", /To retire it, uninstall it the way it was installed/);
  });

  it("is a problem in every phase, also without `ingressNginx` in the stack file", () => {
    const found = beside({});
    for (const phase of ["coexist", "cutover", "retired"])
      assert.equal(
        problems(found, { phase }, "retired").filter((text) => /runs ingress-nginx/.test(text)).length,
        1,
      );
    const alone = nginxWith([], {
      controllers: [controller({ plan: "unknown" })],
      installation: [],
      classes: [],
    });
    const silent = { ingressNginx: undefined, tunnels: undefined };
    assert.match(
      problems(alone, silent).join(),
      /^ingressNginx: Deployment ingress-nginx\/ingress-nginx-controller runs ingress-nginx/,
    );
  });

  it("is no problem if the stack file keeps it", () => {
    const keep = { "ingressNginx.keep": { "ingress/edge": "serves the public apps" } };
    assert.deepEqual(problems(beside({ plan: "keep" }), keep), []);
  });
});

describe("a name under ingressNginx.keep", () => {
  const keep = (name: string) => ({ "ingressNginx.keep": { [name]: "stays" } });

  it("is refused when nothing has it, with the command that removes it", () => {
    assert.deepEqual(problems(nginxWith([]), keep("edge")), [
      "ingressNginx.keep.edge: nothing in the cluster with this name runs ingress-nginx; remove it » pulumi config rm --stack test --path ingressNginx.keep.edge",
    ]);
    assert.deepEqual(problems(nginxWith([]), keep("ingress/edgy")), [
      'ingressNginx.keep["ingress/edgy"]: nothing in the cluster with this name runs ingress-nginx; remove it » pulumi config rm --stack test --path \'ingressNginx.keep["ingress/edgy"]\'',
    ]);
  });

  it("may be the class of any Ingress that is not retired, whether or not it needs an answer", () => {
    const live = [
      ingress("komga", "komga-ingress", []),
      ingress("dashboard", "dashboard", [], { ingressClass: "internal-nginx" }),
    ];
    assert.deepEqual(problems(nginxWith([]), keep("internal-nginx"), undefined, undefined, live), []);
    assert.equal(problems(nginxWith([]), keep("nginx"), undefined, undefined, live).length, 1);
  });

  it("is refused when the controller or class with it is retired", () => {
    for (const name of ["ingress-nginx/ingress-nginx-controller", "nginx"])
      assert.match(problems(nginxWith([]), keep(name)).join(), /belongs to an installation that is retired/);
  });
});

describe("Ingresses of ingress-nginx that no controller serves", () => {
  const edge = { name: "edge", ingresses: ["a/1", "b/2", "c/3", "d/4"], why: "its controller is x" };
  const lost = nginxWith([], { unserved: [{ ...edge, dangling: false }] });

  it("are a problem, with their class and names, until the stack file answers", () => {
    const [problem, ...others] = problems(lost);
    assert.deepEqual(others, []);
    assert.match(
      problem ?? "",
      /^ingressNginx: 4 Ingresses of class edge \(a\/1, b\/2, c\/3 and 1 more\) may be ingress-nginx's \(its controller is x\), .* » pulumi config set --stack test --path ingressNginx\.keep\.edge '<why>'$/,
    );
    assert.deepEqual(problems(lost, { "ingressNginx.keep": { edge: "left over" } }), []);
  });

  it("are no problem after the removal, when nothing serves such a class", () => {
    assert.deepEqual(problems(lost, { phase: "retired" }, "retired"), []);
  });

  it("are no problem after the removal either if its record is lost, and their class with it", () => {
    const dangling = nginxWith([], { unserved: [{ ...edge, dangling: true }] });
    assert.deepEqual(problems(dangling, { phase: "retired" }), []);
    assert.equal(problems(lost, { phase: "retired" }).length, 1, "a class that exists");
    for (const phase of ["coexist", "cutover"]) assert.equal(problems(dangling, { phase }).length, 1, phase);
  });
});

describe("a webhook whose Service is gone", () => {
  it("is a problem in every phase, since every write of an Ingress would fail", () => {
    const nginx = nginxWith([], {
      deadWebhooks: [{ name: "ingress-nginx-admission", service: "ingress-nginx/admission", why: "missing" }],
    });
    for (const phase of ["coexist", "cutover", "retired"])
      assert.deepEqual(problems(nginx, { phase }), [
        "cluster: ValidatingWebhookConfiguration ingress-nginx-admission calls the Service ingress-nginx/admission, which does not exist, so the API server refuses every write of an Ingress » kubectl --context test delete validatingwebhookconfiguration ingress-nginx-admission",
      ]);
  });

  it("is a problem as well while it has no pods", () => {
    const nginx = nginxWith([], {
      deadWebhooks: [{ name: "edge", service: "edge/admission", why: "no pods" }],
    });
    assert.match(problems(nginx).join(), /calls the Service edge\/admission, which has no pods, so /);
  });
});

describe("a name under an app's replaces", () => {
  const live = [ingress("komga", "komga-ingres", []), ingress("other", "komga-ingress", [])];
  const found = (phase: "coexist" | "cutover" | "retired", from: string, adopted: string[] = []) =>
    problems(nginxWith([]), { phase }, from, adopted, live);

  it("that no Ingress of the namespace has is a problem, with the one that may be meant", () => {
    for (const phase of ["coexist", "cutover"] as const)
      assert.deepEqual(found(phase, "coexist"), [
        'apps.komga.replaces: there is no Ingress komga/komga-ingress; did you mean "komga-ingres"? » kubectl --context test get ingresses --namespace komga',
      ]);
  });

  it("is no problem if the Ingress was adopted before it was deleted, or if the removal has begun", () => {
    assert.deepEqual(found("cutover", "cutover", ["Ingress komga/komga-ingress"]), []);
    assert.deepEqual(found("retired", "cutover"), []);
    assert.deepEqual(found("retired", "retired"), []);
  });
});
