import { phaseRecord } from "../components/cluster/live.ts";
import { type Api, groupPath, type KubernetesObject } from "./cluster/api.ts";

/** All objects of a cluster, of every kind that its API server knows. */
export interface Census {
  kinds: number;
  objects: Map<string, string>;
}

interface Resource {
  name: string;
  kind: string;
  verbs: string[];
}

/** Reads all objects of a cluster. Events are left out, because they report the past. */
export async function census(api: Api): Promise<Census> {
  const { groups } = await api.request<{ groups: { preferredVersion: { groupVersion: string } }[] }>(
    "GET",
    "/apis",
  );
  const versions = ["v1", ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const found = await Promise.all(
    versions.map(async (version) => {
      const { resources } = await api.request<{ resources: Resource[] }>("GET", groupPath(version));
      const listed = resources.filter(
        ({ name, kind, verbs }) => !name.includes("/") && verbs.includes("list") && kind !== "Event",
      );
      return Promise.all(
        listed.map(async ({ name, kind }) => {
          const { items } = await api.request<{ items: KubernetesObject[] }>(
            "GET",
            `${groupPath(version)}/${name}`,
          );
          return items.map(
            (item) =>
              [
                `${kind} ${item.metadata.namespace ?? ""}/${item.metadata.name}`,
                JSON.stringify(item),
              ] as const,
          );
        }),
      );
    }),
  );
  return { kinds: found.flat().length, objects: new Map(found.flat(2)) };
}

interface WithClass extends KubernetesObject {
  spec?: { ingressClassName?: string };
}

/** ConfigMap in which the program records the phase and its former ingress-nginx objects. */
const record = `ConfigMap ${phaseRecord.namespace}/${phaseRecord.name}`;

/** Objects that mention ingress-nginx, and Ingresses of class nginx. The program's own record does not count. */
export function leftOfIngressNginx({ objects }: Census): string[] {
  return [...objects].flatMap(([name, json]) => {
    if (name === record) return [];
    const { metadata, ...rest } = JSON.parse(json) as WithClass & { metadata: { managedFields?: unknown } };
    const { managedFields: _, ...own } = metadata;
    const mentions = JSON.stringify([own, rest]).includes("ingress-nginx");
    return mentions || (name.startsWith("Ingress ") && rest.spec?.ingressClassName === "nginx") ? [name] : [];
  });
}

/** Ingresses of classes that neither ingress-nginx nor Pomerium serves. */
export function otherIngresses({ objects }: Census): Map<string, string> {
  const others = [...objects].filter(([name, json]) => {
    const { spec } = JSON.parse(json) as WithClass;
    return name.startsWith("Ingress ") && !["nginx", "pomerium"].includes(spec?.ingressClassName ?? "");
  });
  return new Map(others);
}
