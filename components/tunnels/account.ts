import type { ReadOnlyCloudflare } from "./api.ts";
import type { LiveTunnel } from "./live.ts";
import { readTunnel } from "./read.ts";

/** The objects that a token may see at Cloudflare: zones, and the tunnels of their accounts. */
export interface LiveAccount {
  zones: { id: string; name: string }[];
  tunnels: AccountTunnel[];
}

/** A tunnel with its rules. */
export interface AccountTunnel extends NonNullable<LiveTunnel["tunnel"]> {
  accountId: string;
  tunnelId: string;
}

/**
 * Reads every zone that a token may see, and every tunnel of the zones' accounts.
 *
 * @throws CloudflareError
 */
export async function readAccount(cloudflare: ReadOnlyCloudflare): Promise<LiveAccount> {
  const zones = await cloudflare.list<{ id: string; name: string; account?: { id?: string } }>("/zones");
  const accounts = [...new Set(zones.flatMap(({ account }) => account?.id ?? []))];
  const tunnels = await Promise.all(
    accounts.map(async (accountId) => {
      const all = await cloudflare.list<{ id: string; deleted_at?: string | null }>(
        `/accounts/${accountId}/cfd_tunnel`,
      );
      return Promise.all(
        all
          .filter(({ deleted_at }) => !deleted_at)
          .map(async ({ id: tunnelId }): Promise<AccountTunnel[]> => {
            const live = await readTunnel(cloudflare, { accountId, tunnelId, zoneId: {} }, []);
            return live?.tunnel === undefined ? [] : [{ accountId, tunnelId, ...live.tunnel }];
          }),
      );
    }),
  );
  return { zones: zones.map(({ id, name }) => ({ id, name })), tunnels: tunnels.flat(2) };
}
