import { strict as assert } from "node:assert";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, house, makeProject } from "../project.ts";

describe("why", () => {
  const other = house();
  other.apps = { shelf: { namespace: "shelf", service: { name: "shelf", port: 80 }, access: "admins" } };
  other.accessTests = { strict: false, apps: {} };
  const project = makeProject({ house: house(), other });

  const answer = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await cli(project, ["why", ...args]);
    assert.deepEqual([code, err], [0, ""]);
    return out;
  };

  it("names the line that lets a person in, with its place in the file", async () => {
    assert.match(
      await answer("alice@gmail.com", "https://komga.example.org/books"),
      /^alice@gmail\.com may reach GET https:\/\/komga\.example\.org\/books\n\n {2}app +komga\n {2}because +group readers\n {2}rule +allow: .*\n {2}line +users\.groups\.readers\[0\] {2}Pulumi\.house\.yaml:\d+:\d+\n$/,
    );
  });

  it("names the app whose access keeps somebody out", async () => {
    for (const who of ["alice@gmail.com", "stranger", "anonymous"])
      assert.match(
        await answer(who, "wiki.example.org"),
        new RegExp(
          `^${who} may not reach GET https://wiki\\.example\\.org/\n[\\s\\S]*line +apps\\.wiki\\.access`,
        ),
      );
  });

  it("distinguishes an open path from one beside it", async () => {
    assert.match(await answer("anonymous", "komga.example.org/opds/v1.2"), /may reach[\s\S]*API path \/opds/);
    assert.match(await answer("anonymous", "komga.example.org/opdsx"), /may not reach/);
    assert.match(await answer("anonymous", "komga.example.org/?/opds"), /may not reach GET \S+\/\?\/opds\n/);
  });

  it("takes the method, and the caller's address where the app asks for it", async () => {
    const lan = house();
    lan.apps.komga!.access = { groups: ["readers"], from: ["192.168.0.0/16"] };
    lan.accessTests = { strict: false, apps: {} };
    const at = makeProject({ lan });
    const from = async (...args: string[]) =>
      (await cli(at, ["why", "alice@gmail.com", "komga.example.org", ...args])).out;
    assert.match(await from("--from", "192.168.0.9"), /^alice@gmail\.com may reach GET/);
    assert.match(
      await from("--from", "10.0.0.9", "--method", "post"),
      /^alice@gmail\.com may not reach POST/,
    );
    assert.match(await from(), /^alice@gmail\.com perhaps reaches GET/);
  });

  it("says that Pomerium itself answers at the host of its sign-in pages, also below a wildcard", async () => {
    const wild = house();
    wild.apps = { gateway: { ...wild.apps.wiki!, host: "*.example.org" } };
    wild.accessTests = { strict: false, apps: {} };
    const at = makeProject({ wild });
    const { code, err } = await cli(at, ["why", "alice@gmail.com", "https://authenticate.example.org"]);
    assert.equal(code, 1);
    assert.match(err, /authenticate\.example\.org is the host of Pomerium's sign-in pages: Pomerium itself/);
    const { out } = await cli(at, ["why", "alice@gmail.com", "https://other.example.org"]);
    assert.match(out, /app +gateway/);
  });

  it("mentions an address that is in no list, with the one that was probably meant", async () => {
    assert.match(
      await answer("alcie@gmail.com", "komga.example.org"),
      /may not reach[\s\S]*note +alcie@gmail\.com is in no list of the stack file; did you mean alice@gmail\.com\?/,
    );
    assert.doesNotMatch(await answer("stranger", "komga.example.org"), /note/);
  });

  it("is the same for programs", async () => {
    const found = JSON.parse(await answer("alice@gmail.com", "komga.example.org/books", "--json")) as object;
    assertDocumented(found);
    const { place, rule, ...rest } = found as { place: object; rule: string };
    assert.deepEqual(rest, {
      ...{ version: 1, kind: "why", stack: "house", who: "alice@gmail.com" },
      ...{ app: "komga", host: "komga.example.org", path: "/books", method: "GET" },
      ...{
        decision: "allow",
        criterion: "email",
        keyPath: "users.groups.readers[0]",
        reason: "group readers",
      },
    });
    assert.match(rule, /^allow: email/);
    assert.deepEqual(Object.keys(place), ["line", "column"]);
  });

  it("refuses what is neither a caller, nor an address, nor a host of an app", async () => {
    const refused: [string[], number, RegExp][] = [
      [["alice", "komga.example.org"], 2, /"alice" is not an e-mail address; a caller is/],
      [["group:readers", "komga.example.org"], 2, /a caller is an address/],
      [["alice@gmail.com", "ftp://komga.example.org"], 2, /is not an address such as https/],
      [["alice@gmail.com", "https:///x"], 2, /is not an address such as https/],
      [
        ["alice@gmail.com", "komag.example.org"],
        1,
        /no app of any stack has the host komag.* mean komga\.example\.org\?/,
      ],
      [["alice@gmail.com", "komga.example.org", "--stack", "other"], 1, /no app of other has the host/],
    ];
    for (const [args, expected, message] of refused) {
      const { code, out, err } = await cli(project, ["why", ...args]);
      assert.equal(code, expected, args.join(" "));
      assert.equal(out, "");
      assert.match(err, message);
    }
  });
});

describe("access of one person", () => {
  const project = makeProject({ house: house() });

  it("has one line for each app, with the line of the stack file that decides", async () => {
    const { code, out } = await cli(project, ["access", "house", "--person", "alice@gmail.com"]);
    assert.equal(code, 0);
    assert.match(out, /^komga\.example\.org +yes +group readers \(users\.groups\.readers\[0\]\)$/m);
    assert.match(out, /^wiki\.example\.org +no +no rule allows it \(apps\.wiki\.access\)$/m);
  });

  it("names the paths at which the answer is another one", async () => {
    const { out } = await cli(project, ["access", "house", "--person", "anonymous"]);
    assert.match(out, /^komga\.example\.org +no .* +not so at \/opds$/m);
  });

  it("is also for programs, and for no other format", async () => {
    const json = await cli(project, ["access", "house", "--person", "stranger", "--json"]);
    const { kind, answers } = JSON.parse(json.out) as { kind: string; answers: { decision: string }[] };
    assert.equal(kind, "access-of-person");
    assertDocumented(JSON.parse(json.out));
    assert.deepEqual([...new Set(answers.map(({ decision }) => decision))].sort(), ["allow", "deny"]);
    const html = await cli(project, ["access", "house", "--person", "stranger", "--format", "html"]);
    assert.equal(html.code, 2);
  });
});
