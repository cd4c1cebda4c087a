/** Arguments of this subject's component, built from the stack and the current run. */

import { objectId } from "../cluster/objects.ts";
import { secretOutputs } from "../cluster/secret.ts";
import type { PomeriumConfig } from "./config.ts";
import type { LivePomerium } from "./live.ts";
import { namespace } from "./names.ts";
import type { PomeriumArgs } from "./Pomerium.ts";
import { type StorageConfig, storeOf } from "./storage.ts";

/** Values of the current run that Pomerium needs. */
export interface PomeriumEnvironment {
  /** Folder that `prepareManifests` returned. */
  overlayDirectory: string;
  /** Public address of the sign-in pages in the current phase. */
  authenticateUrl: string;
  /** Secrets of the certificates that Pomerium itself serves, in its namespace. */
  certificates: readonly { secretName: string }[];
  live: {
    pomerium: Pick<LivePomerium, "existing" | "foreign" | "storage"> & Partial<Pick<LivePomerium, "forced">>;
  };
}

/** Arguments of the component `Pomerium`. */
export function pomeriumArgs(
  { version, identityProvider, session, storage, settings }: PomeriumConfig,
  { certificates, live, ...run }: PomeriumEnvironment,
): PomeriumArgs {
  const { existing, foreign, forced, storage: current } = live.pomerium;
  return {
    ...run,
    certificates: certificates.map(({ secretName }) => objectId({ namespace, name: secretName })),
    version,
    session,
    identityProvider: secretOutputs(identityProvider),
    storage: stored(storage),
    ...(Object.keys(settings).length > 0 ? { settings } : {}),
    live: { existing, foreign, ...(forced ? { forced } : {}), ...(current ? { storage: current } : {}) },
  };
}

/** The component's part of the storage. The manifests have the rest. */
function stored(storage: StorageConfig): PomeriumArgs["storage"] {
  if (!("postgres" in storage)) return { [storeOf(storage)]: {} } as PomeriumArgs["storage"];
  const { replicas: _, ...database } = storage.postgres;
  return { postgres: secretOutputs(database) };
}
