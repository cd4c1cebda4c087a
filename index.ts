import * as pulumi from "@pulumi/pulumi";
import { App } from "./components/apps/App.ts";
import { appArgs, verifyArgs } from "./components/apps/args.ts";
import { Verify } from "./components/apps/Verify.ts";
import { takenOver } from "./components/certificates/checks.ts";
import { DnsIssuer } from "./components/certificates/DnsIssuer.ts";
import { HostCertificate } from "./components/certificates/HostCertificate.ts";
import { hasOwnCertificate, sharedCertificates } from "./components/certificates/wanted.ts";
import { pomeriumNamespace } from "./components/cluster/names.ts";
import { objectLabel } from "./components/cluster/objects.ts";
import { recordPhase } from "./components/cluster/phase-record.ts";
import { clusterProvider } from "./components/cluster/provider.ts";
import { secretOutput, secretOutputs } from "./components/cluster/secret.ts";
import { adoption } from "./components/ingress-nginx/adoption.ts";
import { IngressNginx } from "./components/ingress-nginx/IngressNginx.ts";
import { keepUntilRetired } from "./components/ingress-nginx/keep.ts";
import { pomeriumArgs } from "./components/pomerium/args.ts";
import { prepareManifests } from "./components/pomerium/manifests.ts";
import { Pomerium } from "./components/pomerium/Pomerium.ts";
import { isMade, tunnelArgs } from "./components/tunnels/args.ts";
import { readMemory } from "./components/tunnels/memory.ts";
import { memoryAfter } from "./components/tunnels/remember.ts";
import { announce } from "./stack/announce.ts";
import { loadFromPulumi } from "./stack/load-from-pulumi.ts";
import { phaseEffects } from "./stack/phases.ts";
import { preflight } from "./stack/preflight.ts";
import { plainly } from "./stack/refusal.ts";

// Nothing is registered before all of this has succeeded.
const stack = loadFromPulumi();
const [findings, overlayDirectory] = await plainly(Promise.all([preflight(stack), prepareManifests(stack)]));
const phase = phaseEffects(stack);
await pulumi.log.info(announce(stack, findings, phase));

const opts = { provider: clusterProvider({ ...stack.cluster, uid: findings.cluster.uid }) };

const { zones, ...issuance } = stack.certificates;
const issuer = new DnsIssuer(
  "issuer",
  { ...issuance, zones: secretOutputs(zones), live: findings.certificates },
  opts,
);

const pomerium = new Pomerium(
  "pomerium",
  pomeriumArgs(stack.pomerium, {
    overlayDirectory,
    authenticateUrl: phase.authenticateUrl,
    certificates: sharedCertificates(stack).map(({ secretName }) => `${pomeriumNamespace}/${secretName}`),
    live: findings.pomerium,
  }),
  opts,
);

/** A certificate's issuer, and the Certificate itself where the cluster has it already. */
const issued = (host: string, namespace: string, secretName: string) => ({
  issuer: issuer.issuerFor(host),
  ...takenOver(findings.certificates, namespace, secretName),
});
const shared = sharedCertificates(stack).map(
  ({ name, host, ...certificate }) =>
    new HostCertificate(
      name,
      {
        ...certificate,
        namespace: pomerium.namespace,
        ...issued(host, pomeriumNamespace, certificate.secretName),
      },
      opts,
    ),
);

const run = {
  pomeriumNamespace: pomerium.namespace,
  ingressClass: pomerium.ingressClass,
  pomeriumVersion: stack.pomerium.version,
  origin: phase.origin,
  live: findings.cluster,
};
const verify = verifyArgs(stack.apps, run, findings.pomerium);
const page = verify && new Verify("verify-service", verify, opts);

const apps = stack.apps.map((app) => {
  const certificate = hasOwnCertificate(stack, app)
    ? new HostCertificate(
        app.name,
        {
          namespace: app.namespace === pomeriumNamespace ? pomerium.namespace : app.namespace,
          secretName: app.tlsSecret,
          dnsNames: [app.host],
          ...issued(app.host, app.namespace, app.tlsSecret),
        },
        opts,
      )
    : undefined;
  return new App(app.name, appArgs(app, { ...run, secretName: certificate?.secretName }), opts);
});
/** Where each app answers, once it does. */
export const urls = Object.fromEntries(stack.apps.map(({ name }, i) => [name, apps[i]!.url]));

const memory = readMemory(findings.cluster.record?.tunnels);
/** Tunnels that the stack made: name → id. */
const made: Record<string, pulumi.Output<string>> = {};
// Cloudflare's SDK takes as long to load as all else together, and a cluster without a tunnel has no use for it.
const tunnels: pulumi.Resource[] = [];
if (stack.tunnels.length > 0) {
  const { Tunnel } = await import("./components/tunnels/Tunnel.ts");
  for (const tunnel of stack.tunnels) {
    const args = tunnelArgs(stack, tunnel, {
      live: findings.tunnels.live[tunnel.name]!,
      memory,
      apiToken: secretOutput(tunnel.apiToken),
      served: ({ app }) => (app ? urls[app.name]! : pomerium.ingressClass),
    });
    const deployed = new Tunnel(tunnel.name, args, opts);
    if (isMade(tunnel, memory)) made[tunnel.name] = deployed.tunnelId;
    tunnels.push(deployed);
  }
}

// Adopted as it is while traffic may depend on it; from `retired` on it is no longer here, and so Pulumi removes it.
const { adopt, released, ...keeping } = adoption(
  phase.ingressNginx,
  stack.ingressNginx && findings.ingressNginx,
  findings.cluster,
);
const beforeDelete = keepUntilRetired({ stack: stack.name, phase: stack.phase, ...keeping }, stack.cluster);
if (adopt.length + released.length > 0)
  await new IngressNginx("ingress-nginx", { objects: adopt, released, beforeDelete }, opts).adopted;

const { record } = findings.cluster;
recordPhase(
  {
    phase: stack.phase,
    // In `retired`, still what there was: a removal that is interrupted is known by it.
    adopted: phase.ingressNginx === "kept" ? adopt.map(objectLabel) : (record?.adopted ?? []),
    ...(stack.tunnels.length === 0
      ? {}
      : {
          tunnels: pulumi
            .all(made)
            .apply((tunnels) => memoryAfter(stack, findings.tunnels.live, memory, tunnels)),
        }),
    namespace: pomerium.namespace,
    exists: record !== undefined,
  },
  { ...opts, dependsOn: [issuer, pomerium, ...shared, ...(page ? [page] : []), ...apps, ...tunnels] },
);

/** Zones whose certificates are proven: a first one has been issued in each. */
export const canaries = issuer.canaries;
/** Where people sign in, and what the identity provider must know for that. */
export const authenticate = { url: pomerium.authenticateUrl, redirectUri: phase.redirectUri };
/** Whether the running Pomerium has reported that its settings are in force. */
export const ready = pomerium.ready;
/** What the program cannot do itself. */
export const byHand = phase.byHand;
export const wayBack = phase.wayBack;
