/** Tunnels, their tokens and their rules. */

import { randomUUID } from "node:crypto";
import type { CloudflareState, Tunnel, TunnelConfiguration } from "./account.ts";
import { ingressProblem } from "./ingress.ts";
import { type ApiRequest, type ApiResult, type Body, Refusal, text } from "./request.ts";

export function tunnelOf({ tunnels }: CloudflareState, [account, tunnel]: [string, string]): Tunnel {
  const found = tunnels.find(({ id, accountId }) => id === tunnel && accountId === account);
  if (!found) throw new Refusal(404, 1003, "Tunnel not found");
  return found;
}

export function listTunnels(
  { tunnels }: CloudflareState,
  [account]: [string, string],
  { query }: ApiRequest,
): ApiResult {
  const name = query.get("name");
  const found = tunnels.filter(
    (tunnel) => tunnel.accountId === account && !tunnel.deletedAt && (name === null || tunnel.name === name),
  );
  return { result: found.map(showTunnel), page: { page: 1, perPage: 1000, total: found.length } };
}

export function createTunnel(
  state: CloudflareState,
  [accountId]: [string, string],
  { body }: ApiRequest,
): ApiResult {
  const name = text(body, "name");
  const secret = text(body, "tunnel_secret");
  if (name === "") throw new Refusal(400, 1003, "name is required");
  if (state.tunnels.some((other) => other.name === name && other.accountId === accountId && !other.deletedAt))
    throw new Refusal(
      409,
      1013,
      "You already have a tunnel with this name. Delete the existing tunnel, or choose a different name for your new tunnel",
    );
  if (!/^[A-Za-z0-9+/]+=*$/.test(secret) || Buffer.from(secret, "base64").length < 32)
    throw new Refusal(400, 1003, "tunnel_secret must be base64 of at least 32 bytes");
  const tunnel: Tunnel = {
    id: randomUUID(),
    accountId,
    name,
    secret,
    remote: body.config_src === "cloudflare",
    createdAt: new Date().toISOString(),
    version: 0,
  };
  state.tunnels.push(tunnel);
  return { result: { ...showTunnel(tunnel), credentials_file: credentials(tunnel), token: tokenOf(tunnel) } };
}

export function editTunnel(state: CloudflareState, ids: [string, string], { body }: ApiRequest): ApiResult {
  const tunnel = tunnelOf(state, ids);
  if ("name" in body) tunnel.name = text(body, "name");
  if ("tunnel_secret" in body) tunnel.secret = text(body, "tunnel_secret");
  return { result: showTunnel(tunnel) };
}

export function deleteTunnel(state: CloudflareState, ids: [string, string]): ApiResult {
  const tunnel = tunnelOf(state, ids);
  tunnel.deletedAt = new Date().toISOString();
  return { result: showTunnel(tunnel) };
}

export function showTunnel({ id, accountId, name, remote, createdAt, deletedAt }: Tunnel): Body {
  return {
    id,
    account_tag: accountId,
    name,
    created_at: createdAt,
    deleted_at: deletedAt ?? null,
    connections: [],
    conns_active_at: null,
    conns_inactive_at: createdAt,
    tun_type: "cfd_tunnel",
    metadata: {},
    status: "inactive",
    remote_config: remote,
    config_src: remote ? "cloudflare" : "local",
  };
}

function credentials({ id, accountId, name, secret }: Tunnel): Body {
  return { AccountTag: accountId, TunnelID: id, TunnelName: name, TunnelSecret: secret };
}

/** The token for `cloudflared tunnel run --token`. */
export function tokenOf({ id, accountId, secret }: Tunnel): string {
  return Buffer.from(JSON.stringify({ a: accountId, t: id, s: secret })).toString("base64");
}

export function writeConfig(state: CloudflareState, ids: [string, string], { body }: ApiRequest): ApiResult {
  const tunnel = tunnelOf(state, ids);
  const config = body.config as TunnelConfiguration | undefined;
  const problem = ingressProblem(config?.ingress ?? []);
  if (problem !== undefined) throw new Refusal(400, 1056, `Bad Configuration: Validation failed: ${problem}`);
  tunnel.config = config as TunnelConfiguration;
  tunnel.version++;
  return { result: showConfig(tunnel) };
}

export function showConfig({ id, accountId, config, version, createdAt, remote }: Tunnel): Body {
  return {
    tunnel_id: id,
    account_id: accountId,
    version,
    config: config ?? null,
    source: remote ? "cloudflare" : "local",
    created_at: createdAt,
  };
}
