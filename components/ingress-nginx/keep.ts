import * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ReadOnlyApi } from "../cluster/api.ts";
import { type ObjectRef, objectId, typeToken } from "../cluster/objects.ts";
import { objectPath } from "./kinds.ts";

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
export function keepUntilRetired(keeping: Keeping, cluster: ClusterAddress): pulumi.ResourceHook {
  // Once for all that goes: a context may have to run a program for its credentials.
  let api: Promise<ReadOnlyApi> | undefined;
  const connect = (): Promise<ReadOnlyApi> => {
    api ??= ReadOnlyApi.connect(cluster);
    return api;
  };
  return new pulumi.ResourceHook(
    hookName,
    async ({ urn, type, id }) => {
      const object = { urn, type, id: id ?? "" };
      const refusal = (await isDeleted(connect, object)) ? undefined : refusalToDelete(keeping, object);
      if (refusal !== undefined) throw new Error(refusal);
    },
    { onDryRun: true },
  );
}

/** An object as Pulumi knows it. */
interface ManagedObject {
  urn: string;
  type: string;
  id: string;
}

/** Whether there is no such object any more: what somebody has deleted by hand is let go. */
async function isDeleted(connect: () => Promise<ReadOnlyApi>, { type, id }: ManagedObject): Promise<boolean> {
  const [name, namespace] = id.split("/").reverse() as [string, string?];
  const path = objectPath({ kind: kindOf(type), name, ...(namespace === undefined ? {} : { namespace }) });
  if (path === undefined) return false;
  return (await (await connect()).findMetadata(path)) === undefined;
}

const kindOf = (type: string): string => type.split(":").at(-1) ?? "";

/** Why an object that is there is not deleted, or undefined when it may be. */
export function refusalToDelete(
  { stack, phase, live, stays }: Keeping,
  { urn, type, id }: ManagedObject,
): string | undefined {
  const is = (object: ObjectRef): boolean => typeToken(object) === type && objectId(object) === id;
  const what = `${kindOf(type)} ${id}`;
  if (live === undefined)
    return `${what} belongs to ingress-nginx, of which Pulumi.${stack}.yaml no longer speaks; put \`ingressNginx\` back until the phase is retired`;
  if (!live.some(is))
    return `${what} was adopted as ingress-nginx' and is not recognised as that any more, so it stays. If nothing but its class has changed, the next run lets it go; to have Pulumi forget it now: pulumi state delete --stack ${stack} --target-dependents '${urn}'`;
  if (phase !== "retired")
    return `${what} stays while ${stack} is in ${phase}: traffic may depend on it. To remove ingress-nginx: pulumi config set --stack ${stack} phase retired && pulumi up --stack ${stack}`;
  return stays.some(is)
    ? `${what} stays, since it holds what is not ingress-nginx'; pulumi up --stack ${stack} removes the rest`
    : undefined;
}
