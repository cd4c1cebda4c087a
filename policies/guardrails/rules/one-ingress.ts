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
    const findings = new Map<string, RuleFinding>();
    const add = (
      own: Served,
      other: Served,
      reason: string,
      fix: string,
      more: Pick<RuleFinding, "level"> = {},
    ): void => {
      const resource = labelOf(own.resource);
      findings.set(`${own.resource.urn} ${other.resource.urn} ${fix}`, {
        resource,
        urn: own.resource.urn,
        reason,
        fix,
        ...more,
      });
    };
    const byProvider = ({ resource }: Served): string => resource.provider ?? "";
    for (const [host, all] of Map.groupBy(served, ({ host }) => host)) {
      const [first, ...others] = [...Map.groupBy(all, byProvider).values()].map(([one]) => one);
      for (const other of others)
        if (first && other)
          add(
            other,
            first,
            `${host} is also a host of ${labelOf(first.resource)}, through another provider; which of them answers is not certain if both are for one cluster`,
            "look whether both providers are for one cluster; if so, give one of the two another host",
            { level: "advisory" },
          );
    }
    const groups = Map.groupBy(served, (one) => `${one.host} ${byProvider(one)}`);
    for (const own of groups.values()) {
      const host = own[0]?.host;
      const first = new Map<string, Served>();
      const paths = new Set<string>();
      for (const one of own) {
        const id = `${one.resource.urn} ${one.path}`;
        if (paths.has(id))
          add(
            one,
            one,
            `${host}${one.path} is in it twice, so Pomerium refuses the whole Ingress`,
            "name each path once; the type Prefix also stands for the path itself",
          );
        paths.add(id);
        const before = first.get(one.place);
        if (before === undefined) first.set(one.place, one);
        else if (before.resource.urn !== one.resource.urn)
          add(
            one,
            before,
            `${host}${one.path} is also a route of ${labelOf(before.resource)}; which of them answers is not certain`,
            "leave the path out of one of the two",
          );
        const stranger = own.find(
          (other) => other.namespace !== one.namespace && own.indexOf(other) < own.indexOf(one),
        );
        if (stranger && stranger.place !== one.place)
          add(
            one,
            stranger,
            `${host} is also a host of ${labelOf(stranger.resource)} in another namespace, so each takes paths of the other's app`,
            "give one of the two another host, or put both into one namespace",
          );
      }
    }
    return [...findings.values()];
  },
};
