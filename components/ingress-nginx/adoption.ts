import { setKey } from "../../stack-file/commands.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { counted } from "../../stack-file/text.ts";
import { kubectl } from "../cluster/commands.ts";
import type { LiveCluster } from "../cluster/live.ts";
import { type ObjectRef, objectId, objectLabel } from "../cluster/objects.ts";
import { type LiveIngressNginx, leavingObjects } from "./live.ts";
import type { StackView } from "./stack-view.ts";

/** The actions of a run on the cluster's ingress-nginx. */
export interface Adoption {
  /** Its existing objects; undefined if they were not looked for. */
  live: ObjectRef[] | undefined;
  /** Objects that stay when the rest is removed: namespaces that also hold other objects. */
  stays: ObjectRef[];
  /** Objects that the stack manages after the run and protects from deletion. */
  adopt: ObjectRef[];
  /** Objects that the stack no longer manages and leaves in the cluster. */
  released: ObjectRef[];
}

/**
 * Decides what a run adopts and what it releases.
 *
 * @param fate What the phase does with ingress-nginx.
 */
export function adoption(
  fate: "kept" | "removed",
  nginx: LiveIngressNginx | undefined,
  { record }: Pick<LiveCluster, "record">,
): Adoption {
  if (nginx === undefined) return { live: undefined, stays: [], adopt: [], released: [] };
  const live = leavingObjects(nginx);
  const stays = live.filter(({ kind, name }) => kind === "Namespace" && Object.hasOwn(nginx.strangers, name));
  // The stack cannot release what it has never adopted.
  const adopted = stays.filter((object) => record?.adopted.includes(objectLabel(object)));
  return fate === "kept"
    ? { live, stays, adopt: live, released: nginx.unrecognised }
    : { live, stays, adopt: [], released: [...adopted, ...nginx.unrecognised] };
}

/**
 * Adopted objects that are not recognised as ingress-nginx's any more. An Ingress may have been given another class.
 * For any other object, the stack file no longer describes the installation.
 */
export function unrecognisedProblems(
  { cluster }: Pick<StackView, "cluster">,
  { unrecognised }: Pick<LiveIngressNginx, "unrecognised">,
): Problem[] {
  return unrecognised
    .filter(({ kind }) => kind !== "Ingress")
    .map((object) => ({
      at: "ingressNginx",
      message: `${objectLabel(object)} was adopted and is not recognised any more: check whether ingressNginx.helmRelease (or manifest) and ingressNginx.namespace still describe the installation`,
      fix: kubectl(
        cluster,
        "get deployments,daemonsets --all-namespaces --selector app.kubernetes.io/name=ingress-nginx --show-labels",
      ),
    }));
}

/** The Ingresses among them, which the run releases. */
export function releasedNotes(
  { unrecognised }: Pick<LiveIngressNginx, "unrecognised">,
  { ingresses }: Pick<LiveCluster, "ingresses">,
): string[] {
  const classes = new Map(ingresses.map((each) => [objectId(each), each.ingressClass]));
  return unrecognised
    .filter(({ kind }) => kind === "Ingress")
    .map((object) => {
      const name = classes.get(objectId(object));
      return `! ${objectLabel(object)} does not belong to ingress-nginx any more (${name === undefined ? "no class" : `class ${name}`}): it is released, not deleted`;
    });
}

/**
 * A stack file without `ingressNginx` although objects of it were adopted. Pulumi would begin to delete all of them, and
 * stop halfway.
 */
export function missingSectionProblems(
  { name, ingressNginx }: Pick<StackView, "name" | "ingressNginx">,
  { record }: Pick<LiveCluster, "record">,
): Problem[] {
  if (ingressNginx !== undefined || record === undefined) return [];
  if (record.phase === "retired" || record.adopted.length === 0) return [];
  return [
    {
      at: "ingressNginx",
      message: `missing, but ${counted(record.adopted.length, "object")} of ingress-nginx were adopted; put \`ingressNginx\` back until the phase is retired`,
      fix: `${setKey(name, ["ingressNginx", "helmRelease"], "<release>")}    # or ingressNginx.manifest baremetal, as it was`,
    },
  ];
}
