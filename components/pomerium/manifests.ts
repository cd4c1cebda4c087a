import type { PomeriumConfig } from "./config.ts";
import { overlay } from "./overlay.ts";
import { defaultCacheDirectory, resolveUpstream } from "./upstream.ts";
import { writeOverlay } from "./write-overlay.ts";

/** Values that the manifests depend on. */
export interface ManifestOptions {
  /** Name of the stack. */
  name: string;
  pomerium: Pick<PomeriumConfig, "version" | "commit" | "source" | "storage" | "resources" | "address">;
}

/**
 * Prepares the manifests that Pomerium is deployed from: upstream's pinned release under the stack's overlay. Both are
 * kept in the user's cache, so that a later preview needs no network.
 *
 * @returns The folder of the overlay.
 * @throws UpstreamError with the edit or command that fixes it.
 */
export async function prepareManifests({ name, pomerium }: ManifestOptions): Promise<string> {
  const { version, commit, source, storage, resources, address } = pomerium;
  const upstream = await resolveUpstream({
    stack: name,
    version,
    ...(commit ? { commit } : {}),
    ...(source ? { source } : {}),
  });
  const files = overlay({ version, storage, resources, address });
  return writeOverlay(files, upstream.directory, defaultCacheDirectory());
}
