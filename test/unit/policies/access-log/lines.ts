/** Lines as Pomerium v0.33 writes them. */

export interface Request {
  host?: string;
  path?: string;
  method?: string;
  email?: string;
  allow?: boolean;
  deny?: boolean;
  reason?: string;
  id?: string;
  time?: string;
  headers?: Record<string, string>;
}

let count = 0;

export function decision({
  host = "komga.example.org",
  path = "/",
  method = "GET",
  email = "",
  allow = false,
  deny = false,
  reason = allow ? "email-ok" : email === "" ? "user-unauthenticated" : "email-unauthorized",
  id = `request-${count++}`,
  time = "2026-11-01T08:00:00Z",
  headers,
}: Request): string {
  return JSON.stringify({
    level: "info",
    service: "authorize",
    "request-id": id,
    "check-request-id": id,
    method,
    path,
    host,
    ip: "192.0.2.1",
    ...(email === "" ? { user: "" } : { "session-id": "s1", user: "u1" }),
    email,
    ...(headers === undefined ? {} : { headers }),
    allow,
    [allow ? "allow-why-true" : "allow-why-false"]: [reason],
    deny,
    [deny ? "deny-why-true" : "deny-why-false"]: [],
    time,
    message: "authorize check",
  });
}

export function answered(id: string, userAgent: string, status = 302): string {
  return JSON.stringify({
    level: "info",
    service: "envoy",
    "upstream-cluster": "",
    method: "GET",
    authority: "komga.example.org",
    path: "/",
    "user-agent": userAgent,
    "request-id": id,
    "response-code": status,
    time: "2026-11-01T08:00:01Z",
    message: "http-request",
  });
}

export const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";

/** A request that a client was refused. */
export function refused(request: Request & { client?: string }): string[] {
  const id = request.id ?? `request-${count++}`;
  const { client, ...rest } = request;
  return [decision({ ...rest, id }), ...(client === undefined ? [] : [answered(id, client)])];
}
