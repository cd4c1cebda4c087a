import type { ClusterReader, ServedKind } from "../components/cluster/api.ts";
import type { ExportedObject } from "./exported.ts";

/** A collection of objects that somebody asked for and that the export lacks, as kubectl names it: `services`. */
export type MissingKind = string;

/** Kinds whose objects are in no namespace. */
const clusterWide =
  /^(Namespace|Node|IngressClass|ClusterIssuer|ClusterRole|ClusterRoleBinding|ValidatingWebhookConfiguration|PersistentVolume|StorageClass|CustomResourceDefinition|APIService)$/;

/** Kinds that nobody should export: the reader asks only for their names, and does not need them. */
const neverExported = ["secrets"];

/** The path of an object or a collection, taken apart. */
interface Question {
  group: string;
  namespace?: string;
  plural?: string;
  name?: string;
  labelSelector?: string;
}

/**
 * Answers the questions about a cluster from exported objects. A kind without any object in the export is not known:
 * the answer is empty, and {@link missing} names the kind.
 */
export class ExportedCluster implements ClusterReader {
  readonly #objects = new Map<string, ExportedObject[]>();
  readonly #missing = new Set<MissingKind>();

  /** Later objects replace earlier ones of the same kind, namespace and name. */
  constructor(objects: readonly ExportedObject[]) {
    const byId = new Map<string, ExportedObject>();
    for (const object of objects.map(placed)) {
      const { apiVersion, kind, metadata } = object;
      const collection = collectionOf(groupOf(apiVersion), pluralOf(kind));
      byId.set(`${collection} ${metadata.namespace ?? ""}/${metadata.name}`, object);
    }
    for (const [id, object] of byId) {
      const collection = id.split(" ", 1)[0]!;
      const known = this.#objects.get(collection);
      if (known === undefined) this.#objects.set(collection, [object]);
      else known.push(object);
    }
  }

  /** Kinds that were asked for and of which the export has no object, in the order of the alphabet. */
  get missing(): MissingKind[] {
    return [...this.#missing].sort();
  }

  async find<T>(path: string): Promise<T | undefined> {
    const { plural, name, ...rest } = questionOf(path);
    // The API server describes a group at its path.
    if (plural === undefined)
      return [...this.#objects.keys()].some((collection) => collection.endsWith(`.${rest.group}`))
        ? ({} as T)
        : undefined;
    return this.#all({ plural, ...rest }).find(({ metadata }) => metadata.name === name) as T | undefined;
  }

  async findMetadata<T>(path: string): Promise<T | undefined> {
    return this.find<T>(path);
  }

  async list<T>(path: string): Promise<T[]> {
    return this.#all(questionOf(path)) as T[];
  }

  async listMetadata<T>(path: string): Promise<T[]> {
    return this.list<T>(path);
  }

  async kinds(): Promise<ServedKind[] | undefined> {
    return undefined;
  }

  #all({ group, plural = "", namespace, labelSelector }: Question): ExportedObject[] {
    const collection = collectionOf(group, plural);
    const all = this.#objects.get(collection);
    if (all === undefined && !neverExported.includes(plural)) this.#missing.add(collection);
    return (all ?? []).filter(
      ({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) &&
        isSelected(metadata.labels ?? {}, labelSelector),
    );
  }
}

/** A manifest without a namespace goes to the one that kubectl uses by default. */
function placed(object: ExportedObject): ExportedObject {
  const { kind, metadata } = object;
  return metadata.namespace !== undefined || clusterWide.test(kind)
    ? object
    : { ...object, metadata: { ...metadata, namespace: "default" } };
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? apiVersion.replace(/\/.*$/, "") : "";

/** As kubectl names a kind: `ingresses.networking.k8s.io`. */
const collectionOf = (group: string, plural: string): string =>
  group === "" ? plural : `${plural}.${group}`;

/** Plural of a kind by the rules of English. All kinds that are asked for here follow them. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower === "endpoints") return lower;
  if (/(s|x|ch|sh)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** Takes a path apart. Its version does not matter: objects are known by group and kind. */
function questionOf(path: string): Question {
  const { pathname, searchParams } = new URL(path, "http://exported");
  const [root, ...rest] = pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const [group = "", , ...words] = root === "api" ? ["", ...rest] : rest;
  const isInside = words[0] === "namespaces" && words.length > 2;
  const [plural, name] = isInside ? words.slice(2) : words;
  const labelSelector = searchParams.get("labelSelector");
  return {
    group,
    ...(isInside ? { namespace: words[1]! } : {}),
    ...(plural === undefined ? {} : { plural }),
    ...(name === undefined ? {} : { name }),
    ...(labelSelector === null ? {} : { labelSelector }),
  };
}

/**
 * Whether labels match a selector of equality, inequality and existence. A selector of another form matches nothing.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
function isSelected(labels: Readonly<Record<string, string>>, selector = ""): boolean {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter(Boolean)
    .every((term) => {
      const [, key = "", operator, value = ""] = /^([^\s=!]+)\s*(==|=|!=)\s*(\S*)$/.exec(term) ?? [];
      if (operator !== undefined) return (labels[key] === value) !== (operator === "!=");
      const [, name = "", not, values = ""] = /^(\S+)\s+(not)?in\s*\((.*)\)$/.exec(term) ?? [];
      if (name !== "") {
        const isIn = values
          .split(",")
          .map((each) => each.trim())
          .includes(labels[name] ?? "");
        return isIn !== (not !== undefined);
      }
      return term.startsWith("!") ? !(term.slice(1) in labels) : term in labels;
    });
}
