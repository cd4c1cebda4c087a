import { goTo } from "../../../stack-file/commands.ts";
import { covers } from "../../../stack-file/hosts.ts";
import { kubectl } from "../../cluster/commands.ts";
import { ingressNames, pomeriumIngressClass, pomeriumNamespace } from "../../cluster/names.ts";
import { objectId } from "../../cluster/objects.ts";
import type { Item } from "../../cluster/readiness.ts";
import { type WantedCertificate, wantedCertificates } from "../wanted.ts";
import type { CertificateGateInput } from "./input.ts";

/**
 * Every Secret that Pomerium serves a host with has a certificate for that host, and cert-manager renews it. If several
 * Ingresses share a Secret, cert-manager asks for the names of the first one only. Pomerium then serves the others with
 * a wrong certificate. Nobody notices that while ingress-nginx serves those hosts too.
 */
export function secretsGate(input: CertificateGateInput): Item[] {
  const secrets = served(input);
  const wanted = wantedHere(input, secrets).map((each) => [secretOf(each), wantedItem(input, each)] as const);
  const missing = new Map(wanted.filter(([, { ok }]) => !ok));
  const items = new Map([...secrets].map(([secret, hosts]) => [secret, servedItem(input, secret, hosts)]));
  return [...new Map([...wanted, ...items, ...missing]).values()];
}

/** The stack's own certificates with which Pomerium already serves hosts. */
function wantedHere(
  { stack, staying }: CertificateGateInput,
  secrets: ReadonlyMap<string, unknown>,
): WantedCertificate[] {
  const serves = staying.some(({ ingressClass }) => ingressClass === pomeriumIngressClass);
  return wantedCertificates(stack).filter(
    (wanted) => secrets.has(secretOf(wanted)) || (serves && wanted.namespace === pomeriumNamespace),
  );
}

function secretOf({ namespace, secretName }: Pick<WantedCertificate, "namespace" | "secretName">): string {
  return objectId({ namespace, name: secretName });
}

/** Item for a certificate of the stack. It must exist, have the right hosts, and be issued. */
function wantedItem({ issuance, stack }: CertificateGateInput, wanted: WantedCertificate): Item {
  const { namespace, secretName, dnsNames, by, at } = wanted;
  const subject = `Secret ${secretOf(wanted)}`;
  const writers = issuance.certificates.filter(
    (each) => each.namespace === namespace && each.secretName === secretName,
  );
  const fitting = writers.filter((each) => dnsNames.every((name) => covers(each.dnsNames, name)));
  if (fitting.some(({ ready }) => ready)) return { subject, ok: true };
  const [found] = fitting;
  if (found !== undefined)
    return {
      subject,
      ok: false,
      at,
      note: `Certificate ${found.name} of ${by}: ${found.message ?? "it is not READY yet"}`,
      fix: kubectl(stack.cluster, `describe certificate --namespace ${namespace} ${found.name}`),
    };
  const lacks =
    writers.length === 0
      ? "no Certificate writes it, so nobody renews it"
      : `${writers.map(({ name }) => `Certificate ${name}`).join(", ")} is for ${writers.flatMap((each) => each.dnsNames).join(", ")}, not for ${dnsNames.join(", ")}`;
  // Only with --refresh does Pulumi notice that the object is missing, and create it again.
  return { subject, ok: false, at, note: `${by}: ${lacks}`, fix: goTo(stack.name, "cutover", "--refresh") };
}

function servedItem(
  { issuance, stack }: CertificateGateInput,
  secret: string,
  hosts: ReadonlyMap<string, string | undefined>,
): Item {
  const writers = issuance.certificates.filter((each) => secretOf(each) === secret);
  const names = writers.flatMap(({ dnsNames }) => dnsNames);
  const bare = [...hosts.keys()].filter((host) => !covers(names, host));
  const subject = `Secret ${secret}`;
  // Somebody else writes a Secret that no Certificate writes. A check is possible only if several hosts share it.
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
    fix: kubectl(stack.cluster, `get ingress,certificate --namespace ${namespace} --output wide`),
  };
}

/** `namespace/name` of each Secret of Pomerium's Ingresses → its hosts, each with the key path of the app. */
function served(input: CertificateGateInput): Map<string, Map<string, string | undefined>> {
  const apps = new Map(
    input.stack.apps.flatMap(({ namespace, at, ...app }) =>
      ingressNames(app).map((own) => [objectId({ namespace, name: own }), at]),
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
