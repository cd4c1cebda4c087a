import {
  isProperties,
  isSecret,
  mapChildren,
  own,
  type Properties,
  secret,
  type Value,
} from "../../values.ts";

/** An object of the Kubernetes API as JSON. */
export type KubeObject = Properties;

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

export function at(object: Value | undefined, ...path: (string | number)[]): Value | undefined {
  let value = object;
  for (const key of path) {
    if (Array.isArray(value) && typeof key === "number") value = value[key];
    else if (isProperties(value)) value = own(value, String(key));
    else return undefined;
  }
  return value;
}

export function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

export function items(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

export function nameOf(object: KubeObject): string {
  return text(at(object, "metadata", "name"));
}

export function namespaceOf(object: KubeObject): string {
  return text(at(object, "metadata", "namespace"));
}

export function annotation(object: KubeObject, key: string): string {
  return text(at(object, "metadata", "annotations", key));
}

/** `<namespace>/<name>`, or the name alone for what lives in no namespace: the id of the resource in Pulumi. */
export function idOf(object: KubeObject): string {
  const namespace = namespaceOf(object);
  return namespace ? `${namespace}/${nameOf(object)}` : nameOf(object);
}

export function parseId(id: string): { namespace: string; name: string } {
  const slash = id.indexOf("/");
  return { namespace: slash < 0 ? "" : id.slice(0, slash), name: id.slice(slash + 1) };
}

/** `Service default/web`, as a person would say it. */
export function describe(object: KubeObject): string {
  return `${text(object.kind)} ${idOf(object)}`;
}

/**
 * API version and kind of a resource type, `kubernetes:apps/v1:Deployment`. A type that ends in `Patch`
 * manages some fields of an object that is not its own.
 */
export function gvkOf(type: string): { apiVersion: string; kind: string; patch: boolean } {
  const [, version = "", name = ""] = type.split(":");
  const patch = name.endsWith("Patch") && name !== "Patch";
  return {
    apiVersion: version.startsWith("core/") ? version.slice("core/".length) : version,
    kind: patch ? name.slice(0, -"Patch".length) : name,
    patch,
  };
}

/** Resource type of an object, the reverse of {@link gvkOf}. */
export function typeOf(object: KubeObject): string {
  const version = text(object.apiVersion);
  return `kubernetes:${version.includes("/") ? version : `core/${version}`}:${text(object.kind)}`;
}

/** TypeScript cannot name `x-kubernetes-…`, so Pulumi's schema spells it with underscores. */
export function toApi(value: Value): KubeObject {
  return renameKeys(value, (key) =>
    key.startsWith("x_kubernetes_") ? key.replaceAll("_", "-") : key,
  ) as KubeObject;
}

function fromApi(value: Value): Properties {
  return renameKeys(value, (key) =>
    key.startsWith("x-kubernetes-") ? key.replaceAll("-", "_") : key,
  ) as Properties;
}

function renameKeys(value: Value, rename: (key: string) => string): Value {
  if (!isProperties(value) || isSecret(value))
    return mapChildren(value, (child) => renameKeys(child, rename));
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [rename(key), renameKeys(child, rename)]),
  );
}

/** Outputs of the resource: the live object, without what only the API server's own bookkeeping needs. */
export function outputsOf(object: KubeObject, fieldManager: string): Properties {
  const outputs = fromApi(object);
  if (isProperties(outputs.metadata)) {
    const metadata = { ...outputs.metadata };
    delete metadata.managedFields;
    outputs.metadata = metadata;
  }
  return { ...hideSecretData(outputs), __fieldManager: fieldManager };
}

/** Inputs that would make the live object, as an import records them. */
export function inputsOf(object: KubeObject): Properties {
  const { status: _, ...inputs } = fromApi(object);
  if (isProperties(inputs.metadata)) {
    const metadata = { ...inputs.metadata };
    for (const key of ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"]) {
      delete metadata[key];
    }
    if (isProperties(metadata.annotations)) {
      const {
        [LAST_APPLIED]: _,
        "deployment.kubernetes.io/revision": __,
        ...annotations
      } = metadata.annotations;
      metadata.annotations = annotations;
    }
    inputs.metadata = metadata;
  }
  return hideSecretData(inputs);
}

/**
 * A Secret's data is secret whatever the program says of it. What `kubectl apply` left in the annotations is a
 * second copy of it.
 */
export function hideSecretData(object: Properties): Properties {
  if (object.kind !== "Secret") return object;
  const result = { ...object };
  for (const key of ["data", "stringData"]) {
    const value = result[key];
    if (value !== undefined) result[key] = secret(value);
  }
  const annotations = at(object, "metadata", "annotations");
  if (isProperties(object.metadata) && isProperties(annotations)) {
    const copy = annotations[LAST_APPLIED];
    if (copy !== undefined) {
      result.metadata = { ...object.metadata, annotations: { ...annotations, [LAST_APPLIED]: secret(copy) } };
    }
  }
  return result;
}
