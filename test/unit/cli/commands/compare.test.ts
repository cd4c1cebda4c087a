import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ExportedCluster } from "../../../../discovery/exported-cluster.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { controllerObjects } from "../../discovery/before.ts";
import {
  acceptUpgrade,
  app,
  closeServers,
  type Loopback,
  nginx,
  pomerium,
  serve,
} from "../../discovery/compare/servers.ts";
import { cli, house, houseUid, makeProject, type Outside, type Ran } from "../project.ts";

const komga = "komga.example.org";
const isOpds = (host: string, path: string): boolean =>
  host === komga && (path === "/opds" || path.startsWith("/opds/"));

describe("the command compare", () => {
  const project = makeProject({ house: house() });
  let old: Loopback;
  let fresh: Loopback;
  /** A Pomerium whose open path also opens what is beside it, with a certificate for another host. */
  let wrong: Loopback;
  before(async () => {
    old = await serve(nginx(), { upgrade: acceptUpgrade });
    const right = pomerium(app, { isOpen: isOpds, allowsUpgrades: true });
    fresh = await serve(right.answer, { upgrade: right.upgrade });
    const loose = pomerium(app, { isOpen: (host, path) => host === komga && path.startsWith("/opds") });
    wrong = await serve(loose.answer, { upgrade: loose.upgrade, names: ["other.example.org"] });
  });
  after(closeServers);
  beforeEach(() => {
    for (const { seen } of [old, fresh, wrong]) seen.length = 0;
  });

  const at = (one: Loopback, other: Loopback): string[] => ["--old", one.text, "--new", other.text];
  const compare = (args: string[], outside: Outside = {}): Promise<Ran> =>
    cli(project, ["compare", "house", ...args], outside);

  it("finds everything as wanted where people sign in and open paths are left to the app", async () => {
    const { code, out } = await compare(at(old, fresh));
    assert.equal(code, 0);
    assert.match(out, /^house: old 127\.0\.0\.1:\d+, new 127\.0\.0\.1:\d+ · 3 hosts, 17 requests, \d+ s$/m);
    assert.match(out, /^komga\.example\.org +200 +sign-in +as wanted/m);
    assert.match(out, /^authenticate\.example\.org +– +200 +as wanted/m);
    assert.match(out, /^Differences: 0 unexpected, \d+ wanted \(listed by --all\)$/m);
    assert.doesNotMatch(out, /websocket/);
    const toFile = await compare([...at(old, fresh), "--output", "compare.txt"]);
    assert.deepEqual([toFile.code, toFile.out], [0, ""]);
    assert.match(readFileSync(join(project.directory, "compare.txt"), "utf8"), /^house: old 127/);
    const all = (await compare([...at(old, fresh), "--all"])).out;
    assert.match(all, /^ {4}GET \/ \(site\): 200 → sign-in$/m);
    assert.match(all, /^ {4}GET \/ \(websocket\): 101 → 401$/m);
    assert.match(all, /^ {4}GET \/opds \(open path\): X-Frame-Options: Pomerium adds SAMEORIGIN$/m);
  });

  it("shows what is dangerous and what is unexpected, each with its setting or a command, in 80 columns", async () => {
    const { code, out } = await compare(at(old, wrong));
    assert.equal(code, 1);
    assert.match(out, /^komga\.example\.org +200 +sign-in +✖ 1 dangerous$/m);
    assert.match(
      out,
      /^ {2}✖ GET \/opdsxyz \(near miss\): 401 → 401: the app answers anonymous callers, and\n {4}the stack file keeps them out\n {6}npx pomerium-migration diff house --from live$/m,
    );
    assert.match(
      out,
      /101 → 403\n {6}apps\.wiki\.route \(Pulumi\.house\.yaml:\d+:\d+\)\n {6}\+ allow_websockets: true$/m,
    );
    assert.match(out, /is for other\.example\.org, and not for\n {4}wiki\.example\.org$/m);
    for (const line of out.split("\n")) assert.ok([...line].length <= 80, line);
  });

  it("asks only hosts of the stack file, by GET and OPTIONS, and each at the two addresses only", async () => {
    await compare(at(old, fresh));
    const seen = [...old.seen, ...fresh.seen];
    assert.deepEqual([...new Set(seen.map(({ host }) => host))].sort(), [
      "authenticate.example.org",
      komga,
      "wiki.example.org",
    ]);
    assert.ok(seen.every(({ host, servername }) => host === servername));
    assert.deepEqual([...new Set(seen.map(({ method }) => method))].sort(), ["GET", "OPTIONS"]);
    // The sign-in redirect is read, not followed.
    assert.ok(!seen.some(({ path }) => path.startsWith("/.pomerium/sign_in")));
  });

  it("uploads only where that is asked for, to a made-up path that is open", async () => {
    const sent = (): string[] =>
      [...old.seen, ...fresh.seen].flatMap(({ method, path }) => (method === "POST" ? [path] : []));
    assert.equal((await compare([...at(old, fresh), "--host", komga, "--upload", "1"])).code, 0);
    assert.deepEqual(sent(), Array(2).fill("/opds/pomerium-migration-compare"));
  });

  it("asks the named hosts alone, with further paths", async () => {
    const { code } = await compare([
      ...at(old, fresh),
      "--host",
      komga,
      "--path",
      "/books",
      "--slow",
      "/opds/sse",
    ]);
    assert.equal(code, 0);
    const paths = new Set(fresh.seen.filter(({ host }) => host === komga).map(({ path }) => path));
    for (const path of ["/books", "/opds/sse"]) assert.ok(paths.has(path), path);
    assert.ok(!fresh.seen.some(({ host }) => host === "wiki.example.org"));
  });

  it("prints JSON with the fields of its documentation, and no value of a cookie or a signature", async () => {
    const { code, out } = await compare([...at(old, wrong), "--json"]);
    assert.equal(code, 1);
    assert.doesNotMatch(out, /s3cret|"secret"/);
    const result = JSON.parse(out);
    assert.deepEqual([result.version, result.kind, result.stack], [1, "compare", "house"]);
    assert.equal(result.date, "2026-11-26T12:00:00.000Z");
    const [host] = result.hosts;
    assert.deepEqual([host.host, host.app, host.result], [komga, "komga", "danger"]);
    const danger = host.differences.find(({ severity }: { severity: string }) => severity === "danger");
    assert.deepEqual(danger, {
      ...{ severity: "danger", kind: "access", method: "GET", path: "/opdsxyz" },
      message: "401 → 401: the app answers anonymous callers, and the stack file keeps them out",
      command: "npx pomerium-migration diff house --from live",
    });
    const upgrade = host.differences.find(({ setting }: { setting?: object }) => setting !== undefined);
    assert.deepEqual(Object.keys(upgrade.setting).sort(), ["at", "place", "write"]);
    assertDocumented(result, { asOld: true });
  });

  it("refuses an address that does not answer, and one that is not the one that is meant, before it compares", async () => {
    const closed = await serve(() => {});
    await closed.close();
    const cases: [string[], RegExp][] = [
      [
        at(closed, fresh),
        /the old address, gives no answer: ECONNREFUSED; name ingress-nginx's address with --old/,
      ],
      [at(old, closed), /the new address, is not answered by Pomerium \(no answer: ECONNREFUSED\); is it up/],
      [
        at(fresh, old),
        /the old address, is answered by Pomerium[\s\S]*the new address, is not answered by Pomerium/,
      ],
    ];
    for (const [args, message] of cases) {
      const { code, out, err } = await compare(args);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, message);
    }
    assert.ok(old.seen.every(({ path }) => path.startsWith("/.well-known/pomerium/")));
  });

  it("reads the addresses from the cluster that the stack file names, and no other", async () => {
    const { port } = fresh.address;
    const service = {
      metadata: { name: "pomerium-proxy", namespace: "pomerium" },
      spec: { ports: [{ port: 443 }] },
    };
    const objects = (uid: string): object[] => [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid } },
      { apiVersion: "v1", kind: "Service", ...service },
      ...controllerObjects({ address: "127.0.0.3" }),
    ];
    let asked: object | undefined;
    const outside = (uid: string): Outside => ({
      openCluster: async (address) => {
        asked = address;
        return new ExportedCluster(objects(uid) as ConstructorParameters<typeof ExportedCluster>[0]);
      },
    });
    const { code, err } = await compare(["--new", `127.0.0.1:${port}`], outside(houseUid));
    assert.equal(code, 1);
    // Nothing answers at the address that the cluster shows.
    assert.match(err, /127\.0\.0\.3:443, the old address, gives no answer/);
    assert.equal((asked as { context: string }).context, "house");
    const other = await compare(
      ["--new", `127.0.0.1:${port}`],
      outside("99999999-2222-3333-4444-555555555555"),
    );
    assert.match(other.err, /cluster\.uid/);
  });

  it("asks for an address that neither the file nor the cluster tells", async () => {
    const openCluster = async () =>
      new ExportedCluster([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid: houseUid } },
      ] as ConstructorParameters<typeof ExportedCluster>[0]);
    const { code, err } = await compare([], { openCluster });
    assert.equal(code, 2);
    assert.match(err, /where does ingress-nginx of house answer\? .*name it with --old/);
  });

  it("refuses a wrong command line with 2, and asks nobody", async () => {
    const cases: [string[], RegExp][] = [
      [["--old", "nginx.example.org"], /--old nginx\.example\.org: not an IP address such as/],
      [
        ["--host", "komag.example.org"],
        /komag\.example\.org is no host of the stack house; did you mean "komga/,
      ],
      [["--path", "/x"], /--path needs --host/],
      [["--upload", "1"], /--upload needs --host/],
      [["--upload", "101", "--host", komga], /--upload 101: not a whole number from 1 to 100/],
      [["--timeout", "0"], /--timeout 0: not a whole number from 1 to 60/],
      [["--hold", "1.5"], /--hold 1\.5: not a whole number/],
      [["--host", komga, "--path", "/x?y"], /"\/x\?y" is not a path such as/],
      [["--host", komga, "--slow", "/ping"], /Pomerium answers \/ping itself on every host/],
      [["--max-requests", "16"], /17 requests are more than --max-requests 16: choose hosts with --host/],
      [[...at(old, old)], /the old and the new address are both 127\.0\.0\.1:\d+/],
    ];
    for (const [args, message] of cases) {
      const { code, out, err } = await compare([...at(old, fresh), ...args]);
      assert.deepEqual([code, out], [2, ""], args.join(" "));
      assert.match(err, message);
    }
    assert.deepEqual([...old.seen, ...fresh.seen], []);
  });

  it("says what it does after a second, and then how far it is", async () => {
    const late = await serve((request, response) => setTimeout(() => nginx()(request, response), 400));
    const { code, err } = await compare([...at(late, fresh), "--host", komga]);
    assert.equal(code, 0);
    assert.match(err, /^asking 1 host with 10 requests …\n/);
  });
});
