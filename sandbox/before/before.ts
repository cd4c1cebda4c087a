import { setTimeout as sleep } from "node:timers/promises";
import type { AppConfig } from "../../components/apps/config.ts";
import { isVerify } from "../../components/apps/service-checks.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Api, KubernetesObject } from "../cluster/api.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { type SeedService, seed } from "../cluster/seed.ts";
import {
  configurations,
  isFresh,
  type WebhookConfiguration,
} from "../controllers/ingress-nginx-admission.ts";
import { workload, workloads } from "../controllers/ingress-nginx-workload.ts";
import { type Certificate, hasCondition, type Ingress } from "../controllers/objects.ts";
import { installIngressNginx } from "./ingress-nginx.ts";
import { ingressesBefore } from "./ingresses.ts";
import { type Inventory, readInventory } from "./inventory.ts";

/** How long a slow machine may take for one step, in milliseconds. */
const PATIENCE = 60_000;

/**
 * Brings a fresh cluster, on which the stand-ins run, to the state before a stack's migration. ingress-nginx serves
 * the apps, certificates are issued through it, and Ingresses of other classes exist. When this resolves, the cluster
 * is at rest.
 */
export async function before(cluster: Cluster, { name, apps, ingressNginx }: Stack): Promise<void> {
  const { api } = cluster;
  const inventory = readInventory(name);
  await Promise.all([
    seed(cluster, { services: servicesBefore(apps, inventory) }),
    ingressNginx && installIngressNginx(cluster, ingressNginx),
  ]);
  await waitUntil("ingress-nginx's webhook has its certificate", async () => {
    const { items } = await api.request<{ items: WebhookConfiguration[] }>("GET", configurations);
    return !items.some(isFresh);
  });
  // The API server learns the webhook's address a moment later.
  await waitUntil("Ingresses are accepted", async () => {
    await cluster.apply(ingressesBefore(inventory));
    return true;
  });
  await waitUntil("Ingresses are served and certificates issued", () => isSettled(api));
}

/** The Services that the stack's apps and the inventory name. */
export function servicesBefore(
  apps: readonly AppConfig[],
  { pods, services = [] }: Inventory,
): SeedService[] {
  const ofApps = apps
    .filter((app) => !isVerify(app))
    .map(({ namespace, service: { name, port } }) => {
      const targetPort = pods[`${namespace}/${name}`];
      const own = typeof port === "number" ? { port } : { name: port, port: 80 };
      return { namespace, name, ports: [{ ...own, ...(targetPort === undefined ? {} : { targetPort }) }] };
    });
  const others = services.map(({ port, ...service }) => ({ ...service, ports: [{ port }] }));
  return [...ofApps, ...others];
}

async function isSettled(api: Api): Promise<boolean> {
  const list = async <T>(path: string) => (await api.request<{ items: T[] }>("GET", path)).items;
  const [ingresses, certificates, deployments, jobs] = await Promise.all([
    list<Ingress>("/apis/networking.k8s.io/v1/ingresses"),
    list<Certificate>("/apis/cert-manager.io/v1/certificates"),
    list<Deployment>(workloads),
    list<Job>("/apis/batch/v1/jobs"),
  ]);
  const nginx = ingresses.filter(({ spec }) => spec.ingressClassName === "nginx");
  const wanted = nginx.flatMap(({ spec }) => spec.tls ?? []);
  return (
    nginx.every(({ status }) => status?.loadBalancer?.ingress !== undefined) &&
    certificates.length >= wanted.length &&
    certificates.every(({ status }) => hasCondition(status?.conditions, "Ready")) &&
    deployments.every(
      ({ metadata, status }) => metadata.name !== workload || status.availableReplicas === 1,
    ) &&
    jobs.every(({ status }) => status.succeeded === 1)
  );
}

interface Deployment extends KubernetesObject {
  status: { availableReplicas?: number };
}

interface Job extends KubernetesObject {
  status: { succeeded?: number };
}

/** Waits until the condition holds. A refusal by the API server counts as "not yet". */
async function waitUntil(what: string, condition: () => Promise<boolean>): Promise<void> {
  let last: unknown;
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(50)) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
  }
  const reason = last instanceof Error ? `: ${last.message}` : "";
  throw new Error(`not within ${PATIENCE / 1000} s: ${what}${reason}`);
}
