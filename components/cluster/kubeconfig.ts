import { readFileSync } from "node:fs";
import https from "node:https";
import { homedir } from "node:os";
import path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { quoted } from "../../stack-file/commands.ts";
import { agentFor } from "./proxy.ts";
import { RequestError } from "./retry.ts";

/** How to reach the API server of a cluster. */
export interface ClusterAddress {
  /** Context of the kubeconfig. */
  context: string;
  /** Kubeconfig file. Default: $KUBECONFIG or ~/.kube/config. */
  kubeconfig?: string;
}

/** The API server could not be reached, or refused. */
export class ClusterError extends RequestError {}

/** No cluster is known, because a kubeconfig or a context is missing. */
export class KubeconfigError extends ClusterError {
  /** Command that helps to find what to write. */
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    // The commands recognise errors by name, because they load this module only for a cluster.
    this.name = ClusterError.name;
    this.fix = fix;
  }
}

/** Address and credentials of an API server. */
export interface Connection {
  server: string;
  options: https.RequestOptions;
}

/** The connection of a context, before any proxy. */
interface ContextConnection extends Connection {
  /** Proxy that the context names. It comes before that of the environment. */
  proxy?: string | undefined;
}

/**
 * The connection to the cluster of a context.
 *
 * @throws ClusterError if the kubeconfig cannot be read or has no such context.
 */
export async function connectionTo(address: ClusterAddress): Promise<Connection> {
  const { server, options, proxy } = plainConnection(address) ?? (await libraryConnection(address));
  const connection = { server: server.replace(/\/$/, ""), options };
  const url = URL.parse(server);
  if (url?.protocol !== "https:") return connection;
  try {
    const agent = await agentFor(url, agentOptions, proxy);
    return agent === undefined ? connection : { ...connection, options: { ...options, agent } };
  } catch (error) {
    throw new ClusterError(`${url.origin} cannot be asked: ${(error as Error).message}`);
  }
}

/**
 * Names of the contexts of a kubeconfig.
 *
 * @throws ClusterError if there is no kubeconfig, or if it cannot be read.
 */
export async function contextsOf(kubeconfig?: string): Promise<string[]> {
  const { config } = await loadKubeconfig(kubeconfig);
  return config.getContexts().map(({ name }) => name);
}

type Entry = Record<string, unknown>;

/** A run asks some eighty questions at once. A TLS handshake costs more than the question. */
const agentOptions = { keepAlive: true, maxSockets: 8 };

/**
 * The connection of a context that has only a token or certificates. Undefined for every other context, and for all
 * mistakes. The library knows the other rules, and takes half a second to load.
 */
function plainConnection({ context, kubeconfig }: ClusterAddress): ContextConnection | undefined {
  const file = kubeconfig ?? (process.env.KUBECONFIG || path.join(homedir(), ".kube/config"));
  try {
    const config = parse(readFileSync(file, "utf8")) as Record<string, Entry[]>;
    const entry = (list: string, kind: string, name: unknown): Entry =>
      config[list]!.find((each) => each.name === name)![kind] as Entry;
    const { cluster, user } = entry("contexts", "context", context);
    const {
      server,
      "certificate-authority": caFile,
      "certificate-authority-data": ca,
      ...otherOfCluster
    } = entry("clusters", "cluster", cluster);
    const {
      "client-certificate": certFile,
      "client-certificate-data": cert,
      "client-key": keyFile,
      "client-key-data": key,
      token,
      ...otherOfUser
    } = entry("users", "user", user);
    if (Object.keys({ ...otherOfCluster, ...otherOfUser }).length > 0) return undefined;
    if (typeof server !== "string" || !server.startsWith("https://")) return undefined;
    const bytes = (name: string, from: unknown, data: unknown): https.AgentOptions =>
      typeof from === "string"
        ? { [name]: readFileSync(path.resolve(path.dirname(file), from)) }
        : typeof data === "string"
          ? { [name]: Buffer.from(data, "base64") }
          : {};
    const options = {
      agent: new https.Agent(agentOptions),
      headers: typeof token === "string" ? { Authorization: `Bearer ${token}` } : {},
      ...bytes("ca", caFile, ca),
      ...bytes("cert", certFile, cert),
      ...bytes("key", keyFile, key),
    };
    return { server, options };
  } catch {
    return undefined;
  }
}

/** The connection of any context, with credential plugins and proxies. */
async function libraryConnection({ context, kubeconfig }: ClusterAddress): Promise<ContextConnection> {
  const { config, file } = await loadKubeconfig(kubeconfig);
  if (!config.getContextObject(context)) {
    const known = config.getContexts().map(({ name }) => name);
    throw new KubeconfigError(
      `kubeconfig ${file} has no context "${context}"; it has ${known.join(", ") || "none"}`,
      `kubectl config get-contexts${kubeconfig === undefined ? "" : ` --kubeconfig ${quoted(kubeconfig)}`}`,
    );
  }
  config.setCurrentContext(context);
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new ClusterError(`context "${context}" of ${file} names no cluster`);
  const options: https.RequestOptions = {};
  try {
    // This may run a credential plugin, which may fail or ask a person.
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new ClusterError(`context "${context}" of ${file}: ${(error as Error).message}`);
  }
  // Without TLS, and behind a proxy, the library's agent is of another kind.
  if (options.agent instanceof https.Agent) Object.assign(options.agent, agentOptions);
  return { server, options, proxy: config.getCurrentCluster()?.proxyUrl || undefined };
}

/** The first line of a message: below it, the YAML parser shows lines of the file, which may hold a token. */
function reasonOf({ message }: Error): string {
  const [line = ""] = message.split("\n", 1);
  const isTwice = /^Duplicate (cluster|user|context): (.*)$/.exec(line);
  return isTwice === null
    ? line
    : `the ${isTwice[1]} ${isTwice[2]} is there twice; rename one of the two, or use a single file`;
}

/** @throws ClusterError if there is no kubeconfig, or if it cannot be read. */
async function loadKubeconfig(kubeconfig: string | undefined): Promise<{ config: KubeConfig; file: string }> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  const file = kubeconfig ?? (process.env.KUBECONFIG || "~/.kube/config");
  try {
    if (kubeconfig) config.loadFromFile(kubeconfig);
    else config.loadFromDefault();
  } catch (error) {
    throw new ClusterError(`kubeconfig ${file} cannot be read: ${reasonOf(error as Error)}`);
  }
  // Without any file, the library makes up a context for a server on this machine.
  if (config.getContexts().some(({ name }) => name === "loaded-context"))
    throw new KubeconfigError(
      "there is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config does not exist; set KUBECONFIG to your file",
      "export KUBECONFIG=<file>",
    );
  return { config, file };
}
