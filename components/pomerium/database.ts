/** Connects to the PostgreSQL of the sessions as Pomerium would, if the stack asks for it. */

import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions } from "node:tls";
import type { Client, ClientConfig } from "pg";
import type { Problem } from "../../stack-file/problems.ts";
import { SecretText } from "../../stack-file/secret-text.ts";
import { connectionOf, type DatabaseConnection, type SslMode } from "./database-connection.ts";
import { missingRights, type Rights, rightsQuery } from "./database-rights.ts";
import type { PostgresConfig, StorageConfig } from "./storage.ts";

const at = "pomerium.storage.postgres.connection";

/** Time limit for the connection and for the question, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Connects to the database where the stack says `verify: true`, and finds what Pomerium would lack there. No message
 * contains any part of the connection string.
 *
 * @param patience Time limit for each step, in milliseconds.
 */
export async function databaseProblems(storage: StorageConfig, patience = PATIENCE): Promise<Problem[]> {
  if (!("postgres" in storage) || !storage.postgres.verify) return [];
  const { connection } = storage.postgres;
  // A command that reads the stack file alone cannot decrypt it.
  if (!(connection instanceof SecretText)) return [];
  const wanted = connectionOf(connection.reveal());
  if ("problem" in wanted) return [{ at, message: wanted.problem }];
  try {
    const rights = await ask(wanted, storage.postgres, patience);
    return missingRights(rights).map((message) => ({ at, message }));
  } catch (error) {
    return [{ at, message: refusalOf(error, wanted.sslMode) }];
  }
}

async function ask(
  wanted: DatabaseConnection,
  { caSecret }: Pick<PostgresConfig, "caSecret">,
  patience: number,
): Promise<Rights> {
  const { sslMode } = wanted;
  const ssl = sslMode === "disable" || sslMode === "allow" ? false : tlsOf(wanted, caSecret !== undefined);
  try {
    return await askOnce(wanted, ssl, patience);
  } catch (error) {
    // Pomerium's driver then does without TLS, too.
    if (sslMode !== "prefer" || !takesNoTls(error)) throw error;
    return askOnce(wanted, false, patience);
  }
}

function tlsOf({ sslMode, hasAuthority }: DatabaseConnection, hasSecret: boolean): ConnectionOptions {
  const isVerified = sslMode.startsWith("verify-");
  return {
    // The authority of a Secret is known in the cluster only.
    rejectUnauthorized: isVerified && !hasAuthority && !hasSecret,
    ...(sslMode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
  };
}

async function askOnce(
  { host, port, user, password, database }: DatabaseConnection,
  ssl: ConnectionOptions | false,
  patience: number,
): Promise<Rights> {
  // Only a stack that asks for it pays for loading the client.
  const { default: pg } = await import("pg");
  // Without a listener, an error that the client does not hear of ends the program.
  const socket = new Socket().on("error", () => {});
  const config: ClientConfig = {
    stream: () => socket,
    ...{ host, port, user, database, ssl },
    // A function, because the client would replace an empty text by the password of the environment.
    password: () => password,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    application_name: "pomerium-migration",
  };
  const client: Client = new pg.Client(config);
  // An error after the answer decides nothing any more.
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<Rights>(rightsQuery);
    const [rights] = rows;
    if (rights === undefined) throw new Error("no answer");
    return rights;
  } finally {
    const limit = new AbortController();
    await Promise.race([client.end(), sleep(patience, undefined, limit)]).catch(() => {});
    limit.abort();
    socket.destroy();
  }
}

const takesNoTls = (error: unknown): boolean =>
  error instanceof Error && /does not support SSL/i.test(error.message);

/** Why there is no connection. Made of the code of the error alone: its text may quote the connection string. */
function refusalOf(error: unknown, sslMode: SslMode): string {
  if (takesNoTls(error))
    return `the database takes no TLS, and the connection string asks for it with sslmode=${sslMode}; switch TLS on there, or write sslmode=disable if nobody can listen in between`;
  const { code = "", message = "" } = error as { code?: string; message?: string };
  const known = reasons[code];
  if (known !== undefined) return known;
  if (/^(?:ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code))
    return `the database's certificate does not pass (${code}), and sslmode=${sslMode} requires that; name its authority under caSecret, or correct the certificate`;
  if (/^[0-9A-Z]{5}$/.test(code)) return `the database refuses the connection with its code ${code}`;
  if (/timeout|terminated/i.test(message)) return silent;
  return `there is no connection to the database${/^[A-Z_]+$/.test(code) ? ` (${code})` : ""}; ${elsewhere}`;
}

const elsewhere =
  "if only the cluster reaches it, remove `verify`: the check connects from the machine where Pulumi runs";

const silent = `the database does not answer; ${elsewhere}`;

const unreachable = `the host of the connection string is not known here; ${elsewhere}`;

/** Codes of Node and of PostgreSQL. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  ECONNREFUSED: `nothing answers at the port of the connection string; ${elsewhere}`,
  ETIMEDOUT: silent,
  EHOSTUNREACH: silent,
  ENETUNREACH: silent,
  "28P01": "the database refuses the password of the connection string",
  "28000":
    "the database refuses this user, this machine or this way to connect. Look at its pg_hba.conf: it may require TLS or a client certificate",
  "3D000": "the database of the connection string does not exist; create it first",
  "53300": "the database has no connection left; raise its max_connections",
  "57P03": "the database is starting up; run this again in a moment",
};
