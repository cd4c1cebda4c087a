import { kubectl } from "../../cluster/commands.ts";
import { pomeriumNamespace } from "../../cluster/names.ts";
import { objectId } from "../../cluster/objects.ts";
import type { Item } from "../../cluster/readiness.ts";
import { type GateInput, goesWith, stayingIngresses } from "../../ingress-nginx/gates/gate.ts";
import { hasOwnCertificate, sharedCertificates } from "../shared.ts";

/**
 * No Certificate goes with an nginx Ingress while its Secret is still needed. The Secret stays, so nobody would notice
 * until it runs out.
 */
export function ownersGate(input: GateInput): Item[] {
  const needed = needs(input);
  return input.issuance.certificates.flatMap((certificate): Item[] => {
    const ingress = goesWith(input.nginx, certificate);
    if (ingress === undefined) return [];
    const { namespace, name, secretName } = certificate;
    const subject = `Certificate ${objectId(certificate)}`;
    const need = needed.get(objectId({ namespace, name: secretName }));
    if (need === undefined) return [{ subject, ok: true, note: `goes with Ingress ${ingress.name}` }];
    return [
      {
        subject,
        ok: false,
        ...(need.at === undefined ? {} : { at: need.at }),
        note: `goes with Ingress ${ingress.name}, but ${need.by.join(", ")} still needs Secret ${secretName}; make it nobody's, and cert-manager leaves it so`,
        mend: kubectl(
          input.stack.cluster,
          `patch certificate --namespace ${namespace} ${name} --type json --patch '[{"op":"remove","path":"/metadata/ownerReferences"}]'`,
        ),
      },
    ];
  });
}

interface Need {
  by: string[];
  /** Key path of the Secret's name, where the stack file has one. */
  at?: string;
}

/** `namespace/name` of each Secret that is needed once ingress-nginx is gone → by whom. */
function needs(input: GateInput): Map<string, Need> {
  const needed = new Map<string, Need>();
  const need = (namespace: string, name: string, by: string, at?: string): void => {
    const secret = objectId({ namespace, name });
    const before = needed.get(secret);
    needed.set(secret, { ...before, by: [...(before?.by ?? []), by], ...(at === undefined ? {} : { at }) });
  };
  for (const app of input.stack.apps)
    if (hasOwnCertificate(input.stack, app))
      need(app.namespace, app.tlsSecret, `app ${app.name}`, `${app.at}.tls.secretName`);
  for (const { name, secretName } of sharedCertificates(input.stack))
    need(pomeriumNamespace, secretName, `Pomerium (${name})`);
  for (const ingress of stayingIngresses(input))
    for (const { secretName } of ingress.tls)
      if (secretName !== undefined) need(ingress.namespace, secretName, `Ingress ${objectId(ingress)}`);
  return needed;
}
