import type { LiveIngress } from "../cluster/live.ts";
import { idsOf, type ObjectRef, objectId, objectLabel } from "../cluster/objects.ts";
import type { Stream } from "./controller.ts";
import { classKind, refOf, webhookKind } from "./kinds.ts";
import type { ClassObject, LiveController } from "./live-controllers.ts";
import type { LiveInstallation } from "./live-installation.ts";
import { isOwnClass } from "./ownership.ts";
import { isOwnWebhook, type WebhookConfiguration } from "./webhooks.ts";

/** The parts of ingress-nginx that go when its installations are removed. */
export interface Leaving {
  /** Objects of the installations, and what they left at run time, without Ingresses. */
  installation: ObjectRef[];
  /** IngressClasses, and classes of annotations, that nobody serves any more once the installations are removed. */
  classes: string[];
  /** Ingresses that nobody serves any more once the installations are removed. */
  ingresses: LiveIngress[];
  /** Ports that the controllers of the installations forward. */
  streams: Stream[];
}

/** What leaves with the installations. A class or an Ingress stays while a controller that stays serves it. */
export function leavingOf({
  controllers,
  installations,
  classes,
  webhooks,
}: {
  controllers: readonly LiveController[];
  installations: readonly LiveInstallation[];
  classes: readonly ClassObject[];
  webhooks: readonly WebhookConfiguration[];
}): Leaving {
  const leaving = controllers.filter(({ plan }) => plan === "retire");
  const staying = controllers.filter(({ plan }) => plan !== "retire");
  const stayingIds = idsOf(staying.flatMap(({ ingresses }) => ingresses));
  const stayingClasses = classesOfStaying(staying, classes);
  const isLeavingClass = ({ metadata }: ClassObject): boolean =>
    leaving.some((each) => each.classes.includes(metadata.name)) &&
    !stayingClasses.has(metadata.name) &&
    installations.some(({ marks }) => isOwnClass(marks, metadata));
  return {
    installation: unique(
      [
        ...installations.flatMap(({ objects }) => objects),
        ...webhooks
          .filter((each) => installations.some((installation) => isOwnWebhook(installation, each)))
          .map(({ metadata }) => refOf(webhookKind, metadata)),
        ...classes.filter(isLeavingClass).map(({ metadata }) => refOf(classKind, metadata)),
        ...installations.flatMap(({ namespace }) => namespace ?? []),
      ],
      objectLabel,
    ),
    classes: unique(
      leaving.flatMap((each) => [...each.classes, each.rules.annotationClass]),
      (name) => name,
    ).filter((name) => !stayingClasses.has(name)),
    ingresses: unique(
      leaving.flatMap((each) => each.ingresses).filter((each) => !stayingIds.has(objectId(each))),
      objectId,
    ),
    streams: unique(
      leaving.flatMap(({ streams }) => streams),
      ({ protocol, port }) => `${protocol} ${port}`,
    ),
  };
}

function classesOfStaying(
  staying: readonly LiveController[],
  classes: readonly ClassObject[],
): ReadonlySet<string> {
  // Where an IngressClass has the name of a class, `--ingress-class` alone does not serve it.
  const isObject = (name: string): boolean => classes.some(({ metadata }) => metadata.name === name);
  return new Set(
    staying.flatMap(({ classes: own, rules: { annotationClass } }) =>
      isObject(annotationClass) ? own : [...own, annotationClass],
    ),
  );
}

/** The items with different keys, the first of each. */
function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map([...items].reverse().map((item) => [keyOf(item), item])).values()].reverse();
}
