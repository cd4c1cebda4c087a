import type { LiveIssuance } from "../../../../components/certificates/live.ts";

/** A cluster with cert-manager and nothing else of certificates; each part can then be changed. */
export function issuance(more: Partial<LiveIssuance> = {}): LiveIssuance {
  return {
    certManager: true,
    issuers: [],
    releases: [],
    existing: [],
    forced: [],
    certificates: [],
    apiServices: [],
    ...more,
  };
}
