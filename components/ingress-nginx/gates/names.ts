/**
 * What must hold of the live cluster before ingress-nginx goes, since there is no way back from there. The stack file
 * can override each by its name, with a reason.
 */
export const gateNames = ["phase", "hosts", "issuers", "canaries", "owners", "secrets"] as const;

export type GateName = (typeof gateNames)[number];
