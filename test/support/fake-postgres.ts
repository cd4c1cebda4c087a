import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { KeyPair } from "../../sandbox/cluster/x509.ts";

export interface FakePostgresOptions {
  /** Certificate for TLS. Without one, the server refuses TLS. */
  tls?: KeyPair;
  /** Password that it asks for in clear text. Without one, it lets everybody in. */
  password?: string;
  /** Code of the error with which it refuses everybody, for example `3D000`. */
  refuses?: string;
  /** One row of booleans, the answer to every question. */
  row?: Record<string, boolean>;
  /** Accepts connections, and never says anything. */
  isSilent?: boolean;
  /** Keeps the connection of a client that says goodbye. */
  isClinging?: boolean;
}

export interface FakePostgres {
  port: number;
  /** Questions that were asked, and whether they came through TLS. */
  asked: { text: string; encrypted: boolean }[];
  close(): Promise<void>;
}

const TLS_REQUEST = 80877103;
const BOOLEAN = 16;

/**
 * A server that speaks PostgreSQL's start-up and its simple query protocol, on loopback.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export async function fakePostgres(options: FakePostgresOptions = {}): Promise<FakePostgres> {
  const asked: FakePostgres["asked"] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: options.isClinging ?? false }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    if (!options.isSilent) converse(socket, options, asked);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function converse(socket: Socket, options: FakePostgresOptions, asked: FakePostgres["asked"]): void {
  let isStarted = false;
  const hear = (stream: Socket): void => {
    stream.on("error", () => {});
    stream.on("data", (data: Buffer) => {
      if (!isStarted && data.readInt32BE(4) === TLS_REQUEST) {
        if (options.tls === undefined) return void stream.write("N");
        stream.removeAllListeners("data");
        stream.write("S");
        const { certificate: cert, privateKey: key } = options.tls;
        hear(new TLSSocket(stream, { isServer: true, secureContext: createSecureContext({ cert, key }) }));
        return;
      }
      for (const [kind, text] of isStarted ? messagesIn(data) : [["start", ""] as const]) {
        isStarted = true;
        answer(stream, kind, text, options, asked);
      }
    });
  };
  hear(socket);
}

/** Messages have a letter, a length and a body. The body of those that are read ends with a zero byte. */
function messagesIn(data: Buffer): [kind: string, text: string][] {
  const found: [string, string][] = [];
  for (let i = 0; i < data.length; ) {
    const length = data.readInt32BE(i + 1);
    found.push([String.fromCharCode(data[i]!), data.toString("utf8", i + 5, i + length)]);
    i += length + 1;
  }
  return found;
}

function answer(
  stream: Socket,
  kind: string,
  text: string,
  { password, refuses, row = {}, isClinging = false }: FakePostgresOptions,
  asked: FakePostgres["asked"],
): void {
  if (kind === "start" && refuses) stream.end(errorMessage(refuses));
  else if (kind === "start" && password !== undefined) stream.write(message("R", int32(3)));
  else if (kind === "p" && text !== password) stream.end(errorMessage("28P01"));
  else if (kind === "start" || kind === "p") stream.write(Buffer.concat([message("R", int32(0)), ready]));
  else if (kind === "Q") {
    asked.push({ text, encrypted: stream instanceof TLSSocket });
    stream.write(Buffer.concat([...rowMessages(row), message("C", zeroEnded("SELECT 1")), ready]));
  } else if (kind === "X" && !isClinging) stream.end();
}

function rowMessages(row: Record<string, boolean>): Buffer[] {
  const fields = Object.keys(row).map((name) =>
    Buffer.concat([zeroEnded(name), int32(0), int16(0), int32(BOOLEAN), int16(1), int32(-1), int16(0)]),
  );
  const values = Object.values(row).map((value) => Buffer.concat([int32(1), Buffer.from(value ? "t" : "f")]));
  return [
    message("T", Buffer.concat([int16(fields.length), ...fields])),
    message("D", Buffer.concat([int16(values.length), ...values])),
  ];
}

/** An error whose text quotes what no message of the program may contain. */
function errorMessage(code: string): Buffer {
  const fields = [`SFATAL`, `C${code}`, "Mrefused: user hunter2, password hunter2, host hunter2"];
  return message("E", Buffer.concat([...fields.map(zeroEnded), Buffer.from([0])]));
}

function message(kind: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(kind), int32(body.length + 4), body]);
}

const zeroEnded = (text: string): Buffer => Buffer.from(`${text}\0`);

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

const ready = message("Z", Buffer.from("I"));
