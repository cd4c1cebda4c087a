import { ingressAnnotations } from "../../../components/apps/ingress.ts";
import { canarySecret, issuerSpec } from "../../../components/certificates/issuer-spec.ts";
import type { LiveIssuance } from "../../../components/certificates/live.ts";
import type { LiveCertificate } from "../../../components/certificates/live-certificate.ts";
import type { LiveIssuer } from "../../../components/certificates/live-issuer.ts";
import { hasOwnCertificate } from "../../../components/certificates/wanted.ts";
import type { LiveIngress } from "../../../components/cluster/live.ts";
import { ingressName, openIngressName } from "../../../components/cluster/names.ts";
import { objectLabel } from "../../../components/cluster/objects.ts";
import { leavingObjects } from "../../../components/ingress-nginx/live.ts";
import { accessRoutes } from "../../../policies/access/routes.ts";
import type { GateInput } from "../../../stack/gates.ts";
import type { Stack } from "../../../stack/stack.ts";
import { nginxWith } from "../components/ingress-nginx/nginx.ts";
import { goodStack, parse, put } from "./base.ts";

/** A stack that asks for `retired`, overrides nothing and abandons nothing. */
export function stackOf(edits: Record<string, unknown> = {}): Stack {
  const raw = put(goodStack(), "ingressNginx", { helmRelease: "ingress-nginx", address: "192.168.0.171" });
  for (const [path, value] of Object.entries({ phase: "retired", ...edits })) put(raw, path, value);
  return parse(raw);
}

export function ingress(
  namespace: string,
  name: string,
  hosts: string[],
  more: Partial<LiveIngress> = {},
): LiveIngress {
  return {
    namespace,
    name,
    ingressClass: "nginx",
    annotations: {},
    rules: hosts.map((host) => ({ host, paths: [{ path: "/", exact: false }] })),
    tls: [],
    anyHost: false,
    solver: false,
    ...more,
  };
}

/** The Ingresses that an `up` of the stack has left. */
export function deployed(stack: Stack): LiveIngress[] {
  return stack.apps.flatMap((app) =>
    accessRoutes(app.access)
      .filter((one) => one !== undefined)
      .map(({ paths, authorization }, i) => ({
        namespace: app.namespace,
        name: i === 0 ? ingressName(app.name) : openIngressName(app.name),
        ingressClass: "pomerium",
        annotations: ingressAnnotations({ authorization, route: app.route, pomeriumVersion: "v0.33.1" }),
        rules: [{ host: app.host, paths: [...paths] }],
        tls: hasOwnCertificate(stack, app) ? [{ hosts: [app.host], secretName: app.tlsSecret }] : [],
        anyHost: false,
        solver: false,
      })),
  );
}

export function certificate(
  namespace: string,
  name: string,
  dnsNames: string[],
  more: Partial<LiveCertificate> = {},
): LiveCertificate {
  return {
    namespace,
    name,
    secretName: name,
    dnsNames,
    clusterIssuer: "letsencrypt-prod",
    ready: true,
    ...more,
  };
}

/** The ClusterIssuer as the stack writes it. */
function issuerOf({ certificates }: Stack): LiveIssuer {
  const { issuer, server, email, zones, webhook } = certificates;
  const { acme } = issuerSpec({
    issuer,
    server,
    email,
    accountKey: issuer,
    zones,
    webhook,
    ingressClass: "pomerium",
  });
  return {
    name: issuer,
    foreign: false,
    ready: true,
    acme: { server, email, accountKey: issuer, solvers: acme.solvers },
  };
}

/** The answer of a host that Pomerium serves. */
export const pomeriumAnswers = { isPomerium: true, note: "answered by Pomerium" };

/** Flux, which would install ingress-nginx again. */
export const installer = {
  label: "HelmRelease network/ingress-nginx",
  isSuspended: false,
  note: "Flux puts back what is removed",
  command: "patch helmrelease",
};

/** A cluster in which everything is ready for `retired`: each part can then be spoilt. */
export function ready(stack: Stack = stackOf()): GateInput {
  const own = deployed(stack);
  const old = ingress("komga", "komga-ingress", ["komga.example.org"], {
    tls: [{ hosts: ["komga.example.org"], secretName: "tls-secret" }],
  });
  const nginx = nginxWith([old], { installers: [{ ...installer, isSuspended: true }] });
  const issuer = issuerOf(stack);
  const issuance: LiveIssuance = {
    certManager: true,
    issuer,
    issuers: [issuer],
    releases: ["cert-manager-webhook-porkbun"],
    existing: [],
    forced: [],
    apiServices: [],
    certificates: [
      ...stack.apps.map((app) => certificate(app.namespace, app.tlsSecret, [app.host])),
      ...Object.keys(stack.certificates.zones).map((zone) =>
        certificate(stack.certificates.namespace, canarySecret(zone), [`canary.${zone}`]),
      ),
      certificate("pomerium", "pomerium-auth-tls", [stack.pomerium.authenticateHost]),
      certificate("komga", "tls-secret", ["komga.example.org"], { owner: "Ingress komga-ingress" }),
    ],
  };
  const settings = {
    reconciled: true,
    current: true,
    warnings: [],
    ingress: Object.fromEntries(
      own.map(({ namespace, name }) => [`${namespace}/${name}`, { reconciled: true }]),
    ),
  };
  const cluster = {
    uid: "3f1c0f5e-7d0a-4d6e-8a51-0c2f3b1d9e77",
    record: { phase: "cutover", adopted: leavingObjects(nginx).map(objectLabel) },
    services: [],
    ingresses: [...own, old],
  };
  return {
    stack,
    cluster,
    pomerium: { readyReplicas: 1, settings },
    nginx,
    issuance,
    traffic: { "komga.example.org": pomeriumAnswers },
  };
}

/** What does not hold: `subject: note`. */
export function failing(items: readonly { subject: string; ok: boolean; note?: string }[]): string[] {
  return items.filter(({ ok }) => !ok).map(({ subject, note }) => `${subject}: ${note}`);
}
