import type { Api, KubernetesObject } from "../cluster/api.ts";
import { type Controller, type Log, startController, type View } from "./controller.ts";
import { addressesOf, classesOf, classOf, publishAddresses } from "./ingress-class.ts";
import {
  completeWebhook,
  configurations,
  isFresh,
  serveAdmission,
  type WebhookConfiguration,
} from "./ingress-nginx-admission.ts";
import {
  admissionService,
  controllerName,
  isRunning,
  namespace,
  workload,
  workloads,
} from "./ingress-nginx-workload.ts";
import { type Ingress, type IngressClass, isGoing, type Service } from "./objects.ts";

const LEASE = "ingress-nginx-leader";
const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

type Watched = {
  ingresses: Ingress;
  classes: IngressClass;
  services: Service;
  deployments: KubernetesObject;
  leases: KubernetesObject;
  webhooks: WebhookConfiguration;
};

/**
 * Stand-in for ingress-nginx's pods.
 *
 * Imitates, while the Deployment exists: the leader's Lease, and the answers of the admission webhook. The Ingresses of
 * its class get the Service's address in their status. It also does the work of the Jobs that set the webhook up.
 *
 * Does not imitate: routing, annotations, the ConfigMap, the renewal of the Lease, or a webhook that refuses an
 * Ingress.
 */
export function startIngressNginx(api: Api, log?: Log): Controller {
  let live: Pick<View<Watched>, "services" | "deployments"> | undefined;
  const admission = serveAdmission(() => {
    if (live?.services.get(namespace, admissionService) === undefined)
      return `service "${admissionService}" not found`;
    return isRunning(live.deployments)
      ? undefined
      : `no endpoints available for service "${admissionService}"`;
  });
  const controller = startController<Watched>({
    name: "ingress-nginx",
    api,
    log,
    watches: {
      ingresses: "/apis/networking.k8s.io/v1/ingresses",
      classes: "/apis/networking.k8s.io/v1/ingressclasses",
      services: "/api/v1/services",
      deployments: workloads,
      leases,
      webhooks: configurations,
    },
    reconcile: async (view) => {
      live = view;
      const { ingresses, classes, services, deployments, leases: held, webhooks } = view;
      for (const configuration of webhooks.list().filter((each) => !isGoing(each) && isFresh(each))) {
        await completeWebhook(api, configuration, await admission);
      }
      if (!isRunning(deployments)) return;
      if (held.get(namespace, LEASE) === undefined) await takeLease(api);
      const addresses = addressesOf(services.get(namespace, workload));
      if (addresses.length === 0) return;
      const own = classesOf(controllerName, classes.list());
      const served = ingresses.list().filter((each) => own.has(classOf(each) ?? "") && !isGoing(each));
      await Promise.all(served.map((each) => publishAddresses(api, each, addresses)));
    },
  });
  return {
    ready: Promise.all([controller.ready, admission]).then(() => {}),
    stop: async () => {
      await controller.stop();
      await (await admission).stop();
    },
  };
}

async function takeLease(api: Api): Promise<void> {
  // Two watches report on Lease and Deployment. The Deployment may already be gone when the Lease's deletion is seen.
  const deployment = await api.find<KubernetesObject>(`${workloads}/${workload}`);
  if (deployment === undefined || isGoing(deployment)) return;
  const now = new Date().toISOString().replace("Z", "000Z");
  const spec = {
    holderIdentity: `${workload}-${deployment.metadata.uid?.slice(0, 8)}`,
    leaseDurationSeconds: 30,
    acquireTime: now,
    renewTime: now,
  };
  const metadata = { name: LEASE, namespace };
  await api.apply({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata,
    spec,
  } as KubernetesObject);
}
