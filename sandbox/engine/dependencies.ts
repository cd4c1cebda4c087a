import type { ResourceState } from "./state.ts";
import { parseProviderReference } from "./urn.ts";

/** What a resource needs to be there besides its parent: dependencies, provider, what it is deleted with. */
export function needs(
  resource: Pick<ResourceState, "dependencies" | "propertyDependencies" | "provider" | "deletedWith">,
): Set<string> {
  const urns = new Set([...resource.dependencies, ...Object.values(resource.propertyDependencies).flat()]);
  if (resource.provider) urns.add(parseProviderReference(resource.provider).urn);
  if (resource.deletedWith) urns.add(resource.deletedWith);
  return urns;
}

/**
 * For each resource those that it needs, from a state in the order in which its resources came to be. Only what
 * came before counts, so there are no circles.
 *
 * A resource that needs a component needs what is below that component too, as far as it was there first:
 * the program waits for a remote component as a whole, and its children may only be deleted afterwards.
 */
export function dependencyGraph(resources: readonly ResourceState[]): Map<ResourceState, Set<ResourceState>> {
  const graph = new Map<ResourceState, Set<ResourceState>>();
  const below = new Map<string, ResourceState[]>();
  const seen = new Map<string, ResourceState[]>();
  const parents = new Map<string, string | undefined>();
  for (const resource of resources) {
    const found = new Set<ResourceState>();
    for (const urn of needs(resource)) {
      for (const other of matching(resource, seen.get(urn) ?? [])) {
        found.add(other);
        if (!other.custom) for (const child of below.get(urn) ?? []) found.add(child);
      }
    }
    if (resource.parent) for (const parent of seen.get(resource.parent) ?? []) found.add(parent);
    found.delete(resource);
    graph.set(resource, found);

    seen.set(resource.urn, [...(seen.get(resource.urn) ?? []), resource]);
    parents.set(resource.urn, resource.parent);
    for (let above = resource.parent; above; above = parents.get(above)) {
      below.set(above, [...(below.get(above) ?? []), resource]);
    }
  }
  return graph;
}

/** A replaced resource and its replacement share a URN: the old one's dependents belong to the old one. */
function matching(resource: ResourceState, candidates: ResourceState[]): ResourceState[] {
  const same = candidates.filter((other) => Boolean(other.condemned) === Boolean(resource.condemned));
  return same.length > 0 ? same : candidates;
}

/**
 * The deletions in rounds: all of a round may go at once, and before its turn comes everything that needed it
 * is gone.
 */
export function deletionRounds(
  resources: readonly ResourceState[],
  condemned: ReadonlySet<ResourceState>,
): ResourceState[][] {
  const graph = dependencyGraph(resources);
  const left = new Set(resources.filter((resource) => condemned.has(resource)));
  const rounds: ResourceState[][] = [];
  while (left.size > 0) {
    const round = [...left].filter((resource) =>
      [...(graph.get(resource) ?? [])].every((need) => !left.has(need)),
    );
    for (const resource of round) left.delete(resource);
    rounds.push(round);
  }
  return rounds.reverse();
}

/** Everything that directly or indirectly depends on, or is below, one of `roots`; the roots included. */
export function withDependents(
  resources: readonly ResourceState[],
  roots: ReadonlySet<ResourceState>,
): Set<ResourceState> {
  const graph = dependencyGraph(resources);
  const found = new Set(roots);
  for (const resource of resources) {
    if ([...(graph.get(resource) ?? [])].some((need) => found.has(need))) found.add(resource);
  }
  return found;
}

/** What only goes together with its owner: children of `urn`, and resources of the provider `urn`. */
export function isHeldBy(resource: ResourceState, urn: string): boolean {
  if (resource.parent === urn) return true;
  return resource.provider !== undefined && parseProviderReference(resource.provider).urn === urn;
}

/** The resource without its mentions of `gone`, so that the state never names what does not exist. */
export function withoutReferences(resource: ResourceState, gone: ReadonlySet<string>): ResourceState {
  const keep = (urns: string[]): string[] => urns.filter((urn) => !gone.has(urn));
  const { deletedWith, ...rest } = resource;
  return {
    ...rest,
    ...(deletedWith && !gone.has(deletedWith) ? { deletedWith } : {}),
    dependencies: keep(resource.dependencies),
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([key, urns]) => [key, keep(urns)]),
    ),
  };
}
