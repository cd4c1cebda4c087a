import type { PomeriumConfig } from "./config.ts";
import { overlay } from "./overlay.ts";
import { defaultCacheDirectory, resolveUpstream } from "./upstream.ts";
import { writeOverlay } from "./write-overlay.ts";

/**
 * The manifests that Pomerium is deployed from: upstream's, as pinned, under the overlay that the stack asks
 * for. Both are kept in the user's cache, so that a later preview needs no network.
 *
 * @returns The folder of the overlay.
 * @throws UpstreamError with the mending edit or command.
 */
export async function prepareManifests(pomerium: PomeriumConfig): Promise<string> {
  const { version, commit, source, storage, resources, loadBalancerIP } = pomerium;
  const upstream = await resolveUpstream({
    version,
    ...(commit ? { commit } : {}),
    ...(source ? { source } : {}),
  });
  const files = overlay({
    version,
    storage: "pebble" in storage ? storage : { postgres: { replicas: storage.postgres.replicas } },
    resources,
    service: { loadBalancerIP },
  });
  return writeOverlay(files, upstream.directory, defaultCacheDirectory());
}
