import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CloudflareSeed, type CloudflareState, stateOf } from "./account.ts";
import { answer } from "./api.ts";
import { type ApiResult, Refusal } from "./request.ts";

export interface StandIn {
  /** Root of the API, the value for $CLOUDFLARE_BASE_URL: `http://127.0.0.1:<port>/client/v4`. */
  url: string;
  /** The current contents of the accounts. */
  readonly state: CloudflareState;
  /** All requests so far, in order, without secrets. */
  readonly requests: readonly RecordedRequest[];
  stop(): Promise<void>;
}

export interface RecordedRequest {
  method: string;
  /** Path below the root, without the query, for example `/zones/<id>/dns_records`. */
  path: string;
  body?: unknown;
  status: number;
}

const root = "/client/v4";

/** The form of Cloudflare's API tokens. */
const anyToken = /^[A-Za-z0-9_-]{40,}$/;

/** Limit for a request body, in bytes. The largest bodies are a tunnel's rules. */
const longestBody = 4 * 1024 * 1024;

/**
 * Starts a stand-in for Cloudflare's API on loopback, for accounts, tunnels with their rules, and DNS records. It
 * refuses the requests that Cloudflare would refuse. All contents are lost when it stops.
 *
 * @param token The only valid API token. Default: every text in the form of an API token is valid.
 */
export async function startCloudflare({
  seed = { zones: [], tunnels: [], records: [] },
  token,
}: {
  seed?: CloudflareSeed;
  token?: string;
} = {}): Promise<StandIn> {
  const state = stateOf(seed);
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    void respond(request, response, state, token, requests);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${root}`,
    state,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  state: CloudflareState,
  token: string | undefined,
  requests: RecordedRequest[],
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const method = request.method ?? "GET";
  const path = url.pathname.replace(root, "");
  let body: Record<string, unknown> | undefined;
  let status = 200;
  let envelope: unknown;
  try {
    authorize(request.headers.authorization, token);
    body = await readBody(request);
    envelope = success(answer(state, { method, path, query: url.searchParams, body: body ?? {} }));
  } catch (error) {
    const { code, message, status: refused } = asRefusal(error);
    status = refused;
    envelope = { success: false, errors: [{ code, message }], messages: [], result: null };
  }
  requests.push({ method, path, ...(body === undefined ? {} : { body: withoutSecrets(body) }), status });
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(envelope));
}

/** @throws Refusal */
function authorize(header: string | undefined, token: string | undefined): void {
  if (header === undefined)
    throw new Refusal(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
  const given = /^Bearer (\S+)$/.exec(header)?.[1];
  if (given === undefined) throw new Refusal(400, 6003, "Invalid request headers");
  if (token === undefined ? !anyToken.test(given) : given !== token)
    throw new Refusal(403, 10000, "Authentication error");
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) throw new Refusal(413, 7008, "Request body is too large");
    chunks.push(chunk);
  }
  if (length === 0) return undefined;
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof body === "object" && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // The refusal is below.
  }
  throw new Refusal(400, 9207, "Request body is invalid.");
}

function success({ result, page }: ApiResult): unknown {
  return {
    success: true,
    errors: [],
    messages: [],
    result,
    ...(page === undefined
      ? {}
      : {
          result_info: {
            page: page.page,
            per_page: page.perPage,
            count: (result as unknown[]).length,
            total_count: page.total,
            total_pages: Math.max(1, Math.ceil(page.total / page.perPage)),
          },
        }),
  };
}

function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal(500, 1000, `Internal error: ${String(error)}`);
}

function withoutSecrets(body: Record<string, unknown>): Record<string, unknown> {
  return "tunnel_secret" in body ? { ...body, tunnel_secret: "[secret]" } : body;
}
