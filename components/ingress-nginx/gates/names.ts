/**
 * Gates: conditions of the live cluster that must hold before ingress-nginx is removed, because there is no way back.
 * The stack file can override each gate by its name, with a reason.
 */
export const gateNames = [
  "phase",
  "hosts",
  "traffic",
  "installer",
  "issuers",
  "canaries",
  "owners",
  "secrets",
] as const;

export type GateName = (typeof gateNames)[number];
