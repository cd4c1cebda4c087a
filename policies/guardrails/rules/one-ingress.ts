import { z } from "zod";
import { servedByPomerium } from "../../access/matrix/served-by-pomerium.ts";
import { labelOf, metadataOf, pomeriumIngress, type Resource } from "../resource.ts";
import { classes, type RuleFinding, type StackRule } from "../rule.ts";

const options = z.strictObject({ classes });

interface Served {
  resource: Resource;
  namespace: unknown;
  host: string;
  /** `Exact /api`. */
  place: string;
  path: string;
}

function servedBy(resource: Resource, classes: readonly string[]): Served[] {
  const ingress = pomeriumIngress(resource, classes);
  if (ingress === undefined) return [];
  const { namespace } = metadataOf(resource.props);
  return servedByPomerium(ingress).flatMap(({ host, paths }) =>
    (paths.length > 0 ? paths : [{ path: "/", exact: false }]).map(({ path, exact }) => ({
      resource,
      namespace,
      host,
      place: `${exact ? "=" : ""}${path}`,
      path,
    })),
  );
}

/**
 * Of two routes for one place, Pomerium takes one, and it is not defined which one. If both are of one Ingress, it refuses
 * that Ingress as a whole.
 */
export const oneIngress: StackRule<z.output<typeof options>> = {
  name: "one-ingress",
  description: "A host and path belong to one Ingress, and a host to one namespace.",
  level: "mandatory",
  options,
  checkAll(resources, { classes }) {
    // Pulumi registers resources in an order that differs from run to run.
    const ordered = resources.toSorted((one, other) => (one.urn < other.urn ? -1 : 1));
    const served = ordered.flatMap((resource) => servedBy(resource, classes));
    const groups = Map.groupBy(served, (one) => `${one.host} ${providerOf(one)}`);
    const clashes = [
      ...[...Map.groupBy(served, ({ host }) => host).values()].flatMap(acrossProviders),
      ...[...groups.values()].flatMap((all) =>
        all.flatMap((own, i) => {
          const earlier = all.slice(0, i);
          return [repeatedPath, samePlace, otherNamespace].flatMap((clash) => clash(own, earlier) ?? []);
        }),
      ),
    ];
    const findings = new Map(
      clashes.map(({ own: { resource }, other, ...finding }): [string, RuleFinding] => [
        `${resource.urn} ${other.resource.urn} ${finding.fix}`,
        { resource: labelOf(resource), urn: resource.urn, ...finding },
      ]),
    );
    return [...findings.values()];
  },
};

/** Two places of a host, of which at most one may stay. */
interface Clash extends Pick<RuleFinding, "reason" | "fix" | "level"> {
  own: Served;
  other: Served;
}

const providerOf = ({ resource }: Served): string => resource.provider ?? "";

/** One host through several providers. They may be for different clusters. */
function acrossProviders(all: readonly Served[]): Clash[] {
  const [first, ...others] = [...Map.groupBy(all, providerOf).values()].map((own) => own[0]!);
  return others.map((own) => ({
    own,
    other: first!,
    reason: `${own.host} is also a host of ${labelOf(first!.resource)}, through another provider; which of them answers is not certain if both are for one cluster`,
    fix: "look whether both providers are for one cluster; if so, give one of the two another host",
    level: "advisory",
  }));
}

/** One path twice in one Ingress. */
function repeatedPath(own: Served, earlier: readonly Served[]): Clash | undefined {
  if (!earlier.some(({ resource, path }) => resource.urn === own.resource.urn && path === own.path))
    return undefined;
  return {
    own,
    other: own,
    reason: `${own.host}${own.path} is in it twice, so Pomerium refuses the whole Ingress`,
    fix: "name each path once; the type Prefix also stands for the path itself",
  };
}

/** One path in two Ingresses. */
function samePlace(own: Served, earlier: readonly Served[]): Clash | undefined {
  const other = earlier.find(({ place }) => place === own.place);
  if (other === undefined || other.resource.urn === own.resource.urn) return undefined;
  return {
    own,
    other,
    reason: `${own.host}${own.path} is also a route of ${labelOf(other.resource)}; which of them answers is not certain`,
    fix: "leave the path out of one of the two",
  };
}

/** One host in two namespaces. */
function otherNamespace(own: Served, earlier: readonly Served[]): Clash | undefined {
  const other = earlier.find(({ namespace }) => namespace !== own.namespace);
  if (other === undefined || other.place === own.place) return undefined;
  return {
    own,
    other,
    reason: `${own.host} is also a host of ${labelOf(other.resource)} in another namespace, so each takes paths of the other's app`,
    fix: "give one of the two another host, or put both into one namespace",
  };
}
