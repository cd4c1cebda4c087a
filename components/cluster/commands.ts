import { quoted } from "../../stack-file/commands.ts";
import type { Cluster } from "./config.ts";
import type { ObjectOfKind } from "./objects.ts";

/** The cluster that a command is for. An export may have no context. */
export type CommandAddress = Partial<Pick<Cluster, "context">>;

/** A `kubectl` command for a cluster, to be copied from a message. */
export function kubectl({ context }: CommandAddress, command: string): string {
  return `kubectl ${context === undefined ? "" : `--context ${quoted(context)} `}${command}`;
}

/** The command that deletes an object. */
export function kubectlDelete(cluster: CommandAddress, { kind, namespace, name }: ObjectOfKind): string {
  const place = namespace === undefined ? "" : ` --namespace ${namespace}`;
  return kubectl(cluster, `delete ${kind.toLowerCase()}${place} ${name}`);
}
