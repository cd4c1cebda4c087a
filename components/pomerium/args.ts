/** Arguments of this subject's component, built from the stack and the current run. */

import { objectId } from "../cluster/objects.ts";
import { secretOutput } from "../cluster/secret.ts";
import type { PomeriumConfig } from "./config.ts";
import type { LivePomerium } from "./live.ts";
import { namespace } from "./names.ts";
import type { PomeriumArgs } from "./Pomerium.ts";

/** Values of the current run that Pomerium needs. */
export interface PomeriumEnvironment {
  /** Folder that `prepareManifests` returned. */
  overlayDirectory: string;
  /** Public address of the sign-in pages in the current phase. */
  authenticateUrl: string;
  /** Secrets of the certificates that Pomerium itself serves, in its namespace. */
  certificates: readonly { secretName: string }[];
  live: Pick<LivePomerium, "existing" | "foreign">;
}

/** Arguments of the component `Pomerium`. */
export function pomeriumArgs(
  { version, identityProvider, session, storage }: PomeriumConfig,
  { certificates, live: { existing, foreign }, ...run }: PomeriumEnvironment,
): PomeriumArgs {
  return {
    ...run,
    certificates: certificates.map(({ secretName }) => objectId({ namespace, name: secretName })),
    version,
    session,
    identityProvider: { ...identityProvider, clientSecret: secretOutput(identityProvider.clientSecret) },
    storage:
      "postgres" in storage
        ? { postgres: { connection: secretOutput(storage.postgres.connection) } }
        : { pebble: {} },
    live: { existing, foreign },
  };
}
