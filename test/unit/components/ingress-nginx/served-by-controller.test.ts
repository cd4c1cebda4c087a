import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { LiveIngress } from "../../../../components/cluster/live.ts";
import { objectId } from "../../../../components/cluster/objects.ts";
import { rulesOf } from "../../../../components/ingress-nginx/controller.ts";
import { classesOf, ingressesOf } from "../../../../components/ingress-nginx/served-by-controller.ts";
import { unservedIngresses } from "../../../../components/ingress-nginx/unserved.ts";
import { ingress } from "../../stack/state.ts";

const classes = [
  { name: "nginx", controller: "k8s.io/ingress-nginx" },
  { name: "internal", controller: "k8s.io/internal" },
  { name: "tailscale", controller: "tailscale.com/ts-ingress" },
];

const serving = (args: string[], selected?: string[]) => ({
  rules: rulesOf({ spec: { containers: [{ args: ["/nginx-ingress-controller", ...args] }] } }, "network"),
  ...(selected === undefined ? {} : { selected: new Set(selected) }),
  withDeletedClass: false,
});

/** Of class `nginx` in `spec.ingressClassName`, unless said otherwise. */
const of = (namespace: string, name: string, more: Partial<LiveIngress> = {}) =>
  ingress(namespace, name, [`${name}.example.org`], more);

const byAnnotation = (ingressClass: string): Partial<LiveIngress> => ({
  ingressClass,
  classByAnnotation: true,
});

function classless(namespace: string, name: string): LiveIngress {
  const { ingressClass: _, ...others } = of(namespace, name);
  return others;
}

function names(args: string[], ingresses: LiveIngress[], selected?: string[]): string[] {
  return ingressesOf(serving(args, selected), classes, ingresses).map(({ name }) => name);
}

describe("the Ingresses that a controller serves", () => {
  it("name an IngressClass whose controller it is, not the class of --ingress-class", () => {
    // The chart leaves --ingress-class at nginx, whatever the class is called.
    const internal = ["--controller-class=k8s.io/internal", "--ingress-class=nginx"];
    const ingresses = [of("shop", "shop"), of("media", "radarr", { ingressClass: "internal" })];
    assert.deepEqual(names(internal, ingresses), ["radarr"]);
    assert.deepEqual(names([], ingresses), ["shop"]);
  });

  it("may name the class of --ingress-class by the annotation, whatever IngressClasses there are", () => {
    const ingresses = [of("shop", "old", byAnnotation("edge")), of("shop", "other", byAnnotation("nginx"))];
    assert.deepEqual(names(["--ingress-class=edge"], ingresses), ["old"]);
    assert.deepEqual(names(["--controller-class=x/y"], ingresses), ["other"]);
  });

  it("may name the IngressClass of that name, with --ingress-class-by-name", () => {
    const edge = ["--controller-class=x/y", "--ingress-class=internal"];
    const ingresses = [of("media", "radarr", { ingressClass: "internal" })];
    assert.deepEqual(names(edge, ingresses), []);
    assert.deepEqual(names([...edge, "--ingress-class-by-name=true"], ingresses), ["radarr"]);
    assert.deepEqual(classesOf(serving([...edge, "--ingress-class-by-name"]), classes), ["internal"]);
  });

  it("may have no class, with --watch-ingress-without-class", () => {
    const ingresses = [classless("shop", "bare"), of("shop", "vpn", { ingressClass: "tailscale" })];
    assert.deepEqual(names([], ingresses), []);
    assert.deepEqual(names(["--watch-ingress-without-class=true"], ingresses), ["bare"]);
  });

  it("are in its namespaces", () => {
    const ingresses = [of("dev", "a"), of("prod", "b"), of("network", "c")];
    assert.deepEqual(names(["--watch-namespace=dev"], ingresses), ["a"]);
    assert.deepEqual(names(["--watch-namespace=$(POD_NAMESPACE)"], ingresses), ["c"]);
    assert.deepEqual(names(["--watch-namespace-selector=x=y"], ingresses, ["prod"]), ["b"]);
    assert.deepEqual(
      names(["--watch-namespace=dev", "--watch-namespace-selector=x=y"], ingresses, ["prod"]),
      ["a"],
    );
  });

  it("include those whose IngressClass was deleted, if the installation is retired", () => {
    const ingresses = [of("shop", "shop"), of("media", "radarr", { ingressClass: "internal" })];
    const left = (withDeletedClass: boolean) =>
      ingressesOf({ ...serving([]), withDeletedClass }, classes.slice(1), ingresses).map(({ name }) => name);
    assert.deepEqual(left(true), ["shop"]);
    assert.deepEqual(left(false), []);
  });

  it("are never those of a challenge", () => {
    assert.deepEqual(names([], [of("shop", "cm-acme-http-solver-x", { solver: true })]), []);
  });

  it("have the annotations with its prefix, and no other annotations of ingress-nginx", () => {
    const annotations = {
      "edge.example.org/whitelist-source-range": "10.0.0.0/8",
      "nginx.ingress.kubernetes.io/auth-url": "https://auth.example.org",
      "gethomepage.dev/name": "shop",
    };
    const [found] = ingressesOf(serving(["--annotations-prefix=edge.example.org"]), classes, [
      of("shop", "shop", { annotations }),
    ]);
    assert.deepEqual(found?.annotations, {
      "nginx.ingress.kubernetes.io/whitelist-source-range": "10.0.0.0/8",
      "gethomepage.dev/name": "shop",
    });
  });
});

describe("Ingresses beside any number of controllers", () => {
  const names = ["nginx", "internal", "edge"];
  const controllers = ["k8s.io/ingress-nginx", "k8s.io/internal-ingress-nginx", "example.org/x"];
  const arbitraryClasses = fc.uniqueArray(
    fc.record({ name: fc.constantFrom(...names), controller: fc.constantFrom(...controllers) }),
    { selector: ({ name }) => name },
  );
  const flag = (name: string, ...values: string[]) =>
    fc.constantFrom("", ...values.map((value) => `--${name}=${value}`));
  const args = fc
    .tuple(
      flag("controller-class", ...controllers),
      flag("ingress-class", ...names),
      flag("watch-namespace", "dev", "prod"),
      flag("watch-ingress-without-class", "true", "false"),
      flag("ingress-class-by-name", "true"),
    )
    .map((all) => all.filter((each) => each !== ""));
  const anyIngress = fc
    .record({
      namespace: fc.constantFrom("dev", "prod"),
      name: fc.constantFrom("a", "b", "c", "d"),
      by: fc.constantFrom("field", "annotation", "nothing"),
      ingressClass: fc.constantFrom(...names),
      annotated: fc.boolean(),
    })
    .map(
      ({ namespace, name, by, ingressClass, annotated }): LiveIngress => ({
        ...(by === "nothing" ? classless(namespace, name) : of(namespace, name, { ingressClass })),
        ...(by === "annotation" ? { classByAnnotation: true as const } : {}),
        annotations: annotated ? { "nginx.ingress.kubernetes.io/auth-url": "https://a.example.org" } : {},
      }),
    );
  const ingresses = fc.uniqueArray(anyIngress, { selector: ({ namespace, name }) => `${namespace}/${name}` });

  it("with a sign of ingress-nginx are served by one of them, or reported", () => {
    fc.assert(
      fc.property(arbitraryClasses, fc.array(args, { maxLength: 3 }), ingresses, (all, each, live) => {
        const served = each.flatMap((one) => ingressesOf(serving(one), all, live));
        const reported = unservedIngresses(all, live, { served, hasController: each.length > 0 });
        const seen = new Set([...served.map(objectId), ...reported.flatMap((one) => one.ingresses)]);
        for (const one of live) {
          const controller = all.find(({ name }) => name === one.ingressClass)?.controller;
          const isDead =
            each.length > 0 &&
            controller === undefined &&
            one.ingressClass !== undefined &&
            one.ingressClass !== "nginx" &&
            !one.classByAnnotation;
          if (isDead) continue;
          const hasSign =
            Object.keys(one.annotations).length > 0 ||
            (controller ?? one.ingressClass ?? "").includes("nginx") ||
            (each.length === 0 && one.ingressClass !== undefined);
          if (hasSign) assert.ok(seen.has(objectId(one)), objectId(one));
        }
        assert.equal(
          new Set(reported.flatMap((one) => one.ingresses)).size + new Set(served.map(objectId)).size,
          seen.size,
          "none is both",
        );
      }),
    );
  });

  it("are served by class and namespace: widening what a controller watches takes none away", () => {
    fc.assert(
      fc.property(arbitraryClasses, args, ingresses, (all, some, live) => {
        const narrow = ingressesOf(serving(some), all, live).map(objectId);
        const wide = some.filter((each) => !each.startsWith("--watch-namespace"));
        const found = ingressesOf(serving([...wide, "--watch-ingress-without-class"]), all, live).map(
          objectId,
        );
        for (const id of narrow) assert.ok(found.includes(id), id);
      }),
    );
  });
});
