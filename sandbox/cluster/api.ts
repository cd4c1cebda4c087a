import type { IncomingMessage } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** A Kubernetes object in the API server's JSON. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
  };
}

export interface Endpoint {
  /** For example `https://127.0.0.1:34567`. */
  server: string;
  /** PEM of the authority that signed the server's certificate. */
  ca: string;
  /** Bearer token. */
  token: string;
}

/** An error status from the API server. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** Kubernetes' name for the error, for example `NotFound`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.reason = reason;
  }
}

export interface WatchEvent<T> {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: T;
}

const FIELD_MANAGER = "sandbox";

/** How often a request that came too early is repeated, and the pause before it in milliseconds. */
const PATIENCE = 20;
const RETRY = 250;

/**
 * A client for the API server, in plain JSON.
 *
 * @kubernetes/client-node takes a second and 100 MB to import. Its typed models also drop unknown fields, which would
 * hide mistakes that the API server reports.
 */
export class Api {
  readonly #endpoint: Endpoint;
  readonly #agent: Agent;
  /** Agent for watches only. They hold their connections, so with one shared agent other requests would wait. */
  readonly #watchAgent: Agent;
  readonly #resources = new Map<string, Promise<Map<string, Resource>>>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.#agent = new Agent({ ca: endpoint.ca, keepAlive: true, maxSockets: 32 });
    this.#watchAgent = new Agent({ ca: endpoint.ca });
  }

  /**
   * Sends one request, and returns the JSON of the answer.
   *
   * @throws ApiError if the server refuses.
   */
  async request<T>(
    method: string,
    path: string,
    body?: unknown,
    contentType = "application/json",
  ): Promise<T> {
    let response = await this.#send(method, path, body, contentType);
    // 429 asks for a repetition, for example in the moment after a CRD was created.
    for (let tries = 0; response.statusCode === 429 && tries < PATIENCE; tries++) {
      response.resume();
      await sleep(RETRY);
      response = await this.#send(method, path, body, contentType);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return (text.startsWith("{") ? JSON.parse(text) : text) as T;
    throw refusal(status, text, `${method} ${path}`);
  }

  /** Reads an object; undefined if it does not exist. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.request<T>("GET", path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Changes fields of an object. `null` removes a field. */
  mergePatch<T>(path: string, patch: unknown): Promise<T> {
    return this.request<T>("PATCH", path, patch, "application/merge-patch+json");
  }

  /**
   * Server-side apply of one object with the field manager `sandbox`. Takes over fields of other managers, and
   * refuses unknown fields.
   */
  async apply<T extends KubernetesObject>(object: T): Promise<T> {
    const query = `fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`;
    return this.request<T>(
      "PATCH",
      `${await this.path(object)}?${query}`,
      object,
      "application/apply-patch+yaml",
    );
  }

  async delete(object: KubernetesObject): Promise<void> {
    await this.request("DELETE", await this.path(object));
  }

  /**
   * Path of an object, for example `/apis/apps/v1/namespaces/media/deployments/jellyfin`.
   *
   * @throws ApiError NotFound if the server does not know the kind.
   */
  async path({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
    const base = groupPath(apiVersion);
    const resource = await this.#resource(base, kind);
    const namespace = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${base}${namespace}/${resource.name}/${metadata.name}`;
  }

  /**
   * Reports changes of a collection after `resourceVersion`, until the server ends the stream or `signal` is aborted.
   *
   * @param path Path of the collection, for example `/api/v1/secrets`.
   */
  async watch<T>(
    path: string,
    resourceVersion: string,
    onEvent: (event: WatchEvent<T>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const query = new URLSearchParams({ watch: "1", allowWatchBookmarks: "true", resourceVersion });
    const response = await this.#send("GET", `${path}?${query}`, undefined, "", signal);
    if (response.statusCode !== 200) {
      let text = "";
      for await (const chunk of response) text += chunk;
      throw refusal(response.statusCode ?? 0, text, `watch ${path}`);
    }
    for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line !== "") onEvent(JSON.parse(line) as WatchEvent<T>);
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
    this.#watchAgent.destroy();
  }

  #send(method: string, path: string, body: unknown, contentType: string, signal?: AbortSignal) {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {
      method,
      agent: signal === undefined ? this.#agent : this.#watchAgent,
      headers: {
        authorization: `Bearer ${this.#endpoint.token}`,
        accept: "application/json",
        ...(content === undefined
          ? {}
          : { "content-type": contentType, "content-length": Buffer.byteLength(content) }),
      },
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise<IncomingMessage>((resolve, reject) => {
      request(`${this.#endpoint.server}${path}`, options, resolve).on("error", reject).end(content);
    });
  }

  async #resource(base: string, kind: string): Promise<Resource> {
    const known = (await this.#resources.get(base)?.catch(() => undefined))?.get(kind);
    if (known !== undefined) return known;
    // Repeated after each miss, because a CRD may have added the kind since.
    const discovered = this.#discover(base);
    this.#resources.set(base, discovered);
    const resource = (await discovered).get(kind);
    if (resource === undefined)
      throw new ApiError(404, "NotFound", `the API server knows no ${kind} in ${base}`);
    return resource;
  }

  async #discover(base: string): Promise<Map<string, Resource>> {
    const { resources } = await this.request<{ resources: Resource[] }>("GET", base);
    const main = resources.filter(({ name }) => !name.includes("/"));
    return new Map(main.map((resource) => [resource.kind, resource]));
  }
}

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
}

/** Path of an API group: `/api/v1` for `v1`, `/apis/apps/v1` for `apps/v1`. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function refusal(status: number, text: string, what: string): ApiError {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, reason ?? "", message ?? `${what}: HTTP ${status}`);
  } catch {
    return new ApiError(status, "", `${what}: HTTP ${status} ${text.trim()}`);
  }
}
