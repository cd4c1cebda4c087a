import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { pomeriumPath } from "../../../../components/ingress-nginx/traffic.ts";
import { selfSigned } from "../../../../sandbox/cluster/x509.ts";

/** What an imitation answers. It may also upgrade the connection. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;
export type Upgrade = (request: IncomingMessage, socket: Socket) => void;

/** A request that a server has seen. */
export interface Seen {
  method: string;
  host: string;
  servername: string;
  path: string;
}

export interface Loopback {
  address: { ip: string; port: number };
  text: string;
  seen: Seen[];
  close(): Promise<void>;
}

const opened: { close(): Promise<void> }[] = [];

/** Closes every server of a test file. */
export async function closeServers(): Promise<void> {
  await Promise.all(opened.splice(0).map((each) => each.close()));
}

/** Starts an HTTPS server on loopback. */
export async function serve(
  answer: Answer,
  {
    names = ["*.example.org"],
    days = 90,
    upgrade,
  }: { names?: string[]; days?: number; upgrade?: Upgrade } = {},
): Promise<Loopback> {
  const { certificate, privateKey } = selfSigned({ names, days, now: new Date("2026-11-26T00:00:00Z") });
  const seen: Seen[] = [];
  const note = (request: IncomingMessage): void => {
    const { method = "", headers, url = "", socket } = request;
    const { servername = "" } = socket as unknown as { servername?: string };
    seen.push({ method, host: headers.host ?? "", servername, path: url });
  };
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    note(request);
    answer(request, response);
  });
  if (upgrade)
    server.on("upgrade", (request, socket) => {
      note(request);
      socket.on("error", () => {});
      upgrade(request, socket as Socket);
    });
  server.on("tlsClientError", () => {});
  return listening(server, seen);
}

/** Starts a server that speaks no TLS of its own accord. */
export async function serveTcp(answer: (socket: Socket) => void): Promise<Loopback> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    answer(socket);
  });
  const loopback = await listening(server as unknown as Server, []);
  return loopback;
}

async function listening(server: Server, seen: Seen[]): Promise<Loopback> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  opened.push({ close });
  return { address: { ip: "127.0.0.1", port }, text: `127.0.0.1:${port}`, seen, close };
}

const authenticateHost = "authenticate.example.org";

/** An app that answers each path with its name, and has its own credentials below `/opds`. */
export const app: Answer = ({ url = "" }, response) => {
  if (url.startsWith("/opds")) response.writeHead(401, { "www-authenticate": "Basic" }).end();
  else
    response
      .writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "set-cookie": "session=secret; HttpOnly; Path=/",
      })
      .end("<html>");
};

/** The headers that ingress-nginx and the settings of Pomerium both add. */
const hsts = "max-age=31536000; includeSubDomains";

/** An ingress-nginx in front of an app: it protects nothing. */
export function nginx(behind: Answer = app): Answer {
  return (request, response) => {
    response.setHeader("strict-transport-security", hsts);
    behind(request, response);
  };
}

export interface PomeriumOptions {
  /** Whether a path needs no session. */
  isOpen?: (host: string, path: string) => boolean;
  /** Whether a path lets upgrades through. */
  allowsUpgrades?: boolean;
}

/** A Pomerium in front of an app: its own paths, the sign-in redirect, and 401 for programs. */
export function pomerium(
  behind: Answer = app,
  { isOpen = () => false, allowsUpgrades = false }: PomeriumOptions = {},
): { answer: Answer; upgrade: Upgrade } {
  const answer: Answer = (request, response) => {
    const { url = "", headers } = request;
    response.setHeader("strict-transport-security", hsts);
    response.setHeader("x-frame-options", "SAMEORIGIN");
    if (url === pomeriumPath) {
      response.writeHead(200, { "content-type": "application/json" }).end('{"keys":[]}');
      return;
    }
    if (isOpen(headers.host ?? "", url.split("?")[0]!)) {
      behind(request, response);
      return;
    }
    if (headers.accept?.includes("text/html"))
      response
        .writeHead(302, {
          location: `https://${authenticateHost}:8443/.pomerium/sign_in?pomerium_redirect_uri=x&pomerium_signature=s3cret`,
          "set-cookie": "_pomerium_csrf=secret; Secure",
        })
        .end();
    else response.writeHead(401, { "x-pomerium-intercepted-response": "true" }).end("<html>");
  };
  const upgrade: Upgrade = (request, socket) => {
    const isPassed = isOpen(request.headers.host ?? "", (request.url ?? "").split("?")[0]!);
    if (!allowsUpgrades) socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    else if (isPassed) acceptUpgrade(request, socket);
    else
      socket.end(
        "HTTP/1.1 401 Unauthorized\r\nX-Pomerium-Intercepted-Response: true\r\ncontent-length: 0\r\n\r\n",
      );
  };
  return { answer, upgrade };
}

/** An app that opens a WebSocket at every path. */
export const acceptUpgrade: Upgrade = (_, socket) => {
  socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n");
};
