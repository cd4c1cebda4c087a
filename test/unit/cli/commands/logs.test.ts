import { strict as assert } from "node:assert";
import { Readable } from "node:stream";
import { assertDocumented } from "../../../support/documented.ts";
import { decision, firefox, refused } from "../../policies/access-log/lines.ts";
import { cli, house, makeProject } from "../project.ts";

describe("logs", () => {
  const project = makeProject({ house: house() });
  const log = [
    "starting",
    ...refused({ path: "/sse/v1/events?key=topsecret", client: "KOReader/2024.04" }),
    ...refused({
      path: "/api/opds/4bd1f7e3a9c84e0f",
      client: "KOReader/2024.04",
      time: "2026-11-20T00:00:00Z",
    }),
    ...refused({ path: "/", client: firefox }),
    decision({ email: "alice@gmail.com", allow: true, time: "2026-11-21T00:00:00Z" }),
  ];
  project.put("pomerium.log", `${log.join("\n")}\n`);

  it("names refused requests of programs with the line that opens them, and grants that nobody used", async () => {
    const { code, out } = await cli(project, ["logs", "house", "pomerium.log"]);
    assert.equal(code, 0);
    assert.match(out, /^house: 4 decisions of Pomerium from pomerium\.log$/m);
    assert.match(out, /^From 2026-11-01 08:00 UTC to 2026-11-21 00:00 UTC: 19 days\. That is little/m);
    assert.match(out, /^Not readable, and not counted: 1 line of 8\.$/m);
    assert.match(out, /^ {2}komga {3}komga\.example\.org {3}Pulumi\.house\.yaml:\d+:\d+$/m);
    assert.match(out, /^ {4}1 +GET +\/sse\/v1\/events +KOReader$/m);
    assert.match(out, /^ {6}api: \[\/opds, \/api, \/sse\]$/m);
    assert.match(out, /^ {4}\(any app\) +admin-user@gmail\.com +Pulumi\.house\.yaml:/m);
    assert.doesNotMatch(out, /topsecret|4bd1f7e3a9c84e0f/);
    for (const line of out.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("fits 80 columns, whatever the stack, its file and a client are called", async () => {
    const name = "production-cluster-of-the-house";
    const { apps, ...rest } = house();
    const app = "photographs-of-all-the-years";
    const host = "photographs-of-all-the-years.example.org";
    const groups = ["people-who-read-on-sundays"];
    const users = {
      ...rest.users,
      groups: { ...rest.users.groups, [groups[0]!]: ["somebody-with-a-long-name@example.org"] },
    };
    const one = { namespace: "photos", host, service: { name: "photos", port: 80 }, access: { groups } };
    const long = makeProject({ [name]: { ...rest, users, apps: { ...apps, [app]: one }, accessTests: {} } });
    long.put(
      "pomerium.log-of-a-year-and-of-all-its-replicas-in-one-file.txt",
      [
        ...refused({
          host,
          path: "/photographs/of-all-the-years/and-more",
          method: "OPTIONS",
          client: "KOReader/2024.04",
        }),
        decision({ host, email: `${"long".repeat(12)}@example.org` }),
        decision({ host: `${"long".repeat(15)}.example.org` }),
      ].join("\n"),
    );
    const file = "pomerium.log-of-a-year-and-of-all-its-replicas-in-one-file.txt";
    const { code, out, err } = await cli(long, ["logs", name, file]);
    assert.equal(code, 0, err);
    assert.match(
      out,
      /^ {4}\(any app\) +admin-user@gmail\.com\n {6}Pulumi\.production-cluster-of-the-house\.yaml:\d+:\d+$/m,
    );
    for (const line of out.split("\n")) assert.ok([...line].length <= 80, line);
  });

  it("reads standard input and the cluster, and says where it reads", async () => {
    const stdin = log.join("\n");
    const piped = await cli(project, ["logs", "house", "-"], { stdin });
    assert.match(piped.out, /^house: 4 decisions of Pomerium from standard input$/m);
    const asked: unknown[] = [];
    const live = await cli(project, ["logs", "house", "--since", "30d"], {
      readLog: (stack, seconds) => {
        asked.push(stack.cluster.context, seconds);
        return Readable.from([Buffer.from(stdin)]);
      },
    });
    assert.deepEqual(asked, ["house", 30 * 24 * 3600]);
    assert.match(live.out, /^house: 4 decisions of Pomerium from the pods of context house$/m);
  });

  it("counts only what is newer than asked for", async () => {
    const { out } = await cli(project, ["logs", "house", "pomerium.log", "--since", "2026-11-15"]);
    assert.match(out, /^house: 2 decisions/m);
    assert.match(out, /^Older than asked for: 2 decisions\.$/m);
  });

  it("gives programs the same as JSON, without anything secret", async () => {
    const { code, out } = await cli(project, ["logs", "house", "pomerium.log", "--json"]);
    assert.equal(code, 0);
    assert.doesNotMatch(out, /topsecret|4bd1f7e3a9c84e0f/);
    const result = JSON.parse(out) as Record<string, unknown> & {
      needed: { app: string; line: object; calls: object[] }[];
    };
    assert.deepEqual([result.version, result.kind, result.decisions], [1, "access-log", 4]);
    assertDocumented(result);
    assert.deepEqual(result.needed[0]!.line, {
      at: "apps.komga.access.api",
      text: "api: [/opds, /api, /sse]",
      replaces: true,
    });
    assert.deepEqual(result.needed[0]!.calls[0], {
      host: "komga.example.org",
      path: "/sse/v1/events",
      method: "GET",
      client: "KOReader",
      count: 1,
      last: "2026-11-01T08:00:00.000Z",
    });
    assert.deepEqual(result.span, { from: "2026-11-01T08:00:00.000Z", to: "2026-11-21T00:00:00.000Z" });
  });

  it("fails if there is nothing about access in it, or no such file", async () => {
    const empty = await cli(project, ["logs", "house", "-"], { stdin: "starting\n" });
    assert.equal(empty.code, 1);
    assert.match(empty.err, /no line "authorize check" in standard input/);
    const none = await cli(project, ["logs", "house", "none.log"]);
    assert.deepEqual([none.code, none.err], [1, "error: cannot read none.log: ENOENT\n"]);
    for (const day of ["2026-02-31", "2026-02-30T10:00:00Z", "2026-13-01"])
      assert.equal((await cli(project, ["logs", "house", "-", "--since", day])).code, 2, day);
    const odd = await cli(project, ["logs", "house", "-", "--since", "yesterday"]);
    assert.equal(odd.code, 2);
    assert.match(odd.err, /--since yesterday: write a length of time/);
  });
});
