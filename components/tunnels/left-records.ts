import type { LiveTunnels } from "./live.ts";

/**
 * Names the DNS records that this program made in an earlier life of the cluster. Nothing imports a record, so a stack
 * with an empty state would stop at them.
 *
 * @param hasRun Whether the cluster has a record of an earlier run. Then the records belong to the stack's state.
 */
export function leftRecords({ live }: Pick<LiveTunnels, "live">, hasRun: boolean): string[] {
  if (hasRun) return [];
  return Object.entries(live).flatMap(([tunnel, { records }]) => {
    const own = Object.keys(records).filter((host) => records[host]?.own);
    return own.length === 0
      ? []
      : [
          `! ${tunnel}: this program has never finished a run in this cluster, but made DNS records for ${own.join(", ")}. If the state of the stack is empty, delete them at Cloudflare first; the \`up\` makes them again`,
        ];
  });
}
