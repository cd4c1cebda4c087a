import { setTimeout as sleep } from "node:timers/promises";
import { type Api, ApiError, type KubernetesObject } from "../cluster/api.ts";

/** How long to wait before reading a collection again after a failure, in milliseconds. */
const RETRY = 500;

/**
 * A live copy of one collection: read once, then kept up to date by a watch. A kind that the server does not know
 * (yet) counts as an empty collection.
 */
export class Informer<T extends KubernetesObject> {
  /** Resolves when the collection has been read for the first time. */
  readonly synced: Promise<void>;
  readonly #api: Api;
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #abort = new AbortController();
  #objects = new Map<string, T>();

  /** @param path Path of the collection in all namespaces, for example `/api/v1/secrets`. */
  constructor(api: Api, path: string, onChange: () => void) {
    this.#api = api;
    this.#path = path;
    this.#onChange = onChange;
    this.synced = new Promise((resolve) => void this.#run(resolve));
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  /** @param namespace undefined for cluster-scoped objects. */
  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(key(namespace, name));
  }

  stop(): void {
    this.#abort.abort();
  }

  async #run(onSynced: () => void): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        const list = await this.#api.request<{ metadata: { resourceVersion: string }; items: T[] }>(
          "GET",
          this.#path,
        );
        this.#replace(list.items);
        onSynced();
        await this.#api.watch<T>(
          this.#path,
          list.metadata.resourceVersion,
          (event) => this.#take(event.type, event.object),
          signal,
        );
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) {
          this.#replace([]);
          onSynced();
        }
        // Reading the collection again fixes every other error, such as a restarted server or an expired version.
        await sleep(RETRY, undefined, { signal }).catch(() => {});
      }
    }
  }

  #replace(items: T[]): void {
    const before = this.#objects;
    this.#objects = new Map(items.map((item) => [key(item.metadata.namespace, item.metadata.name), item]));
    if (before.size > 0 || items.length > 0) this.#onChange();
  }

  #take(type: string, object: T): void {
    if (type === "BOOKMARK" || type === "ERROR") return;
    const id = key(object.metadata.namespace, object.metadata.name);
    if (type === "DELETED") this.#objects.delete(id);
    else this.#objects.set(id, object);
    this.#onChange();
  }
}

function key(namespace: string | undefined, name: string): string {
  return `${namespace ?? ""}/${name}`;
}
