import * as pulumi from "@pulumi/pulumi";
import { App } from "./components/apps/App.ts";
import { appArgs, verifyArgs } from "./components/apps/args.ts";
import { Verify } from "./components/apps/Verify.ts";
import { certificateArgs, issuerArgs } from "./components/certificates/args.ts";
import { DnsIssuer } from "./components/certificates/DnsIssuer.ts";
import { formerly, HostCertificate } from "./components/certificates/HostCertificate.ts";
import {
  certificateFor,
  secretId,
  sharedCertificates,
  wantedCertificates,
} from "./components/certificates/wanted.ts";
import { forceTakenOver } from "./components/cluster/forced.ts";
import { recordPhase } from "./components/cluster/phase-record.ts";
import { clusterProvider } from "./components/cluster/provider.ts";
import { adoption } from "./components/ingress-nginx/adoption.ts";
import { adoptIngressNginx } from "./components/ingress-nginx/IngressNginx.ts";
import { pomeriumArgs } from "./components/pomerium/args.ts";
import { prepareManifests } from "./components/pomerium/manifests.ts";
import { Pomerium } from "./components/pomerium/Pomerium.ts";
import { deployTunnels } from "./components/tunnels/deploy.ts";
import { announce } from "./stack/announce.ts";
import { proofInForce } from "./stack/in-force.ts";
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

const issuer = new DnsIssuer("issuer", issuerArgs(stack, live.certificates, live.ingressNginx), opts);

const { authenticateUrl, origin } = phase;
const certificates = sharedCertificates(stack);
const pomerium = new Pomerium(
  "pomerium",
  pomeriumArgs(stack.pomerium, { overlayDirectory, authenticateUrl, certificates, live: live.pomerium }),
  opts,
);

const run = {
  pomeriumNamespace: pomerium.namespace,
  ingressClass: pomerium.ingressClass,
  pomeriumVersion: stack.pomerium.version,
  origin,
  live: live.cluster,
};

const wanted = wantedCertificates(stack);
const hosts = wanted.map((each) => {
  const args = certificateArgs(each, issuer, pomerium.namespace, live.certificates);
  return new HostCertificate(secretId(each), args, { ...opts, aliases: [formerly(each)] });
});
const secretNames = new Map(wanted.map((each, i) => [secretId(each), hosts[i]!.secretName]));

/** The Secret of the certificate that serves a host, once it is issued. */
const issued = (host: string) => secretNames.get(secretId(certificateFor(stack, host)))!;

const verify = verifyArgs(stack.apps, run, live.pomerium);
const pages = verify ? [new Verify("verify-service", verify, opts)] : [];

const apps = stack.apps.map((app) => new App(app.name, appArgs(app, { ...run, secretNames, issued }), opts));
/** Address of each app, once the app answers. */
export const urls = Object.fromEntries(stack.apps.map(({ name }, i) => [name, apps[i]!.url]));

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
  { ...opts, dependsOn: [issuer, pomerium, ...hosts, ...pages, ...apps, ...tunnels] },
);

/** Zone → its certificate, once one has been issued there. */
export const { canaries } = issuer;
/** Address of the sign-in pages, and the redirect URI to register with the identity provider. */
export const authenticate = { url: pomerium.authenticateUrl, redirectUri: phase.redirectUri };
/** Whether the running Pomerium reports that its settings are in force. */
export const { ready } = pomerium;
/** What a person must do, and the command that takes this phase back. */
export const { byHand, wayBack } = phase;
