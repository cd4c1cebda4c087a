/**
 * Stand-in for Pulumi's Cloudflare provider.
 *
 * Imitates: tunnels, their rules, DNS records, and the function that returns a tunnel's token, with the requests that
 * the real provider sends. Does not imitate: other resources and functions, or credentials other than an API token.
 *
 * It sends requests only to the API in `baseUrl` or $CLOUDFLARE_BASE_URL, and never to Cloudflare itself.
 */
import { type Properties, type ResourceType, serveProvider } from "./provider.ts";

let settings: Readonly<Record<string, string>> = {};

/** Sends one request to the API, and returns the contents of the answer's envelope. */
async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const base = settings.baseUrl ?? process.env.CLOUDFLARE_BASE_URL;
  if (!base)
    throw new Error(
      "the sandbox's pulumi-resource-cloudflare does not speak to Cloudflare itself: set CLOUDFLARE_BASE_URL",
    );
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { Authorization: `Bearer ${settings.apiToken}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { success, errors, result } = (await response.json()) as {
    success: boolean;
    errors: { code: number; message: string }[];
    result: unknown;
  };
  if (success) return result;
  const reasons = errors.map(({ code, message }) => `${message} (${code})`).join(", ");
  throw new Error(`${method} ${path}: ${response.status} ${reasons}`);
}

const send = async (method: string, path: string, body?: unknown): Promise<Properties> =>
  (await ask(method, path, body)) as Properties;

/** The account or zone of an object, and the object's id. An import gives both; a refresh knows the account or zone. */
function placeOf(id: string, known: unknown): [owner: string, id: string] {
  return [String(known ?? id.split("/")[0]), ownId(id)];
}

/** The object's own id. An imported resource has the ID of its import: `<account or zone>/<id>`. */
const ownId = (id: string): string => id.split("/").at(-1) ?? id;

const tunnel: ResourceType = {
  fixed: ["accountId", "configSrc"],
  create: async ({ accountId, name, configSrc = "local", tunnelSecret }) => {
    const body = { name, config_src: configSrc, tunnel_secret: tunnelSecret };
    const made = await send("POST", `/accounts/${accountId}/cfd_tunnel`, body);
    return { id: String(made.id), outputs: tunnelOutputs(made) };
  },
  read: async (id, known) => {
    const [accountId, tunnelId] = placeOf(id, known.accountId);
    const found = await send("GET", `/accounts/${accountId}/cfd_tunnel/${tunnelId}`);
    if (found.deleted_at) return undefined;
    const inputs = { accountId, name: found.name, configSrc: found.config_src };
    return { inputs, outputs: tunnelOutputs(found) };
  },
  update: async (id, { accountId, name, tunnelSecret }) => {
    const body = { name, tunnel_secret: tunnelSecret };
    return tunnelOutputs(await send("PATCH", `/accounts/${accountId}/cfd_tunnel/${ownId(id)}`, body));
  },
  delete: async (id, { accountId }) => {
    await send("DELETE", `/accounts/${accountId}/cfd_tunnel/${ownId(id)}`);
  },
};

function tunnelOutputs(found: Properties): Properties {
  const { account_tag = "", created_at = "", remote_config = false, status = "", tun_type = "" } = found;
  return {
    accountTag: account_tag,
    createdAt: created_at,
    remoteConfig: remote_config,
    status,
    tunType: tun_type,
  };
}

const rules: ResourceType = {
  fixed: ["accountId", "tunnelId"],
  create: async (inputs) => ({ id: String(inputs.tunnelId), outputs: await writeRules(inputs) }),
  read: async (id, known) => {
    const [accountId, tunnelId] = placeOf(id, known.accountId);
    const { config, version = 0 } = await send("GET", rulesPath({ accountId, tunnelId }));
    const inputs = { accountId, tunnelId, ...(config ? { config: renamed(config, fromApi) } : {}) };
    return { inputs, outputs: { version } };
  },
  update: (_, inputs) => writeRules(inputs),
  // Cloudflare's API cannot delete rules, so they stay.
  delete: async () => {},
};

const rulesPath = ({ accountId, tunnelId }: Properties): string =>
  `/accounts/${accountId}/cfd_tunnel/${tunnelId}/configurations`;

async function writeRules(inputs: Properties): Promise<Properties> {
  const body = { config: renamed(inputs.config, toApi) };
  const { version = 0, created_at = "", source = "" } = await send("PUT", rulesPath(inputs), body);
  return { version, createdAt: created_at, source };
}

/** Names of the SDK that differ from the API's names. */
const toApi: Record<string, string> = {
  ingresses: "ingress",
  noTlsVerify: "noTLSVerify",
  matchSnItoHost: "matchSNItoHost",
  audTags: "audTag",
};
const fromApi = Object.fromEntries(Object.entries(toApi).map(([sdk, api]) => [api, sdk]));

/** A configuration with renamed keys and without empty values. The SDK does not know `warp-routing`. */
function renamed(value: unknown, names: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== "warp-routing" && item !== null && JSON.stringify(item) !== "{}")
      .map(([key, item]) => [names[key] ?? key, renamed(item, names)]),
  );
}

const record: ResourceType = {
  fixed: ["zoneId"],
  create: async ({ zoneId, ...inputs }) => {
    const made = await send("POST", `/zones/${zoneId}/dns_records`, { comment: null, ...inputs });
    return { id: String(made.id), outputs: recordOutputs(made) };
  },
  read: async (id, known) => {
    const [zoneId, recordId] = placeOf(id, known.zoneId);
    const found = await send("GET", `/zones/${zoneId}/dns_records/${recordId}`);
    const { name, type, content, proxied = false, ttl = 1, comment = null } = found;
    const inputs = { zoneId, name, type, content, proxied, ttl, ...(comment === null ? {} : { comment }) };
    return { inputs, outputs: recordOutputs(found) };
  },
  update: async (id, { zoneId, ...inputs }) => {
    const body = { comment: null, ...inputs };
    return recordOutputs(await send("PUT", `/zones/${zoneId}/dns_records/${ownId(id)}`, body));
  },
  delete: async (id, { zoneId }) => {
    await send("DELETE", `/zones/${zoneId}/dns_records/${ownId(id)}`);
  },
};

function recordOutputs({ created_on = "", modified_on = "", proxiable = false }: Properties): Properties {
  return { createdOn: created_on, modifiedOn: modified_on, proxiable };
}

serveProvider({
  name: "cloudflare",
  configure: (given) => {
    settings = given;
  },
  types: {
    "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared": tunnel,
    "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig": rules,
    "cloudflare:index/dnsRecord:DnsRecord": record,
  },
  functions: {
    // As in the real provider, the token is not marked as secret: the program must do that.
    "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken": async ({
      accountId,
      tunnelId,
    }) => ({
      accountId,
      tunnelId,
      token: await ask("GET", `/accounts/${accountId}/cfd_tunnel/${tunnelId}/token`),
    }),
  },
});
