import * as pulumi from "@pulumi/pulumi";
import { App } from "./components/apps/App.ts";
import { Verify } from "./components/apps/Verify.ts";
import { takenOver } from "./components/certificates/checks.ts";
import { DnsIssuer } from "./components/certificates/DnsIssuer.ts";
import { HostCertificate } from "./components/certificates/HostCertificate.ts";
import { hasOwnCertificate, sharedCertificates } from "./components/certificates/wanted.ts";
import { objectLabel } from "./components/cluster/objects.ts";
import { recordPhase } from "./components/cluster/phase-record.ts";
import { clusterProvider } from "./components/cluster/provider.ts";
import { adoption } from "./components/ingress-nginx/adoption.ts";
import { IngressNginx } from "./components/ingress-nginx/IngressNginx.ts";
import { keepUntilRetired } from "./components/ingress-nginx/keep.ts";
import { existingIngresses, existingVerify } from "./components/pomerium/checks.ts";
import { prepareManifests } from "./components/pomerium/manifests.ts";
import * as names from "./components/pomerium/names.ts";
import { Pomerium } from "./components/pomerium/Pomerium.ts";
import { carriedHosts } from "./components/tunnels/carried-hosts.ts";
import { accessRoutes } from "./policies/access/routes.ts";
import { announce } from "./stack/announce.ts";
import { loadFromPulumi, secretOutput, secretOutputs } from "./stack/load-from-pulumi.ts";
import { phaseEffects } from "./stack/phases.ts";
import { preflight } from "./stack/preflight.ts";
import { isVerify } from "./stack/preflight-problems.ts";
import { plainly } from "./stack/refusal.ts";

// Nothing is registered before all of this has succeeded.
const stack = loadFromPulumi();
const [findings, overlayDirectory] = await plainly(
  Promise.all([preflight(stack), prepareManifests(stack.pomerium)]),
);
const phase = phaseEffects(stack);
await pulumi.log.info(announce(stack, findings, phase));

const provider = clusterProvider({ ...stack.cluster, uid: findings.cluster.uid });
const { version, identityProvider, session, storage } = stack.pomerium;

const { zones, ...issuance } = stack.certificates;
const issuer = new DnsIssuer(
  "issuer",
  { ...issuance, zones: secretOutputs(zones), live: findings.certificates },
  { provider },
);
/** Zones whose certificates are proven: a first one has been issued in each. */
export const canaries = issuer.canaries;

const pomerium = new Pomerium(
  "pomerium",
  {
    version,
    overlayDirectory,
    authenticateUrl: phase.authenticateUrl,
    identityProvider: { ...identityProvider, clientSecret: secretOutput(identityProvider.clientSecret) },
    storage:
      "postgres" in storage
        ? { postgres: { connection: secretOutput(storage.postgres.connection) } }
        : { pebble: {} },
    session,
    certificates: sharedCertificates(stack).map(({ secretName }) => `${names.namespace}/${secretName}`),
    live: {
      namespace: findings.cluster.pomerium.foreignNamespace,
      deployment: findings.cluster.pomerium.deployment,
      bootstrapSecret: findings.cluster.pomerium.foreignBootstrapSecret,
      existing: findings.pomerium.existing,
    },
  },
  { provider },
);

/** A certificate's issuer, and the Certificate itself where the cluster has it already. */
const issued = (host: string, namespace: string, secretName: string) => ({
  issuer: issuer.issuerFor(host),
  ...takenOver(findings.certificates, namespace, secretName),
});

/** What a phase is made of, beside what it removes. */
const parts: pulumi.Resource[] = [issuer, pomerium];

for (const { name, host, ...certificate } of sharedCertificates(stack))
  parts.push(
    new HostCertificate(
      name,
      {
        ...certificate,
        namespace: pomerium.namespace,
        ...issued(host, names.namespace, certificate.secretName),
      },
      { provider },
    ),
  );

/** Where each app answers, once it does. */
export const urls: Record<string, pulumi.Output<string>> = {};
for (const app of stack.apps) {
  if (isVerify(app)) {
    const jwksEndpoint = `${phase.origin(app.host)}/.well-known/pomerium/jwks.json`;
    parts.push(
      new Verify(
        "verify-service",
        { namespace: pomerium.namespace, jwksEndpoint, live: existingVerify(findings.pomerium) },
        { provider },
      ),
    );
  }
  const deployed = new App(
    app.name,
    {
      host: app.host,
      namespace: app.namespace === names.namespace ? pomerium.namespace : app.namespace,
      service: app.service,
      access: accessRoutes(app.access),
      route: app.route,
      pomeriumVersion: version,
      ingressClass: pomerium.ingressClass,
      existing: existingIngresses(findings.pomerium, app),
      ...(hasOwnCertificate(stack, app)
        ? { certificate: { secretName: app.tlsSecret, ...issued(app.host, app.namespace, app.tlsSecret) } }
        : {}),
    },
    { provider },
  );
  urls[app.name] = deployed.url.apply(() => phase.origin(app.host));
  parts.push(deployed);
}

// Cloudflare's SDK takes as long to load as all else together, and a cluster without a tunnel has no use for it.
if (stack.tunnels.length > 0) {
  const { Tunnel } = await import("./components/tunnels/Tunnel.ts");
  for (const tunnel of stack.tunnels) {
    const { name, accountId, tunnelId, zoneId, extraRules, connector } = tunnel;
    const deployed = new Tunnel(
      name,
      {
        accountId,
        tunnelId,
        zoneId,
        extraRules,
        connector,
        apiToken: secretOutput(tunnel.apiToken),
        records: findings.tunnels.records[name],
        routes: carriedHosts(stack, tunnel).map(({ host, origin, servedBy, app }) => {
          const served = app ? urls[app.name]! : pomerium.ingressClass;
          // A host moves only once Pomerium serves it.
          return { host, origin: servedBy === "Pomerium" ? served.apply(() => origin) : origin };
        }),
      },
      { provider },
    );
    parts.push(deployed);
  }
}

// Adopted as it is while traffic may depend on it; from `retired` on it is no longer here, and so Pulumi removes it.
const { adopt, released, ...keeping } = adoption(phase.ingressNginx, findings.ingressNginx, findings.cluster);
const beforeDelete = keepUntilRetired({ stack: stack.name, phase: stack.phase, ...keeping }, stack.cluster);
if (adopt.length + released.length > 0)
  await new IngressNginx("ingress-nginx", { objects: adopt, released, beforeDelete }, { provider }).adopted;

const { record } = findings.cluster;
recordPhase(
  {
    phase: stack.phase,
    // In `retired`, still what there was: a removal that is interrupted is known by it.
    adopted: phase.ingressNginx === "kept" ? adopt.map(objectLabel) : (record?.adopted ?? []),
    namespace: pomerium.namespace,
    exists: record !== undefined,
  },
  { provider, dependsOn: parts },
);

/** Where people sign in, and what the identity provider must know for that. */
export const authenticate = { url: pomerium.authenticateUrl, redirectUri: phase.redirectUri };
/** Whether the running Pomerium has reported that its settings are in force. */
export const ready = pomerium.ready;
/** What the program cannot do itself. */
export const byHand = phase.byHand;
export const wayBack = phase.wayBack;
