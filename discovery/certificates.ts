import type { LiveIssuance } from "../components/certificates/live.ts";
import type { LiveIssuer } from "../components/certificates/live-issuer.ts";
import { mayAnswer } from "../components/certificates/solver-selection.ts";
import type { LiveIngress } from "../components/cluster/live.ts";
import { type PlannedZone, zonesOf } from "./zones.ts";

/** What the stack file says about certificates. */
export interface PlannedCertificates {
  /** Address of the ACME account of the cluster's issuer. */
  email?: string;
  /** Its ACME server. */
  server?: string;
  /** The cluster's own issuer. */
  issuer?: {
    name: string;
    /** Whether it can issue for every host without ingress-nginx, so that nothing has to change. */
    isUsable: boolean;
    /** Whether its authority is private: only devices that trust it accept its certificates. */
    isPrivate: boolean;
  };
  zones: PlannedZone[];
}

/** Annotations with which an Ingress names its issuer. */
const clusterIssuer = "cert-manager.io/cluster-issuer";

/** Plans the certificates of some hosts. */
export function planCertificates(
  hosts: readonly string[],
  ingresses: readonly LiveIngress[],
  { issuers }: LiveIssuance,
  known: readonly string[] = [],
): PlannedCertificates {
  // A self-signed certificate proves nothing: such an issuer is there to make an authority.
  const wide = issuers.filter(
    ({ namespace, untrusted }) => namespace === undefined && untrusted !== "selfSigned",
  );
  const issuer = mostUsed(ingresses, wide);
  const zones = zonesOf(hosts, issuer === undefined ? issuers : [issuer, ...issuers], known);
  if (issuer === undefined) return { zones };
  const { acme } = issuer;
  // The sign-in pages need a certificate as well, for a host of one of the zones.
  const wanted = [...hosts, ...zones.map(({ zone }) => `authenticate.${zone}`)];
  return {
    zones,
    issuer: {
      name: issuer.name,
      isUsable: issuer.ready && wanted.every((host) => canIssue(issuer, host)),
      isPrivate: issuer.untrusted === "ca",
    },
    ...(acme?.email ? { email: acme.email } : {}),
    ...(acme?.server ? { server: acme.server } : {}),
  };
}

/** The ClusterIssuer that most Ingresses name; without any, the only one. */
function mostUsed(ingresses: readonly LiveIngress[], issuers: readonly LiveIssuer[]): LiveIssuer | undefined {
  const uses = ({ name }: LiveIssuer): number =>
    ingresses.filter(({ annotations }) => annotations[clusterIssuer] === name).length;
  const [first, second] = [...issuers].sort((one, other) => uses(other) - uses(one));
  return first !== undefined && (uses(first) > 0 || second === undefined) ? first : undefined;
}

/** Whether an issuer can issue a certificate for a host when ingress-nginx is gone. */
function canIssue({ acme }: LiveIssuer, host: string): boolean {
  // An authority of another kind asks no host.
  if (acme === undefined) return true;
  return acme.solvers.some(
    (solver) =>
      solver.dns01 !== undefined &&
      Object.keys(solver.selector?.matchLabels ?? {}).length === 0 &&
      mayAnswer(solver, host),
  );
}
