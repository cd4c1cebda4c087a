import { z } from "zod";
import { isMap } from "../../../stack-file/paths.ts";
import { isHidden, kindOf, labelOf, mapAt, notYetKnown, type Resource } from "../resource.ts";
import type { RuleFinding, StackRule } from "../rule.ts";

const options = z.strictObject({});

const isSettings = ({ type }: Resource): boolean =>
  /^kubernetes:ingress\.pomerium\.io\/[^:]+:Pomerium$/.test(type);

const isWorkload = (resource: Resource): boolean =>
  resource.type.startsWith("kubernetes:apps/") && /^(?:Deployment|StatefulSet)$/.test(kindOf(resource));

/** Images of Pomerium and of its controller, from any registry. */
const image = /(^|\/)pomerium\/(?:ingress-controller|pomerium)(?::|@|$)/;

function containersOf({ props }: Resource): readonly unknown[] {
  const { containers } = mapAt(props, "spec", "template", "spec");
  return Array.isArray(containers) ? containers : [];
}

const runsPomerium = (resource: Resource): boolean =>
  containersOf(resource).some((container) => image.test(String(mapAt(container).image ?? ""))) ||
  (isCalledPomerium(resource) && hidesImages(resource));

function isCalledPomerium({ props }: Resource): boolean {
  const { name, labels } = mapAt(props, "metadata");
  const { "app.kubernetes.io/name": program, app } = mapAt(labels);
  return [name, program, app].includes("pomerium");
}

/** Whether it is not shown what the pods run. */
function hidesImages({ props }: Resource): boolean {
  const { template } = mapAt(props, "spec");
  const { spec } = mapAt(template);
  const { containers } = mapAt(spec);
  return (
    [props.spec, template, spec, containers].some(isHidden) ||
    (Array.isArray(containers) && containers.some((one) => isHidden(one) || isHidden(mapAt(one).image)))
  );
}

/** Whether the pods agree on the sessions by Raft, each with a copy. */
function isClustered(resource: Resource): boolean {
  return /DATABROKER_(?:CLUSTER|RAFT)/.test(JSON.stringify(containersOf(resource)));
}

/** Number of pods, and the field that says it. */
function replicasOf(resource: Resource, resources: readonly Resource[]): { at: string; count: unknown }[] {
  const { name, namespace } = mapAt(resource.props, "metadata");
  const scalers = resources.filter(({ type, props }) => {
    const target = mapAt(props, "spec", "scaleTargetRef");
    return (
      type.endsWith(":HorizontalPodAutoscaler") &&
      target.name === name &&
      target.kind === kindOf(resource) &&
      mapAt(props, "metadata").namespace === namespace
    );
  });
  return [
    {
      at: "spec.replicas",
      count: isHidden(resource.props.spec) ? notYetKnown : (mapAt(resource.props, "spec").replicas ?? 1),
    },
    ...scalers.map((scaler) => ({
      at: `${labelOf(scaler)} spec.maxReplicas`,
      count: mapAt(scaler.props, "spec").maxReplicas,
    })),
  ];
}

/** Why the store of the settings takes one pod only; undefined if it takes several. */
function oneWriter(settings: readonly Resource[]): string | undefined {
  if (settings.length === 0)
    return "no settings object of Pomerium in this stack says where sessions are kept, and without one each pod keeps its own";
  for (const { props } of settings) {
    const { storage: given } = mapAt(props, "spec");
    const storage = mapAt(given);
    if ([props.spec, given, storage.postgres].some(isHidden))
      return "where sessions are kept is not known before the run";
    if (isMap(storage.postgres)) continue;
    return storage.file === undefined
      ? "sessions are in memory, so each pod knows its own"
      : "sessions are in a Pebble store, which has one writer: a second pod does not start, or damages it";
  }
  return undefined;
}

/** Several pods need a store that they share. */
export const store: StackRule<z.output<typeof options>> = {
  name: "store",
  description: "Several pods of Pomerium share their sessions in PostgreSQL, or agree on them.",
  level: "mandatory",
  options,
  checkAll(resources) {
    const reason = oneWriter(resources.filter(isSettings));
    if (reason === undefined) return [];
    return resources
      .filter((resource) => isWorkload(resource) && runsPomerium(resource) && !isClustered(resource))
      .flatMap((resource): RuleFinding[] =>
        replicasOf(resource, resources)
          .filter(({ count }) => isHidden(count) || Number(count) > 1)
          .map(({ at, count }) => ({
            resource: labelOf(resource),
            urn: resource.urn,
            reason: `${at} is ${isHidden(count) ? "not known before the run" : String(count)}, but ${reason}`,
            fix: "keep one replica, or set spec.storage.postgres in the settings object",
          })),
      );
  },
};
