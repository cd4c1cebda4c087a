import type { PhaseEffects } from "../../stack/phases.ts";
import type { Stack } from "../../stack/stack.ts";
import type { ReadOnlyApi } from "../cluster/api.ts";
import type { LiveCluster } from "../cluster/live.ts";
import { type ObjectRef, objectLabel } from "../cluster/objects.ts";
import { type LiveIngressNginx, leavingObjects, readIngressNginx } from "./live.ts";

/** What the static manifests call themselves. */
const manifestInstance = "ingress-nginx";

/** What the cluster runs of the ingress-nginx that the stack file speaks of; undefined when it speaks of none. */
export async function inspectIngressNginx(
  { phase, ingressNginx }: Pick<Stack, "phase" | "ingressNginx">,
  api: ReadOnlyApi,
  cluster: Promise<LiveCluster>,
): Promise<LiveIngressNginx | undefined> {
  if (ingressNginx === undefined) return undefined;
  const { namespace, from } = ingressNginx;
  const instance = "helmRelease" in from ? from.helmRelease : manifestInstance;
  const { record } = await cluster;
  return readIngressNginx(
    api,
    { namespace, instance, adopted: record?.adopted ?? [] },
    {
      ingresses: cluster.then(({ ingresses }) => ingresses),
      removal: record?.phase === "retired" ? "begun" : phase === "retired" ? "next" : "no",
    },
  );
}

/** What a run does with the cluster's ingress-nginx. */
export interface Leaving {
  /** All of it that the cluster has; undefined when it was not looked for. */
  live: ObjectRef[] | undefined;
  /** What stays even when the rest goes: a namespace that holds something else, too. */
  stays: ObjectRef[];
  /** What is under the stack's management after the run, and kept from deletion. */
  adopt: ObjectRef[];
  /** What is let go, and stays in the cluster. */
  released: ObjectRef[];
}

export function leaving(
  { ingressNginx: fate }: Pick<PhaseEffects, "ingressNginx">,
  nginx: LiveIngressNginx | undefined,
  { record }: Pick<LiveCluster, "record">,
): Leaving {
  if (nginx === undefined) return { live: undefined, stays: [], adopt: [], released: [] };
  const live = leavingObjects(nginx);
  const stays = nginx.strangers.length > 0 ? live.filter(({ kind }) => kind === "Namespace") : [];
  // What was never adopted is not in the stack's hands.
  const adopted = stays.filter((object) => record?.adopted.includes(objectLabel(object)));
  return fate === "kept"
    ? { live, stays, adopt: live, released: nginx.strayed }
    : { live, stays, adopt: [], released: [...adopted, ...nginx.strayed] };
}
