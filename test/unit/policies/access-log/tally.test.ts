import { strict as assert } from "node:assert";
import { LogTally, type TallyOptions } from "../../../../policies/access-log/tally.ts";
import { answered, decision, firefox, refused } from "./lines.ts";

const options: TallyOptions = {
  hostOf: (host) => (host.endsWith(".example.org") ? host : undefined),
  isKnown: (email) => email === "alice@example.org",
  domainOf: () => undefined,
  openPathOf: (_, path) => (path.startsWith("/opds") ? "/opds" : undefined),
};

function tallied(lines: readonly string[], more: Partial<TallyOptions> = {}) {
  const tally = new LogTally({ ...options, ...more });
  for (const line of lines) tally.add(line);
  return tally.result();
}

describe("a tally of a log", () => {
  it("counts what programs were refused by host, path, method and client", () => {
    const { calls } = tallied([
      ...refused({ path: "//sse/v1/events", client: "KOReader/1" }),
      ...refused({ path: "//sse/v1/events", client: "KOReader/2" }),
      ...refused({ path: "//sse/v1/events", method: "POST", client: "KOReader/2" }),
      ...refused({ path: "/api/items/17", client: "okhttp/4.9" }),
      ...refused({ path: "/api/items/18", client: "okhttp/4.9" }),
    ]);
    assert.deepEqual(
      calls.map(({ count, value: { path, method, client } }) => `${count} ${method} ${path} ${client}`),
      ["2 GET //sse/v1/events KOReader", "2 GET /api/items/{…} okhttp", "1 POST //sse/v1/events KOReader"],
    );
  });

  it("leaves browsers, searches for weak hosts and people who are signed in out of it", () => {
    const { calls, browsers, scanners, people } = tallied([
      ...refused({ path: "/api/v1/books", client: firefox }),
      ...refused({ path: "/" }),
      ...refused({ path: "/.env", client: "curl/8" }),
      ...refused({ path: "/api", client: "Mozilla/5.0 zgrab/0.x" }),
      ...refused({ path: "/api", email: "bob@example.org", client: "okhttp/4" }),
    ]);
    assert.deepEqual(calls, []);
    assert.deepEqual([browsers, scanners, people.length], [2, 2, 1]);
    assert.deepEqual(people[0]!.value, { host: "komga.example.org", email: "bob@example.org" });
  });

  it("counts requests whose client nobody tells, and hosts that the stack does not have apart", () => {
    const { calls, otherHosts } = tallied([
      decision({ path: "/api/v1/books" }),
      decision({ host: "x.example.net", path: "/a" }),
    ]);
    assert.deepEqual(
      calls.map(({ value: { path, client } }) => [path, client]),
      [["/api/v1/books", ""]],
    );
    assert.deepEqual(
      otherHosts.map(({ value }) => value),
      ["x.example.net"],
    );
  });

  it("knows who came, when the log begins and ends, and how much of it could not be read", () => {
    const result = tallied([
      decision({ email: "alice@example.org", allow: true, time: "2026-11-03T00:00:00Z" }),
      decision({ email: "alice@example.org", allow: true, time: "2026-11-02T00:00:00Z" }),
      decision({ email: "zoe@example.org", allow: true, time: "2026-11-01T00:00:00Z" }),
      decision({ path: "/opds/v1", allow: true, reason: "accept" }),
      "{",
      "",
      "text",
    ]);
    assert.deepEqual(
      [...result.seen],
      [["komga.example.org", new Map([["alice@example.org", Date.parse("2026-11-03T00:00:00Z")]])]],
    );
    assert.deepEqual([...result.opened], [["komga.example.org", new Set(["/opds"])]]);
    assert.deepEqual(result.span, {
      from: Date.parse("2026-11-01T00:00:00Z"),
      to: Date.parse("2026-11-03T00:00:00Z"),
    });
    assert.deepEqual([result.lines, result.decisions, result.unreadable], [6, 4, 2]);
  });

  it("leaves out what is older than asked for, and says how much that is", () => {
    const since = Date.parse("2026-11-02T00:00:00Z");
    const { decisions, older } = tallied([decision({}), decision({ time: "2026-11-02T08:00:00Z" })], {
      since,
    });
    assert.deepEqual([decisions, older], [1, 1]);
  });

  it("keeps no more of a long log than of a short one, and still finds what happened most", () => {
    const limit = 100;
    const tally = new LogTally({ ...options, limit });
    let bytes = 0;
    let most = 0;
    const add = (line: string): void => {
      bytes += line.length;
      tally.add(line);
    };
    // Each of these lines differs from all others in whatever is counted.
    for (let i = 0; bytes < 12_000_000; i++) {
      const word = [...i.toString(26)]
        .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
        .join("");
      add(
        decision({
          path: `/${word}/${word}x`,
          id: `id-${i}`,
          host: i % 3 === 0 ? `${word}.example.net` : "komga.example.org",
        }),
      );
      if (i % 2 === 0) add(answered(`id-${i}`, `${word}Agent/1`));
      add(decision({ path: `/${word}`, email: `${word}@example.net` }));
      add(decision({ email: `${word}@example.net`, allow: true }));
      if (i % 5 === 0) for (const line of refused({ path: "/api/v1/books", client: "okhttp/4" })) add(line);
      if (i % 500 === 0) most = Math.max(most, tally.kept);
    }
    assert.ok(most <= 4 * limit, `${most} kept`);
    const { calls, lines, notListed, decisions } = tally.result();
    assert.ok(lines > 30_000);
    const listed = calls.reduce((sum, { count }) => sum + count, 0);
    const books = calls[0]!;
    assert.deepEqual([books.value.path, books.value.client], ["/api/v1/books", "okhttp"]);
    assert.ok(books.count > decisions / 30, "the most frequent one is counted to the end");
    assert.ok(notListed > 0 && listed + notListed <= decisions, "what is not listed is counted");
  }).timeout(20_000);
});
