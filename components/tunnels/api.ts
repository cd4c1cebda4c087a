import type https from "node:https";
import { z } from "zod";
import { type Answer, noAnswer, open, readAnswer } from "../cluster/http-get.ts";
import { agentFor } from "../cluster/proxy.ts";
import { RequestError, withRetries } from "../cluster/retry.ts";

/** Cloudflare did not answer, or refused. */
export class CloudflareError extends RequestError {}

/** Silence after which no answer is expected any more, in milliseconds. */
const timeout = 20_000;

/** How many records Cloudflare is asked for at once. */
const pageSize = 500;

/** The fields of every answer of Cloudflare's API. An answer without them comes from somebody else. */
const envelopeSchema = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).nullish(),
  result: z.unknown().optional(),
  result_info: z.object({ total_pages: z.number().optional() }).nullish(),
});

type Envelope = z.output<typeof envelopeSchema>;

/**
 * A client for Cloudflare's API that can only read: GET is its only verb. The program uses it for everything that it
 * must know before it registers anything.
 *
 * @see https://developers.cloudflare.com/api/
 */
export class ReadOnlyCloudflare {
  readonly #base: string;
  readonly #token: string;
  readonly #firstPause: number | undefined;
  #agent: Promise<https.Agent | undefined> | undefined;

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

  /** The result at `path`, or undefined without one. */
  async find<T>(path: string): Promise<T | undefined> {
    return ((await this.#get(path))?.result as T | null) ?? undefined;
  }

  /** Every result below `path`, page by page. */
  async list<T>(path: string): Promise<T[]> {
    const results: T[] = [];
    for (let page = 1; ; page++) {
      const answer = await this.#get(`${path}?per_page=${pageSize}&page=${page}`);
      const found = answer?.result ?? [];
      if (!Array.isArray(found))
        throw new CloudflareError(`GET ${this.#base}${path}: the answer is not a list`, 200);
      results.push(...(found as T[]));
      if (page >= (answer?.result_info?.total_pages ?? 1)) return results;
    }
  }

  #get(path: string): Promise<Envelope | undefined> {
    return withRetries(() => this.#ask(path), this.#firstPause);
  }

  async #ask(path: string): Promise<Envelope | undefined> {
    const url = this.#base + path;
    const { status, body: text } = await this.#request(new URL(url));
    const body = envelopeOf(text);
    if (status === 404 && body !== undefined) return undefined;
    if (status >= 200 && status <= 299 && body?.success) return body;
    const errors = (body?.errors ?? []).map(({ code, message }) => `${message} (${code})`).join(", ");
    const reason = body === undefined ? `not an answer of Cloudflare's API: ${text}` : errors || text;
    throw new CloudflareError(`GET ${url.replace(/\?.*/, "")}: ${status} ${reason.slice(0, 300)}`, status);
  }

  async #request(url: URL): Promise<Answer> {
    const options = await this.#options(url);
    try {
      return await readAnswer(await open(url, options, timeout));
    } catch (error) {
      const cause = error as Error;
      throw new CloudflareError(noAnswer(url, cause, options), undefined, { cause });
    }
  }

  async #options(url: URL): Promise<https.RequestOptions> {
    const headers = {
      Authorization: `Bearer ${this.#token}`,
      Accept: "application/json",
      "User-Agent": "pomerium-migration",
    };
    try {
      this.#agent ??= agentFor(url, { keepAlive: true });
      const agent = await this.#agent;
      return agent === undefined ? { headers } : { headers, agent };
    } catch (error) {
      throw new CloudflareError(`${url.origin} cannot be asked: ${(error as Error).message}`);
    }
  }
}

/** Undefined if the text is something else, for example the page of a proxy. */
function envelopeOf(text: string): Envelope | undefined {
  try {
    return envelopeSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
