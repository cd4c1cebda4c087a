import type { LiveIngress, LivePath } from "../cluster/live.ts";

/** A path of a host, and the Ingress that has it. */
export type HostPath = LivePath & {
  ingress: LiveIngress;
  /** The host of its rule. Absent for any host, or where all paths are of one host. */
  host?: string;
  /** The same path of other Ingresses, where it is not known which of all answers a caller. */
  rivals?: HostPath[];
};

/**
 * The paths without those that another Ingress shadows. Of several Ingresses with the same host and path, ingress-nginx
 * serves the oldest; of the same age, the last in the order of the alphabet. Without the age of one of them, the first
 * stays and names the others as its rivals.
 *
 * @see https://github.com/kubernetes/ingress-nginx/blob/controller-v1.15.1/internal/ingress/controller/store/store.go
 */
export function withoutShadowed<T extends HostPath>(paths: readonly T[]): T[] {
  return alike(paths).map((all) => {
    const served = servedOf(all);
    if (served !== undefined) return served;
    const first = all[0]!;
    return { ...first, rivals: all.filter(({ ingress }) => ingress !== first.ingress) };
  });
}

/**
 * The paths of several controllers together. Controllers do not shadow each other, and a caller may reach any of them.
 * So the first one with a path stays, and names the same path of the others as its rivals.
 */
export function ofControllers<T extends HostPath>(controllers: readonly (readonly T[])[]): T[] {
  return alike(controllers.flat()).map((all) => {
    const first = all[0]!;
    const rivals = all
      .flatMap((each) => [each, ...(each.rivals ?? [])])
      .filter(({ ingress }) => ingress !== first.ingress);
    return rivals.length === 0 ? first : { ...first, rivals };
  });
}

/** The paths that ingress-nginx may serve: all but those of which it is known that another Ingress shadows them. */
export function possiblyServed<T extends HostPath>(paths: readonly T[]): T[] {
  return alike(paths).flatMap((all) => servedOf(all) ?? all);
}

/** The paths by host and path, in their order. */
function alike<T extends HostPath>(paths: readonly T[]): T[][] {
  const same = Map.groupBy(paths, ({ host, path, exact }) => JSON.stringify([host, path, exact ?? false]));
  return [...same.values()];
}

/** The one that ingress-nginx serves of paths that are the same; undefined if that is not known. */
function servedOf<T extends HostPath>(all: readonly T[]): T | undefined {
  const [first] = all;
  if (all.every(({ ingress }) => ingress === first!.ingress)) return first;
  if (all.some(({ ingress }) => Number.isNaN(ageOf(ingress)))) return undefined;
  return [...all].sort((one, other) => inOrder(one.ingress, other.ingress))[0];
}

const ageOf = ({ created }: LiveIngress): number => Date.parse(created ?? "");

function inOrder(one: LiveIngress, other: LiveIngress): number {
  const [a, b] = [one, other].map(({ namespace, name }) => `${namespace}/${name}`) as [string, string];
  return ageOf(one) - ageOf(other) || (a > b ? -1 : 1);
}
