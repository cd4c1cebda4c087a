import * as pulumi from "@pulumi/pulumi";
import { deployApps } from "./components/apps/deploy.ts";
import { deployCertificates, deployIssuer } from "./components/certificates/deploy.ts";
import { sharedCertificates } from "./components/certificates/wanted.ts";
import { deployCluster } from "./components/cluster/deploy.ts";
import { recordPhase } from "./components/cluster/phase-record.ts";
import { sent } from "./components/cluster/sent.ts";
import { deployIngressNginx } from "./components/ingress-nginx/deploy.ts";
import { deployIsolation } from "./components/network-policies/deploy.ts";
import { deployPomerium } from "./components/pomerium/deploy.ts";
import { prepareManifests } from "./components/pomerium/manifests.ts";
import { deployTunnels } from "./components/tunnels/deploy.ts";
import { announce } from "./stack/announce.ts";
import { proofInForce } from "./stack/in-force.ts";
import { isolationPolicies } from "./stack/isolation.ts";
import { loadFromPulumi } from "./stack/load-from-pulumi.ts";
import { phaseEffects } from "./stack/phases.ts";
import { preflight } from "./stack/preflight.ts";
import { refusing } from "./stack/refusal.ts";

// Nothing is registered before all of this has succeeded.
const stack = loadFromPulumi();
const [live, overlayDirectory] = await refusing(Promise.all([preflight(stack), prepareManifests(stack)]));
const phase = phaseEffects(stack);
const { authenticateUrl, origin, ingressNginx: fate } = phase;
await pulumi.log.info(announce(stack, live, phase, { isPreview: pulumi.runtime.isDryRun() }));

const opts = await sent(deployCluster(stack.cluster, live));
const issuer = await sent(deployIssuer(stack, live, opts));
const shared = { overlayDirectory, authenticateUrl, certificates: sharedCertificates(stack) };
const pomerium = await sent(deployPomerium(stack.pomerium, { ...shared, live }, opts));
const certificates = await deployCertificates(stack, { issuer, pomerium, live }, opts);
const apps = await deployApps(stack.apps, { pomerium, certificates, origin, live }, opts);
const isolation = await deployIsolation(isolationPolicies(stack, live, fate), live.network, opts);
const tunnels = await deployTunnels(stack, { apps, pomerium, certificates, live }, opts);
// Adopted unchanged while traffic may depend on it. From `retired` on it is not in the program, so Pulumi removes it.
const adopted = await deployIngressNginx(stack, { fate, live }, opts);

const deployed = [issuer, { resources: [pomerium] }, certificates, apps, { resources: isolation }, tunnels];
const record = { adopted, tunnels: tunnels.memory, proof: proofInForce(stack), pomerium, live };
recordPhase(stack, record, { ...opts, dependsOn: deployed.flatMap(({ resources }) => resources) });

/** Address of each app, once the app answers. */
export const { urls } = apps;
/** Zone → its certificate, once one has been issued there. */
export const { canaries } = issuer;
/** Address of the sign-in pages, and the redirect URI to register with the identity provider. */
export const authenticate = { url: pomerium.authenticateUrl, redirectUri: phase.redirectUri };
/** Whether the running Pomerium reports that its settings are in force. */
export const { settingsInForce } = pomerium;
/** The steps that a person must take, and the command that takes this phase back. */
export const { byHand, wayBack } = phase;
