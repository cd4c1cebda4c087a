import type { z } from "zod";
import { kindOf, metadataOf, type Tree } from "./resource.ts";
import type { Level, ResourceRule, RuleFinding } from "./rule.ts";
import { ingressNginxKept, isIngressNginx, mayContainIngressNginx, serviceKept } from "./rules/kept.ts";

/** The change of one object in a preview. */
export interface ObjectChange {
  op: string;
  type: string;
  urn: string;
  /** `Ingress komga/komga-ingress`. */
  label: string;
  /** What the last run asked for. Absent for a new object. */
  asked?: Tree;
  /** What this run asks for. Absent for an object that it deletes. */
  asks?: Tree;
  /** URN of the provider, if known. */
  provider?: string;
  /** Paths of the changed properties, if known. */
  changes?: readonly string[];
}

/** A rule about what a run deletes or replaces. Only a preview shows that; a policy pack does not see it. */
export interface ChangeRule<Options = unknown> {
  name: string;
  description: string;
  level: Level;
  options: z.ZodType<Options>;
  checkChanges(changes: readonly ObjectChange[], options: Options): RuleFinding[];
}

/** The object in the cluster that a change is about: kind, namespace and name. */
function identityOf({ type }: ObjectChange, props: Tree | undefined): string | undefined {
  const { name, namespace } = metadataOf(props ?? {});
  return typeof name === "string" ? [kindOf({ type }), namespace ?? "", name].join(" ") : undefined;
}

/** The change that creates an object again, under another logical name, after another change deletes it. */
function createdAgain(deleted: ObjectChange, changes: readonly ObjectChange[]): ObjectChange | undefined {
  const identity = identityOf(deleted, deleted.asked);
  return changes.find(
    (other) =>
      other.urn !== deleted.urn &&
      ["create", "import"].includes(other.op) &&
      identity !== undefined &&
      identityOf(other, other.asks) === identity,
  );
}

/** The common parts of such a rule and the rule about resources that it replaces. A preview knows for sure. */
function commonOf<O>({ name, description, options }: ResourceRule<O>) {
  return { name, description, options, level: "mandatory" as const };
}

const retiredFix = "then set the rule's option retired: true";

const ofIngressNginx = (op: string): Pick<RuleFinding, "reason" | "fix"> => ({
  reason: `the run ${op}s an object of ingress-nginx, which still serves requests`,
  fix: `keep it in the program, with protect: true, until ingress-nginx is retired; ${retiredFix}`,
});

const ofSomeChart = (op: string): Pick<RuleFinding, "reason" | "fix"> => ({
  reason: `the run ${op}s it with everything in it, which no rule sees: ingress-nginx may be in it`,
  fix: `make sure that ingress-nginx is not in it; or wait until ingress-nginx is retired, and ${retiredFix}`,
});

const ingressNginxDeleted: ChangeRule<z.output<typeof ingressNginxKept.options>> = {
  ...commonOf(ingressNginxKept),
  checkChanges(changes, { retired }) {
    if (retired) return [];
    return changes
      .filter(({ op }) => ["delete", "replace"].includes(op))
      .flatMap(({ op, type, asked, label, urn }): RuleFinding[] => {
        if (!asked) return [];
        const about = { resource: label, urn };
        if (isIngressNginx({ type, props: asked })) return [{ ...about, ...ofIngressNginx(op) }];
        return mayContainIngressNginx({ type }) ? [{ ...about, ...ofSomeChart(op), level: "advisory" }] : [];
      });
  },
};

const serviceReplaced: ChangeRule<z.output<typeof serviceKept.options>> = {
  ...commonOf(serviceKept),
  checkChanges(changes) {
    return changes
      .filter(({ type }) => type === "kubernetes:core/v1:Service")
      .flatMap((change): RuleFinding[] => {
        const { op, label, urn, changes: paths = [] } = change;
        const again = op === "delete" ? createdAgain(change, changes) : undefined;
        if (op !== "replace" && again === undefined) return [];
        const cause = paths.length > 0 ? ` because of ${paths.join(", ")}` : "";
        return [
          {
            resource: label,
            urn,
            reason:
              again === undefined
                ? `the run replaces it${cause}, so its cluster address changes, and the address of its load balancer may`
                : `the run deletes it and creates it again as ${again.urn.split("::").at(-1)}, so its addresses change`,
            fix:
              again === undefined
                ? "leave the property unchanged, or create a second Service and move to it"
                : `keep the logical name, or add the resource option aliases: ["${urn}"]`,
          },
        ];
      });
  },
};

/** Every rule about changes. Each takes the place of the rule about resources with the same name. */
export const changeRules: readonly ChangeRule[] = [ingressNginxDeleted, serviceReplaced];
