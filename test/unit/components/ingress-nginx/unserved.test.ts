import { strict as assert } from "node:assert";
import { unservedIngresses } from "../../../../components/ingress-nginx/unserved.ts";
import { ingress } from "../../stack/state.ts";

const annotated = { "nginx.ingress.kubernetes.io/whitelist-source-range": "10.0.0.0/8" };

function some(name: string, ingressClass: string | undefined, annotations: Record<string, string> = {}) {
  const { ingressClass: _, ...rest } = ingress("apps", name, [`${name}.example.org`], { annotations });
  return { ...rest, ...(ingressClass === undefined ? {} : { ingressClass }) };
}

/** What is reported of one Ingress, as `class: why`. */
function reported(
  one: ReturnType<typeof some>,
  classes: Record<string, string> = {},
  { hasController = false, served = [] as ReturnType<typeof some>[] } = {},
): string[] {
  const all = Object.entries(classes).map(([name, controller]) => ({ name, controller }));
  return unservedIngresses(all, [one], { served, hasController }).map(({ name, why }) => `${name}: ${why}`);
}

describe("an Ingress that no known controller serves", () => {
  it("is reported by its IngressClass, whatever release has made that", () => {
    for (const controller of ["k8s.io/ingress-nginx", "k8s.io/internal-ingress-nginx", "example.org/nginx"])
      for (const hasController of [true, false])
        assert.deepEqual(reported(some("shop", "edge"), { edge: controller }, { hasController }), [
          `edge: its controller is ${controller}`,
        ]);
  });

  it("is reported by its annotations, also without a class or with one that has no IngressClass", () => {
    const why = "annotations such as nginx.ingress.kubernetes.io/whitelist-source-range";
    for (const hasController of [true, false]) {
      assert.deepEqual(reported(some("a", undefined, annotated), {}, { hasController }), [
        `without-class: ${why}`,
      ]);
      const byAnnotation = { ...some("a", "internal", annotated), classByAnnotation: true as const };
      assert.deepEqual(reported(byAnnotation, {}, { hasController }), [`internal: ${why}`]);
      const classes = { internal: "example.org/ingress" };
      assert.deepEqual(reported(some("a", "internal", annotated), classes, { hasController }), [
        `internal: ${why}`,
      ]);
    }
  });

  it("is left alone if its spec names an IngressClass that does not exist, where ingress-nginx was found", () => {
    for (const [name, annotations] of [
      ["internal-nginx", annotated],
      ["internal", {}],
    ] as const) {
      assert.deepEqual(reported(some("a", name, annotations), {}, { hasController: true }), []);
      assert.equal(reported(some("a", name, annotations), {}, { hasController: false }).length, 1);
    }
    assert.equal(reported(some("a", "nginx"), {}, { hasController: true }).length, 1, "a deleted class");
  });

  it("of an unknown class is reported while no controller of ingress-nginx was found", () => {
    assert.deepEqual(reported(some("a", "internal")), [
      "internal: the class has no IngressClass, and its name is not known here",
    ]);
    const classes = { internal: "example.org/ingress" };
    assert.deepEqual(reported(some("a", "internal"), classes), [
      "internal: its controller is example.org/ingress, which is not known here",
    ]);
    assert.deepEqual(reported(some("a", "internal"), classes, { hasController: true }), []);
    assert.deepEqual(reported(some("a", undefined)), []);
  });

  it("is left alone if another program serves its class, whatever its annotations are", () => {
    for (const [name, controller] of [
      ["traefik", "traefik.io/ingress-controller"],
      ["nginx", "nginx.org/ingress-controller"],
      ["tailscale", "tailscale.com/ts-ingress"],
      ["alb", "ingress.k8s.aws/alb"],
      ["pomerium", "pomerium.io/ingress-controller"],
      ["nginx", "haproxy.org/ingress-controller"],
      ["kong", "ingress-controllers.konghq.com/kong"],
    ] as const)
      assert.deepEqual(reported(some("a", name, annotated), { [name]: controller }), [], controller);
    for (const name of ["traefik", "tailscale", "traefik-internal", "cloudflare-tunnel"])
      assert.deepEqual(reported(some("a", name, annotated)), [], name);
  });

  it("is not reported if a controller serves it, or if it belongs to a challenge", () => {
    const one = some("a", "nginx");
    assert.equal(reported(one).length, 1);
    assert.deepEqual(reported(one, {}, { served: [one] }), []);
    assert.deepEqual(reported({ ...one, solver: true }), []);
  });

  it("is listed with the others of its class, and with every sign", () => {
    const all = [some("a", "edge"), some("b", "edge", annotated), some("c", "nginx")];
    assert.deepEqual(unservedIngresses([], all, { served: [], hasController: false }), [
      {
        name: "edge",
        ingresses: ["apps/a", "apps/b"],
        why: "the class has no IngressClass, and its name is not known here; annotations such as nginx.ingress.kubernetes.io/whitelist-source-range",
        dangling: true,
      },
      { name: "nginx", ingresses: ["apps/c"], why: "the class has no IngressClass", dangling: true },
    ]);
  });

  it("is dangling only if each Ingress names a class in its spec that does not exist", () => {
    const byAnnotation = { ...some("b", "edge", annotated), classByAnnotation: true as const };
    const none = { served: [], hasController: false };
    for (const [all, classes, dangling] of [
      [[some("a", "edge")], [], true],
      [[some("a", "edge"), byAnnotation], [], false],
      [[byAnnotation], [], false],
      [[some("a", "edge")], [{ name: "edge", controller: "k8s.io/ingress-nginx" }], false],
      [[some("a", undefined, annotated)], [], false],
    ] as const)
      assert.deepEqual(
        unservedIngresses(classes, all, none).map((each) => each.dangling),
        [dangling],
      );
  });
});
