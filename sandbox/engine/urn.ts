/** Type of the resource above all others of a stack. */
export const STACK_TYPE = "pulumi:pulumi:Stack";

export interface Urn {
  stack: string;
  project: string;
  /** Type, with those of the parents before it: `a:b:Parent$c:d:Child`. */
  qualifiedType: string;
  type: string;
  name: string;
}

/**
 * The resource's name across runs, exactly as Pulumi makes it. The stack itself is not part of its children's
 * qualified type.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */
export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const above = parent ? parseUrn(parent).qualifiedType : STACK_TYPE;
  const qualified = above === STACK_TYPE ? type : `${above}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** @throws RangeError for text that is no URN. */
export function parseUrn(urn: string): Urn {
  const [head, project, qualifiedType, ...name] = urn.split("::");
  if (!head?.startsWith("urn:pulumi:") || project === undefined || !qualifiedType || name.length === 0) {
    throw new RangeError(`not a URN: ${urn}`);
  }
  return {
    stack: head.slice("urn:pulumi:".length),
    project,
    qualifiedType,
    type: qualifiedType.split("$").at(-1) ?? qualifiedType,
    name: name.join("::"),
  };
}

/** The package of a type token: `kubernetes` of `kubernetes:core/v1:Service`, `random` of `pulumi:providers:random`. */
export function packageOf(type: string): string {
  const parts = type.split(":");
  return (isProviderType(type) ? parts[2] : parts[0]) ?? type;
}

export function isProviderType(type: string): boolean {
  return type.startsWith("pulumi:providers:");
}

/** Splits a provider reference, `<urn>::<id>`. */
export function parseProviderReference(reference: string): { urn: string; id: string } {
  const at = reference.lastIndexOf("::");
  return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}
