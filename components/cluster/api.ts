import http from "node:http";
import https from "node:https";
import { KubeConfig } from "@kubernetes/client-node";

/** Where the API server of a cluster is found. */
export interface ClusterAddress {
  /** Context of the kubeconfig. */
  context: string;
  /** Kubeconfig file; KUBECONFIG, else ~/.kube/config, when absent. */
  kubeconfig?: string;
}

/** The API server could not be asked, or said no. `status` is absent when there was no answer at all. */
export class ClusterError extends Error {
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = "ClusterError";
    this.status = status;
  }
}

/** How long one answer may take, in milliseconds. */
const timeout = 20_000;

/** The answer without spec, status and data: what a Secret holds never leaves the API server. */
const metadataOnly = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;

/** A kind that an API server serves. */
export interface ServedKind {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** Its objects can be listed. */
  listed: boolean;
  /** What serves it answers; false where the API server only remembers it. */
  answers: boolean;
}

const discoveryKind = "APIGroupDiscoveryList";
const aggregatedDiscovery = ["v2", "v2beta1"]
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=${discoveryKind}`)
  .concat("application/json")
  .join(",");

interface Discovery {
  kind: string;
  items: {
    metadata: { name?: string };
    versions: {
      version: string;
      freshness?: string;
      resources?: {
        resource: string;
        responseKind?: { kind?: string };
        scope: string;
        verbs: string[];
      }[];
    }[];
  }[];
}

/** How many objects the API server is asked for at once. */
const pageSize = 500;

/**
 * Asks the API server questions, and can do nothing else: it knows no verb but GET. What the program
 * must know before it registers anything is read through it.
 */
export class ReadOnlyApi {
  readonly server: string;
  private readonly options: https.RequestOptions;

  private constructor(server: string, options: https.RequestOptions) {
    this.server = server;
    this.options = options;
  }

  /** @throws ClusterError when the kubeconfig cannot be read or has no such context. */
  static async connect(address: ClusterAddress): Promise<ReadOnlyApi> {
    const config = new KubeConfig();
    const file = address.kubeconfig ?? process.env.KUBECONFIG ?? "~/.kube/config";
    try {
      if (address.kubeconfig) config.loadFromFile(address.kubeconfig);
      else config.loadFromDefault();
    } catch (error) {
      throw new ClusterError(`kubeconfig ${file} cannot be read: ${(error as Error).message}`);
    }
    if (!config.getContextObject(address.context)) {
      const known = config.getContexts().map((context) => context.name);
      throw new ClusterError(
        `kubeconfig ${file} has no context "${address.context}"; it has ${known.join(", ") || "none"}`,
      );
    }
    config.setCurrentContext(address.context);
    const server = config.getCurrentCluster()?.server;
    if (!server) throw new ClusterError(`context "${address.context}" of ${file} names no cluster`);
    const options: https.RequestOptions = { timeout };
    try {
      // May run a credential plugin, which may fail or want a person.
      await config.applyToHTTPSOptions(options);
    } catch (error) {
      throw new ClusterError(`context "${address.context}" of ${file}: ${(error as Error).message}`);
    }
    return new ReadOnlyApi(server.replace(/\/$/, ""), options);
  }

  /** The object at `path`, or undefined when there is none (also when its kind is unknown here). */
  async find<T>(path: string): Promise<T | undefined> {
    return this.get<T>(path, "application/json");
  }

  /** The object's metadata alone. */
  async findMetadata<T>(path: string): Promise<T | undefined> {
    return this.get<T>(path, metadataOnly("PartialObjectMetadata"));
  }

  /** Every object below `path`, page by page; none when the kind is unknown here. */
  async list<T>(path: string): Promise<T[]> {
    return this.pages<T>(path, "application/json");
  }

  /** The same with each object's metadata alone. */
  async listMetadata<T>(path: string): Promise<T[]> {
    return this.pages<T>(path, metadataOnly("PartialObjectMetadataList"));
  }

  /**
   * Every kind that the API server serves, each in its group's preferred version; undefined from one older than
   * Kubernetes 1.27, which does not tell all of them at once.
   *
   * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
   */
  async kinds(): Promise<ServedKind[] | undefined> {
    const [core, groups] = await Promise.all(
      ["/api", "/apis"].map((path) => this.get<Discovery>(path, aggregatedDiscovery)),
    );
    if (core?.kind !== discoveryKind || groups?.kind !== discoveryKind) return undefined;
    return [...core.items, ...groups.items].flatMap(({ metadata: { name: group = "" }, versions }) => {
      const [preferred] = versions;
      const apiVersion = `${group ? `${group}/` : ""}${preferred?.version}`;
      return (preferred?.resources ?? []).map(({ resource, responseKind, scope, verbs }) => ({
        apiVersion,
        kind: responseKind?.kind ?? resource,
        plural: resource,
        namespaced: scope === "Namespaced",
        listed: verbs.includes("list"),
        answers: preferred?.freshness !== "Stale",
      }));
    });
  }

  private async pages<T>(path: string, accept: string): Promise<T[]> {
    interface Page {
      items: T[];
      metadata?: { continue?: string };
    }
    const items: T[] = [];
    let next: string | undefined;
    do {
      const query = new URLSearchParams({ limit: String(pageSize), ...(next ? { continue: next } : {}) });
      const page = await this.get<Page>(`${path}${path.includes("?") ? "&" : "?"}${query}`, accept);
      items.push(...(page?.items ?? []));
      next = page?.metadata?.continue || undefined;
    } while (next);
    return items;
  }

  private async get<T>(path: string, accept: string): Promise<T | undefined> {
    const url = new URL(this.server + path);
    const { status, body } = await this.request(url, accept);
    if (status === 404) return undefined;
    if (status < 200 || status > 299) {
      const reason = status === 401 ? "credentials were not accepted" : status === 403 ? "forbidden" : body;
      throw new ClusterError(
        `GET ${url.pathname} on ${url.origin}: ${status} ${reason.slice(0, 300)}`,
        status,
      );
    }
    return JSON.parse(body) as T;
  }

  private request(url: URL, accept: string): Promise<{ status: number; body: string }> {
    const secure = url.protocol === "https:";
    const options: https.RequestOptions = {
      ...this.options,
      headers: { ...this.options.headers, Accept: accept },
    };
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void =>
        reject(
          new ClusterError(`${url.origin} does not answer: ${error.message}`, undefined, { cause: error }),
        );
      const request = (secure ? https : http).get(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
        );
        response.on("error", failed);
      });
      request.on("timeout", () => request.destroy(new Error(`no answer within ${timeout / 1000} s`)));
      request.on("error", failed);
    });
  }
}
