import { isMap } from "../../stack-file/paths.ts";

/** The part of one line of Pomerium's log that is about access. */
export type LogRecord = Decision | Answered | Other;

/**
 * A line "authorize check": what Pomerium decided about a request.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/authorize/log.go
 */
export interface Decision {
  kind: "decision";
  /** Milliseconds since 1970; absent if the line does not tell it. */
  time?: number;
  requestId: string;
  host: string;
  /** As Pomerium matched it: decoded, and without the query. */
  path: string;
  method: string;
  allowed: boolean;
  /** Who is signed in; empty for nobody. */
  email: string;
  /** Whether somebody is signed in, even if the address is not told. */
  hasSession: boolean;
  /** Absent unless Pomerium logs the header. */
  userAgent?: string;
}

/**
 * A line "http-request" of Envoy: what a request was answered. It comes after the decision and names the client.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/pkg/logfields/access.go
 */
export interface Answered {
  kind: "answered";
  requestId: string;
  userAgent: string;
}

/** Any other line of the log. */
export interface Other {
  kind: "other";
}

const other: Other = { kind: "other" };

/** Pomerium gives this reason whenever it asks somebody to sign in, whatever else it decided. */
const signIn = "user-unauthenticated";

/**
 * Reads one line. The prefixes of kubectl (`[pod/…]`, a time) are skipped. Undefined if the line is not JSON, or if a
 * decision lacks a necessary field.
 */
export function readRecord(line: string): LogRecord | undefined {
  const start = line.indexOf("{");
  if (start < 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(start === 0 ? line : line.slice(start));
  } catch {
    return undefined;
  }
  if (!isMap(value)) return undefined;
  switch (value.message) {
    case "authorize check":
      return decisionOf(value);
    case "http-request":
      return { kind: "answered", requestId: text(value["request-id"]), userAgent: text(value["user-agent"]) };
    default:
      return other;
  }
}

function decisionOf(fields: Record<string, unknown>): Decision | undefined {
  const { allow, deny, host, path, method, headers } = fields;
  // Without a result, Pomerium could not decide.
  if (typeof allow !== "boolean" || typeof host !== "string" || typeof path !== "string") return undefined;
  const asksToSignIn = Object.entries(fields).some(
    ([key, reasons]) =>
      /^(?:allow|deny)-why-/.test(key) && Array.isArray(reasons) && reasons.includes(signIn),
  );
  const time = typeof fields.time === "string" ? Date.parse(fields.time) : Number.NaN;
  const email = text(fields.email);
  const userAgent = isMap(headers) ? headers["User-Agent"] : undefined;
  return {
    kind: "decision",
    ...(Number.isNaN(time) ? {} : { time }),
    requestId: text(fields["request-id"]),
    host: host.toLowerCase().replace(/:\d+$/, ""),
    path: path.replace(/[?#].*$/s, ""),
    method: text(method),
    allowed: allow && deny !== true && !asksToSignIn,
    email,
    hasSession:
      email !== "" ||
      [fields.user, fields["session-id"], fields["service-account-id"]].some((one) => text(one) !== ""),
    ...(typeof userAgent === "string" ? { userAgent } : {}),
  };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
