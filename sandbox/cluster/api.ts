import type { IncomingMessage } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** A Kubernetes object as the API server writes it. */
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
  /** `https://127.0.0.1:34567`. */
  server: string;
  /** PEM of the authority that the server's certificate is checked against. */
  ca: string;
  /** Bearer token. */
  token: string;
}

/** The API server's refusal. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** Kubernetes' word for it, `NotFound`. */
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

/** How often a request that came too early is made again, and after how many milliseconds. */
const PATIENCE = 20;
const RETRY = 250;

/**
 * The API server, in plain JSON.
 *
 * Not @kubernetes/client-node: importing it costs a second and 100 MB, and its typed models drop the fields that they
 * do not know, which would hide mistakes that the API server itself reports.
 */
export class Api {
  readonly #endpoint: Endpoint;
  readonly #agent: Agent;
  /** Watches hold their connection: among the others they would leave none. */
  readonly #watchAgent: Agent;
  readonly #resources = new Map<string, Promise<Map<string, Resource>>>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.#agent = new Agent({ ca: endpoint.ca, keepAlive: true, maxSockets: 32 });
    this.#watchAgent = new Agent({ ca: endpoint.ca });
  }

  /**
   * One request; the answer's JSON.
   *
   * @throws ApiError when the server refuses
   */
  async request<T>(
    method: string,
    path: string,
    body?: unknown,
    contentType = "application/json",
  ): Promise<T> {
    let response = await this.#send(method, path, body, contentType);
    // "Come again": for a moment after a CRD has come, for one.
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

  /** The object, or undefined where there is none. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.request<T>("GET", path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Changes fields of an object; `null` removes one. */
  mergePatch<T>(path: string, patch: unknown): Promise<T> {
    return this.request<T>("PATCH", path, patch, "application/merge-patch+json");
  }

  /**
   * Server-side apply of one object under the field manager `sandbox`, which takes over fields that others own.
   * Unknown fields are refused.
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
   * Where an object lives: `/apis/apps/v1/namespaces/media/deployments/jellyfin`.
   *
   * @throws ApiError NotFound when the server does not know the kind
   */
  async path({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
    const base = groupPath(apiVersion);
    const resource = await this.#resource(base, kind);
    const namespace = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${base}${namespace}/${resource.name}/${metadata.name}`;
  }

  /**
   * Changes of a collection from `resourceVersion` on, until the server ends the stream or `signal` is aborted.
   *
   * @param path of the collection, `/api/v1/secrets`
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

  /** Ends idle connections. */
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
    // Asked anew at each miss: a CRD may have brought the kind since.
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

/** `v1` lives under `/api`, `apps/v1` under `/apis`. */
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
