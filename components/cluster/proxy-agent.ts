import http from "node:http";
import https from "node:https";
import { isIPv6, type Socket } from "node:net";
import tls from "node:tls";
import { Agent, type AgentConnectOpts } from "agent-base";
import { SocksClient } from "socks";
import { hostOf } from "../../stack-file/networks.ts";
import { ProxyError } from "./proxy-error.ts";

/** Silence after which no answer of a proxy is expected any more, in milliseconds. */
const timeout = 20_000;

/** An agent for HTTPS servers behind a proxy. It opens no more than `maxSockets` connections at a time. */
export class ProxyAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override async connect(_: http.ClientRequest, options: AgentConnectOpts): Promise<Socket> {
    const { host = "", port = 443 } = options as tls.ConnectionOptions;
    const open = this.#proxy.protocol.startsWith("socks") ? throughSocks : throughHttp;
    const socket = await open(this.#proxy, host, port);
    // The server's certificate is checked for `host`, as without a proxy.
    return tls.connect({ ALPNProtocols: ["http/1.1"], ...(options as tls.ConnectionOptions), socket });
  }
}

/** A connection to a server through an HTTP proxy, by its method CONNECT. */
function throughHttp(proxy: URL, host: string, port: number): Promise<Socket> {
  const target = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const { user, password } = credentialsOf(proxy);
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === "https:" ? https : http).request({
      method: "CONNECT",
      host: hostOf(proxy),
      port: proxy.port || undefined,
      path: target,
      agent: false,
      setHost: false,
      headers: {
        Host: target,
        ...(user || password
          ? { "Proxy-Authorization": `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` }
          : {}),
      },
    });
    const silence = setTimeout(
      () => request.destroy(new Error(`the proxy gives no answer within ${timeout / 1000} s`)),
      timeout,
    );
    request.once("connect", ({ statusCode }, socket) => {
      clearTimeout(silence);
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      const hint =
        statusCode === 407 ? "; it wants a user and a password: http://user:password@host:port" : "";
      reject(new ProxyError(`the proxy refuses with ${statusCode}${hint}`));
    });
    request.once("error", ({ message, code }: NodeJS.ErrnoException) => {
      clearTimeout(silence);
      reject(new ProxyError(message, code));
    });
    request.end();
  });
}

/** A connection to a server through a SOCKS proxy, which looks up the server's name, as it does for Go. */
async function throughSocks(proxy: URL, host: string, port: number): Promise<Socket> {
  const { user, password } = credentialsOf(proxy);
  try {
    const { socket } = await SocksClient.createConnection({
      proxy: {
        type: 5,
        host: hostOf(proxy),
        port: Number(proxy.port || 1080),
        ...(user ? { userId: user, password } : {}),
      },
      command: "connect",
      destination: { host, port: Number(port) },
      timeout,
    });
    return socket;
  } catch (error) {
    // The library's error holds the password.
    throw new ProxyError((error as Error).message);
  }
}

const credentialsOf = ({ username, password }: URL): { user: string; password: string } => ({
  user: decodeURIComponent(username),
  password: decodeURIComponent(password),
});
