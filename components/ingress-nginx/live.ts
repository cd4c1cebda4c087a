import type { ClusterReader } from "../cluster/api.ts";
import type { LiveCluster, LiveIngress } from "../cluster/live.ts";
import { idsOf, type ObjectRef, objectId, objectLabel } from "../cluster/objects.ts";
import type { InstallationConfig } from "./config.ts";
import { type Installer, readInstallers } from "./installers.ts";
import {
  classKind,
  collectionPath,
  ingressKind,
  objectPath,
  refOf,
  refOfLabel,
  webhookKind,
} from "./kinds.ts";
import { type Leaving, leavingOf } from "./leaving.ts";
import {
  type ClassObject,
  type LiveController,
  type LiveWorkload,
  readController,
  readWorkloads,
} from "./live-controllers.ts";
import {
  type InstallationMarks,
  type LiveInstallation,
  type Removal,
  readInstallation,
} from "./live-installation.ts";
import { readDeadWebhooks } from "./live-webhooks.ts";
import { isOwnClass } from "./ownership.ts";
import type { StackView } from "./stack-view.ts";
import { type Unserved, unservedIngresses } from "./unserved.ts";
import type { DeadWebhook, WebhookConfiguration } from "./webhooks.ts";

export type { LiveController } from "./live-controllers.ts";

/**
 * All of ingress-nginx in a cluster. `controllers` contains every controller of the cluster with the Ingresses that
 * it serves. The other properties are about the installations in the stack file.
 */
export interface LiveIngressNginx extends Leaving {
  /** Every controller of the cluster, whoever installed it. */
  controllers: LiveController[];
  /** Other objects in the namespaces of the installations, by namespace. These namespaces stay. */
  strangers: Record<string, string[]>;
  /** Adopted by this program, still there, and not recognised as part of the installations any more. */
  unrecognised: ObjectRef[];
  /** Ingresses that may be ingress-nginx's, although no known controller serves them. */
  unserved: Unserved[];
  /** Tools that would install the installations again. */
  installers: Installer[];
  /** Webhooks for which every write of an Ingress fails, because nothing can answer them. */
  deadWebhooks: DeadWebhook[];
}

/** All objects that are removed, Ingresses included. */
export function leavingObjects({
  installation,
  ingresses,
}: Pick<LiveIngressNginx, "installation" | "ingresses">): ObjectRef[] {
  return [...installation, ...ingresses.map((ingress) => refOf(ingressKind, ingress))];
}

/**
 * Reads what the cluster runs of ingress-nginx. Of Secrets only the metadata is read.
 *
 * @throws ClusterError when the cluster does not answer.
 */
export async function readIngressNginx(
  { phase, ingressNginx }: Pick<StackView, "phase" | "ingressNginx">,
  api: ClusterReader,
  cluster: Promise<Pick<LiveCluster, "record" | "ingresses" | "services">>,
): Promise<LiveIngressNginx> {
  const [{ record, ingresses, services }, classes, webhooks, workloads] = await Promise.all([
    cluster,
    api.list<ClassObject>(collectionPath(classKind)),
    api.list<WebhookConfiguration>(collectionPath(webhookKind)),
    readWorkloads(api),
  ]);
  const adopted = record?.adopted ?? [];
  const removal: Removal = record?.phase === "retired" ? "begun" : phase === "retired" ? "next" : "no";
  const installations = await Promise.all(
    (ingressNginx?.installations ?? [])
      .map((each) => ({ ...marksOf(each), adopted }))
      .map((marks) => readInstallation(api, marks, workloads, { removal })),
  );
  const controllers = await readControllers(api, {
    ...{ workloads, installations, classes, ingresses },
    keep: ingressNginx?.keep ?? {},
  });
  const running = controllers.filter(({ workload }) => workload !== undefined);
  const leaving = leavingOf({ controllers, installations, classes, webhooks });
  return {
    ...leaving,
    controllers,
    strangers: strangersOf(installations, ingresses, leaving.ingresses),
    unrecognised: removal === "begun" ? [] : await readUnrecognised(api, adopted, leavingObjects(leaving)),
    unserved: unservedIngresses(classNames(classes), ingresses, {
      served: controllers.flatMap((each) => each.ingresses),
      hasController: running.length > 0,
    }),
    installers: (await Promise.all(installations.map((each) => installersOf(api, each)))).flat(),
    deadWebhooks: await readDeadWebhooks(api, webhooks, services, running),
  };
}

function marksOf({ namespace, from }: InstallationConfig): Omit<InstallationMarks, "adopted"> {
  return { namespace, instance: "helmRelease" in from ? from.helmRelease : manifestInstance };
}

/** Reads the controllers that run, and then those of installations whose workload was deleted. */
async function readControllers(
  api: ClusterReader,
  {
    workloads,
    installations,
    keep,
    classes,
    ingresses,
  }: {
    workloads: readonly LiveWorkload[];
    installations: readonly LiveInstallation[];
    keep: object;
    classes: readonly ClassObject[];
    ingresses: readonly LiveIngress[];
  },
): Promise<LiveController[]> {
  const owned = new Set(installations.flatMap(({ workloads: own }) => own));
  const planOf = (workload: LiveWorkload): LiveController["plan"] => {
    if (owned.has(workload)) return "retire";
    return Object.hasOwn(keep, objectId(workload.ref)) ? "keep" : "unknown";
  };
  const running = await Promise.all(
    workloads
      .filter(({ isController }) => isController)
      .map((workload) =>
        readController(
          api,
          { workload, plan: planOf(workload) },
          { classes: classNames(classes), ingresses },
        ),
      ),
  );
  const deleted = await Promise.all(
    installations
      .filter(({ workloads: own }) => !own.some(({ isController }) => isController))
      .map(({ marks }) => {
        const isFree = ({ metadata }: ClassObject): boolean =>
          isOwnClass(marks, metadata) && !running.some((each) => each.classes.includes(metadata.name));
        return readController(
          api,
          { namespace: marks.namespace, plan: "retire" },
          { classes: classNames(classes, isFree), ingresses },
        );
      }),
  );
  return [...running, ...deleted];
}

/** The tools that would install an installation again, as long as it has workloads. */
async function installersOf(
  api: ClusterReader,
  { marks: { instance, namespace }, workloads }: LiveInstallation,
): Promise<Installer[]> {
  if (workloads.length === 0) return [];
  return readInstallers(api, { instance, namespace, workloads: workloads.map(({ metadata }) => metadata) });
}

/** Value of the label `app.kubernetes.io/instance` in upstream's static manifests. */
const manifestInstance = "ingress-nginx";

/** The classes, without the controller of those that are not `free`. */
function classNames(classes: readonly ClassObject[], free: (each: ClassObject) => boolean = () => true) {
  return classes.map((each) => ({
    name: each.metadata.name,
    controller: free(each) ? each.spec?.controller : undefined,
  }));
}

/** What keeps a namespace: an object is a stranger only when it belongs to none of the installations. */
function strangersOf(
  installations: readonly LiveInstallation[],
  ingresses: readonly LiveIngress[],
  leaving: readonly LiveIngress[],
): Record<string, string[]> {
  const ids = idsOf(leaving);
  const own = new Set(installations.flatMap(({ objects }) => objects.map(objectLabel)));
  const strangers = new Map<string, string[]>();
  for (const { marks, namespace, strangers: objects, silent } of installations) {
    if (namespace === undefined) continue;
    const labels = [
      ...objects.filter((ref) => !own.has(objectLabel(ref))).map(({ kind, name }) => `${kind} ${name}`),
      ...ingresses
        .filter((each) => each.namespace === marks.namespace && !ids.has(objectId(each)) && !each.solver)
        .map(({ name }) => `${ingressKind.kind} ${name}`),
      ...silent,
    ];
    if (labels.length > 0) strangers.set(marks.namespace, labels);
  }
  return Object.fromEntries(strangers);
}

/** Adopted objects that are still there and not recognised any more. */
async function readUnrecognised(
  api: ClusterReader,
  adopted: readonly string[],
  live: readonly ObjectRef[],
): Promise<ObjectRef[]> {
  const labels = new Set(live.map(objectLabel));
  const missing = adopted.filter((label) => !labels.has(label)).flatMap((label) => refOfLabel(label) ?? []);
  const there = await Promise.all(
    missing.map(async (ref) => (await api.findMetadata(objectPath(ref)!)) !== undefined),
  );
  return missing.filter((_, i) => there[i]);
}
