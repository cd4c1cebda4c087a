import type { Ingress, IngressBackend, Lookup } from "./objects.ts";
import { secretValue } from "./objects.ts";
import { checkAnnotations, PREFIX, secretsOf } from "./pomerium-annotations.ts";

/**
 * Why Pomerium makes no route for an Ingress; undefined if it makes one.
 *
 * One rule is stricter than in the real Pomerium: a port number that the Service does not have is an error. The real
 * one would send requests to that port, and the sandbox has no traffic that would show the mistake.
 *
 * @param minor Minor version of the running Pomerium, the x of 0.x.
 */
export function checkIngress(ingress: Ingress, lookup: Lookup, minor?: number): string | undefined {
  const { metadata, spec } = ingress;
  const namespace = metadata.namespace ?? "";
  const annotations = metadata.annotations ?? {};
  const solver = metadata.labels?.["acme.cert-manager.io/http01-solver"] === "true";
  return (
    checkAnnotations(annotations, minor) ??
    checkReferencedSecrets(namespace, annotations, lookup) ??
    (solver ? undefined : checkTls(namespace, spec.tls, lookup)) ??
    checkRules(namespace, ingress, lookup)
  );
}

function checkTls(namespace: string, tls: Ingress["spec"]["tls"], lookup: Lookup): string | undefined {
  for (const { secretName } of tls ?? []) {
    if (secretName === undefined) continue;
    const secret = lookup.secret(namespace, secretName);
    if (secret === undefined)
      return `tls: get secret ${namespace}/${secretName}: Secret "${secretName}" not found`;
    if (secret.type !== "kubernetes.io/tls") {
      return `tls: secret ${namespace}/${secretName}: expected secret type kubernetes.io/tls, got ${secret.type}`;
    }
  }
  return undefined;
}

function checkReferencedSecrets(
  namespace: string,
  annotations: Record<string, string>,
  lookup: Lookup,
): string | undefined {
  for (const { name, annotation, type, keys } of secretsOf(annotations)) {
    const secret = lookup.secret(namespace, name);
    if (secret === undefined) return `tls: get secret ${namespace}/${name}: Secret "${name}" not found`;
    if (type !== undefined && secret.type !== type) {
      return `annotation ${PREFIX}${annotation} secret is expected to have type ${type}, got ${secret.type}`;
    }
    const missing = keys.find((key) => secretValue(secret, key) === undefined);
    if (missing !== undefined) {
      return `annotation ${PREFIX}${annotation} references secret ${name}, key ${missing} has no data`;
    }
  }
  return undefined;
}

function checkRules(namespace: string, { metadata, spec }: Ingress, lookup: Lookup): string | undefined {
  const emptyHostAllowed =
    metadata.annotations?.[`${PREFIX}subtle_allow_empty_host`]?.toLowerCase() === "true";
  for (const { host, http } of spec.rules ?? []) {
    if (!host && !emptyHostAllowed) {
      return `ingress rule has empty host; if this is intentional, set the annotation ${PREFIX}subtle_allow_empty_host=true`;
    }
    if (http === undefined) return "rules.http is required";
    for (const { pathType, backend } of http.paths) {
      if (pathType === undefined) return "pathType is required";
      const problem = checkBackend(namespace, backend, lookup);
      if (problem !== undefined) return problem;
    }
  }
  const paths = (spec.rules ?? []).flatMap(({ host, http }) =>
    (http?.paths ?? []).map(({ path = "" }) => `Host:${host} Path:${path}`),
  );
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) return `indexing new routes: duplicate route {${twice}}`;
  return spec.defaultBackend && checkBackend(namespace, spec.defaultBackend, lookup);
}

function checkBackend(namespace: string, { service }: IngressBackend, lookup: Lookup): string | undefined {
  if (service === undefined) return "service must be specified";
  const live = lookup.service(namespace, service.name);
  if (live === undefined) {
    return `refers to service ${namespace}/${service.name}: failed to get service information`;
  }
  const { number, name } = service.port ?? {};
  const found = live.spec.ports?.some((port) => (name ? port.name === name : port.port === number));
  return found ? undefined : `could not find port ${name ?? number} on service ${service.name}`;
}
