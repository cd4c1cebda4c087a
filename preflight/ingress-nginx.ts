import type { ReadOnlyApi } from "../components/cluster/api.ts";
import type { LiveIngress } from "../components/cluster/live.ts";
import type { ObjectRef } from "../components/cluster/objects.ts";
import { type LiveIngressNginx, leavingObjects, readIngressNginx } from "../components/ingress-nginx/live.ts";
import type { PhaseEffects } from "../config/phases.ts";
import type { Stack } from "../config/stack.ts";

/** What the static manifests call themselves. */
const manifestInstance = "ingress-nginx";

/** What the cluster runs of the ingress-nginx that the stack file speaks of; undefined when it speaks of none. */
export async function inspectIngressNginx(
  { ingressNginx }: Pick<Stack, "ingressNginx">,
  api: ReadOnlyApi,
  ingresses: Promise<LiveIngress[]>,
): Promise<LiveIngressNginx | undefined> {
  if (ingressNginx === undefined) return undefined;
  const { namespace, from } = ingressNginx;
  const instance = "helmRelease" in from ? from.helmRelease : manifestInstance;
  return readIngressNginx(api, { namespace, instance }, ingresses);
}

/** What a run does with the cluster's ingress-nginx. */
export interface Leaving {
  /** All of it that the cluster has; undefined when it was not looked for. */
  live: ObjectRef[] | undefined;
  /** What stays even when the rest goes: a namespace that holds something else, too. */
  stays: ObjectRef[];
  /** What is under the stack's management after the run. */
  adopt: ObjectRef[];
}

export function leaving(
  { ingressNginx: fate }: Pick<PhaseEffects, "ingressNginx">,
  nginx: LiveIngressNginx | undefined,
): Leaving {
  if (nginx === undefined) return { live: undefined, stays: [], adopt: [] };
  const live = leavingObjects(nginx);
  const stays = nginx.strangers.length > 0 ? live.filter(({ kind }) => kind === "Namespace") : [];
  return { live, stays, adopt: fate === "kept" ? live : stays };
}
