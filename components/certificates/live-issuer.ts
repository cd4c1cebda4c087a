import { isMadeByThisProgram } from "../cluster/foreign.ts";
import type { ObjectMetadata } from "../cluster/objects.ts";
import { type Conditions, isReady } from "./live-object.ts";
import type { LiveSolver } from "./solvers/solver.ts";

/** A ClusterIssuer or an Issuer of the cluster. */
export interface LiveIssuer {
  name: string;
  /** Namespace of an Issuer. Absent for a ClusterIssuer. */
  namespace?: string;
  /** Whether somebody else made it. */
  foreign: boolean;
  /** Whether its ACME account is registered. */
  ready: boolean;
  /** Set for an issuer whose certificates no browser trusts by itself. */
  untrusted?: "selfSigned" | "ca";
  /** Absent for another kind of issuer. */
  acme?: {
    server: string;
    email: string;
    /** Secret with the key of the ACME account. */
    accountKey: string;
    /** Key in that Secret. Absent for cert-manager's default. */
    accountKeyKey?: string;
    /** All other fields, for example `externalAccountBinding` or `preferredChain`. */
    others?: Record<string, unknown>;
    solvers: LiveSolver[];
  };
}

/** cert-manager's object of either kind. */
export interface LiveIssuerObject {
  metadata: ObjectMetadata;
  spec?: {
    acme?: {
      server?: string;
      email?: string;
      privateKeySecretRef?: { name?: string; key?: string };
      solvers?: LiveSolver[];
    } & Record<string, unknown>;
    selfSigned?: object;
    ca?: object;
  };
  status?: Conditions;
}

/** What the program must know of an issuer. */
export function liveIssuer({ metadata, spec, status }: LiveIssuerObject): LiveIssuer {
  const acme = spec?.acme;
  const { server: _, email: __, privateKeySecretRef: ___, solvers: ____, ...others } = acme ?? {};
  return {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    foreign: !isMadeByThisProgram(metadata),
    ready: isReady(status),
    ...(spec?.selfSigned === undefined
      ? spec?.ca === undefined
        ? {}
        : { untrusted: "ca" as const }
      : { untrusted: "selfSigned" as const }),
    ...(acme === undefined
      ? {}
      : {
          acme: {
            server: acme.server ?? "",
            email: acme.email ?? "",
            accountKey: acme.privateKeySecretRef?.name ?? metadata.name,
            ...(acme.privateKeySecretRef?.key ? { accountKeyKey: acme.privateKeySecretRef.key } : {}),
            solvers: acme.solvers ?? [],
            ...(Object.keys(others).length > 0 ? { others } : {}),
          },
        }),
  };
}
