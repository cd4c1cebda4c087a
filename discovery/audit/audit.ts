import { type CommandAddress, kubectl, kubectlDelete } from "../../components/cluster/commands.ts";
import { objectLabel } from "../../components/cluster/objects.ts";
import type { Stream } from "../../components/ingress-nginx/controller.ts";
import type { Controller, Inventory } from "../inventory.ts";
import { missingUses } from "../missing.ts";
import { planStack } from "../plan.ts";
import { servedIngresses } from "../serving-controllers.ts";
import { type AuditedAnnotation, auditedAnnotations } from "./annotations.ts";
import { type AuditedIssuer, auditedIssuers } from "./certificates.ts";
import { type AuditedHost, auditedHost, hostWithoutApp } from "./hosts.ts";
import { type AuditedSetting, settingFindings } from "./settings.ts";

/** The findings about a cluster before its migration. */
export interface Audit {
  /** UID of the cluster; absent if the export lacks it. */
  uid?: string;
  controllers: AuditedController[];
  /** Hosts that ingress-nginx serves, in the order of the alphabet. */
  hosts: AuditedHost[];
  annotations: AuditedAnnotation[];
  issuers: AuditedIssuer[];
  webhooks: AuditedWebhook[];
  /** Ingresses that look like ingress-nginx's and that no controller serves. */
  unserved: { name: string; why: string; ingresses: string[] }[];
  /** Things that must change in the cluster first. No stack file can solve them. */
  blockers: Blocker[];
  /** Kinds that the export lacks, and what is not known without them. Empty for a live cluster. */
  unknown: { kind: string; unknown: string }[];
}

/** Something that must change before the migration. */
export interface Blocker {
  where: string;
  what: string;
  /** The command that fixes it. */
  fix?: string;
}

export interface AuditedController {
  /** `Deployment ingress-nginx/ingress-nginx-controller`; absent if it was deleted. */
  workload?: string;
  /** How the stack file names its installation; absent if its objects carry no label. */
  installation?: { namespace: string } & ({ helmRelease: string } | { manifest: string });
  image?: string;
  classes: string[];
  ingresses: number;
  /** Addresses of its Service. */
  addresses: string[];
  settings: AuditedSetting[];
  streams: Stream[];
  /** Tools that would install it again, each with the command that stops or shows it. */
  installers: { label: string; isSuspended: boolean; note: string; command: string }[];
}

export interface AuditedWebhook {
  name: string;
  /** Whether it refuses every write of an Ingress today, because nothing answers it. */
  isDead: boolean;
}

/**
 * Audits a cluster. Nothing in the result is a secret: annotations and settings are named without their values.
 *
 * @param address Where the commands of the result are meant to run.
 */
export function audit(inventory: Inventory, address: CommandAddress): Audit {
  const { cluster, nginx, controllers, issuance, missing } = inventory;
  const plan = planStack(inventory, { eachHost: true });
  const ingresses = servedIngresses(inventory);
  const hosts = [
    ...plan.apps.map(auditedHost),
    ...plan.leftOut.map(({ served, why }) => hostWithoutApp(served, why)),
  ].sort((one, other) => (one.host < other.host ? -1 : 1));
  const dead = nginx.deadWebhooks.map(({ name }) => name);
  const own = nginx.installation.filter(({ kind }) => kind === "ValidatingWebhookConfiguration");
  return {
    ...(cluster.uid === "" ? {} : { uid: cluster.uid }),
    controllers: controllers.map((each) => auditedController(each, inventory, address)),
    hosts,
    annotations: auditedAnnotations(plan.apps, ingresses),
    issuers: auditedIssuers(issuance, nginx, ingresses),
    webhooks: [...new Set([...own.map(({ name }) => name), ...dead])].map((name) => ({
      name,
      isDead: dead.includes(name),
    })),
    unserved:
      controllers.length === 0
        ? []
        : nginx.unserved.map(({ name, why, ingresses: ids }) => ({ name, why, ingresses: ids })),
    blockers: [
      ...hosts.flatMap(({ host, blocks }) => blocks.map((what) => ({ where: host, what }))),
      ...nginx.deadWebhooks.map(({ name, service, why }) => ({
        where: `ValidatingWebhookConfiguration ${name}`,
        what: `refuses every write of an Ingress, because the Service ${service} ${why === "missing" ? "does not exist" : "has no pods"}`,
        fix: kubectlDelete(address, { kind: "ValidatingWebhookConfiguration", name }),
      })),
    ],
    unknown: missingUses(missing).map(({ name, unknown }) => ({ kind: name, unknown })),
  };
}

function auditedController(
  controller: Controller,
  { nginx }: Inventory,
  address: CommandAddress,
): AuditedController {
  const { workload, installation, image, classes, ingresses, service, settings, streams } = controller;
  // The installers are read for all installations together. Each installer names its own installation.
  const isOnly = nginx.controllers.length === 1;
  const installers = nginx.installers.filter(
    ({ label }) =>
      isOnly || installation === undefined || label.includes(Object.values(installation.from)[0] ?? ""),
  );
  return {
    ...(workload === undefined ? {} : { workload: objectLabel(workload) }),
    ...(installation === undefined
      ? {}
      : { installation: { namespace: installation.namespace, ...installation.from } }),
    ...(image === undefined ? {} : { image }),
    classes,
    ingresses: ingresses.length,
    addresses: service?.addresses ?? [],
    settings: settingFindings(settings),
    streams,
    installers: installers.map(({ command, ...rest }) => ({ ...rest, command: kubectl(address, command) })),
  };
}
