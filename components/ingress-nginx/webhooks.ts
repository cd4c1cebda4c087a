import type { LiveService } from "../cluster/live.ts";
import { idsOf, type ObjectMetadata, objectId } from "../cluster/objects.ts";
import { refOf, webhookKind } from "./kinds.ts";
import type { LiveController } from "./live-controllers.ts";
import type { LiveInstallation } from "./live-installation.ts";
import { classify } from "./ownership.ts";

/** A ValidatingWebhookConfiguration as the API server has it. */
export interface WebhookConfiguration {
  metadata: ObjectMetadata;
  webhooks?: {
    name?: string;
    failurePolicy?: string;
    rules?: { apiGroups?: string[]; resources?: string[] }[];
    clientConfig: { service?: { namespace: string; name: string } };
  }[];
}

/** Name of ingress-nginx's webhook, in the chart and in the manifests. */
const webhookName = "validate.nginx.ingress.kubernetes.io";

/**
 * Whether a configuration belongs to an installation. It does when it calls a Service of the installation: once that is
 * removed, every write of an Ingress would fail. If it calls no existing Service, its labels or the name of its webhook
 * decide.
 */
export function isOwnWebhook(
  { marks, objects, services }: Pick<LiveInstallation, "marks" | "objects" | "services">,
  configuration: WebhookConfiguration,
): boolean {
  const { metadata, webhooks = [] } = configuration;
  const called = webhooks.flatMap(({ clientConfig }) => clientConfig.service ?? []);
  const isOwnService = (name: string): boolean =>
    objects.some(
      (each) => each.kind === "Service" && each.namespace === marks.namespace && each.name === name,
    );
  if (called.some(({ namespace, name }) => namespace === marks.namespace && isOwnService(name))) return true;
  const isLost = called.every(
    ({ namespace, name }) => namespace === marks.namespace && !services.includes(name),
  );
  if (!isLost) return false;
  const each = { ref: refOf(webhookKind, metadata), metadata };
  const nothing = { fullnames: [], leases: [], secrets: [], configMaps: [] };
  return (
    classify(marks, nothing, [each]).get(each) === "own" ||
    (called.length > 0 && webhooks.some(({ name }) => name === webhookName))
  );
}

/** A webhook that cannot answer. */
export interface DeadWebhook {
  /** Name of the ValidatingWebhookConfiguration. */
  name: string;
  /** The Service that it calls, `namespace/name`. */
  service: string;
  /** Whether that Service does not exist, or has no pods behind it. */
  why: "missing" | "no pods";
}

type Controllers = readonly Pick<LiveController, "workload" | "replicas">[];
type Services = readonly Pick<LiveService, "namespace" | "name">[];

/** The webhooks that refuse every write of an Ingress if nothing answers them, with the Service that they call. */
function strictWebhooks(configurations: readonly WebhookConfiguration[]) {
  return configurations.flatMap(({ metadata, webhooks = [] }) =>
    webhooks
      .filter((webhook) => (webhook.failurePolicy ?? "Fail") === "Fail" && isAboutIngresses(webhook))
      .flatMap(({ name, clientConfig: { service } }) =>
        service === undefined ? [] : [{ configuration: metadata.name, name, service }],
      ),
  );
}

/** Controllers in a namespace. Their Services are there. */
function controllersIn(namespace: string, controllers: Controllers): Controllers {
  return controllers.filter(({ workload }) => workload?.namespace === namespace);
}

/**
 * Services of ingress-nginx's webhooks in namespaces without a known controller. The program must ask whether they have
 * pods.
 */
export function askedServices(
  configurations: readonly WebhookConfiguration[],
  services: Services,
  controllers: Controllers,
): { namespace: string; name: string }[] {
  const called = strictWebhooks(configurations).filter(({ name }) => name === webhookName);
  return services.filter(
    ({ namespace, name }) =>
      controllersIn(namespace, controllers).length === 0 &&
      called.some(({ service }) => service.namespace === namespace && service.name === name),
  );
}

/**
 * Webhooks that refuse every write of an Ingress, because nothing can answer them.
 *
 * @param controllers The controllers of the cluster. Their Services are in their namespaces.
 * @param silent The `askedServices` without a pod, `namespace/name`.
 */
export function deadWebhooks(
  configurations: readonly WebhookConfiguration[],
  services: Services,
  controllers: Controllers,
  silent: readonly string[],
): DeadWebhook[] {
  const existing = idsOf(services);
  const isIdle = (service: { namespace: string; name: string }): boolean => {
    const there = controllersIn(service.namespace, controllers);
    return there.length > 0
      ? there.every(({ replicas }) => replicas === 0)
      : silent.includes(objectId(service));
  };
  const dead = strictWebhooks(configurations).flatMap(
    ({ configuration, name, service: called }): DeadWebhook[] => {
      const service = objectId(called);
      if (!existing.has(service)) return [{ name: configuration, service, why: "missing" }];
      return name === webhookName && isIdle(called) ? [{ name: configuration, service, why: "no pods" }] : [];
    },
  );
  return [...Map.groupBy(dead, ({ name }) => name).values()].map(([first]) => first!);
}

function isAboutIngresses({ name, rules }: NonNullable<WebhookConfiguration["webhooks"]>[number]): boolean {
  if (rules === undefined) return name === webhookName;
  return rules.some(
    ({ apiGroups = [], resources = [] }) =>
      apiGroups.some((group) => group === "networking.k8s.io" || group === "*") &&
      resources.some((resource) => /^(ingresses|\*|ingresses\/\*|\*\/\*)$/.test(resource)),
  );
}
