import { X509Certificate } from "node:crypto";
import type { Api, KubernetesObject } from "../cluster/api.ts";
import { selfSigned } from "../cluster/x509.ts";
import { syncCertificates } from "./cert-manager-shim.ts";
import {
  mayPost,
  type Solver,
  type Surroundings,
  selectSolver,
  solverProblem,
  type WebhookPod,
} from "./cert-manager-solvers.ts";
import { type Controller, type Log, startController, type View } from "./controller.ts";
import { controllerName, isRunning, workloads } from "./ingress-nginx-workload.ts";
import {
  type Certificate,
  type Ingress,
  type IngressClass,
  type IssuanceCondition,
  isGoing,
  type Secret,
  secretValue,
} from "./objects.ts";

interface Issuer extends KubernetesObject {
  spec?: { acme?: { server: string; email?: string; solvers?: Solver[] } };
  status?: { conditions?: IssuanceCondition[]; acme?: { uri?: string; lastRegisteredEmail?: string } };
}

type Watched = {
  certificates: Certificate;
  clusterIssuers: Issuer;
  issuers: Issuer;
  secrets: Secret;
  pods: WebhookPod;
  bindings: KubernetesObject;
  ingresses: Ingress;
  classes: IngressClass;
  nginx: KubernetesObject;
};

const GROUP = "/apis/cert-manager.io/v1";
/** Namespace where cert-manager looks for the Secrets of a ClusterIssuer. */
const NAMESPACE = "cert-manager";

/**
 * Stand-in for cert-manager and for the services that it uses.
 *
 * Imitates: an ACME server that registers every account, and DNS providers that accept every token. A webhook answers
 * while its pod is ready. A router leads HTTP-01 challenges to the controller of the solver's class. A self-signed
 * certificate is issued when each name has a solver in the issuer and that solver finds all it needs in the cluster.
 * Ingresses that name an issuer get their Certificates.
 *
 * Does not imitate: orders, challenges, renewal, rate limits, or the spec of issuers that are not ACME. Those issue
 * every certificate.
 */
export function startCertManager(api: Api, log?: Log): Controller {
  return startController<Watched>({
    name: "cert-manager",
    api,
    log,
    watches: {
      certificates: `${GROUP}/certificates`,
      clusterIssuers: `${GROUP}/clusterissuers`,
      issuers: `${GROUP}/issuers`,
      secrets: "/api/v1/secrets",
      pods: "/api/v1/pods",
      // Watched only to notice a right that is granted late.
      bindings: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
      ingresses: "/apis/networking.k8s.io/v1/ingresses",
      classes: "/apis/networking.k8s.io/v1/ingressclasses",
      nginx: workloads,
    },
    reconcile: async (view) => {
      const { certificates, clusterIssuers, issuers, ingresses } = view;
      for (const ingress of ingresses.list()) await syncCertificates(api, ingress, certificates.list());
      const idle = [...clusterIssuers.list(), ...issuers.list()].filter(
        (issuer) => !isRegistered(issuer) && !isGoing(issuer),
      );
      await Promise.all(idle.map((issuer) => register(api, issuer)));
      for (const certificate of certificates.list())
        if (!isGoing(certificate)) await syncCertificate(api, certificate, view);
    },
  });
}

/** Issues a certificate, or writes into its status why that is not possible. */
async function syncCertificate(api: Api, certificate: Certificate, view: View<Watched>): Promise<void> {
  const { clusterIssuers, issuers, secrets, pods, classes, nginx } = view;
  const { metadata, spec } = certificate;
  const { kind = "Issuer", name } = spec.issuerRef;
  const isClusterWide = kind === "ClusterIssuer";
  const issuer = isClusterWide ? clusterIssuers.get(undefined, name) : issuers.get(metadata.namespace, name);
  if (issuer === undefined) return;
  const secret = secrets.get(metadata.namespace, spec.secretName);
  if (isIssued(secret, certificate)) {
    if (!isMarkedReady(certificate)) await markReady(api, certificate, "Ready", { notAfter: expiry(secret) });
    return;
  }
  const problem = await issuanceProblem(certificate, issuer, {
    secret: (each) => secrets.get(isClusterWide ? NAMESPACE : metadata.namespace, each),
    pods: pods.list(),
    mayPost: (group) => mayPost(api, group),
    serves: (name) => {
      const { spec } = classes.get(undefined, name) ?? {};
      return spec?.controller === controllerName ? isRunning(nginx) : spec !== undefined;
    },
  });
  if (problem === undefined) await issue(api, certificate);
  else await markFailed(api, certificate, problem);
}

/** Why a certificate is not issued; undefined if it is issued. */
async function issuanceProblem(
  { metadata, spec }: Certificate,
  issuer: Issuer,
  surroundings: Surroundings,
): Promise<string | undefined> {
  const { acme } = issuer.spec ?? {};
  if (acme === undefined) return undefined;
  for (const name of new Set([...(spec.commonName ? [spec.commonName] : []), ...(spec.dnsNames ?? [])])) {
    const solver = selectSolver(acme.solvers ?? [], name, metadata.labels);
    if (solver === undefined)
      return `${name}: no configured challenge solvers can be used for this challenge`;
    const problem = await solverProblem(solver, surroundings);
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}

/** Whether the ACME account is registered as the spec says. For other issuers: whether they are ready. */
function isRegistered(issuer: Issuer): boolean {
  const { acme } = issuer.spec ?? {};
  if (acme === undefined) return isMarkedReady(issuer);
  const { uri, lastRegisteredEmail } = issuer.status?.acme ?? {};
  return isMarkedReady(issuer) && uri === accountOf(acme) && lastRegisteredEmail === acme.email;
}

/** Marks an issuer ready, with the generation that was seen, as cert-manager does at every sync. */
async function register(api: Api, issuer: Issuer): Promise<void> {
  const { acme } = issuer.spec ?? {};
  if (acme === undefined) return markReady(api, issuer, "IsReady");
  const account = { uri: accountOf(acme), lastRegisteredEmail: acme.email };
  await markReady(api, issuer, "ACMEAccountRegistered", { acme: account });
}

function accountOf({ server }: { server: string }): string {
  return `${new URL(server).origin}/acme/acct/1`;
}

function namesOf({ spec }: Certificate): string[] {
  const { commonName, dnsNames = [], ipAddresses = [] } = spec;
  return [...new Set([...(commonName === undefined ? [] : [commonName]), ...dnsNames, ...ipAddresses])];
}

/** Whether the Secret holds a certificate as requested, from the issuer that the Certificate names. */
function isIssued(secret: Secret | undefined, certificate: Certificate): boolean {
  const annotations = secret?.metadata.annotations ?? {};
  const { name, kind = "Issuer" } = certificate.spec.issuerRef;
  return (
    covers(secret, namesOf(certificate)) &&
    annotations["cert-manager.io/issuer-name"] === name &&
    annotations["cert-manager.io/issuer-kind"] === kind
  );
}

/** Whether the Secret holds a certificate for exactly these names. */
function covers(secret: Secret | undefined, names: string[]): boolean {
  const text = secret && secretValue(secret, "tls.crt");
  if (text === undefined || secret?.type !== "kubernetes.io/tls") return false;
  try {
    const altNames = new X509Certificate(text).subjectAltName ?? "";
    const held = altNames.split(", ").map((entry) => entry.slice(entry.indexOf(":") + 1));
    return held.sort().join() === names.toSorted().join();
  } catch {
    return false;
  }
}

function expiry(secret: Secret | undefined): string | undefined {
  const text = secret && secretValue(secret, "tls.crt");
  return text && new Date(new X509Certificate(text).validTo).toISOString().replace(/\.\d+/, "");
}

async function issue(api: Api, certificate: Certificate): Promise<void> {
  const { metadata, spec } = certificate;
  const names = namesOf(certificate);
  const live = await api.find<Secret>(`/api/v1/namespaces/${metadata.namespace}/secrets/${spec.secretName}`);
  // Issued a moment ago; the watch has not reported it yet.
  if (isIssued(live, certificate)) return;
  const { certificate: chain, privateKey } = selfSigned({ names });
  const secret: Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: spec.secretName,
      namespace: metadata.namespace,
      labels: { "controller.cert-manager.io/fao": "true" },
      annotations: {
        "cert-manager.io/certificate-name": metadata.name,
        "cert-manager.io/issuer-name": spec.issuerRef.name,
        "cert-manager.io/issuer-kind": spec.issuerRef.kind ?? "Issuer",
      },
    },
    type: "kubernetes.io/tls",
    data: {
      "tls.crt": Buffer.from(chain).toString("base64"),
      "tls.key": Buffer.from(privateKey).toString("base64"),
    },
  };
  await api.apply(secret);
}

/** Whether the Ready condition is true for the current generation. */
function isMarkedReady({ metadata, status }: Issuer | Certificate): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" && ready.observedGeneration === metadata.generation;
}

async function markReady(
  api: Api,
  object: Issuer | Certificate,
  reason: string,
  rest: Record<string, unknown> = {},
): Promise<void> {
  const message = "by the sandbox's stand-in for cert-manager";
  const conditions = [condition(object, "True", reason, message)];
  await api.mergePatch(`${await api.path(object)}/status`, { status: { ...rest, conditions } });
}

/** Writes into the Certificate's status why it is not issued, unless the status already says so. */
async function markFailed(api: Api, certificate: Certificate, message: string): Promise<void> {
  const before = certificate.status?.conditions?.find(({ type }) => type === "Ready");
  if (before?.message === message && before.observedGeneration === certificate.metadata.generation) return;
  const conditions = [condition(certificate, "False", "DoesNotExist", message)];
  await api.mergePatch(`${await api.path(certificate)}/status`, { status: { conditions } });
}

function condition(
  { metadata }: KubernetesObject,
  status: "True" | "False",
  reason: string,
  message: string,
): object {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
  const observedGeneration = metadata.generation;
  return { type: "Ready", status, reason, message, lastTransitionTime, observedGeneration };
}
