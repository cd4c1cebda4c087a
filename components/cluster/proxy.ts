import type https from "node:https";
import { contains, hostOf, parseAddress, parseNetwork, sameAddress } from "../../stack-file/networks.ts";

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
  const host = hostOf(url).toLowerCase();
  if (isLocal(host) || isExempt(host, url.port || "443", env.NO_PROXY || env.no_proxy || ""))
    return undefined;
  return addressOf(proxy, source);
}

const source = "HTTPS_PROXY";

/** A proxy, and who names it. */
interface Proxy {
  address: URL | undefined;
  source: string;
}

const schemes = ["http:", "https:", "socks5:", "socks5h:"];

/** The address of a proxy. Behind a password with one of the characters `/?#`, a part of the password would be the host. */
function addressOf(proxy: string, source: string): URL {
  const address = URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`);
  if (address === null || !schemes.includes(address.protocol))
    throw new Error(
      `${source} is no address of a proxy; write it as ${schemes.map((scheme) => `${scheme}//host:port`).join(" or ")}`,
    );
  const { pathname, search, hash, username, password } = address;
  if (`${pathname}${search}${hash}`.includes("@") || !isEscaped(username + password))
    throw new Error(
      `${source} is no address of a proxy: in its user and password, write each of the characters %/?#@: as %25, %2F, %3F, %23, %40 or %3A`,
    );
  return address;
}

function isEscaped(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

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

/** Proxies of the agents that `agentFor` made, for messages. */
const proxies = new WeakMap<object, Proxy>();

/**
 * An agent that goes through the proxy for a server. Undefined if there is none.
 *
 * @param named Proxy that the kubeconfig names for the server. It comes before that of the environment.
 * @throws Error if one of them is no address of a proxy.
 */
export async function agentFor(
  url: URL,
  options: https.AgentOptions,
  named?: string,
): Promise<https.Agent | undefined> {
  const proxy: Proxy =
    named === undefined
      ? { address: proxyFor(url), source }
      : { address: addressOf(named, "proxy-url"), source: "proxy-url" };
  if (proxy.address === undefined) return undefined;
  const { ProxyAgent } = await import("./proxy-agent.ts");
  const agent = new ProxyAgent(proxy.address, options) as unknown as https.Agent;
  proxies.set(agent, proxy);
  return agent;
}

/** ` through the proxy …` for the server of an agent that uses one, without the proxy's credentials. */
export function throughProxy(agent: unknown): string {
  const { address, source } = (typeof agent === "object" && agent !== null && proxies.get(agent)) || {};
  return address === undefined ? "" : ` through the proxy ${address.protocol}//${address.host} (${source})`;
}
