import { parseAllDocuments } from "yaml";
import { type Api, ApiError, groupPath, type KubernetesObject } from "./api.ts";
import { waitFor } from "./wait.ts";

/** Kinds that must exist before objects of other kinds, in this order. */
const FIRST = ["Namespace", "CustomResourceDefinition"];

/**
 * Server-side apply of several objects. Namespaces and CRDs come first, and the rest after the new kinds are served.
 *
 * @param manifests Objects, or YAML with one or more documents.
 */
export async function applyAll(api: Api, manifests: KubernetesObject[] | string): Promise<void> {
  const objects = typeof manifests === "string" ? parseManifests(manifests) : manifests;
  for (const kind of FIRST) {
    await Promise.all(objects.filter((object) => object.kind === kind).map((object) => api.apply(object)));
  }
  const crds = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
  await Promise.all(crds.map((crd) => served(api, crd as CustomResourceDefinition)));
  await Promise.all(objects.filter(({ kind }) => !FIRST.includes(kind)).map((object) => api.apply(object)));
}

interface CustomResourceDefinition extends KubernetesObject {
  spec: {
    group: string;
    names: { plural: string; kind: string };
    versions: { name: string; served: boolean }[];
  };
}

/** Resolves when the new kind can be used: its objects can be listed, and (a little later) discovery contains it. */
async function served(api: Api, { metadata, spec }: CustomResourceDefinition): Promise<void> {
  const versions = spec.versions
    .filter((version) => version.served)
    .map(({ name }) => `${spec.group}/${name}`);
  const answers = await waitFor(async () => {
    for (const apiVersion of versions) {
      await api.request("GET", `${groupPath(apiVersion)}/${spec.names.plural}?limit=1`);
      await api.path({ apiVersion, kind: spec.names.kind, metadata });
    }
    return true;
  });
  if (!answers) throw new ApiError(404, "NotFound", `${metadata.name} was not served in time`);
}

/** The objects in a YAML text with one or more documents. */
export function parseManifests(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.contents === null ? [] : [document.toJS() as KubernetesObject];
  });
}
