import type http from "node:http";
import https from "node:https";
import { throughProxy } from "./proxy.ts";
import { ProxyError } from "./proxy-error.ts";

// An import would read every export, and with them load the parts of `fetch`: 40 ms at the start of each run.
const { get: getWithoutTls } = process.getBuiltinModule("node:http");

/** A whole answer, as a server gave it. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A request that waits for a connection of its agent. */
interface Waiting {
  since: number;
  giveUp(error: Error): void;
}

const queues = new WeakMap<object, Set<Waiting>>();

/** The requests that wait for a connection of an agent. Without one, a request does not wait. */
function queueOf(agent: https.RequestOptions["agent"]): Set<Waiting> {
  if (typeof agent !== "object") return new Set();
  const queue = queues.get(agent) ?? new Set();
  queues.set(agent, queue);
  return queue;
}

/**
 * Gives up the requests that have waited for a connection, because there is none. Otherwise each would wait for the same
 * silence after the other, and an agent for a proxy would never come back to them.
 *
 * @param least Milliseconds that they have waited at least.
 */
function giveUp(queue: Set<Waiting>, error: Error, least: number): void {
  for (const waiting of [...queue]) if (performance.now() - waiting.since >= least) waiting.giveUp(error);
}

/**
 * Sends a GET request, the only one that this project sends. Redirects are not followed.
 *
 * @param timeout Milliseconds of silence after which no answer is expected any more. The answer then ends with an error.
 * @returns The answer, before any of its body has been read.
 * @throws Error of the connection.
 */
export function open(
  url: URL,
  options: https.RequestOptions,
  timeout: number,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answer: http.IncomingMessage | undefined;
    let silence: NodeJS.Timeout | undefined;
    const request = (url.protocol === "https:" ? https.get : getWithoutTls)(url, options, (response) => {
      answer = response;
      silence?.refresh();
      response.on("data", () => silence?.refresh());
      // The answer does not flow before somebody reads it.
      response.pause();
      response.on("close", () => clearTimeout(silence));
      resolve(response);
    });
    const queue = queueOf(options.agent);
    const waiting: Waiting = {
      since: performance.now(),
      giveUp(error) {
        queue.delete(waiting);
        request.destroy();
        reject(error);
      },
    };
    queue.add(waiting);
    // Before that, the request waits until a connection is free.
    request.on("socket", () => {
      queue.delete(waiting);
      // Not the socket's own timeout: it does not end a TLS handshake that gets no answer.
      silence = setTimeout(() => {
        const error = new Error(`no answer within ${timeout / 1000} s`);
        (answer ?? request).destroy(error);
        giveUp(queue, error, timeout);
      }, timeout);
    });
    request.on("error", (error) => {
      clearTimeout(silence);
      reject(error);
      // A request fails without a connection if there is none through the proxy.
      if (queue.delete(waiting)) giveUp(queue, error, 0);
    });
  });
}

/** Errors for a certificate of an authority that Node does not know. */
const untrusted: readonly unknown[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/** Why a server did not answer, for the person who can change it. `options` are those of the request. */
export function noAnswer(url: URL, cause: Error, { agent, ca }: https.RequestOptions): string {
  const said = `${url.origin} does not answer${throughProxy(agent)}: `;
  // With `ca`, somebody has chosen the authority of the server.
  const isChosen = ca !== undefined && !(cause instanceof ProxyError);
  if (isChosen || !untrusted.includes((cause as NodeJS.ErrnoException).code)) return said + cause.message;
  // Node's own advice is an option of its command line, which Pulumi does not pass on.
  const [reason] = cause.message.split(";");
  return `${said}${reason}. Node does not know the authority that signed the certificate: export NODE_EXTRA_CA_CERTS=<file with the authority's certificate>`;
}

/** The rest of an answer. */
export async function readAnswer(response: http.IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { statusCode: status = 0, headers } = response;
  return { status, headers, body: Buffer.concat(chunks).toString("utf8") };
}
