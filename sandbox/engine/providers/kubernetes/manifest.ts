import { parseAllDocuments } from "yaml";
import { isProperties, type Value } from "../../values.ts";
import { annotation, at, items, type KubeObject, nameOf, namespaceOf, text } from "./object.ts";

/**
 * The objects of a rendered manifest, lists taken apart. Read as Kubernetes reads YAML, which is version 1.1:
 * `0644` is octal, and `yes` is true.
 *
 * @throws Error for text that is no YAML, and for an object without a kind or a name.
 */
export function parseManifest(yaml: string): KubeObject[] {
  const objects: KubeObject[] = [];
  const documents = parseAllDocuments(yaml, {
    version: "1.1",
    // JSON has no dates: Kubernetes keeps them as text.
    customTags: (tags) => tags.filter((tag) => typeof tag === "string" || !tag.tag.endsWith(":timestamp")),
  });
  for (const document of documents) {
    if (document.errors[0]) throw new Error(`the manifest is no YAML: ${document.errors[0].message}`);
    collect(document.toJS() as Value, objects);
  }
  return objects;
}

function collect(value: Value, objects: KubeObject[]): void {
  if (!isProperties(value) || Object.keys(value).length === 0) return;
  if (text(value.kind).endsWith("List") && Array.isArray(value.items)) {
    for (const item of value.items) collect(item, objects);
    return;
  }
  if (!text(value.kind) || !text(value.apiVersion) || !nameOf(value)) {
    throw new Error(`an object without apiVersion, kind or name: ${JSON.stringify(value).slice(0, 100)}`);
  }
  objects.push(value);
}

/**
 * For each object those of the manifest that it must follow: its namespace, the definition of its kind, and
 * what its annotation `config.kubernetes.io/depends-on` names.
 *
 * @see https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/object/graph/depends.go
 */
export function manifestOrder(objects: readonly KubeObject[]): Map<KubeObject, KubeObject[]> {
  const definitions = new Map<string, KubeObject>();
  const namespaces = new Map<string, KubeObject>();
  const byReference = new Map<string, KubeObject>();
  for (const object of objects) {
    byReference.set(reference(object), object);
    if (object.kind === "Namespace") namespaces.set(nameOf(object), object);
    if (object.kind === "CustomResourceDefinition") {
      definitions.set(
        `${text(at(object, "spec", "group"))}/${text(at(object, "spec", "names", "kind"))}`,
        object,
      );
    }
  }
  return new Map(
    objects.map((object) => {
      const explicit = annotation(object, "config.kubernetes.io/depends-on")
        .split(",")
        .map((each) => each.trim());
      const needs = [
        definitions.get(`${groupOf(object)}/${text(object.kind)}`),
        namespaces.get(namespaceOf(object)),
        ...explicit.map((each) => byReference.get(each)),
      ];
      return [
        object,
        [...new Set(needs.filter((each) => each !== undefined && each !== object))] as KubeObject[],
      ];
    }),
  );
}

function groupOf(object: KubeObject): string {
  const version = text(object.apiVersion);
  return version.includes("/") ? (version.split("/")[0] ?? "") : "";
}

/** `<group>/namespaces/<namespace>/<kind>/<name>`, as the annotation writes it; the core group is empty. */
function reference(object: KubeObject): string {
  const scope = namespaceOf(object) ? `namespaces/${namespaceOf(object)}/` : "";
  return `${groupOf(object)}/${scope}${text(object.kind)}/${nameOf(object)}`;
}

/** Names of a release's objects by `<apiVersion>/<kind>`, as the Helm resource shows them. */
export function resourceNames(objects: readonly KubeObject[], namespace: string): Record<string, string[]> {
  const names: Record<string, string[]> = {};
  for (const object of objects) {
    const kind = `${text(object.kind)}.${text(object.apiVersion)}`;
    names[kind] = [
      ...items(names[kind]),
      `${namespaceOf(object) || namespace}/${nameOf(object)}`,
    ] as string[];
  }
  return names;
}
