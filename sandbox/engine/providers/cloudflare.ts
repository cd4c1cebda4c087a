import { changedPaths, formatPaths } from "../diff.ts";
import { type Properties, revealAll, type Value } from "../values.ts";
import type { Provider, ProviderFactory } from "./provider.ts";

/** One kind of resource: where it lies at Cloudflare, and what its properties are called there. */
interface Kind {
  /** Inputs that only a new resource can have others of. */
  fixed: string[];
  create(api: Api, inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  /**
   * @param id As given to `import`: `<account or zone>/<id>`.
   * @throws Error in Cloudflare's words where there is none: so does the real provider.
   */
  read(api: Api, id: string): Promise<{ inputs: Properties; outputs: Properties } | undefined>;
  update(api: Api, id: string, inputs: Properties): Promise<Properties>;
  delete(api: Api, id: string, inputs: Properties): Promise<void>;
}

const tunnelKind: Kind = {
  fixed: ["accountId", "configSrc"],
  create: async (api, inputs) => {
    const body = {
      name: inputs.name,
      config_src: inputs.configSrc ?? "local",
      tunnel_secret: inputs.tunnelSecret,
    };
    const tunnel = await api.send("POST", `/accounts/${inputs.accountId}/cfd_tunnel`, body);
    return { id: String(tunnel.id), outputs: tunnelOutputs(tunnel) };
  },
  read: async (api, id) => {
    const [accountId, tunnelId] = id.split("/");
    const tunnel = await api.send("GET", `/accounts/${accountId}/cfd_tunnel/${tunnelId}`);
    if (tunnel.deleted_at) return undefined;
    const inputs = {
      accountId: accountId ?? "",
      name: tunnel.name ?? "",
      configSrc: tunnel.config_src ?? "",
    };
    return { inputs, outputs: { ...inputs, ...tunnelOutputs(tunnel) } };
  },
  update: async (api, id, { accountId, name, tunnelSecret }) =>
    tunnelOutputs(
      await api.send("PATCH", `/accounts/${accountId}/cfd_tunnel/${id}`, {
        name,
        tunnel_secret: tunnelSecret,
      }),
    ),
  delete: async (api, id, { accountId }) => {
    await api.send("DELETE", `/accounts/${accountId}/cfd_tunnel/${id}`);
  },
};

function tunnelOutputs(tunnel: Properties): Properties {
  return {
    accountTag: tunnel.account_tag ?? "",
    createdAt: tunnel.created_at ?? "",
    remoteConfig: tunnel.remote_config ?? false,
    status: tunnel.status ?? "",
    tunType: tunnel.tun_type ?? "",
  };
}

const configKind: Kind = {
  fixed: ["accountId", "tunnelId"],
  create: async (api, inputs) => ({ id: String(inputs.tunnelId), outputs: await writeConfig(api, inputs) }),
  read: async (api, id) => {
    const [accountId = "", tunnelId = ""] = id.split("/");
    const found = await api.send("GET", configPath(accountId, tunnelId));
    const inputs: Properties = { accountId, tunnelId };
    if (found.config) inputs.config = renamed(found.config, toSdk);
    return { inputs, outputs: { ...inputs, version: found.version ?? 0 } };
  },
  update: (api, _, inputs) => writeConfig(api, inputs),
  // There is nothing at Cloudflare to delete: the rules stay.
  delete: async () => {},
};

const configPath = (accountId: Value | undefined, tunnelId: Value | undefined): string =>
  `/accounts/${accountId}/cfd_tunnel/${tunnelId}/configurations`;

async function writeConfig(api: Api, { accountId, tunnelId, config }: Properties): Promise<Properties> {
  const written = await api.send("PUT", configPath(accountId, tunnelId), {
    config: renamed(config ?? null, toApi),
  });
  return { version: written.version ?? 0, createdAt: written.created_at ?? "", source: written.source ?? "" };
}

/** Names of the SDK's that differ from the API's. */
const toApi: Record<string, string> = {
  ingresses: "ingress",
  noTlsVerify: "noTLSVerify",
  matchSnItoHost: "matchSNItoHost",
  audTags: "audTag",
};
const toSdk = Object.fromEntries(Object.entries(toApi).map(([sdk, api]) => [api, sdk]));

/** A configuration under other names, without what is empty. The SDK does not know `warp-routing`. */
function renamed(value: Value, names: Record<string, string>): Value {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== "warp-routing" && item !== null && JSON.stringify(item) !== "{}")
      .map(([key, item]) => [names[key] ?? key, renamed(item, names)]),
  );
}

const recordKind: Kind = {
  fixed: ["zoneId"],
  create: async (api, inputs) => {
    const record = await api.send("POST", `/zones/${inputs.zoneId}/dns_records`, recordBody(inputs));
    return { id: String(record.id), outputs: recordOutputs(record) };
  },
  read: async (api, id) => {
    const [zoneId = "", recordId] = id.split("/");
    const record = await api.send("GET", `/zones/${zoneId}/dns_records/${recordId}`);
    const { name = "", type = "", content = "", proxied = false, ttl = 1, comment = null } = record;
    const inputs = { zoneId, name, type, content, proxied, ttl, ...(comment === null ? {} : { comment }) };
    return { inputs, outputs: { ...inputs, ...recordOutputs(record) } };
  },
  update: async (api, id, inputs) =>
    recordOutputs(
      await api.send("PUT", `/zones/${inputs.zoneId}/dns_records/${ownId(id)}`, recordBody(inputs)),
    ),
  delete: async (api, id, { zoneId }) => {
    await api.send("DELETE", `/zones/${zoneId}/dns_records/${ownId(id)}`);
  },
};

/** The id of an imported resource is what it was imported by. */
const ownId = (id: string): string => id.split("/").at(-1) ?? id;

function recordBody({ zoneId: _, ...body }: Properties): Properties {
  return { comment: null, ...body };
}

function recordOutputs({ created_on = "", modified_on = "", proxiable = false }: Properties): Properties {
  return { createdOn: created_on, modifiedOn: modified_on, proxiable };
}

const KINDS: Record<string, Kind> = {
  "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared": tunnelKind,
  "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig": configKind,
  "cloudflare:index/dnsRecord:DnsRecord": recordKind,
};

const TOKEN = "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken";

/**
 * Tunnels, their rules and DNS records, at the API that `baseUrl` or $CLOUDFLARE_BASE_URL names. Cloudflare's
 * own is never asked: this engine is for trying things out.
 */
export const cloudflareProvider: ProviderFactory = ({ env }, config): Provider => {
  const kindOf = (type: string): Kind => {
    const kind = KINDS[type];
    if (!kind) throw new Error(`the stand-in engine has no ${type}; use the Pulumi CLI for it`);
    return kind;
  };
  // Made when it is first needed: a preview of something new asks nothing.
  const api = (): Api => new Api(config.baseUrl ?? env.CLOUDFLARE_BASE_URL, config.apiToken);
  return {
    check: async ({ inputs }) => inputs,
    diff: ({ type, old, inputs }) => {
      const paths = formatPaths(changedPaths(old.inputs, inputs));
      const { fixed } = kindOf(type);
      return { paths, replaces: paths.filter((path) => fixed.includes(path)), deleteBeforeReplace: false };
    },
    create: async ({ type, inputs, preview }) => {
      const kind = kindOf(type);
      if (preview) return { outputs: inputs };
      const { id, outputs } = await kind.create(api(), revealAll(inputs));
      return { id, outputs: { ...inputs, ...outputs } };
    },
    read: ({ type, id }) => kindOf(type).read(api(), id),
    update: async ({ type, id, old, inputs, preview }) => {
      if (preview) return { ...old.outputs, ...inputs };
      return { ...inputs, ...(await kindOf(type).update(api(), ownId(id), revealAll(inputs))) };
    },
    delete: ({ type, id, old }) => kindOf(type).delete(api(), ownId(id), revealAll(old.inputs)),
    construct: async ({ type }) => {
      throw new Error(`${type} is no component`);
    },
    invoke: async (token, inputs) => {
      if (token !== TOKEN)
        throw new Error(`the stand-in engine has no function ${token}; use the Pulumi CLI for it`);
      const { accountId = "", tunnelId = "" } = revealAll(inputs);
      const path = `/accounts/${accountId}/cfd_tunnel/${tunnelId}/token`;
      // The real provider leaves it to the program to keep this secret; so does this one.
      return { accountId, tunnelId, token: await api().result("GET", path) };
    },
  };
};

/** Cloudflare's API, as much of it as resources need. */
class Api {
  readonly #base: string;
  readonly #token: string;

  constructor(base: Value | undefined, token: Value | undefined) {
    if (typeof base !== "string" || base === "")
      throw new Error("the stand-in engine does not speak to Cloudflare itself: set CLOUDFLARE_BASE_URL");
    this.#base = base;
    this.#token = String(token ?? "");
  }

  async send(method: string, path: string, body?: unknown): Promise<Properties> {
    return (await this.result(method, path, body)) as Properties;
  }

  async result(method: string, path: string, body?: unknown): Promise<Value> {
    const response = await fetch(this.#base + path, {
      method,
      headers: { Authorization: `Bearer ${this.#token}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { success, errors, result } = (await response.json()) as {
      success: boolean;
      errors: { code: number; message: string }[];
      result: Value;
    };
    if (success) return result;
    const reasons = errors.map(({ code, message }) => `${message} (${code})`).join(", ");
    throw new Error(`${method} ${path}: ${response.status} ${reasons}`);
  }
}
