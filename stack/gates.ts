import { canariesGate } from "../components/certificates/gates/canaries.ts";
import type { CertificateGateInput } from "../components/certificates/gates/input.ts";
import { issuersGate } from "../components/certificates/gates/issuers.ts";
import { ownersGate } from "../components/certificates/gates/owners.ts";
import { secretsGate } from "../components/certificates/gates/secrets.ts";
import type { LiveIssuance } from "../components/certificates/live.ts";
import type { LiveCluster } from "../components/cluster/live.ts";
import type { PomeriumStatus } from "../components/cluster/pomerium-status.ts";
import type { Item, ReadinessRow } from "../components/cluster/readiness.ts";
import { hostsGate } from "../components/ingress-nginx/gates/hosts.ts";
import { installerGate } from "../components/ingress-nginx/gates/installer.ts";
import { type GateName, gateNames } from "../components/ingress-nginx/gates/names.ts";
import { phaseGate } from "../components/ingress-nginx/gates/phase.ts";
import { trafficGate } from "../components/ingress-nginx/gates/traffic.ts";
import type { LiveIngressNginx } from "../components/ingress-nginx/live.ts";
import { hasNoEffect, isRemoved, stayingIngresses } from "../components/ingress-nginx/removal-state.ts";
import type { Traffic } from "../components/ingress-nginx/traffic.ts";
import type { Problem } from "../stack-file/problems.ts";
import type { Stack } from "./stack.ts";

/** Input of the gates. All of it is read before the run registers anything. */
export interface GateInput {
  stack: Stack;
  cluster: LiveCluster;
  pomerium: PomeriumStatus;
  nginx: LiveIngressNginx;
  issuance: LiveIssuance;
  /** What answers the public hosts. Without it, the gate `traffic` is left out. */
  traffic?: Traffic;
}

/** A row that the stack file can override by its name. */
export interface Gate extends ReadinessRow {
  name: GateName;
}

const gateItems: Record<GateName, (input: GateInput) => Item[]> = {
  phase: phaseGate,
  hosts: hostsGate,
  traffic: (input) => trafficGate({ traffic: {}, ...input }),
  installer: installerGate,
  issuers: (input) => issuersGate(ofCertificates(input)),
  canaries: (input) => canariesGate(ofCertificates(input)),
  owners: (input) => ownersGate(ofCertificates(input)),
  secrets: (input) => secretsGate(ofCertificates(input)),
};

/** The part that the gates of certificates need. */
export function ofCertificates({ stack, cluster, nginx, issuance }: GateInput): CertificateGateInput {
  return { stack, issuance, leaving: nginx, staying: stayingIngresses(nginx, cluster) };
}

/** Gates about single objects. They still matter while a removal goes on. */
const duringRemoval: readonly GateName[] = ["phase", "hosts", "owners"];

/**
 * The gates before `retired`, and whether they hold in the live cluster. Empty when ingress-nginx is removed or has no
 * effect any more. A canary that fails next year must not prevent a change to an app.
 *
 * A removal that has begun has passed all gates. When it goes on, only the gates about single objects are checked
 * again. A remaining Ingress may have a host that Pomerium no longer serves, or a Certificate that something has come
 * to need. The other gates mean nothing while ingress-nginx is half removed.
 */
export function gates(input: GateInput): Gate[] {
  if (isRemoved(input.nginx) || hasNoEffect(input.nginx, input.cluster)) return [];
  const overrides = input.stack.ingressNginx?.override ?? {};
  const goesOn = input.cluster.record?.phase === "retired" && input.stack.phase === "retired";
  const names = goesOn ? duringRemoval : gateNames.filter((name) => isAsked(name, input));
  return names.map((name) => {
    const override = overrides[name];
    return { name, items: gateItems[name](input), ...(override === undefined ? {} : { override }) };
  });
}

/** Whether a gate has a row: hosts are asked only before the removal, and few clusters have an installer. */
function isAsked(name: GateName, { traffic, nginx }: GateInput): boolean {
  if (name === "traffic") return traffic !== undefined;
  return name !== "installer" || nginx.installers.length > 0;
}

/** The items that prevent `retired`, if the stack asks for it. Overridden gates prevent nothing. */
export function gateProblems({ phase }: Pick<Stack, "phase">, rows: readonly ReadinessRow[]): Problem[] {
  if (phase !== "retired") return [];
  return rows
    .filter(({ override }) => override === undefined)
    .flatMap(({ name, items }) =>
      items
        .filter(({ ok }) => !ok)
        .map(({ subject, note, at = "phase", fix }) => ({
          at,
          message: `gate ${name}: ${subject}${note === undefined ? "" : `: ${note}`}`,
          ...(fix === undefined ? {} : { fix }),
        })),
    );
}
