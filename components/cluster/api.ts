import type http from "node:http";
import type https from "node:https";
import { type Answer, noAnswer, open, readAnswer } from "./http-get.ts";
import { type ClusterAddress, ClusterError, connectionTo, contextsOf } from "./kubeconfig.ts";
import { withRetries } from "./retry.ts";

/** Asks for metadata only: the contents of a Secret never leave the API server. */
const metadataOnly = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;

/** A kind that an API server serves. */
export interface ServedKind {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** Whether its objects can be listed. */
  listed: boolean;
  /** Whether the server behind it answers. False if the API server only remembers the kind. */
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

/** Objects per page of a list. */
const pageSize = 500;

/** The questions about a cluster. An API server answers them, and so do exported objects. */
export type ClusterReader = Pick<ReadOnlyApi, "find" | "findMetadata" | "list" | "listMetadata" | "kinds">;

/** How long to wait for an API server, in milliseconds. */
export interface Patience {
  /** Silence after which an answer is no longer expected. Default: 20 s. */
  timeout?: number;
  /** Pause before the second attempt after a transient failure. Default: that of `withRetries`. */
  firstPause?: number;
}

/**
 * The only Kubernetes client of this project besides Pulumi's provider. It can only read: GET is its only verb.
 * Everything that the program must know before it registers resources is read through it.
 *
 * The clients of `@kubernetes/client-node` have a method for every write, and none that asks for metadata only.
 */
export class ReadOnlyApi {
  readonly server: string;
  private readonly options: https.RequestOptions;
  private readonly patience: Patience;

  private constructor(server: string, options: https.RequestOptions, patience: Patience) {
    this.server = server;
    this.options = options;
    this.patience = patience;
  }

  /**
   * Names of the contexts of a kubeconfig.
   *
   * @throws ClusterError if there is no kubeconfig, or if it cannot be read.
   */
  static contexts(kubeconfig?: string): Promise<string[]> {
    return contextsOf(kubeconfig);
  }

  /** @throws ClusterError if the kubeconfig cannot be read or has no such context. */
  static async connect(address: ClusterAddress, patience: Patience = {}): Promise<ReadOnlyApi> {
    const { server, options } = await connectionTo(address);
    return new ReadOnlyApi(server, options, patience);
  }

  /** The object at `path`; undefined if there is none, or if the cluster does not know its kind. */
  async find<T>(path: string): Promise<T | undefined> {
    return this.get<T>(path, "application/json");
  }

  /** Only the metadata of the object at `path`. */
  async findMetadata<T>(path: string): Promise<T | undefined> {
    return this.get<T>(path, metadataOnly("PartialObjectMetadata"));
  }

  /** Every object below `path`, page by page. Empty if the cluster does not know the kind. */
  async list<T>(path: string): Promise<T[]> {
    return this.pages<T>(path, "application/json");
  }

  /** Only the metadata of every object below `path`. */
  async listMetadata<T>(path: string): Promise<T[]> {
    return this.pages<T>(path, metadataOnly("PartialObjectMetadataList"));
  }

  /**
   * Every kind that the API server serves, each in the most preferred version that has it and answers. Undefined for
   * Kubernetes before 1.27, which does not list all kinds at once.
   *
   * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
   */
  async kinds(): Promise<ServedKind[] | undefined> {
    const [core, groups] = await Promise.all(
      ["/api", "/apis"].map((path) => this.get<Discovery>(path, aggregatedDiscovery)),
    );
    if (core?.kind !== discoveryKind || groups?.kind !== discoveryKind) return undefined;
    return [...core.items, ...groups.items].flatMap(({ metadata: { name: group = "" }, versions }) => {
      const kinds = versions.flatMap(({ version, freshness, resources = [] }) =>
        resources.map(({ resource, responseKind, scope, verbs }) => ({
          apiVersion: `${group ? `${group}/` : ""}${version}`,
          kind: responseKind?.kind ?? resource,
          plural: resource,
          namespaced: scope === "Namespaced",
          listed: verbs.includes("list"),
          answers: freshness !== "Stale",
        })),
      );
      return [...Map.groupBy(kinds, ({ plural }) => plural).values()].map(
        (all) => all.find(({ answers }) => answers) ?? all[0]!,
      );
    });
  }

  /**
   * The text at `path`, piece by piece as it comes: a log may be larger than the memory. The end of a broken connection is
   * an error, too.
   */
  async *text(path: string): AsyncGenerator<Buffer> {
    const url = new URL(this.server + path);
    const response = await this.open(url, "*/*");
    if (response.statusCode !== 200) parsed(url, await this.read(url, response));
    try {
      for await (const chunk of response) yield chunk as Buffer;
    } catch (error) {
      throw this.unanswered(url, error as Error);
    }
  }

  private async pages<T>(path: string, accept: string): Promise<T[]> {
    interface Page {
      /** null for an empty list of metadata. */
      items: T[] | null;
      metadata?: { continue?: string };
    }
    const items: T[] = [];
    let next: string | undefined;
    do {
      const query = new URLSearchParams({ limit: String(pageSize), ...(next ? { continue: next } : {}) });
      const page = await this.get<Page>(`${path}${path.includes("?") ? "&" : "?"}${query}`, accept);
      if (page !== undefined && page.items !== null && !Array.isArray(page.items))
        throw new ClusterError(
          `GET ${path} on ${this.server}: the answer is not a list of Kubernetes objects`,
        );
      items.push(...(page?.items ?? []));
      next = page?.metadata?.continue || undefined;
    } while (next);
    return items;
  }

  private async get<T>(path: string, accept: string): Promise<T | undefined> {
    const url = new URL(this.server + path);
    return withRetries(async () => {
      const answer = await this.request(url, accept);
      return answer.status === 404 ? undefined : (parsed(url, answer) as T);
    }, this.patience.firstPause);
  }

  private async request(url: URL, accept: string): Promise<Answer> {
    return this.read(url, await this.open(url, accept));
  }

  private async open(url: URL, accept: string): Promise<http.IncomingMessage> {
    const headers = { ...this.options.headers, Accept: accept };
    try {
      return await open(url, { ...this.options, headers }, this.patience.timeout ?? 20_000);
    } catch (error) {
      throw this.unanswered(url, error as Error);
    }
  }

  private async read(url: URL, response: http.IncomingMessage): Promise<Answer> {
    try {
      return await readAnswer(response);
    } catch (error) {
      throw this.unanswered(url, error as Error);
    }
  }

  private unanswered(url: URL, cause: Error): ClusterError {
    return new ClusterError(noAnswer(url, cause, this.options), undefined, { cause });
  }
}

/** Longer texts of a server are cut in messages. */
const longestExcerpt = 300;

/** @throws ClusterError for a refusal, and for an answer that no API server gives. */
function parsed(url: URL, { status, headers, body }: Answer): object {
  const question = `GET ${url.pathname} on ${url.origin}`;
  const foreign = (what: string): ClusterError =>
    new ClusterError(
      `${question}: ${what}. Something between here and the API server answers in its place: a proxy, a load balancer or the sign-in page of a network`,
    );
  if (status >= 300 && status <= 399)
    throw foreign(`a redirect to ${headers.location ?? "nowhere"} (${status})`);
  if (status < 200 || status > 299) {
    const reason = status === 401 ? "credentials were not accepted" : status === 403 ? "forbidden" : body;
    throw new ClusterError(`${question}: ${status} ${reason.slice(0, longestExcerpt)}`, status);
  }
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    const start = body.replace(/\s+/g, " ").trim().slice(0, 60);
    throw foreign(`the answer is not JSON but ${headers["content-type"] ?? "text"} ("${start}…")`);
  }
  if (typeof answer !== "object" || answer === null || Array.isArray(answer))
    throw foreign("the answer is JSON, but not an object of Kubernetes");
  return answer;
}
