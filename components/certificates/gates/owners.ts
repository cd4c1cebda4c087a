import { kubectl } from "../../cluster/commands.ts";
import { objectId } from "../../cluster/objects.ts";
import type { Item } from "../../cluster/readiness.ts";
import { goesWith } from "../leaving.ts";
import { wantedCertificates } from "../wanted.ts";
import type { CertificateGateInput } from "./input.ts";

/**
 * No Certificate is deleted with its nginx Ingress while its Secret is still needed. The Secret itself stays, so nobody
 * would notice before the certificate expires.
 */
export function ownersGate(input: CertificateGateInput): Item[] {
  const needed = neededSecrets(input);
  return input.issuance.certificates.flatMap((certificate): Item[] => {
    const ingress = goesWith(input.leaving, certificate);
    if (ingress === undefined) return [];
    const { namespace, name, secretName } = certificate;
    const subject = `Certificate ${objectId(certificate)}`;
    const need = needed.get(objectId({ namespace, name: secretName }));
    if (need === undefined) return [{ subject, ok: true, note: `is deleted with Ingress ${ingress.name}` }];
    return [
      {
        subject,
        ok: false,
        ...(need.at === undefined ? {} : { at: need.at }),
        note: `is deleted with Ingress ${ingress.name}, but ${need.by.join(", ")} still needs Secret ${secretName}; remove its owner (cert-manager does not add one again)`,
        fix: kubectl(
          input.stack.cluster,
          `patch certificate --namespace ${namespace} ${name} --type json --patch '[{"op":"remove","path":"/metadata/ownerReferences"}]'`,
        ),
      },
    ];
  });
}

interface Need {
  by: string[];
  /** Key path of the Secret's name, if the stack file has it. */
  at?: string;
}

/** The Secrets (`namespace/name`) that are still needed without ingress-nginx, and who needs each. */
function neededSecrets({ stack, staying }: CertificateGateInput): Map<string, Need> {
  const needed = new Map<string, Need>();
  const need = (namespace: string, name: string, by: string, at?: string): void => {
    const secret = objectId({ namespace, name });
    const before = needed.get(secret);
    needed.set(secret, { ...before, by: [...(before?.by ?? []), by], ...(at === undefined ? {} : { at }) });
  };
  for (const { namespace, secretName, by, at } of wantedCertificates(stack))
    need(namespace, secretName, by, at);
  for (const ingress of staying)
    for (const { secretName } of ingress.tls)
      if (secretName !== undefined) need(ingress.namespace, secretName, `Ingress ${objectId(ingress)}`);
  return needed;
}
