import { type Document, isNode } from "yaml";
import { isMap } from "../stack-file/paths.ts";
import { jsonValues, yamlDocuments } from "./documents.ts";
import { missingPart, withoutNullFields } from "./exported-parts.ts";

/** An object of a cluster, from a file. */
export interface ExportedObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> } & Record<string, unknown>;
  [field: string]: unknown;
}

/** The objects of one text, and the parts of the text that could not be used. */
export interface Exported {
  objects: ExportedObject[];
  problems: string[];
}

/** A text with objects: a file, or standard input. */
export interface ExportedText {
  /** Name of the file, for messages. */
  file: string;
  text: string;
}

/**
 * Reads objects from YAML or JSON with any number of documents. Lists are taken apart. The contents of Secrets
 * are dropped here, so that nothing later can show them.
 */
export function readExported({ file, text }: ExportedText): Exported {
  const found: Exported = { objects: [], problems: [] };
  for (const { value, where } of valuesOf(file, text, found.problems)) collect(value, where, found);
  if (found.objects.length === 0 && found.problems.length === 0)
    found.problems.push(`${file}: holds no Kubernetes object`);
  return found;
}

interface Value {
  value: unknown;
  where: string;
}

function valuesOf(file: string, text: string, problems: string[]): Value[] {
  const numbered = <T>(all: readonly T[]): [T, string][] =>
    all.map((each, i) => [each, all.length > 1 ? `${file}, document ${i + 1}` : file]);
  // A large export is JSON more often than not, and Node reads JSON much faster than YAML. YAML in flow style begins like
  // JSON, too.
  const values = /^\s*[{[]/.test(text) ? jsonValues(text) : undefined;
  if (values !== undefined) return numbered(values).map(([value, where]) => ({ value, where }));
  return numbered(yamlDocuments(text)).flatMap(([document, where]): Value[] => {
    const [error] = document.errors;
    if (error !== undefined) {
      problems.push(`${where}: ${firstLine(error.message)}`);
      return [];
    }
    return isNode(document.contents) ? [{ value: dataOf(document, where, problems), where }] : [];
  });
}

function dataOf(document: Document, where: string, problems: string[]): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    problems.push(`${where}: ${firstLine((error as Error).message)}`);
    return undefined;
  }
}

const firstLine = (text: string): string => text.split("\n", 1)[0]!.replace(/:$/, "");

function collect(value: unknown, where: string, found: Exported, of?: { apiVersion: string; kind: string }) {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) collect(item, `${where}, item ${i + 1}`, found, of);
    return;
  }
  if (!isMap(value)) {
    found.problems.push(`${where}: is not a Kubernetes object; kubectl prints them with -o yaml`);
    return;
  }
  // Items of a list that the API server has written name neither kind nor version.
  const { apiVersion = of?.apiVersion, kind = of?.kind, metadata, items } = value;
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
    const ofItems =
      kind === "List" || typeof apiVersion !== "string"
        ? undefined
        : { apiVersion, kind: kind.slice(0, -"List".length) };
    collect(items, where, found, ofItems);
    return;
  }
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !isMap(metadata)) {
    found.problems.push(`${where}: is not a Kubernetes object: it lacks apiVersion, kind or metadata`);
    return;
  }
  const { name } = metadata;
  if (typeof name !== "string" || name === "") {
    found.problems.push(`${where}: the ${kind} has no name`);
    return;
  }
  if (kind === "Ingress" && apiVersion !== "networking.k8s.io/v1") {
    found.problems.push(
      `${where}: Ingress ${name} has ${apiVersion}, which no supported Kubernetes serves; write it as networking.k8s.io/v1`,
    );
    return;
  }
  const object = withoutNullFields({ ...value, apiVersion, kind, metadata }) as ExportedObject;
  const missing = missingPart(object);
  if (missing === undefined) found.objects.push(withoutSecrets(object));
  else found.problems.push(`${where}: ${kind} ${name} was not read, because it is incomplete: ${missing}`);
}

/** kubectl keeps a copy of what was applied in an annotation, so a Secret's annotations go as well. */
function withoutSecrets(object: ExportedObject): ExportedObject {
  if (object.kind !== "Secret") return object;
  const { name, namespace, labels } = object.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
  };
  return { apiVersion: object.apiVersion, kind: object.kind, metadata };
}
