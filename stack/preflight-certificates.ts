import {
  certificateConflict,
  issuerChange,
  ownCertificate,
  withoutSolver,
} from "../components/certificates/checks.ts";
import { wantedIssuance } from "../components/certificates/issuer-objects.ts";
import { issuerSpec, type SolverName } from "../components/certificates/issuer-spec.ts";
import { type LiveIssuance, readIssuance } from "../components/certificates/live.ts";
import { hasOwnCertificate, sharedCertificates } from "../components/certificates/shared.ts";
import { resolveWebhook } from "../components/certificates/webhook.ts";
import type { ReadOnlyApi } from "../components/cluster/api.ts";
import { pomeriumNamespace } from "../components/cluster/names.ts";
import type { Problem } from "../stack-file/problems.ts";
import type { Stack } from "./stack.ts";

/** What a run finds of certificates in the cluster and makes of it. */
export interface CertificateReport {
  live: LiveIssuance;
  /** How the ClusterIssuer changes, and what that leaves behind; a line each. */
  changes: string[];
  problems: Problem[];
}

/**
 * Looks at what issues the cluster's certificates before anything is registered: an issuer that is there is taken
 * over, and the renewals of everything else in the cluster may depend on it.
 *
 * @throws ClusterError when the cluster does not answer.
 */
export async function inspectCertificates(stack: Stack, api: ReadOnlyApi): Promise<CertificateReport> {
  return certificateReport(stack, await readIssuance(api, wantedIssuance(stack.certificates)));
}

export function certificateReport(stack: Stack, live: LiveIssuance): CertificateReport {
  const { issuer, server, email, zones, webhook } = stack.certificates;
  if (!live.certManager)
    return {
      live,
      changes: [],
      problems: [
        {
          at: "certificates",
          message: "cert-manager is not installed in this cluster",
          mend: `kubectl --context ${stack.cluster.context} api-resources --api-group cert-manager.io`,
        },
      ],
    };
  const after = issuerSpec({
    server,
    email,
    accountKey: live.issuer?.acme?.accountKey ?? issuer,
    zones: Object.fromEntries(
      Object.entries(zones).map(([zone, { solver }]): [string, SolverName] => [zone, solver]),
    ),
    webhook: resolveWebhook(webhook),
    ingressClass: "pomerium",
  });
  const left = live.issuer?.foreign ? withoutSolver(live, issuer, Object.keys(zones)) : [];
  return {
    live,
    changes: [
      ...issuerChange(issuer, live.issuer, after),
      ...left.map(
        ({ namespace, name, dnsNames, notAfter }) =>
          `! not renewed any more: ${namespace}/${name} (${dnsNames.join(", ")})${notAfter ? `, valid until ${notAfter}` : ""}; add its zone to certificates.zones`,
      ),
    ],
    problems: conflicts(stack, live),
  };
}

function conflicts(stack: Stack, live: LiveIssuance): Problem[] {
  const shared = sharedCertificates(stack).map(({ secretName }) => ({
    at: "pomerium",
    namespace: pomeriumNamespace,
    secretName,
  }));
  const own = stack.apps
    .filter((app) => hasOwnCertificate(stack, app))
    .map(({ at, namespace, tlsSecret }) => ({
      at: `${at}.tls.secretName`,
      namespace,
      secretName: tlsSecret,
    }));
  return [...shared, ...own].flatMap(({ at, ...wanted }) => {
    const message = certificateConflict(live, wanted);
    return message === undefined ? [] : [{ at, message }];
  });
}

/** The Certificate that writes to a Secret already, as `HostCertificate` takes it. */
export function existingCertificate(
  live: LiveIssuance,
  namespace: string,
  secretName: string,
): { existing?: string; certificateName?: string } {
  const found = ownCertificate(live, { namespace, secretName });
  if (found === undefined) return {};
  const { name } = found;
  return { existing: `${namespace}/${name}`, ...(name === secretName ? {} : { certificateName: name }) };
}
