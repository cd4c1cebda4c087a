import * as pulumi from "@pulumi/pulumi";
import type { ObjectRef } from "../cluster/objects.ts";
import { objectId, typeToken } from "../cluster/objects.ts";

/** What decides whether an object of ingress-nginx may be deleted. */
export interface Keeping {
  /** Name of the stack, for the messages. */
  stack: string;
  phase: string;
  /**
   * What the cluster has of ingress-nginx; undefined when it was not looked for, since the stack file no longer
   * speaks of it.
   */
  live: readonly ObjectRef[] | undefined;
  /** What stays even when the rest goes. */
  stays: readonly ObjectRef[];
}

/** Also what Pulumi calls the hook where it refuses, so it says what holds. */
export const hookName = "ingress-nginx stays until the phase is retired";

/**
 * Refuses the deletion of anything adopted before its time, whatever asks for it: a program that no longer has it, or
 * any kind of `pulumi destroy`. Registered in every run, since what is in the state names it.
 *
 * Not Pulumi's `protect`, which is a flag in the state: it would refuse the `up` that retires, too, and one after
 * somebody has deleted an object by hand.
 */
export function keepUntilRetired(keeping: Keeping): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    hookName,
    ({ type, id }) => {
      const refusal = whyNot(keeping, type, id ?? "");
      if (refusal !== undefined) throw new Error(refusal);
    },
    { onDryRun: true },
  );
}

/** Why an object is not deleted, or undefined when it may be. */
export function whyNot({ stack, phase, live, stays }: Keeping, type: string, id: string): string | undefined {
  const is = (object: ObjectRef): boolean => typeToken(object) === type && objectId(object) === id;
  const what = `${type.split(":").at(-1)} ${id}`;
  if (live === undefined)
    return `${what} belongs to ingress-nginx, of which Pulumi.${stack}.yaml no longer speaks; put \`ingressNginx\` back until the phase is retired`;
  if (!live.some(is)) return undefined;
  if (phase !== "retired")
    return `${what} stays while ${stack} is in ${phase}: traffic may depend on it. To remove ingress-nginx: pulumi config set --stack ${stack} phase retired && pulumi up --stack ${stack}`;
  return stays.some(is) ? `${what} stays: it holds what is not ingress-nginx'` : undefined;
}
