import type { Cluster } from "../components/cluster/config.ts";
import type { Directory } from "../policies/access/people.ts";
import type { Catalogue } from "../policies/catalogue/catalogue.ts";

/**
 * What an app is checked against. A part of the stack file that is broken itself is undefined, and what
 * depends on it goes unchecked, so that one mistake is told once.
 */
export interface Context {
  domain?: string | undefined;
  zones?: readonly string[] | undefined;
  directory?: Directory | undefined;
  exposure?: Cluster["exposure"] | undefined;
  /** Pomerium's tag. */
  version?: string | undefined;
  authenticateHost?: string | undefined;
  catalogue: Catalogue;
}
