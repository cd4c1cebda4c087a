import type { Cluster } from "./config.ts";
import type { ObjectOfKind } from "./objects.ts";

/** A `kubectl` command for the stack's cluster, to be copied from a message. */
export function kubectl({ context }: Pick<Cluster, "context">, command: string): string {
  return `kubectl --context ${context} ${command}`;
}

/** The command that deletes an object. */
export function kubectlDelete(
  cluster: Pick<Cluster, "context">,
  { kind, namespace, name }: ObjectOfKind,
): string {
  const place = namespace === undefined ? "" : ` --namespace ${namespace}`;
  return kubectl(cluster, `delete ${kind.toLowerCase()}${place} ${name}`);
}
