import * as pulumi from "@pulumi/pulumi";
import { goTo, up } from "../../stack-file/commands.ts";
import { ReadOnlyApi } from "../cluster/api.ts";
import type { ClusterAddress } from "../cluster/kubeconfig.ts";
import { type ObjectRef, objectId, typeToken } from "../cluster/objects.ts";
import { objectPath } from "./kinds.ts";

/** What decides whether an object of ingress-nginx may be deleted. */
export interface Keeping {
  /** Name of the stack, for the messages. */
  stack: string;
  phase: string;
  /**
   * Objects of ingress-nginx in the cluster. Undefined when the stack file has no `ingressNginx`, so that they were not
   * looked for.
   */
  live: readonly ObjectRef[] | undefined;
  /** Objects that stay when the rest is removed. */
  stays: readonly ObjectRef[];
}

/** Name of the hook. Pulumi shows it with a refusal, so it states the rule. */
export const hookName = "ingress-nginx stays until the phase is retired";

/**
 * Refuses to delete an adopted object too early, whether the program no longer has it or a `pulumi destroy` asks for it.
 * The hook is registered in every run, because resources in the state name it.
 *
 * Pulumi's own `protect` does not fit. It is a flag in the state, so it would also refuse the `up` that retires. It
 * would also refuse every `up` after somebody has deleted an object by hand.
 */
export function keepUntilRetired(keeping: Keeping, cluster: ClusterAddress): pulumi.ResourceHook {
  // One connection for all objects: the context may have to run a program for its credentials.
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

/** Whether the object is gone, because somebody has deleted it by hand. Pulumi may then forget it. */
async function isDeleted(connect: () => Promise<ReadOnlyApi>, { type, id }: ManagedObject): Promise<boolean> {
  const [name, namespace] = id.split("/").reverse() as [string, string?];
  const path = objectPath({ kind: kindOf(type), name, ...(namespace === undefined ? {} : { namespace }) });
  if (path === undefined) return false;
  return (await (await connect()).findMetadata(path)) === undefined;
}

const kindOf = (type: string): string => type.split(":").at(-1) ?? "";

/** Why an existing object is not deleted; undefined when it may be deleted. */
export function refusalToDelete(
  { stack, phase, live, stays }: Keeping,
  { urn, type, id }: ManagedObject,
): string | undefined {
  const is = (object: ObjectRef): boolean => typeToken(object) === type && objectId(object) === id;
  const what = `${kindOf(type)} ${id}`;
  if (live === undefined)
    return `${what} belongs to ingress-nginx; put \`ingressNginx\` back into Pulumi.${stack}.yaml until the phase is retired`;
  if (!live.some(is))
    return `${what} was adopted as part of ingress-nginx and is not recognised as that any more, so it stays. If only its class has changed, the next run releases it; to make Pulumi forget it now: pulumi state delete --stack ${stack} --target-dependents '${urn}'`;
  if (phase !== "retired")
    return `${what} stays while ${stack} is in ${phase}: traffic may depend on it. To remove ingress-nginx: ${goTo(stack, "retired")}`;
  return stays.some(is)
    ? `${what} stays, because it holds objects that do not belong to ingress-nginx; ${up(stack)} removes the rest`
    : undefined;
}
