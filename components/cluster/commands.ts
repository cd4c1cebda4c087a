import { quoted } from "../../stack-file/commands.ts";
import type { Cluster } from "./config.ts";
import type { ObjectOfKind } from "./objects.ts";

/** A `kubectl` command for a cluster, to be copied from a message. An export may have no context. */
export function kubectl({ context }: Partial<Pick<Cluster, "context">>, command: string): string {
  return `kubectl ${context === undefined ? "" : `--context ${quoted(context)} `}${command}`;
}

/** The command that deletes an object. */
export function kubectlDelete(
  cluster: Pick<Cluster, "context">,
  { kind, namespace, name }: ObjectOfKind,
): string {
  const place = namespace === undefined ? "" : ` --namespace ${namespace}`;
  return kubectl(cluster, `delete ${kind.toLowerCase()}${place} ${name}`);
}
