import { randomBytes } from "node:crypto";
import type { ClientRequest, IncomingMessage } from "node:http";
import https from "node:https";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { robots } from "../../policies/access/own-paths.ts";
import { type Answer, type Certificate, type Observation, readHeaders } from "./answer.ts";
import type { Question } from "./questions.ts";

/** An address of a server. Its name is never looked up. */
export interface Address {
  ip: string;
  port: number;
}

export interface Limits {
  /** Longest time for an answer, in milliseconds. */
  answer: number;
  /** Time for which a slow answer is held open, and longest time of an upload, in milliseconds. */
  hold: number;
  /** Size of an upload, in bytes. */
  upload: number;
}

/** Asks one question at one address. */
export type Ask = (question: Question, at: Address) => Promise<Observation>;

/** Headers of an answer may be this long in all, in bytes. Some apps have a long Content-Security-Policy. */
const longestHeaders = 64 * 1024;

/** Of a usual answer no more than this is read, in bytes; of a slow one as much as comes. */
const longestBody = 64 * 1024;

/** Sends requests by HTTPS. No redirect is followed, and a certificate that is not trusted is noted, not refused. */
export function prober(limits: Limits): Ask {
  return (question, at) => new Promise((resolve) => probe(question, at, limits, resolve));
}

/** Sends one request, and reports what becomes of it. */
function probe(question: Question, at: Address, limits: Limits, told: (seen: Observation) => void): void {
  const begin = performance.now();
  const isLong = question.purpose === "slow" || question.purpose === "upload";
  const limit = isLong ? limits.hold : limits.answer;
  const signal = AbortSignal.timeout(limit);
  let request: ClientRequest | undefined;
  let certificate: Certificate | undefined;
  let sent = 0;
  let answered = false;
  const done = (result: Omit<Answer, "milliseconds" | "certificate"> | { failure: string }): void => {
    const milliseconds = Math.round(performance.now() - begin);
    told({ ...result, ...(certificate === undefined ? {} : { certificate }), milliseconds });
    request?.destroy();
  };
  const fail = (error: NodeJS.ErrnoException): void => {
    if (!answered) done({ failure: failureText(error, signal.aborted, limit, sent) });
  };
  try {
    request = https.request(optionsOf(question, at, limits, signal));
  } catch (error) {
    // Node refuses to send some paths.
    fail(error as Error);
    return;
  }
  request.once("socket", (socket) =>
    socket.once("secureConnect", () => {
      certificate = certificateOf(socket as TLSSocket);
    }),
  );
  request.on("error", fail);
  request.on("upgrade", (response, socket) => {
    answered = true;
    socket.destroy();
    done(answerOf(question, response, "complete"));
  });
  request.on("response", (response) => {
    answered = true;
    const longest = question.purpose === "slow" ? Number.POSITIVE_INFINITY : longestBody;
    receive(response, longest, signal, (body, start) =>
      done({
        ...answerOf(question, response, body),
        ...(question.path === robots.path && start === robots.text ? { byPomerium: true } : {}),
      }),
    );
  });
  if (question.purpose !== "upload") request.end();
  else
    upload(request, limits.upload, (bytes) => {
      sent = bytes;
    });
}

function optionsOf(
  question: Question,
  { ip, port }: Address,
  limits: Limits,
  signal: AbortSignal,
): https.RequestOptions {
  const { host, method, path } = question;
  return {
    ...{ host: ip, port, method, path },
    ...{ servername: host, headers: headersOf(question, limits), setHost: false },
    ...{ agent: false, rejectUnauthorized: false, maxHeaderSize: longestHeaders, signal },
  };
}

function answerOf(
  { host, path }: Question,
  response: IncomingMessage,
  body: Answer["body"],
): Omit<Answer, "milliseconds" | "certificate"> {
  return {
    status: response.statusCode ?? 0,
    ...readHeaders(`https://${host}${path}`, response.headersDistinct),
    body,
  };
}

/** Of the text of an answer no more than this is kept, in bytes: a little more than Pomerium's own robots.txt has. */
const keptBody = 2 * robots.text.length;

/** Reads an answer until its end, the limit, or the end of the time. `done` also gets the beginning of the text. */
function receive(
  response: IncomingMessage,
  limit: number,
  signal: AbortSignal,
  done: (body: Answer["body"], start: string) => void,
): void {
  let length = 0;
  let start = "";
  const end = (body: Answer["body"]): void => done(body, start);
  response.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (start.length < keptBody) start += chunk.toString("latin1", 0, keptBody);
    if (length > limit) end("complete");
  });
  response.on("end", () => end("complete"));
  // Without an `end` before it, the server has closed the connection, or the time was up.
  response.on("error", () => end(signal.aborted ? "running" : "cut"));
  response.on("close", () => end(signal.aborted ? "running" : "cut"));
}

function headersOf({ host, purpose, expected }: Question, limits: Limits): Record<string, string> {
  const common = { host, "user-agent": "pomerium-migration compare" };
  switch (purpose) {
    case "websocket":
      return {
        ...common,
        connection: "Upgrade",
        upgrade: "websocket",
        origin: `https://${host}`,
        "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"),
      };
    case "preflight":
      return {
        ...common,
        origin: "https://other.invalid",
        "access-control-request-method": "GET",
      };
    case "upload":
      return {
        ...common,
        accept: "*/*",
        "content-type": "application/octet-stream",
        "content-length": `${limits.upload}`,
      };
    default:
      // Pomerium shows the sign-in page to those who prefer HTML. To others it answers 401.
      return { ...common, accept: expected === "pomerium" ? "application/json" : "text/html,*/*;q=0.8" };
  }
}

/** Sends zeros, as fast as the server takes them. */
function upload(request: ClientRequest, size: number, told: (bytes: number) => void): void {
  const chunk = Buffer.alloc(64 * 1024);
  let sent = 0;
  const more = (): void => {
    while (sent < size && !request.destroyed) {
      const part = chunk.subarray(0, Math.min(chunk.length, size - sent));
      sent += part.length;
      told(sent);
      if (!request.write(part)) {
        request.once("drain", more);
        return;
      }
    }
    if (!request.destroyed) request.end();
  };
  more();
}

function certificateOf(socket: TLSSocket): Certificate | undefined {
  const peer: Partial<DetailedPeerCertificate> = socket.getPeerCertificate();
  if (peer.fingerprint256 === undefined) return undefined;
  const names = (peer.subjectaltname ?? "")
    .split(", ")
    .flatMap((entry) => (entry.startsWith("DNS:") ? [entry.slice("DNS:".length)] : []));
  // Node reports a wrong name here as well, and names are compared apart from the chain.
  const error = socket.authorized ? "" : `${socket.authorizationError}`;
  const distrust = error === "" || error === "ERR_TLS_CERT_ALTNAME_INVALID" ? undefined : error;
  return {
    names,
    issuer: [peer.issuer?.O, peer.issuer?.CN].flat().filter(Boolean).join(" ") || "an unnamed authority",
    validFrom: Date.parse(peer.valid_from ?? ""),
    validTo: Date.parse(peer.valid_to ?? ""),
    fingerprint: peer.fingerprint256,
    ...(distrust === undefined ? {} : { distrust }),
  };
}

/** Errors of Node, in plain words. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the server closed the connection",
  EPIPE: "the server closed the connection",
  EHOSTUNREACH: "the address cannot be reached",
  ENETUNREACH: "the address cannot be reached",
  HPE_HEADER_OVERFLOW: `headers longer than ${longestHeaders / 1024} KiB`,
  EPROTO: "no TLS",
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS",
  ERR_UNESCAPED_CHARACTERS: "the path cannot be sent",
};

function failureText(error: NodeJS.ErrnoException, isLate: boolean, limit: number, sent: number): string {
  const after = sent > 0 ? ` after ${(sent / 1024 / 1024).toFixed(1)} MiB` : "";
  if (isLate) return `no answer within ${limit / 1000} s${after}`;
  const code = error.code ?? error.message;
  if (code.startsWith("HPE_") && code !== "HPE_HEADER_OVERFLOW") return `no HTTP (${code})${after}`;
  const meaning = meanings[code];
  return `${meaning === undefined ? `no answer (${code})` : `${meaning} (${code})`}${after}`;
}
