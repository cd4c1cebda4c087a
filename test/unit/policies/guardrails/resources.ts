import type { Resource } from "../../../../policies/guardrails/resource.ts";
import { findingText } from "../../../../policies/guardrails/rule.ts";
import { isStackRule, rules } from "../../../../policies/guardrails/rules.ts";

const prefix = "ingress.pomerium.io/";

export interface IngressParts {
  namespace?: string;
  /** Without their prefix. */
  annotations?: Record<string, string>;
  /** Annotations with their whole key. */
  others?: Record<string, unknown>;
  class?: unknown;
  host?: string;
  paths?: { path: string; pathType?: string }[];
  labels?: Record<string, string>;
}

/** An Ingress of Pomerium, as a program asks for it. */
export function ingress(name: string, parts: IngressParts = {}): Resource {
  const {
    namespace = name,
    annotations = {},
    others = {},
    host = `${name}.example.org`,
    labels = {},
  } = parts;
  const keyed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [prefix + key, value]));
  const paths = (parts.paths ?? [{ path: "/" }]).map((path) => ({
    pathType: "Prefix",
    backend: { service: { name, port: { number: 80 } } },
    ...path,
  }));
  return object("networking.k8s.io/v1:Ingress", {
    metadata: { name, namespace, annotations: { ...keyed, ...others }, labels },
    spec: {
      ingressClassName: "class" in parts ? parts.class : "pomerium",
      rules: [{ host, http: { paths } }],
    },
  });
}

/** An object of Kubernetes. */
export function object(type: string, props: Record<string, unknown>, parents = ""): Resource {
  const { name } = (props.metadata ?? {}) as { name?: unknown };
  return {
    type: `kubernetes:${type}`,
    urn: `urn:pulumi:house::demo::${parents}kubernetes:${type}::${typeof name === "string" ? name : "x"}`,
    props,
  };
}

/** What a rule says about resources, with its own options. */
export function says(name: string, resources: readonly Resource[], options: object = {}): string[] {
  const rule = rules.find((one) => one.name === name)!;
  const read = rule.options.parse(options);
  const found = isStackRule(rule)
    ? rule.checkAll(resources, read)
    : resources.flatMap((resource) => rule.check(resource, read));
  return found.map(findingText);
}

/** The names of the rules that say something. */
export function broken(resources: readonly Resource[]): string[] {
  return rules.map(({ name }) => name).filter((name) => says(name, resources).length > 0);
}
