import type { LiveIssuance } from "../../../../components/certificates/live.ts";
import type { LiveIssuer } from "../../../../components/certificates/live-issuer.ts";

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

/** An issuer that somebody made by hand, which solves challenges through ingress-nginx. */
export const handMadeIssuer: LiveIssuer = {
  name: "letsencrypt-prod",
  foreign: true,
  // Its account stays registered whatever the solvers are.
  ready: true,
  acme: {
    server: "https://acme.example.com/directory",
    email: "old@example.org",
    accountKey: "account",
    solvers: [{ http01: { ingress: { class: "nginx" } } }],
  },
};
