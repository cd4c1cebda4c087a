import { ingressAnnotations, ingressSpec } from "../../../../components/apps/ingress.ts";
import { ingressName, openIngressName } from "../../../../components/cluster/names.ts";
import { accessRoutes } from "../../../../policies/access/routes.ts";
import { loadFromFile } from "../../../../stack/load.ts";
import type { Project } from "../project.ts";

type Tree = Record<string, unknown>;

/** An Ingress as the program asks for it. */
export interface Ingress extends Tree {
  metadata: { name: string; namespace: string; annotations: Record<string, string> };
  spec: Tree;
}

/** The Ingresses that the program makes from a project's stack file, by logical name. */
function ingressesOf({ directory }: Project): Record<string, Ingress> {
  const { apps, pomerium } = loadFromFile(`${directory}/Pulumi.house.yaml`);
  return Object.fromEntries(
    apps.flatMap(({ name, namespace, host, access, route, service }) =>
      accessRoutes(access).flatMap((one, i) => {
        if (one === undefined) return [];
        const { authorization, paths } = one;
        const annotations = ingressAnnotations({ authorization, route, pomeriumVersion: pomerium.version });
        const spec = ingressSpec({ host, paths, service, route, ingressClass: "pomerium" });
        const objectName = i === 0 ? ingressName(name) : openIngressName(name);
        return [
          [
            `${name}-${i === 0 ? "ingress" : "open"}`,
            { metadata: { name: objectName, namespace, annotations }, spec: spec as Tree },
          ],
        ];
      }),
    ),
  );
}

const ingressType = "kubernetes:networking.k8s.io/v1:Ingress";

/** One step of a preview. */
export interface Step {
  op: string;
  type?: string;
  name: string;
  /** What the last run asked for, and what this one asks for. */
  asked?: Tree;
  asks?: Tree;
  /** The live object. Default: what the last run asked for. */
  live?: Tree;
  custom?: boolean;
  diff?: readonly string[];
}

/** The output of `pulumi preview --json`. */
export function previewJson(
  steps: readonly Step[],
  said: readonly [severity: string, message: string][] = [],
): string {
  return JSON.stringify({
    steps: steps.map(({ op, type = ingressType, name, asked, asks, live = asked, custom = true, diff }) => ({
      op,
      urn: `urn:pulumi:house::pomerium-migration::pomerium-migration:apps:App$${type}::${name}`,
      ...(asked ? { oldState: { custom, inputs: asked, outputs: live } } : {}),
      ...(asks ? { newState: { custom, inputs: asks } } : {}),
      ...(diff ? { detailedDiff: Object.fromEntries(diff.map((path) => [path, { kind: "update" }])) } : {}),
    })),
    diagnostics: said.map(([severity, message]) => ({ severity, message })),
    changeSummary: {},
  });
}

/** Steps that leave every Ingress of a project as it is. */
export function unchanged(project: Project): Step[] {
  return Object.entries(ingressesOf(project)).map(([name, ingress]) => ({
    op: "same",
    name,
    asked: ingress,
    asks: ingress,
  }));
}

/** The same steps, with one Ingress changed. */
export function withIngress(
  steps: readonly Step[],
  name: string,
  change: (ingress: Ingress) => void,
  side: "asks" | "live" = "asks",
): Step[] {
  return steps.map((step) => {
    if (step.name !== name) return step;
    const changed = structuredClone(step.asks as Ingress);
    change(changed);
    return { ...step, op: "update", [side]: changed };
  });
}
