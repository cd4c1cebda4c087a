import type http from "node:http";
import https from "node:https";

// An import would read every export, and with them load the parts of `fetch`: 40 ms at the start of each run.
const { get: getWithoutTls } = process.getBuiltinModule("node:http");

/** A whole answer, as a server gave it. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
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
    // Before that, the request waits until a connection is free.
    request.on("socket", () => {
      // Not the socket's own timeout: it does not end a TLS handshake that gets no answer.
      silence = setTimeout(
        () => (answer ?? request).destroy(new Error(`no answer within ${timeout / 1000} s`)),
        timeout,
      );
    });
    request.on("error", (error) => {
      clearTimeout(silence);
      reject(error);
    });
  });
}

/** The rest of an answer. */
export async function readAnswer(response: http.IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { statusCode: status = 0, headers } = response;
  return { status, headers, body: Buffer.concat(chunks).toString("utf8") };
}
