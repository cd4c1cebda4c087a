import type { ClusterReader } from "../cluster/api.ts";
import type { LiveCluster, LiveIngress } from "../cluster/live.ts";
import { idsOf, type ObjectRef, objectId, objectLabel } from "../cluster/objects.ts";
import type { Stream } from "./controller.ts";
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
import { type DeadWebhook, isOwnWebhook, type WebhookConfiguration } from "./webhooks.ts";

export type { LiveController } from "./live-controllers.ts";

/**
 * All of ingress-nginx in a cluster. `controllers` contains every controller of the cluster with the Ingresses that
 * it serves. The other properties are about the installations in the stack file.
 */
export interface LiveIngressNginx {
  /** Every controller of the cluster, whoever installed it. */
  controllers: LiveController[];
  /** Objects of the installations, and what they left at run time, without Ingresses. */
  installation: ObjectRef[];
  /** IngressClasses, and classes of annotations, that nobody serves any more once the installations are removed. */
  classes: string[];
  /** Ingresses that nobody serves any more once the installations are removed. */
  ingresses: LiveIngress[];
  /** Ports that the controllers of the installations forward. */
  streams: Stream[];
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
  const marks = (ingressNginx?.installations ?? []).map(
    ({ namespace, from }): InstallationMarks => ({
      namespace,
      instance: "helmRelease" in from ? from.helmRelease : manifestInstance,
      adopted,
    }),
  );
  const installations = await Promise.all(
    marks.map((each) => readInstallation(api, each, workloads, { removal })),
  );
  const owned = new Set(installations.flatMap(({ workloads: own }) => own));
  const keep = ingressNginx?.keep ?? {};
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
  const others = running.filter(({ plan }) => plan !== "retire");
  const deleted = await Promise.all(
    installations
      .filter(({ workloads: own }) => !own.some(({ isController }) => isController))
      .map(({ marks: installation }) => {
        const free = ({ metadata }: ClassObject): boolean =>
          isOwnClass(installation, metadata) && !running.some((each) => each.classes.includes(metadata.name));
        return readController(
          api,
          { namespace: installation.namespace, plan: "retire" },
          { classes: classNames(classes, free), ingresses },
        );
      }),
  );
  const leaving = [...running.filter(({ plan }) => plan === "retire"), ...deleted];
  const stayingIds = idsOf(others.flatMap(({ ingresses }) => ingresses));
  const leavingIngresses = unique(
    leaving.flatMap((each) => each.ingresses).filter((each) => !stayingIds.has(objectId(each))),
    objectId,
  );
  // Where an IngressClass has the name of a class, `--ingress-class` alone does not serve it.
  const isObject = (name: string): boolean => classes.some(({ metadata }) => metadata.name === name);
  const stayingClasses = new Set(
    others.flatMap(({ classes: own, rules: { annotationClass } }) =>
      isObject(annotationClass) ? own : [...own, annotationClass],
    ),
  );
  const leavingClasses = unique(
    leaving.flatMap((each) => [...each.classes, each.rules.annotationClass]),
    (name) => name,
  ).filter((name) => !stayingClasses.has(name));
  const found = {
    installation: unique(
      [
        ...installations.flatMap(({ objects }) => objects),
        ...webhooks
          .filter((each) => installations.some((installation) => isOwnWebhook(installation, each)))
          .map(({ metadata }) => refOf(webhookKind, metadata)),
        ...classes
          .filter(
            ({ metadata }) =>
              leaving.some((each) => each.classes.includes(metadata.name)) &&
              !stayingClasses.has(metadata.name) &&
              installations.some((installation) => isOwnClass(installation.marks, metadata)),
          )
          .map(({ metadata }) => refOf(classKind, metadata)),
        ...installations.flatMap(({ namespace }) => namespace ?? []),
      ],
      objectLabel,
    ),
    ingresses: leavingIngresses,
  };
  return {
    ...found,
    controllers: [...running, ...deleted],
    classes: leavingClasses,
    streams: unique(
      leaving.flatMap(({ streams }) => streams),
      ({ protocol, port }) => `${protocol} ${port}`,
    ),
    strangers: strangersOf(installations, ingresses, leavingIngresses),
    unrecognised: removal === "begun" ? [] : await readUnrecognised(api, adopted, leavingObjects(found)),
    unserved: unservedIngresses(classNames(classes), ingresses, {
      served: [...running, ...deleted].flatMap((each) => each.ingresses),
      hasController: running.length > 0,
    }),
    installers: (
      await Promise.all(
        installations.map(({ marks: { instance, namespace }, workloads: own }) =>
          own.length === 0
            ? []
            : readInstallers(api, { instance, namespace, workloads: own.map(({ metadata }) => metadata) }),
        ),
      )
    ).flat(),
    deadWebhooks: await readDeadWebhooks(api, webhooks, services, running),
  };
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

/** The items with different keys, the first of each. */
function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map([...items].reverse().map((item) => [keyOf(item), item])).values()].reverse();
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
