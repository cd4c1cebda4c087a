import type { LiveService } from "../cluster/live.ts";
import { refOf, webhookKind } from "./kinds.ts";
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

/** A webhook whose Service does not exist. */
export interface DeadWebhook {
  /** Name of the ValidatingWebhookConfiguration. */
  name: string;
  /** The missing Service, `namespace/name`. */
  service: string;
}

/** Webhooks that refuse every write of an Ingress, because the Service that they call does not exist. */
export function deadWebhooks(
  configurations: readonly WebhookConfiguration[],
  services: readonly Pick<LiveService, "namespace" | "name">[],
): DeadWebhook[] {
  const existing = new Set(services.map(({ namespace, name }) => `${namespace}/${name}`));
  return configurations.flatMap(({ metadata, webhooks = [] }) => {
    const dead = webhooks
      .filter((webhook) => (webhook.failurePolicy ?? "Fail") === "Fail" && isAboutIngresses(webhook))
      .flatMap(({ clientConfig: { service } }) => (service ? [`${service.namespace}/${service.name}`] : []))
      .find((service) => !existing.has(service));
    return dead === undefined ? [] : [{ name: metadata.name, service: dead }];
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
