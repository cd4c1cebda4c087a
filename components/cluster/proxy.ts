import type https from "node:https";
import { contains, parseAddress, parseNetwork, sameAddress } from "../../stack-file/networks.ts";

/** Environment variables, as in `process.env`. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for HTTPS requests to a server, by the environment variables HTTPS_PROXY and NO_PROXY. kubectl and Pulumi's
 * providers choose in the same way, so that the program reaches what they reach.
 *
 * @returns undefined if there is no proxy, or none for this server.
 * @throws Error if HTTPS_PROXY is no address of a proxy.
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */
export function proxyFor(url: URL, env: Environment = process.env): URL | undefined {
  const proxy = env.HTTPS_PROXY || env.https_proxy;
  if (!proxy || url.protocol !== "https:") return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isLocal(host) || isExempt(host, url.port || "443", env.NO_PROXY || env.no_proxy || ""))
    return undefined;
  const address = URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`);
  if (address === null || !schemes.includes(address.protocol))
    throw new Error(
      `HTTPS_PROXY is no address of a proxy; write it as ${schemes.map((scheme) => `${scheme}//host:port`).join(" or ")}`,
    );
  return address;
}

const schemes = ["http:", "https:", "socks5:", "socks5h:"];

/** Whether a host is this machine. */
function isLocal(host: string): boolean {
  const address = parseAddress(host);
  if (address === undefined) return host === "localhost";
  return address[0] === 127 || sameAddress(host, "::1");
}

/** Whether a text such as `10.0.0.0/8, .example.org, registry:5000` exempts a host. */
function isExempt(host: string, port: string, exempt: string): boolean {
  const address = parseAddress(host);
  return exempt
    .split(",")
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== "")
    .some((one) => {
      if (one === "*") return true;
      const network = one.includes("/") ? parseNetwork(one) : undefined;
      if (network !== undefined) return address !== undefined && contains(network, address);
      const [, inBrackets, plain = one, onPort = ""] = /^(?:\[(.*)\]|([^:]*)):(\w*)$/.exec(one) ?? [];
      const name = inBrackets ?? plain;
      if (onPort !== "" && onPort !== port) return false;
      if (parseAddress(name) !== undefined) return sameAddress(name, host);
      const domain = name.replace(/^\*\./, ".");
      return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
    });
}

/** Proxies of the agents that `proxyAgent` made, for messages. */
const proxies = new WeakMap<object, URL>();

/**
 * An agent that goes through the environment's proxy for a server. Undefined if there is none.
 *
 * @throws Error if HTTPS_PROXY is no address of a proxy.
 */
export async function proxyAgent(url: URL, options: https.AgentOptions): Promise<https.Agent | undefined> {
  const proxy = proxyFor(url);
  if (proxy === undefined) return undefined;
  const agent = await agentThrough(proxy, { ...options, timeout });
  proxies.set(agent, proxy);
  return agent;
}

/** Silence after which no answer of a proxy is expected any more, in milliseconds. */
const timeout = 20_000;

async function agentThrough(proxy: URL, options: https.AgentOptions): Promise<https.Agent> {
  if (!proxy.protocol.startsWith("socks")) {
    const { HttpsProxyAgent } = await import("hpagent");
    return new HttpsProxyAgent({ ...options, proxy });
  }
  const { SocksProxyAgent } = await import("socks-proxy-agent");
  // The proxy looks up the server's name, as it does for Go.
  return new SocksProxyAgent(proxy.href.replace(/^socks5:/, "socks5h:"), options) as unknown as https.Agent;
}

/** ` through the proxy …` for the server of an agent that uses one, without the proxy's credentials. */
export function throughProxy(agent: unknown): string {
  const proxy = typeof agent === "object" && agent !== null ? proxies.get(agent) : undefined;
  return proxy === undefined ? "" : ` through the proxy ${proxy.protocol}//${proxy.host} (HTTPS_PROXY)`;
}
