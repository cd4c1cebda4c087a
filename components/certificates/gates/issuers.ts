import { goTo } from "../../../stack-file/commands.ts";
import { few } from "../../../stack-file/text.ts";
import { kubectl } from "../../cluster/commands.ts";
import { objectId } from "../../cluster/objects.ts";
import type { Item } from "../../cluster/readiness.ts";
import { describeSolver } from "../announce.ts";
import { goesWith, leaves } from "../leaving.ts";
import type { LiveCertificate } from "../live-certificate.ts";
import type { LiveIssuer } from "../live-issuer.ts";
import { mayAnswer } from "../solver-selection.ts";
import type { CertificateGateInput } from "./input.ts";

/** No issuer needs ingress-nginx for its challenges. Otherwise nobody renews its certificates after the removal. */
export function issuersGate(input: CertificateGateInput): Item[] {
  const acme = input.issuance.issuers.filter((issuer) => issuer.acme !== undefined);
  return [...acme.map((issuer) => issuerItem(input, issuer)), ...overridden(input)];
}

function issuerItem(input: CertificateGateInput, issuer: LiveIssuer): Item {
  const { name, namespace, acme } = issuer;
  const subject = namespace === undefined ? `ClusterIssuer ${name}` : `Issuer ${namespace}/${name}`;
  const solvers = acme!.solvers.filter((solver) => leaves(input.leaving, solver.http01?.ingress, namespace));
  if (solvers.length === 0) return { subject, ok: true };
  const dependent = certificatesOf(input, issuer)
    .filter(({ dnsNames }) => solvers.some((solver) => dnsNames.some((name) => mayAnswer(solver, name))))
    .map(objectId);
  const { issuer: wanted, isExisting } = input.stack.certificates;
  const own = namespace === undefined && name === wanted && !isExisting;
  const kind = namespace === undefined ? "clusterissuer" : `issuer --namespace ${namespace}`;
  return {
    subject,
    ok: false,
    note: [
      solvers.map(describeSolver).join("; "),
      ...(dependent.length > 0 ? [`without ingress-nginx, nobody renews ${few(dependent)}`] : []),
      own ? "this program makes it solve by DNS" : "give it a solver of class pomerium or by DNS",
    ].join("; "),
    ...(own ? { at: "certificates" } : {}),
    fix: own ? goTo(input.stack.name, "cutover") : kubectl(input.stack.cluster, `edit ${kind} ${name}`),
  };
}

/** Certificates of the issuer that stay when ingress-nginx is removed. */
function certificatesOf(
  { issuance, leaving }: CertificateGateInput,
  { name, namespace }: Pick<LiveIssuer, "name" | "namespace">,
): LiveCertificate[] {
  return issuance.certificates
    .filter((each) =>
      namespace === undefined
        ? each.clusterIssuer === name
        : each.namespace === namespace && each.issuer === name,
    )
    .filter((each) => goesWith(leaving, each) === undefined);
}

/** Certificates with an annotation that sends their challenges through ingress-nginx, whatever their issuer says. */
function overridden(input: CertificateGateInput): Item[] {
  return input.issuance.issuers
    .filter(({ acme }) => acme?.solvers.some(({ http01 }) => http01?.ingress !== undefined))
    .flatMap((issuer) => certificatesOf(input, issuer))
    .flatMap(({ namespace, name, http01 = [] }) =>
      http01
        .filter((override) => leaves(input.leaving, override, namespace))
        .map((override) => ({
          subject: `Certificate ${objectId({ namespace, name })}`,
          ok: false,
          note: `its annotation ${override.annotation} sends its challenges through ${override.name ?? override.class}`,
          fix: kubectl(
            input.stack.cluster,
            `annotate certificate --namespace ${namespace} ${name} ${override.annotation}-`,
          ),
        })),
    );
}
