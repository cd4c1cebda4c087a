/** What the program hands to the component of this subject. */

import type { Input } from "@pulumi/pulumi";
import { secretOutput } from "../cluster/secret.ts";
import type { PomeriumConfig } from "./config.ts";
import type { LivePomerium } from "./live.ts";
import type { PomeriumArgs } from "./Pomerium.ts";

/** What Pomerium needs of the run it is deployed in. */
export interface PomeriumEnvironment {
  /** Folder that `prepareManifests` returned. */
  overlayDirectory: string;
  /** Public address of the sign-in pages in the current phase. */
  authenticateUrl: string;
  /** TLS Secrets that Pomerium itself serves, `namespace/name`. */
  certificates: Input<string>[];
  live: Pick<LivePomerium, "existing" | "foreign">;
}

/** Arguments of the component `Pomerium`. */
export function pomeriumArgs(
  { version, identityProvider, session, storage }: PomeriumConfig,
  { live: { existing, foreign }, ...run }: PomeriumEnvironment,
): PomeriumArgs {
  return {
    ...run,
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
