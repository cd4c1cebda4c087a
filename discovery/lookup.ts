import type { LiveService } from "../components/cluster/live.ts";
import { objectId } from "../components/cluster/objects.ts";
import { leadsTo, type Workload } from "./inventory.ts";

const services = new WeakMap<readonly LiveService[], Map<string, LiveService>>();
const workloads = new WeakMap<readonly Workload[], Map<string, Workload[]>>();

/** A Service by its name. The list is indexed once, since a large cluster has thousands that are asked for. */
export function serviceNamed(
  all: readonly LiveService[],
  wanted: { namespace: string; name: string },
): LiveService | undefined {
  let index = services.get(all);
  if (index === undefined) {
    index = new Map(all.map((each) => [objectId(each), each]));
    services.set(all, index);
  }
  return index.get(objectId(wanted));
}

/** The workloads whose pods a Service selects. */
export function workloadsBehind(service: LiveService | undefined, all: readonly Workload[]): Workload[] {
  if (service === undefined) return [];
  let index = workloads.get(all);
  if (index === undefined) {
    index = Map.groupBy(all, ({ namespace }) => namespace);
    workloads.set(all, index);
  }
  return (index.get(service.namespace) ?? []).filter((each) => leadsTo(service, each));
}
