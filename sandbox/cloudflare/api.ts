import { randomUUID } from "node:crypto";
import {
  type CloudflareState,
  type DnsRecord,
  objectId,
  type Tunnel,
  type TunnelConfiguration,
} from "./account.ts";
import { ingressProblem } from "./ingress.ts";

export interface ApiRequest {
  method: string;
  /** Path below `/client/v4`, for example `/zones/<id>/dns_records`. */
  path: string;
  query: URLSearchParams;
  body: Body;
}

type Body = Record<string, unknown>;

/** The contents of the envelope that surrounds every answer. */
export interface ApiResult {
  result: unknown;
  /** Set if the result is one page of a list. */
  page?: { page: number; perPage: number; total: number };
}

/** An error that Cloudflare would return. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Handler = (state: CloudflareState, ids: [string, string], request: ApiRequest) => ApiResult;

const id = "([0-9a-f]{32})";
const uuid = "([0-9a-f-]{36})";
const tunnels = `/accounts/${id}/cfd_tunnel`;
const records = `/zones/${id}/dns_records`;

const routes: [method: string, path: string, Handler][] = [
  [
    "GET",
    `/accounts/${id}`,
    (_, [account]) => ({ result: { id: account, name: "sandbox", type: "standard" } }),
  ],
  ["GET", `/zones/${id}`, (state, [zone]) => ({ result: { ...zoneOf(state, zone), status: "active" } })],
  ["GET", tunnels, listTunnels],
  ["POST", tunnels, createTunnel],
  ["GET", `${tunnels}/${uuid}`, (state, ids) => ({ result: showTunnel(tunnelOf(state, ids)) })],
  ["PATCH", `${tunnels}/${uuid}`, editTunnel],
  ["DELETE", `${tunnels}/${uuid}`, deleteTunnel],
  ["GET", `${tunnels}/${uuid}/token`, (state, ids) => ({ result: tokenOf(tunnelOf(state, ids)) })],
  [
    "GET",
    `${tunnels}/${uuid}/configurations`,
    (state, ids) => ({ result: showConfig(tunnelOf(state, ids)) }),
  ],
  ["PUT", `${tunnels}/${uuid}/configurations`, writeConfig],
  ["GET", records, listRecords],
  ["POST", records, createRecord],
  ["GET", `${records}/${id}`, (state, ids) => ({ result: showRecord(recordOf(state, ids)) })],
  ["PUT", `${records}/${id}`, writeRecord],
  ["PATCH", `${records}/${id}`, writeRecord],
  ["DELETE", `${records}/${id}`, deleteRecord],
];

/**
 * Answers one request as Cloudflare's API does.
 *
 * Imitates: tunnels, their tokens and rules, DNS records, and the checks and error codes of these requests. Does not
 * imitate: any other part of the API, rate limits, permissions of a token, connections of cloudflared, or DNS itself.
 *
 * @throws Refusal
 * @see https://developers.cloudflare.com/api/
 */
export function answer(state: CloudflareState, request: ApiRequest): ApiResult {
  for (const [method, path, handler] of routes) {
    const match = method === request.method ? new RegExp(`^${path}$`).exec(request.path) : null;
    if (match) return handler(state, [match[1] ?? "", match[2] ?? ""], request);
  }
  throw new Refusal(404, 7000, `No route for that URI: ${request.method} ${request.path}`);
}

function tunnelOf({ tunnels }: CloudflareState, [account, tunnel]: [string, string]): Tunnel {
  const found = tunnels.find(({ id, accountId }) => id === tunnel && accountId === account);
  if (!found) throw new Refusal(404, 1003, "Tunnel not found");
  return found;
}

function listTunnels(
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

function createTunnel(
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

function editTunnel(state: CloudflareState, ids: [string, string], { body }: ApiRequest): ApiResult {
  const tunnel = tunnelOf(state, ids);
  if ("name" in body) tunnel.name = text(body, "name");
  if ("tunnel_secret" in body) tunnel.secret = text(body, "tunnel_secret");
  return { result: showTunnel(tunnel) };
}

function deleteTunnel(state: CloudflareState, ids: [string, string]): ApiResult {
  const tunnel = tunnelOf(state, ids);
  tunnel.deletedAt = new Date().toISOString();
  return { result: showTunnel(tunnel) };
}

function showTunnel({ id, accountId, name, remote, createdAt, deletedAt }: Tunnel): Body {
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
function tokenOf({ id, accountId, secret }: Tunnel): string {
  return Buffer.from(JSON.stringify({ a: accountId, t: id, s: secret })).toString("base64");
}

function writeConfig(state: CloudflareState, ids: [string, string], { body }: ApiRequest): ApiResult {
  const tunnel = tunnelOf(state, ids);
  const config = body.config as TunnelConfiguration | undefined;
  const problem = ingressProblem(config?.ingress ?? []);
  if (problem !== undefined) throw new Refusal(400, 1056, `Bad Configuration: Validation failed: ${problem}`);
  tunnel.config = config as TunnelConfiguration;
  tunnel.version++;
  return { result: showConfig(tunnel) };
}

function showConfig({ id, accountId, config, version, createdAt, remote }: Tunnel): Body {
  return {
    tunnel_id: id,
    account_id: accountId,
    version,
    config: config ?? null,
    source: remote ? "cloudflare" : "local",
    created_at: createdAt,
  };
}

function zoneOf({ zones }: CloudflareState, zone: string): { id: string; name: string } {
  const found = zones.find((candidate) => candidate.id === zone);
  if (!found)
    throw new Refusal(
      404,
      7003,
      `Could not route to /client/v4/zones/${zone}, perhaps your object identifier is invalid?`,
    );
  return found;
}

function recordOf(state: CloudflareState, [zone, record]: [string, string]): DnsRecord {
  const found = state.records.find(({ id, zoneId }) => id === record && zoneId === zoneOf(state, zone).id);
  if (!found) throw new Refusal(404, 81044, "Record does not exist.");
  return found;
}

function listRecords(state: CloudflareState, [zone]: [string, string], { query }: ApiRequest): ApiResult {
  const { id } = zoneOf(state, zone);
  const wanted = { name: query.get("name.exact") ?? query.get("name"), type: query.get("type") };
  const found = state.records.filter(
    ({ zoneId, name, type }) =>
      zoneId === id && (wanted.name ?? name) === name && (wanted.type ?? type) === type,
  );
  const page = Number(query.get("page") ?? 1);
  const perPage = Number(query.get("per_page") ?? 100);
  return {
    result: found.slice((page - 1) * perPage, page * perPage).map(showRecord),
    page: { page, perPage, total: found.length },
  };
}

function createRecord(state: CloudflareState, [zone]: [string, string], { body }: ApiRequest): ApiResult {
  const record: DnsRecord = {
    id: objectId(),
    zoneId: zone,
    createdAt: new Date().toISOString(),
    ...recordFrom(state, zone, body),
  };
  refuseDuplicate(state, record);
  state.records.push(record);
  return { result: showRecord(record) };
}

function writeRecord(state: CloudflareState, ids: [string, string], { method, body }: ApiRequest): ApiResult {
  const record = recordOf(state, ids);
  const before = method === "PATCH" ? showRecord(record) : {};
  const changed = { ...record, ...recordFrom(state, ids[0], { ...before, ...body }) };
  refuseDuplicate(state, changed);
  Object.assign(record, changed);
  return { result: showRecord(record) };
}

function deleteRecord(state: CloudflareState, ids: [string, string]): ApiResult {
  const { id } = recordOf(state, ids);
  state.records = state.records.filter((record) => record.id !== id);
  return { result: { id } };
}

function recordFrom(
  state: CloudflareState,
  zone: string,
  body: Body,
): Pick<DnsRecord, "name" | "type" | "content" | "proxied" | "ttl" | "comment"> {
  const { name: zoneName } = zoneOf(state, zone);
  const name = text(body, "name");
  const type = text(body, "type");
  const content = text(body, "content");
  if (name === "") throw new Refusal(400, 9000, "DNS name is invalid.");
  if (type === "CNAME" && !/^[a-z0-9_.-]+$/.test(content))
    throw new Refusal(400, 9007, "Content for CNAME record is invalid.");
  const proxied = body.proxied === true;
  return {
    // A name outside the zone counts as relative to it.
    name: name === zoneName || name.endsWith(`.${zoneName}`) ? name : `${name}.${zoneName}`,
    type,
    content,
    proxied,
    ttl: proxied ? 1 : Number(body.ttl ?? 1),
    comment: typeof body.comment === "string" ? body.comment : null,
  };
}

const addresses = ["A", "AAAA", "CNAME"];

/** @see https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/ */
function refuseDuplicate(state: CloudflareState, record: DnsRecord): void {
  const same = state.records.filter(
    ({ id, zoneId, name }) => id !== record.id && zoneId === record.zoneId && name === record.name,
  );
  if (same.some(({ type, content }) => type === record.type && content === record.content))
    throw new Refusal(400, 81058, "An identical record already exists.");
  if (record.type === "CNAME" && same.some(({ type }) => addresses.includes(type)))
    throw new Refusal(400, 81053, "An A, AAAA, or CNAME record with that host already exists.");
  if (addresses.includes(record.type) && same.some(({ type }) => type === "CNAME"))
    throw new Refusal(400, 81054, "A CNAME record with that host already exists.");
}

function showRecord({ id, name, type, content, proxied, ttl, comment, createdAt }: DnsRecord): Body {
  return {
    id,
    name,
    type,
    content,
    proxiable: addresses.includes(type),
    proxied,
    ttl,
    settings: {},
    meta: {},
    comment,
    tags: [],
    created_on: createdAt,
    modified_on: createdAt,
  };
}

function text(body: Body, key: string): string {
  const value = body[key];
  return typeof value === "string" ? value : "";
}
