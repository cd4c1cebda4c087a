import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { isProperties, type Value } from "../../values.ts";
import { items, type KubeObject, nameOf, namespaceOf, text } from "./object.ts";

const REQUEST_TIMEOUT_MS = 60_000;

/** What the API server answered when it did not do what it was asked. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.reason = reason;
  }
}

/** The cluster serves no such kind. */
export class NoKindError extends Error {}

export interface WriteOptions {
  dryRun?: boolean;
  fieldManager?: string;
  force?: boolean;
}

interface Resource {
  path: string;
  namespaced: boolean;
}

type Query = Record<string, string | boolean | undefined>;

/**
 * A Kubernetes API server, for objects of any kind. `@kubernetes/client-node` does the kubeconfig and the
 * credentials; its typed clients drop the fields that their classes do not name, so objects go as plain JSON.
 */
export class ApiClient {
  readonly #config: KubeConfig;
  readonly #kinds = new Map<string, Map<string, Resource>>();
  #options: Promise<https.RequestOptions> | undefined;

  /** @param kubeconfig a path or the content itself. */
  constructor(kubeconfig: string, context: string | undefined) {
    this.#config = new KubeConfig();
    if (kubeconfig.includes("\n")) this.#config.loadFromString(kubeconfig);
    else this.#config.loadFromFile(kubeconfig);
    if (context) {
      if (!this.#config.getContextObject(context)) {
        const known = this.#config.getContexts().map(({ name }) => name);
        throw new Error(`the kubeconfig has no context "${context}" (it has: ${known.join(", ") || "none"})`);
      }
      this.#config.setCurrentContext(context);
    }
    if (!this.#config.getCurrentCluster()) throw new Error("the kubeconfig names no cluster");
  }

  /** Namespace of the context, for objects that name none. */
  get namespace(): string {
    return this.#config.getContextObject(this.#config.getCurrentContext())?.namespace || "default";
  }

  /** Undefined when the cluster serves no such kind. */
  async resource(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const known = this.#kinds.get(apiVersion)?.get(kind);
    if (known) return known;
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    let list: KubeObject;
    try {
      list = await this.request("GET", path);
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
    const kinds = new Map<string, Resource>();
    for (const each of items(list.resources).filter(isProperties)) {
      if (text(each.name).includes("/")) continue;
      kinds.set(text(each.kind), {
        path: `${path} ${text(each.name)}`,
        namespaced: each.namespaced === true,
      });
    }
    this.#kinds.set(apiVersion, kinds);
    return kinds.get(kind);
  }

  /** Forgets which kinds the cluster serves: a definition came or went. */
  forgetKinds(): void {
    this.#kinds.clear();
  }

  async #url(object: KubeObject, withName: boolean): Promise<string> {
    const resource = await this.resource(text(object.apiVersion), text(object.kind));
    if (!resource) {
      throw new NoKindError(
        `the cluster serves no ${text(object.kind)} of ${text(object.apiVersion)}; is its CustomResourceDefinition installed?`,
      );
    }
    const [base, plural] = resource.path.split(" ");
    const namespace = resource.namespaced
      ? `/namespaces/${encodeURIComponent(namespaceOf(object) || this.namespace)}`
      : "";
    return `${base}${namespace}/${plural}${withName ? `/${encodeURIComponent(nameOf(object))}` : ""}`;
  }

  /** Undefined when there is no such object, or no such kind. */
  async get(object: KubeObject): Promise<KubeObject | undefined> {
    try {
      return await this.request("GET", await this.#url(object, true));
    } catch (error) {
      if (error instanceof NoKindError || (error instanceof ApiError && error.code === 404)) return undefined;
      throw error;
    }
  }

  async create(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    return this.request("POST", await this.#url(object, false), query(options), object);
  }

  /** Server-side apply. */
  async apply(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const url = await this.#url(object, true);
    return this.request("PATCH", url, query(options), object, "application/apply-patch+yaml");
  }

  async replace(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    return this.request("PUT", await this.#url(object, true), query(options), object);
  }

  async jsonPatch(object: KubeObject, patch: Value[]): Promise<KubeObject> {
    return this.request("PATCH", await this.#url(object, true), {}, patch, "application/json-patch+json");
  }

  async delete(object: KubeObject, propagation: string): Promise<void> {
    const url = await this.#url(object, true);
    await this.request(
      "DELETE",
      url,
      {},
      { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: propagation },
    );
  }

  /** @throws ApiError for any answer but success; Error when the server cannot be reached. */
  async request(
    method: string,
    path: string,
    query: Query = {},
    body?: Value,
    contentType = "application/json",
  ): Promise<KubeObject> {
    for (let attempt = 0; ; attempt++) {
      const { status, answer, retryAfter } = await this.#send(method, path, query, body, contentType);
      if (status < 300) return answer;
      if (status === 429 && attempt < 5) {
        await sleep(retryAfter * 1000);
        continue;
      }
      throw new ApiError(
        status,
        text(answer.reason),
        text(answer.message) || `${method} ${path}: status ${status}`,
      );
    }
  }

  async #send(
    method: string,
    path: string,
    query: Query,
    body: Value | undefined,
    contentType: string,
  ): Promise<{ status: number; answer: KubeObject; retryAfter: number }> {
    this.#options ??= this.#connect();
    const options = await this.#options;
    const url = new URL(this.#config.getCurrentCluster()?.server ?? "");
    url.pathname = url.pathname.replace(/\/$/, "") + path;
    for (const [key, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = (url.protocol === "https:" ? https : http).request(
        url,
        {
          ...options,
          method,
          headers: {
            ...options.headers,
            accept: "application/json",
            ...(payload === undefined
              ? {}
              : { "content-type": contentType, "content-length": Buffer.byteLength(payload) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              answer: parse(Buffer.concat(chunks).toString("utf8")),
              retryAfter: Number(response.headers["retry-after"] ?? 1),
            }),
          );
        },
      );
      request.setTimeout(REQUEST_TIMEOUT_MS, () => request.destroy(new Error("no answer")));
      request.once("error", (error: NodeJS.ErrnoException) => {
        // The server may close an idle connection in the very moment in which it is used again.
        if (request.reusedSocket && error.code === "ECONNRESET") {
          resolve(this.#send(method, path, query, body, contentType));
        } else {
          reject(new Error(`cannot reach ${url.origin}: ${error.message}`));
        }
      });
      request.end(payload);
    });
  }

  async #connect(): Promise<https.RequestOptions> {
    const options: https.RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const isPlainHttp = this.#config.getCurrentCluster()?.server.startsWith("http:");
    // Its own agent opens a connection per request, and a TLS handshake costs more than most requests.
    const agent = isPlainHttp
      ? new http.Agent({ keepAlive: true })
      : new https.Agent({ keepAlive: true, ca, cert, key, rejectUnauthorized, servername });
    return { headers: options.headers, auth: options.auth, agent };
  }
}

function query({ dryRun, fieldManager, force }: WriteOptions): Query {
  return { dryRun: dryRun ? "All" : undefined, fieldManager, force };
}

function parse(body: string): KubeObject {
  try {
    const value = JSON.parse(body) as Value;
    return isProperties(value) ? value : {};
  } catch {
    return { message: body };
  }
}

/** Whether the API server refused because the object's namespace is not there (yet). */
export function isMissingNamespace(error: unknown): boolean {
  return (
    error instanceof ApiError && error.code === 404 && /^namespaces? ".*" not found$/.test(error.message)
  );
}

/** Whether the object is there already. */
export function isConflictOnCreate(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "AlreadyExists";
}
