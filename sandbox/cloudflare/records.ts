/** Zones and their DNS records. */

import { type CloudflareState, type DnsRecord, objectId } from "./account.ts";
import { type ApiRequest, type ApiResult, type Body, Refusal, text } from "./request.ts";

export function zoneOf({ zones }: CloudflareState, zone: string): { id: string; name: string } {
  const found = zones.find((candidate) => candidate.id === zone);
  if (!found)
    throw new Refusal(
      404,
      7003,
      `Could not route to /client/v4/zones/${zone}, perhaps your object identifier is invalid?`,
    );
  return found;
}

export function recordOf(state: CloudflareState, [zone, record]: [string, string]): DnsRecord {
  const found = state.records.find(({ id, zoneId }) => id === record && zoneId === zoneOf(state, zone).id);
  if (!found) throw new Refusal(404, 81044, "Record does not exist.");
  return found;
}

export function listRecords(
  state: CloudflareState,
  [zone]: [string, string],
  { query }: ApiRequest,
): ApiResult {
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

export function createRecord(
  state: CloudflareState,
  [zone]: [string, string],
  { body }: ApiRequest,
): ApiResult {
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

export function writeRecord(
  state: CloudflareState,
  ids: [string, string],
  { method, body }: ApiRequest,
): ApiResult {
  const record = recordOf(state, ids);
  const before = method === "PATCH" ? showRecord(record) : {};
  const changed = { ...record, ...recordFrom(state, ids[0], { ...before, ...body }) };
  refuseDuplicate(state, changed);
  Object.assign(record, changed);
  return { result: showRecord(record) };
}

export function deleteRecord(state: CloudflareState, ids: [string, string]): ApiResult {
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

export function showRecord({ id, name, type, content, proxied, ttl, comment, createdAt }: DnsRecord): Body {
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
