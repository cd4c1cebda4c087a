import type { Stack } from "../../stack/stack.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { kubectl } from "../cluster/commands.ts";
import type { LiveCluster } from "../cluster/live.ts";
import { objectId, objectLabel } from "../cluster/objects.ts";
import type { LiveIngressNginx } from "./live.ts";

/**
 * What was adopted and is not recognised any more. An Ingress may have been given another class; of anything else, it is
 * the stack file that has ceased to describe the installation.
 */
export function strayProblems(
  stack: Pick<Stack, "cluster">,
  { strayed }: Pick<LiveIngressNginx, "strayed">,
): Problem[] {
  return strayed
    .filter(({ kind }) => kind !== "Ingress")
    .map((object) => ({
      at: "ingressNginx",
      message: `${objectLabel(object)} was adopted and is not recognised any more: see whether ingressNginx.helmRelease (or manifest) and ingressNginx.namespace still say how it was installed`,
      mend: kubectl(
        stack.cluster,
        "get deployments,daemonsets --all-namespaces --selector app.kubernetes.io/name=ingress-nginx --show-labels",
      ),
    }));
}

/** The Ingresses among them, which the run lets go. */
export function strayNotes(
  { strayed }: Pick<LiveIngressNginx, "strayed">,
  { ingresses }: Pick<LiveCluster, "ingresses">,
): string[] {
  const classes = new Map(ingresses.map((each) => [objectId(each), each.ingressClass]));
  return strayed
    .filter(({ kind }) => kind === "Ingress")
    .map((object) => {
      const name = classes.get(objectId(object));
      return `! ${objectLabel(object)} is not ingress-nginx' any more (${name === undefined ? "no class" : `class ${name}`}): it is let go, not deleted`;
    });
}

/**
 * A stack file that no longer speaks of the ingress-nginx that it has adopted. Pulumi would go and delete all of it,
 * and stop halfway.
 */
export function unspokenProblems(
  { name, ingressNginx }: Pick<Stack, "name" | "ingressNginx">,
  { record }: Pick<LiveCluster, "record">,
): Problem[] {
  if (ingressNginx !== undefined || record === undefined) return [];
  if (record.phase === "retired" || record.adopted.length === 0) return [];
  return [
    {
      at: "ingressNginx",
      message: `missing, but ${record.adopted.length} objects of ingress-nginx were adopted; put \`ingressNginx\` back until the phase is retired`,
      mend: `pulumi config set --stack ${name} --path ingressNginx.helmRelease '<release>'    # or ingressNginx.manifest baremetal, as it was`,
    },
  ];
}
