import type { LiveService } from "../cluster/live.ts";
import { refOf, webhookKind } from "./kinds.ts";
import type { LiveController } from "./live-controllers.ts";
import type { LiveInstallation } from "./live-installation.ts";
import { classify, type Metadata } from "./ownership.ts";

/** A ValidatingWebhookConfiguration as the API server has it. */
export interface WebhookConfiguration {
  metadata: Metadata;
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
 * removed, every write of an Ingress would fail. One that calls a Service that does not exist, or none, is recognised by
 * its labels or by the name of its webhook.
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

/**
 * Webhooks that refuse every write of an Ingress, because nothing can answer them.
 *
 * @param controllers The controllers of the cluster. Their Services are in their namespaces.
 */
export function deadWebhooks(
  configurations: readonly WebhookConfiguration[],
  services: readonly Pick<LiveService, "namespace" | "name">[],
  controllers: readonly Pick<LiveController, "workload" | "replicas">[],
): DeadWebhook[] {
  const existing = new Set(services.map(({ namespace, name }) => `${namespace}/${name}`));
  const isIdle = (namespace: string): boolean => {
    const there = controllers.filter(({ workload }) => workload?.namespace === namespace);
    return there.length > 0 && there.every(({ replicas }) => replicas === 0);
  };
  return configurations.flatMap(({ metadata, webhooks = [] }) => {
    const dead = webhooks
      .filter((webhook) => (webhook.failurePolicy ?? "Fail") === "Fail" && isAboutIngresses(webhook))
      .flatMap(({ name, clientConfig: { service: called } }): Omit<DeadWebhook, "name">[] => {
        if (called === undefined) return [];
        const service = `${called.namespace}/${called.name}`;
        if (!existing.has(service)) return [{ service, why: "missing" }];
        return name === webhookName && isIdle(called.namespace) ? [{ service, why: "no pods" }] : [];
      });
    return dead.slice(0, 1).map((each) => ({ name: metadata.name, ...each }));
  });
}

function isAboutIngresses({ name, rules }: NonNullable<WebhookConfiguration["webhooks"]>[number]): boolean {
  if (rules === undefined) return name === webhookName;
  return rules.some(
    ({ apiGroups = [], resources = [] }) =>
      apiGroups.some((group) => group === "networking.k8s.io" || group === "*") &&
      resources.some((resource) => /^(ingresses|\*|ingresses\/\*|\*\/\*)$/.test(resource)),
  );
}
