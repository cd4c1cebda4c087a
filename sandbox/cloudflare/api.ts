import type { CloudflareState } from "./account.ts";
import {
  createRecord,
  deleteRecord,
  listRecords,
  recordOf,
  showRecord,
  writeRecord,
  zoneOf,
} from "./records.ts";
import { type ApiRequest, type ApiResult, type Handler, Refusal } from "./request.ts";
import {
  createTunnel,
  deleteTunnel,
  editTunnel,
  listTunnels,
  showConfig,
  showTunnel,
  tokenOf,
  tunnelOf,
  writeConfig,
} from "./tunnels.ts";

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
