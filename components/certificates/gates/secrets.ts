import { covers } from "../../../stack-file/hosts.ts";
import { kubectl } from "../../cluster/commands.ts";
import { ingressName, openIngressName, pomeriumIngressClass } from "../../cluster/names.ts";
import { objectId } from "../../cluster/objects.ts";
import type { Item } from "../../cluster/readiness.ts";
import type { CertificateGateInput } from "./input.ts";

/**
 * Every Secret that Pomerium serves a host with has a certificate for that host. Where several Ingresses share one,
 * cert-manager asks for the names of the first alone, and Pomerium serves the rest with it all the same; as long as
 * ingress-nginx serves those hosts too, nobody sees it.
 */
export function secretsGate(input: CertificateGateInput): Item[] {
  return [...served(input)].map(([secret, hosts]): Item => {
    const writers = input.issuance.certificates.filter(
      ({ namespace, secretName }) => objectId({ namespace, name: secretName }) === secret,
    );
    const names = writers.flatMap(({ dnsNames }) => dnsNames);
    const bare = [...hosts.keys()].filter((host) => !covers(names, host));
    const subject = `Secret ${secret}`;
    // What no Certificate writes is somebody's own; as one host's, that is theirs to answer for.
    if (bare.length === 0 || (writers.length === 0 && hosts.size === 1)) return { subject, ok: true };
    const app = bare.map((host) => hosts.get(host)).find((at) => at !== undefined);
    const [namespace = ""] = secret.split("/");
    const found =
      writers.length === 0
        ? `no Certificate writes it, and ${bare.join(", ")} share it`
        : `${writers.map(({ name }) => `Certificate ${name}`).join(", ")} is for ${names.join(", ")}, not for ${bare.join(", ")}`;
    return {
      subject,
      ok: false,
      ...(app === undefined ? {} : { at: `${app}.tls.secretName` }),
      note: `${found}; give each host a Secret of its own`,
      mend: kubectl(input.stack.cluster, `get ingress,certificate --namespace ${namespace} --output wide`),
    };
  });
}

/** `namespace/name` of each Secret of Pomerium's Ingresses → its hosts, each with the key path of the app. */
function served(input: CertificateGateInput): Map<string, Map<string, string | undefined>> {
  const apps = new Map(
    input.stack.apps.flatMap(({ namespace, name, at }) =>
      [ingressName(name), openIngressName(name)].map((own) => [objectId({ namespace, name: own }), at]),
    ),
  );
  const secrets = new Map<string, Map<string, string | undefined>>();
  for (const ingress of input.staying) {
    if (ingress.ingressClass !== pomeriumIngressClass) continue;
    for (const { hosts, secretName } of ingress.tls) {
      if (secretName === undefined) continue;
      const secret = objectId({ namespace: ingress.namespace, name: secretName });
      const known = secrets.get(secret) ?? new Map<string, string | undefined>();
      for (const host of hosts.length > 0 ? hosts : ingress.rules.map((rule) => rule.host))
        known.set(host, apps.get(objectId(ingress)));
      secrets.set(secret, known);
    }
  }
  return secrets;
}
