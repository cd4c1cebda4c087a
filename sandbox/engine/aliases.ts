import type { Alias } from "./goal.ts";
import { makeUrn, parseUrn } from "./urn.ts";

interface Named {
  stack: string;
  project: string;
  type: string;
  name: string;
  parent?: string;
  aliases: readonly Alias[];
}

/**
 * The URNs under which the resource may be known from earlier runs, besides its own.
 *
 * @param former the URN that each resource of this run had before, where it had another: a child of a renamed
 * parent had another URN, too.
 */
export function formerUrns(resource: Named, former: ReadonlyMap<string, string>): string[] {
  const urns = new Set<string>();
  for (const alias of resource.aliases) urns.add(resolve(resource, alias, former));
  const oldParent = resource.parent === undefined ? undefined : former.get(resource.parent);
  if (resource.parent !== undefined && oldParent !== undefined) {
    const own = makeUrn(resource.stack, resource.project, resource.parent, resource.type, resource.name);
    for (const urn of [own, ...urns])
      urns.add(underOldParent(resource, parseUrn(urn), resource.parent, oldParent));
  }
  return [...urns];
}

function resolve(resource: Named, alias: Alias, former: ReadonlyMap<string, string>): string {
  if ("urn" in alias) return alias.urn;
  const parent = alias.noParent
    ? undefined
    : alias.parent
      ? (former.get(alias.parent) ?? alias.parent)
      : resource.parent;
  return makeUrn(
    alias.stack || resource.stack,
    alias.project || resource.project,
    parent,
    alias.type || resource.type,
    alias.name || resource.name,
  );
}

/** By convention a child's name starts with its parent's, so it was renamed together with it. */
function underOldParent(
  resource: Named,
  child: { type: string; name: string },
  parent: string,
  oldParent: string,
): string {
  const prefix = parseUrn(parent).name;
  const name = child.name.startsWith(prefix)
    ? parseUrn(oldParent).name + child.name.slice(prefix.length)
    : child.name;
  return makeUrn(resource.stack, resource.project, oldParent, child.type, name);
}
