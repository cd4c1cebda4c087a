import type { ClusterReader } from "../cluster/api.ts";
import type { LiveService } from "../cluster/live.ts";
import { objectId } from "../cluster/objects.ts";
import type { LiveController } from "./live-controllers.ts";
import { askedServices, type DeadWebhook, deadWebhooks, type WebhookConfiguration } from "./webhooks.ts";

/** Finds the webhooks that refuse every write of an Ingress. Asks for the pods behind a Service only if nothing else tells. */
export async function readDeadWebhooks(
  api: ClusterReader,
  configurations: readonly WebhookConfiguration[],
  services: readonly LiveService[],
  controllers: readonly LiveController[],
): Promise<DeadWebhook[]> {
  const silent = await readSilent(api, askedServices(configurations, services, controllers));
  return deadWebhooks(configurations, services, controllers, silent);
}

/** The Services of a list, `namespace/name`, that have no ready pod. */
async function readSilent(
  api: ClusterReader,
  services: readonly { namespace: string; name: string }[],
): Promise<string[]> {
  interface EndpointSlice {
    endpoints?: { conditions?: { ready?: boolean } }[] | null;
  }
  const found = await Promise.all(
    services.map(async ({ namespace, name }) => {
      const query = new URLSearchParams({ labelSelector: `kubernetes.io/service-name=${name}` });
      const slices = await api.list<EndpointSlice>(
        `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?${query}`,
      );
      // Kubernetes takes an unknown readiness for ready.
      const isReady = slices.some(({ endpoints }) =>
        endpoints?.some(({ conditions }) => conditions?.ready !== false),
      );
      return isReady ? [] : [objectId({ namespace, name })];
    }),
  );
  return found.flat();
}
