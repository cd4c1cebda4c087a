import { RequestError, withRetries } from "../cluster/retry.ts";

/** Cloudflare did not answer, or refused. */
export class CloudflareError extends RequestError {}

/** How long one answer may take, in milliseconds. */
const timeout = 20_000;

/** How many records Cloudflare is asked for at once. */
const pageSize = 500;

interface Envelope<T> {
  success: boolean;
  errors?: { code: number; message: string }[];
  result: T | null;
  result_info?: { page: number; total_pages?: number };
}

/**
 * A client for Cloudflare's API that can only read: it has no verb but GET. The program reads through it whatever it
 * must know before it registers anything.
 *
 * @see https://developers.cloudflare.com/api/
 */
export class ReadOnlyCloudflare {
  readonly #base: string;
  readonly #token: string;
  readonly #firstPause: number | undefined;

  /**
   * @param base Root of the API. Default: $CLOUDFLARE_BASE_URL, as for the Pulumi provider, so that both ask
   *   the same one; else Cloudflare's own.
   * @param firstPause Milliseconds before the second attempt after a transient failure. Default: that of `withRetries`.
   */
  constructor(
    token: string,
    base = process.env.CLOUDFLARE_BASE_URL || "https://api.cloudflare.com/client/v4",
    firstPause?: number,
  ) {
    this.#token = token;
    this.#base = base.replace(/\/$/, "");
    this.#firstPause = firstPause;
  }

  /** The result at `path`, or undefined when there is none. */
  async find<T>(path: string): Promise<T | undefined> {
    return (await this.#get<T>(path))?.result ?? undefined;
  }

  /** Every result below `path`, page by page. */
  async list<T>(path: string): Promise<T[]> {
    const results: T[] = [];
    for (let page = 1; ; page++) {
      const answer = await this.#get<T[]>(`${path}?per_page=${pageSize}&page=${page}`);
      results.push(...(answer?.result ?? []));
      if (page >= (answer?.result_info?.total_pages ?? 1)) return results;
    }
  }

  #get<T>(path: string): Promise<Envelope<T> | undefined> {
    return withRetries(() => this.#ask<T>(path), this.#firstPause);
  }

  async #ask<T>(path: string): Promise<Envelope<T> | undefined> {
    const url = this.#base + path;
    const { status, text } = await this.#request(url);
    if (status === 404) return undefined;
    let body: Envelope<T> | undefined;
    try {
      body = JSON.parse(text) as Envelope<T>;
    } catch {
      // A proxy has answered. Its text says which one.
    }
    if (status >= 200 && status <= 299 && body?.success) return body;
    const reason = body?.errors?.map(({ code, message }) => `${message} (${code})`).join(", ") || text;
    throw new CloudflareError(`GET ${url.replace(/\?.*/, "")}: ${status} ${reason.slice(0, 300)}`, status);
  }

  async #request(url: string): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(url, {
        headers: { Authorization: `Bearer ${this.#token}`, Accept: "application/json" },
        signal: AbortSignal.timeout(timeout),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CloudflareError(`${new URL(url).origin} does not answer: ${reason}`, undefined, { cause });
    }
  }
}
