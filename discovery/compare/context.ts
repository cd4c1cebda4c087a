import type { Place } from "../../components/apps/places.ts";

/** What the comparison of one request depends on, besides the answers. */
export interface Context {
  stack: string;
  /** Host of the sign-in pages. */
  authenticateHost: string;
  /** Port of Pomerium in the phase coexist. */
  coexistPort: number;
  /** Headers that Pomerium's settings add to every response. */
  responseHeaders: Readonly<Record<string, string>>;
  /** Whether there is no time limit for the arrival of a whole request. */
  readsForever: boolean;
  /** The place of the app that answers the path; absent for the sign-in pages. */
  place?: Place | undefined;
  /** Whether the app takes over from an Ingress of ingress-nginx. */
  replaces: boolean;
}
