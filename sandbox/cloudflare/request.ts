import type { CloudflareState } from "./account.ts";

/** One request to Cloudflare's API. */
export interface ApiRequest {
  method: string;
  /** Path below `/client/v4`, for example `/zones/<id>/dns_records`. */
  path: string;
  query: URLSearchParams;
  body: Body;
}

export type Body = Record<string, unknown>;

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

/** Answers a request. `ids` are the ids in its path. */
export type Handler = (state: CloudflareState, ids: [string, string], request: ApiRequest) => ApiResult;

/** The text of a field; empty if the field is absent or something else. */
export function text(body: Body, key: string): string {
  const value = body[key];
  return typeof value === "string" ? value : "";
}
