const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

export type SslMode = (typeof sslModes)[number];

/** The parts of a connection string, as Pomerium's driver reads them. */
export interface DatabaseConnection {
  host: string;
  port: number;
  user: string;
  /** Empty without one. */
  password: string;
  database: string;
  sslMode: SslMode;
  /** Whether the string names a file with the authority of the database's certificate. */
  hasAuthority: boolean;
}

/**
 * Reads a connection string `postgres://…`. The problem of one that cannot be read contains no part of it.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */
export function connectionOf(text: string): DatabaseConnection | { problem: string } {
  const problem = (message: string) => ({ problem: message });
  if (!/^postgres(?:ql)?:\/\//.test(text))
    return problem("cannot be checked in this form; write postgres://user:password@host/database");
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return problem(
      "is not a connection string: write postgres://user:password@host/database, one host, and special characters of the password in percent form, such as %40 for @",
    );
  }
  const given = url.searchParams;
  const host = given.get("host") ?? url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "" || host.startsWith("/"))
    return problem("names no host that can be reached over the network");
  const sslMode = given.get("sslmode") ?? "prefer";
  if (!isSslMode(sslMode)) return problem(`has an unknown sslmode; there are ${sslModes.join(", ")}`);
  const port = Number(given.get("port") ?? (url.port || 5432));
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    return problem("has a port that is not a number from 1 to 65535");
  try {
    const user = given.get("user") ?? decodeURIComponent(url.username);
    if (user === "") return problem("names no user: write postgres://user:password@host/database");
    return {
      host: decodeURIComponent(host),
      port,
      user,
      password: given.get("password") ?? decodeURIComponent(url.password),
      database: given.get("dbname") ?? (decodeURIComponent(url.pathname.slice(1)) || user),
      sslMode,
      hasAuthority: given.has("sslrootcert"),
    };
  } catch {
    return problem("has a % that is not part of a percent form; write %25 for it");
  }
}

const isSslMode = (text: string): text is SslMode => (sslModes as readonly string[]).includes(text);
