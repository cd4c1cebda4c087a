import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { changedPaths, formatPaths } from "../../diff.ts";
import { parsePath } from "../../property-path.ts";
import {
  carrySecrets,
  hasUnknown,
  isProperties,
  isSecret,
  type Properties,
  revealAll,
} from "../../values.ts";
import {
  type CheckOperand,
  type CreateOperand,
  type DeleteOperand,
  type Diff,
  type DiffOperand,
  NotReadyError,
  type ReadOperand,
  type UpdateOperand,
} from "../provider.ts";
import {
  type ApiClient,
  ApiError,
  isConflictOnCreate,
  isMissingNamespace,
  NoKindError,
  type WriteOptions,
} from "./client.ts";
import type { KubernetesConfig } from "./config.ts";
import { CREATOR, createdHere, isForeign, takeOver } from "./field-managers.ts";
import { replacedPaths } from "./force-new.ts";
import {
  annotation,
  at,
  describe,
  gvkOf,
  hideSecretData,
  idOf,
  inputsOf,
  type KubeObject,
  nameOf,
  outputsOf,
  parseId,
  text,
  toApi,
} from "./object.ts";
import { untilGone, untilReady, WaitError } from "./wait.ts";

const AUTONAMED = "pulumi.com/autonamed";

/** Pauses before an object is created again, for a kind or a namespace that is only just coming to be. */
const RETRY_MS = [250, 500, 1000, 2000, 4000, 8000];

/**
 * Objects of any kind, as Pulumi's Kubernetes provider manages them: created once, then changed by server-side
 * apply under a field manager of their own.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go
 */
export class Objects {
  readonly #client: ApiClient;
  readonly #config: KubernetesConfig;
  /** Scope by `<group>/<kind>` of the definitions that this run is going to create. */
  readonly #coming = new Map<string, { namespaced: boolean }>();

  constructor(client: ApiClient, config: KubernetesConfig) {
    this.#client = client;
    this.#config = config;
  }

  /** Whether objects of the kind live in a namespace; undefined when nobody knows yet. */
  async isNamespaced(object: KubeObject): Promise<boolean | undefined> {
    const apiVersion = text(object.apiVersion);
    const known = await this.#client.resource(apiVersion, text(object.kind));
    return (known ?? this.#coming.get(`${apiVersion.split("/")[0]}/${text(object.kind)}`))?.namespaced;
  }

  /** Remembers a definition that comes with this run, for the objects that come after it. */
  expect(definition: KubeObject): void {
    if (definition.kind !== "CustomResourceDefinition") return;
    const kind = `${text(at(definition, "spec", "group"))}/${text(at(definition, "spec", "names", "kind"))}`;
    this.#coming.set(kind, { namespaced: at(definition, "spec", "scope") === "Namespaced" });
  }

  get defaultNamespace(): string {
    return this.#config.namespace ?? this.#client.namespace;
  }

  async check({ inputs, old, type, name }: CheckOperand): Promise<Properties> {
    const { apiVersion, kind, patch } = gvkOf(type);
    const checked: Properties = { ...inputs, apiVersion: inputs.apiVersion ?? apiVersion, kind };
    const given = inputs.metadata ?? {};
    if (isProperties(given) && !isSecret(given)) {
      const metadata: Properties = { ...given };
      if (!metadata.name) {
        if (patch) throw new Error("a Patch resource must name its object: set metadata.name");
        const earlier = old && annotation(revealAll(old), AUTONAMED) === "true" ? nameOf(revealAll(old)) : "";
        metadata.name = earlier || `${name}-${randomBytes(4).toString("hex")}`;
        const annotations = isProperties(metadata.annotations) ? metadata.annotations : {};
        metadata.annotations = { ...annotations, [AUTONAMED]: "true" };
      }
      if (!metadata.namespace && (await this.isNamespaced(revealAll(checked)))) {
        metadata.namespace = this.defaultNamespace;
      }
      checked.metadata = metadata;
    }
    this.expect(toApi(revealAll(checked)));
    return hideSecretData(checked);
  }

  diff({ old, inputs, type }: DiffOperand): Diff {
    const before = revealAll(old.inputs);
    const after = revealAll(inputs);
    const changed = changedPaths(before, after);
    const replaces = gvkOf(type).patch
      ? changed.filter(([top, key]) => top === "metadata" && (key === "name" || key === "namespace"))
      : replacedPaths(after, changed, this.#config.mutable);
    return {
      paths: formatPaths(changed),
      replaces: formatPaths(replaces),
      deleteBeforeReplace: idOf(before) === idOf(after) && annotation(after, AUTONAMED) !== "true",
    };
  }

  async create(operand: CreateOperand): Promise<{ id?: string; outputs: Properties }> {
    const { inputs, preview, type, resume, timeout } = operand;
    const object = await this.#placed(inputs);
    const { patch } = gvkOf(type);
    if (preview) return { outputs: await this.#previewCreate(object, inputs, patch) };

    const manager = annotation(object, "pulumi.com/patchFieldManager") || uniqueManager();
    const created = await retrying(operand.signal, () =>
      patch
        ? this.#apply(object, { fieldManager: manager, force: this.#forces(object) })
        : this.#createOnce(object, manager, resume),
    );
    if (created.kind === "CustomResourceDefinition") this.#client.forgetKinds();
    const ready = await this.#awaitReady(operand, created, inputs, manager, timeout);
    return { id: idOf(ready), outputs: carrySecrets(outputsOf(ready, manager), inputs) };
  }

  /** The object to send: kustomize, for one, gives a namespace to kinds of which it does not know the scope. */
  async #placed(inputs: Properties): Promise<KubeObject> {
    const object = toApi(revealAll(inputs));
    if (!isProperties(object.metadata) || (await this.isNamespaced(object)) !== false) return object;
    const metadata = { ...object.metadata };
    delete metadata.namespace;
    return { ...object, metadata };
  }

  async #previewCreate(object: KubeObject, inputs: Properties, patch: boolean): Promise<Properties> {
    const known = await this.#client.resource(text(object.apiVersion), text(object.kind));
    if (hasUnknown(object) || patch || !known) return inputs;
    try {
      const created = await this.#client.create(object, { dryRun: true, fieldManager: CREATOR });
      const { status: _, ...outputs } = outputsOf(created, CREATOR);
      return carrySecrets(outputs, inputs);
    } catch (error) {
      // The real provider cannot tell either: such an object only fails in the real run.
      if (isMissingNamespace(error) || isConflictOnCreate(error)) return inputs;
      throw error;
    }
  }

  async #createOnce(object: KubeObject, manager: string, resume: boolean): Promise<KubeObject> {
    try {
      return await this.#client.create(object, { fieldManager: CREATOR });
    } catch (error) {
      if (!isConflictOnCreate(error)) throw error;
      const live = resume || this.#config.upsert ? await this.#client.get(object) : undefined;
      if (live && (this.#config.upsert || createdHere(live)))
        return this.#change(object, live, manager, { preview: false, ignoreChanges: [] });
      throw new Error(
        `${describe(object)} already exists, and this stack did not create it; adopt it with the option \`import: "${idOf(object)}"\`, or delete it`,
      );
    }
  }

  async #awaitReady(
    operand: CreateOperand | UpdateOperand,
    object: KubeObject,
    inputs: Properties,
    manager: string,
    timeout: number | undefined,
  ): Promise<KubeObject> {
    try {
      return await untilReady(this.#client, object, operand, timeout);
    } catch (error) {
      if (!(error instanceof WaitError)) throw error;
      const outputs = carrySecrets(outputsOf(error.object, manager), inputs);
      throw new NotReadyError(error.message, idOf(object), outputs);
    }
  }

  async read({
    id,
    type,
    inputs,
  }: ReadOperand): Promise<{ inputs: Properties; outputs: Properties } | undefined> {
    const { apiVersion, kind } = gvkOf(type);
    const { namespace, name } = parseId(id);
    const live = await this.#client.get({
      apiVersion,
      kind,
      metadata: { name, ...(namespace ? { namespace } : {}) },
    });
    if (!live) return undefined;
    return { inputs: inputsOf(live), outputs: carrySecrets(outputsOf(live, uniqueManager()), inputs) };
  }

  async update(operand: UpdateOperand): Promise<Properties> {
    const { inputs, old, preview, type, ignoreChanges, timeout } = operand;
    const object = await this.#placed(inputs);
    const known = await this.#client.resource(text(object.apiVersion), text(object.kind));
    if (preview && (hasUnknown(object) || !known)) return { ...old.outputs, ...inputs };
    const live = await this.#client.get(object);
    if (!live)
      throw new Error(
        `${describe(object)} was deleted by someone else; take it out of the program, deploy, and add it again`,
      );
    const manager =
      annotation(object, "pulumi.com/patchFieldManager") ||
      text(old.outputs.__fieldManager) ||
      uniqueManager();
    const changed = gvkOf(type).patch
      ? await this.#apply(object, { fieldManager: manager, force: this.#forces(object), dryRun: preview })
      : await this.#change(object, live, manager, { preview, ignoreChanges });
    if (preview) return carrySecrets(outputsOf(changed, manager), inputs);
    if (changed.kind === "CustomResourceDefinition") this.#client.forgetKinds();
    const ready = await this.#awaitReady(operand, changed, inputs, manager, timeout);
    return carrySecrets(outputsOf(ready, manager), inputs);
  }

  async #change(
    object: KubeObject,
    live: KubeObject,
    manager: string,
    { preview, ignoreChanges }: Pick<UpdateOperand, "preview" | "ignoreChanges">,
  ): Promise<KubeObject> {
    if (object.kind === "CustomResourceDefinition") {
      const resourceVersion = at(live, "metadata", "resourceVersion") ?? null;
      const metadata = isProperties(object.metadata)
        ? { ...object.metadata, resourceVersion }
        : { resourceVersion };
      return this.#client.replace({ ...object, metadata }, { fieldManager: manager, dryRun: preview });
    }
    const owned = preview ? live : await this.#takeOver(live, manager);
    // A dry run cannot pass the creator's fields on first, so it overrides the creator.
    const force = this.#forces(object) || (preview && createdHere(live));
    const heeded = withoutIgnored(object, owned, manager, ignoreChanges);
    return this.#apply(heeded, { fieldManager: manager, force, dryRun: preview });
  }

  async #apply(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    try {
      return await this.#client.apply(object, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 409) throw error;
      throw new Error(
        `${describe(object)} has fields that another manager set: ${error.message}; leave them out, ignore them with \`ignoreChanges\`, or take them with the annotation pulumi.com/patchForce: "true"`,
      );
    }
  }

  async #takeOver(live: KubeObject, manager: string): Promise<KubeObject> {
    const owners = takeOver(live, manager);
    if (!owners) return live;
    return this.#client.jsonPatch(live, [
      {
        op: "test",
        path: "/metadata/resourceVersion",
        value: at(live, "metadata", "resourceVersion") ?? null,
      },
      { op: "replace", path: "/metadata/managedFields", value: owners },
    ]);
  }

  #forces(object: KubeObject): boolean {
    return this.#config.force || annotation(object, "pulumi.com/patchForce") === "true";
  }

  async delete(operand: DeleteOperand): Promise<void> {
    const { id, old, type, timeout } = operand;
    const { apiVersion, kind, patch } = gvkOf(type);
    const { namespace, name } = parseId(id);
    const inputs = toApi(revealAll(old.inputs));
    const identity = { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } };
    const live = await this.#client.get(identity);
    if (!live) return;
    if (patch) {
      // Applying nothing gives every field back.
      await this.#client.apply(identity, { fieldManager: text(old.outputs.__fieldManager), force: true });
      return;
    }
    try {
      await this.#client.delete(identity, propagationOf(inputs));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error;
    }
    const annotations = at(inputs, "metadata", "annotations");
    const metadata = isProperties(live.metadata) ? live.metadata : {};
    await untilGone(
      this.#client,
      { ...live, metadata: { ...metadata, annotations: annotations ?? {} } },
      operand,
      timeout,
    );
    if (kind === "CustomResourceDefinition") this.#client.forgetKinds();
  }
}

/** Tries again while the object's namespace or kind is still coming to be. */
async function retrying(signal: AbortSignal, action: () => Promise<KubeObject>): Promise<KubeObject> {
  for (const pause of RETRY_MS) {
    try {
      return await action();
    } catch (error) {
      if (signal.aborted || !(isMissingNamespace(error) || error instanceof NoKindError)) throw error;
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
  return action();
}

function propagationOf(object: KubeObject): string {
  const wanted = annotation(object, "pulumi.com/deletionPropagationPolicy").toLowerCase();
  return { orphan: "Orphan", background: "Background" }[wanted] ?? "Foreground";
}

function uniqueManager(): string {
  return `${CREATOR}-${randomBytes(4).toString("hex")}`;
}

/** Ignored fields are left to whoever set them, and otherwise kept as they are. */
function withoutIgnored(
  object: KubeObject,
  live: KubeObject,
  manager: string,
  ignored: string[],
): KubeObject {
  const result = structuredClone(object);
  for (const path of ignored.map(parsePath)) {
    const last = path.at(-1);
    const owner = at(result, ...path.slice(0, -1));
    if (typeof last !== "string" || last === "*" || !isProperties(owner)) continue;
    const value = at(live, ...path);
    if (isForeign(live, manager, path)) delete owner[last];
    else if (value !== undefined) owner[last] = value;
  }
  return result;
}
