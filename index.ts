import * as pulumi from "@pulumi/pulumi";
import { deployApps } from "./components/apps/deploy.ts";
import { deployCertificates, deployIssuer } from "./components/certificates/deploy.ts";
import { sharedCertificates } from "./components/certificates/wanted.ts";
import { forceTakenOver } from "./components/cluster/forced.ts";
import { recordPhase } from "./components/cluster/phase-record.ts";
import { clusterProvider } from "./components/cluster/provider.ts";
import { adoption } from "./components/ingress-nginx/adoption.ts";
import { adoptIngressNginx } from "./components/ingress-nginx/IngressNginx.ts";
import { deployIsolation } from "./components/network-policies/deploy.ts";
import { wantedPolicies } from "./components/network-policies/wanted.ts";
import { pomeriumArgs } from "./components/pomerium/args.ts";
import { prepareManifests } from "./components/pomerium/manifests.ts";
import { Pomerium } from "./components/pomerium/Pomerium.ts";
import { deployTunnels } from "./components/tunnels/deploy.ts";
import { announce } from "./stack/announce.ts";
import { proofInForce } from "./stack/in-force.ts";
import { callersOf } from "./stack/isolation.ts";
import { loadFromPulumi } from "./stack/load-from-pulumi.ts";
import { phaseEffects } from "./stack/phases.ts";
import { preflight } from "./stack/preflight.ts";
import { refusing } from "./stack/refusal.ts";

// Nothing is registered before all of this has succeeded.
const stack = loadFromPulumi();
const [live, overlayDirectory] = await refusing(Promise.all([preflight(stack), prepareManifests(stack)]));
const phase = phaseEffects(stack);
await pulumi.log.info(announce(stack, live, phase));

pulumi.runtime.registerResourceTransform(
  forceTakenOver([...live.pomerium.forced, ...live.certificates.forced]),
);
const opts = { provider: clusterProvider({ ...stack.cluster, uid: live.cluster.uid }) };

const issuer = deployIssuer(stack, live.certificates, live.ingressNginx, opts);

const { authenticateUrl, origin } = phase;
const certificates = sharedCertificates(stack);
const pomerium = new Pomerium(
  "pomerium",
  pomeriumArgs(stack.pomerium, { overlayDirectory, authenticateUrl, certificates, live: live.pomerium }),
  opts,
);

const { secretNames, issued, ...hosts } = deployCertificates(
  stack,
  { issuer, pomeriumNamespace: pomerium.namespace, live: live.certificates },
  opts,
);

const apps = deployApps(
  stack.apps,
  {
    pomeriumNamespace: pomerium.namespace,
    ingressClass: pomerium.ingressClass,
    pomeriumVersion: stack.pomerium.version,
    origin,
    secretNames,
    issued,
    live: live.cluster,
  },
  live.pomerium,
  opts,
);
const callers = callersOf(live.ingressNginx, live.network, phase.ingressNginx);
const isolated = deployIsolation(
  wantedPolicies(stack.isolation, live.cluster.services, callers),
  live.network,
  opts,
);

/** Address of each app, once the app answers. */
export const { urls } = apps;

const { tunnels, memory } = await deployTunnels(
  stack,
  {
    live: live.tunnels.live,
    remembered: live.cluster.record?.tunnels,
    served: ({ app, host }) => (app ? urls[app.name]! : pulumi.all([pomerium.ingressClass, issued(host)])),
  },
  opts,
);

// Adopted unchanged while traffic may depend on it. From `retired` on it is not in the program, so Pulumi removes it.
const nginx = stack.ingressNginx && live.ingressNginx;
const adopted = await adoptIngressNginx(stack, adoption(phase.ingressNginx, nginx, live.cluster), opts);

recordPhase(
  {
    stack,
    proof: proofInForce(stack),
    adopted,
    tunnels: memory,
    namespace: pomerium.namespace,
    record: live.cluster.record,
  },
  {
    ...opts,
    dependsOn: [
      ...issuer.resources,
      pomerium,
      ...hosts.resources,
      ...apps.resources,
      ...isolated,
      ...tunnels,
    ],
  },
);

/** Zone → its certificate, once one has been issued there. */
export const { canaries } = issuer;
/** Address of the sign-in pages, and the redirect URI to register with the identity provider. */
export const authenticate = { url: pomerium.authenticateUrl, redirectUri: phase.redirectUri };
/** Whether the running Pomerium reports that its settings are in force. */
export const { ready } = pomerium;
/** What a person must do, and the command that takes this phase back. */
export const { byHand, wayBack } = phase;
