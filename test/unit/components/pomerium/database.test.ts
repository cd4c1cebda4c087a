import { strict as assert } from "node:assert";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import { databaseProblems } from "../../../../components/pomerium/database.ts";
import { connectionOf } from "../../../../components/pomerium/database-connection.ts";
import { missingRights } from "../../../../components/pomerium/database-rights.ts";
import type { PostgresConfig } from "../../../../components/pomerium/storage.ts";
import { selfSigned } from "../../../../sandbox/cluster/x509.ts";
import { SecretText } from "../../../../stack-file/secret-text.ts";
import { type FakePostgres, type FakePostgresOptions, fakePostgres } from "../../../support/fake-postgres.ts";

const allowed = { creates: true, usesSchema: true, ownsTables: true, isReadOnly: false };

const problemsOf = async (
  connection: string,
  more: Partial<PostgresConfig> = {},
  patience = 5_000,
): Promise<string[]> => {
  const postgres = { connection: new SecretText(connection), replicas: 2, verify: true, ...more };
  return (await databaseProblems({ postgres }, patience)).map(({ at, message }) => {
    assert.equal(at, "pomerium.storage.postgres.connection");
    return message;
  });
};

describe("the check of the database", () => {
  const servers: FakePostgres[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const start = async (options: FakePostgresOptions = {}): Promise<FakePostgres> => {
    const server = await fakePostgres({ row: allowed, ...options });
    servers.push(server);
    return server;
  };
  const said = async (
    options: FakePostgresOptions,
    query = "",
    more: Partial<PostgresConfig> = {},
  ): Promise<string> => {
    const { port } = await start(options);
    const all = (await problemsOf(`postgres://hunter2:hunter2@127.0.0.1:${port}/hunter2${query}`, more)).join(
      "\n",
    );
    assert.doesNotMatch(all, /hunter2|127\.0\.0\.1/);
    return all;
  };

  it("passes with the right password and rights, with TLS and without", async () => {
    const tls = selfSigned({ names: ["127.0.0.1"] });
    assert.equal(await said({ password: "hunter2" }), "");
    assert.equal(await said({ password: "hunter2", tls }, "?sslmode=require"), "");
    assert.equal(await said({}, "?sslmode=disable"), "");
    assert.deepEqual(
      servers.map(({ asked }) => asked.map(({ encrypted }) => encrypted)),
      [[false], [true], [false]],
    );
    assert.match(servers[0]!.asked[0]!.text, /has_database_privilege/);
  });

  it("uses TLS where the server has it and the string says nothing", async () => {
    await said({ tls: selfSigned({ names: ["db.example.org"] }) });
    assert.equal(servers[0]!.asked[0]!.encrypted, true);
  });

  it("does not connect unless the stack asks for it, and cannot with an encrypted string", async () => {
    const { port, asked } = await start();
    const string = `postgres://u@127.0.0.1:${port}/d?sslmode=disable`;
    assert.deepEqual(await problemsOf(string, { verify: false }), []);
    assert.deepEqual(await problemsOf("", { connection: { secure: "AAA=" } }), []);
    assert.deepEqual(await databaseProblems({ memory: {} }), []);
    assert.deepEqual(asked, []);
  });

  it("says that the server takes no TLS", async () => {
    for (const mode of ["require", "verify-ca", "verify-full"])
      assert.match(
        await said({}, `?sslmode=${mode}`),
        RegExp(`takes no TLS.*sslmode=${mode}; switch TLS on`),
      );
  });

  it("says that the certificate does not pass, where it must", async () => {
    const tls = selfSigned({ names: ["db.example.org"] });
    for (const mode of ["verify-ca", "verify-full"])
      assert.match(
        await said({ tls }, `?sslmode=${mode}`),
        RegExp(`certificate does not pass \\(.*sslmode=${mode}`),
      );
    assert.equal(await said({ tls }, "?sslmode=verify-ca", { caSecret: "pomerium/database-ca" }), "");
  });

  it("says why the server refuses, without the words of the server", async () => {
    assert.match(await said({ password: "another" }), /refuses the password/);
    for (const [refuses, expected] of [
      ["28000", /pg_hba\.conf/],
      ["3D000", /does not exist/],
      ["53300", /max_connections/],
      ["57P03", /starting up/],
      ["XX000", /its code XX000/],
    ] as const)
      assert.match(await said({ refuses }), expected);
  });

  it("says which rights are missing, all at once, each with the statement that gives it", async () => {
    const none = { creates: false, usesSchema: false, ownsTables: false, isReadOnly: true };
    const all = await said({ row: none });
    for (const expected of [/takes no writes/, /GRANT CREATE ON DATABASE/, /GRANT ALL ON SCHEMA/, /OWNER TO/])
      assert.match(all, expected);
    assert.equal(all.split("\n").length, 4);
    assert.deepEqual(missingRights(allowed), []);
  });

  it("says what does not answer, and that the check connects from here", async () => {
    const { port, close } = await fakePostgres();
    await close();
    const [closed] = await problemsOf(`postgres://u:p@127.0.0.1:${port}/d`);
    assert.match(closed!, /nothing answers at the port .*remove `verify`/);
    const silent = await start({ isSilent: true });
    const [timeout] = await problemsOf(`postgres://u:p@127.0.0.1:${silent.port}/d`, {}, 200);
    assert.match(timeout!, /does not answer; if only the cluster reaches it/);
    const [unknown] = await problemsOf("postgres://u:p@database.invalid/d");
    assert.match(unknown!, /not known here|does not answer/);
  });

  it("does not wait for a server that keeps the connection", async () => {
    const { port } = await start({ isClinging: true });
    assert.deepEqual(await problemsOf(`postgres://u:p@127.0.0.1:${port}/d`, {}, 200), []);
  });

  it("does not connect to a port that does not exist", async () => {
    for (const port of ["99999", "65536", "0", "-1", "1.5", "hunter2", ""])
      assert.deepEqual(
        await problemsOf(`postgres://u:p@127.0.0.1/d?port=${port}`, {}, 200),
        ["has a port that is not a number from 1 to 65535"],
        port,
      );
    assert.equal((await problemsOf("postgres://u:p@127.0.0.1:0/d", {}, 200)).length, 1);
  });
});

describe("a connection string", () => {
  it("is read with its defaults, percent forms, and values in its query", () => {
    const read = (text: string) => {
      const found = connectionOf(text);
      assert.ok(!("problem" in found), text);
      return found;
    };
    assert.deepEqual(read("postgresql://pomerium@db.example.org"), {
      host: "db.example.org",
      port: 5432,
      user: "pomerium",
      password: "",
      database: "pomerium",
      sslMode: "prefer",
      hasAuthority: false,
    });
    assert.deepEqual(
      read("postgres://x/y?host=db&user=a&password=b&dbname=c&port=6432&sslmode=verify-full"),
      {
        host: "db",
        port: 6432,
        user: "a",
        password: "b",
        database: "c",
        sslMode: "verify-full",
        hasAuthority: false,
      },
    );
    assert.equal(read("postgres://u@[::1]:1/d?sslrootcert=/ca.crt").host, "::1");
  });

  it("gives back any user, password and database that are written in percent form", () => {
    const part = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(part, part, part, (user, password, database) => {
        const [u, p, d] = [user, password, database].map(encodeURIComponent);
        const found = connectionOf(`postgres://${u}:${p}@db.example.org/x?dbname=${d}`);
        assert.ok(!("problem" in found));
        assert.deepEqual([found.user, found.password, found.database], [user, password, database]);
      }),
    );
  });

  it("has no part of it in a problem", () => {
    for (const text of [
      "host=hunter2 password=hunter2",
      "mysql://hunter2@hunter2",
      "postgres://hunter2:hunter2@hunter2:1,hunter2:2/hunter2",
      "postgres://hunter2:hun%ter2@hunter2/d",
      "postgres://hunter2:hunter2@/hunter2",
      "postgres://hunter2@x/y?host=/run/hunter2",
      "postgres://hunter2@x/y?sslmode=hunter2",
      "postgres://hunter2.example.org/d",
      "postgres://hunter2@x/y?port=hunter2",
    ]) {
      const found = connectionOf(text);
      assert.ok("problem" in found, text);
      assert.doesNotMatch(found.problem, /hunter2/, text);
    }
  });
});

/** Folder of PostgreSQL's programs on this machine; undefined without them. */
function installed(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const folders = [
    ...(existsSync(debian) ? readdirSync(debian).map((version) => path.join(debian, version, "bin")) : []),
    ...(process.env.PATH ?? "").split(path.delimiter),
  ];
  return folders.find((folder) =>
    ["initdb", "postgres"].every((name) => existsSync(path.join(folder, name))),
  );
}

describe("the check of a real PostgreSQL", function () {
  this.timeout(60_000);
  const bin = installed();
  let folder: string | undefined;
  let server: ChildProcess | undefined;
  const port = 20_000 + (process.pid % 20_000);
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

  before(async function () {
    if (bin === undefined) {
      this.test!.parent!.title += " (skipped: PostgreSQL is not installed on this machine)";
      return this.skip();
    }
    folder = mkdtempSync(path.join(tmpdir(), "postgres-"));
    if ("uid" in user) chownSync(folder, 65534, 65534);
    const data = path.join(folder, "data");
    const own = { cwd: folder, ...user };
    execFileSync(path.join(bin, "initdb"), ["-D", data, "-U", "owner", "-A", "trust", "--no-sync", "-N"], {
      ...own,
      stdio: "ignore",
    });
    server = spawn(
      path.join(bin, "postgres"),
      ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off"],
      { ...own, stdio: "ignore" },
    );
    for (let i = 0; i < 100; i++) {
      if ((await problemsOf(as("owner"))).every((text) => !/nothing answers|starting up/.test(text))) return;
      await sleep(200);
    }
    throw new Error("PostgreSQL did not start");
  });
  after(async () => {
    if (server?.exitCode === null) {
      server.kill("SIGINT");
      await once(server, "exit");
    }
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const as = (name: string, database = "postgres", query = "") =>
    `postgres://${name}:p@127.0.0.1:${port}/${database}${query}`;
  const run = async (sql: string, name = "owner"): Promise<void> => {
    const { default: pg } = await import("pg");
    const client = new pg.Client({
      host: "127.0.0.1",
      port,
      user: name,
      password: "p",
      database: "postgres",
    });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };

  it("asks for exactly the rights without which Pomerium's own statements fail", async () => {
    const start =
      "CREATE SCHEMA IF NOT EXISTS pomerium; CREATE TABLE IF NOT EXISTS pomerium.records (id text)";
    const refused = (name: string) =>
      run(start, name).then(
        () => "",
        (error: { code: string }) => error.code,
      );
    await run("CREATE ROLE guest LOGIN; CREATE ROLE keeper LOGIN");
    assert.match((await problemsOf(as("guest"))).join(), /GRANT CREATE ON DATABASE/);
    assert.equal(await refused("guest"), "42501");

    await run("GRANT CREATE ON DATABASE postgres TO guest, keeper");
    assert.deepEqual(await problemsOf(as("guest")), []);
    assert.equal(await refused("guest"), "");

    // The schema is there now, and belongs to somebody else.
    const [schema, tables] = await problemsOf(as("keeper"));
    assert.match(schema!, /GRANT ALL ON SCHEMA pomerium/);
    assert.match(tables!, /ALTER TABLE … OWNER TO/);
    assert.equal(await refused("keeper"), "42501");

    // PostgreSQL asks for the right to create even if the schema exists.
    await run("REVOKE CREATE ON DATABASE postgres FROM guest");
    assert.match((await problemsOf(as("guest"))).join(), /GRANT CREATE ON DATABASE/);
    assert.equal(await refused("guest"), "42501");
  });

  it("sees a database that is missing, that takes no writes, and a server without TLS", async () => {
    assert.match((await problemsOf(as("owner", "none"))).join(), /does not exist/);
    assert.match((await problemsOf(as("owner", "postgres", "?sslmode=require"))).join(), /takes no TLS/);
    await run("CREATE ROLE reader LOGIN SUPERUSER; ALTER ROLE reader SET default_transaction_read_only = on");
    assert.match((await problemsOf(as("reader"))).join(), /takes no writes/);
  });
});
