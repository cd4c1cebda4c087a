import { strict as assert } from "node:assert";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, houseUid, makeProject, type Ran, wikiCluster } from "../project.ts";
import { changedTeam, lineOf, put, teamHouse } from "./team.ts";

describe("a stack with app files", () => {
  it("has their apps, people and tests in every command that reads it", async () => {
    const project = changedTeam(() => {});
    const checked = await cli(project, ["check"]);
    assert.deepEqual(
      [checked.code, checked.out],
      [0, "Pulumi.house.yaml: no problem · coexist · 2 apps · 3 people\n"],
    );
    assert.match((await cli(project, ["test"])).out, /^house: 8 passed/);
    assert.match((await cli(project, ["access"])).out, /^wiki +● +●/m);
    assert.match((await cli(project, ["fleet"])).out, /^house +coexist +2 +3 /m);
    const why = await cli(project, ["why", "bob@example.org", "https://wiki.example.org/"]);
    const place = `teams/wiki.yaml:${lineOf(project, "bob@")}:9`;
    assert.match(why.out, new RegExp(`^ {2}line +users\\.groups\\.editors\\[0\\] {2}${place}$`, "m"));
    assert.match(
      (await cli(project, ["access", "--person", "bob@example.org"])).out,
      /^wiki\.example\.org +yes +group editors \(users\.groups\.editors\[0\] in teams\/wiki\.yaml\)/m,
    );
    const data = JSON.parse(
      (await cli(project, ["why", "bob@example.org", "wiki.example.org", "--json"])).out,
    ) as { place: object };
    assertDocumented(data);
    assert.deepEqual(data.place, { file: "teams/wiki.yaml", line: lineOf(project, "bob@"), column: 9 });
  });

  it("is refused with the file, the line and the key of each mistake in it", async () => {
    const project = changedTeam(({ apps, accessTests }) => {
      apps.wiki!.access = { groups: ["editrs"] };
      apps.komga = { namespace: "wiki", service: { name: "wiki", port: 80 }, access: "admins" };
      accessTests.apps.wiki = [{ deny: ["stranger"] }];
    });
    const { code, out } = await cli(project, ["check"]);
    assert.equal(code, 1);
    const at = (text: string): string => `teams/wiki.yaml:${lineOf(project, text)}:`;
    assert.match(
      out,
      new RegExp(
        `✖ ${at("editrs")}11 +apps\\.wiki\\.access\\.groups\\[0\\] +unknown group "editrs"; did you mean "editors"`,
      ),
    );
    assert.match(
      out,
      new RegExp(`✖ ${at("komga:")}3 +apps\\.komga +is also at Pulumi\\.house\\.yaml:\\d+:5: keep one`),
    );
    assertDocumented(JSON.parse((await cli(project, ["check", "--json"])).out));
    const { out: annotated } = await cli(project, ["check", "--format", "github"]);
    assert.match(
      annotated,
      new RegExp(
        `^::error file=teams/wiki\\.yaml,line=${lineOf(project, "editrs")},col=11,title=apps\\.wiki\\.access`,
        "m",
      ),
    );
  });

  it("names the other file of a host or a Secret that two apps have", async () => {
    const project = changedTeam(({ apps }) => {
      apps.notes = {
        namespace: "wiki",
        host: "komga.example.org",
        service: { name: "n", port: 80 },
        access: "admins",
      };
    });
    const { out } = await cli(project, ["check"]);
    assert.match(
      out,
      /✖ teams\/wiki\.yaml:\d+:5 +apps\.notes\.host +komga\.example\.org is already the host of apps\.komga \(the stack file:\d+:5\)/,
    );
    project.put(
      "media.yaml",
      stringify({
        apps: {
          films: {
            namespace: "wiki",
            host: "wiki.example.org",
            service: { name: "n", port: 80 },
            access: "admins",
          },
        },
      }),
    );
    const { main } = teamHouse();
    project.write("house", { ...main, appFiles: { ...main.appFiles, "media.yaml": {} } });
    const again = await cli(project, ["check"]);
    assert.match(
      again.out,
      /✖ teams\/wiki\.yaml:\d+:3 +apps\.wiki\.host +wiki\.example\.org is already the host of apps\.films \(media\.yaml:2:3\)/,
    );
  });

  it("is refused if a file is missing, in the stack file's line", async () => {
    const project = changedTeam(() => {});
    rmSync(join(project.directory, "teams"), { recursive: true });
    const { out } = await cli(project, ["check"]);
    assert.match(
      out,
      /✖ \d+:5 +appFiles\["teams\/wiki\.yaml"\] +teams\/wiki\.yaml is missing; make the file, or remove this entry/,
    );
  });

  it("is not told that what an unreadable file has is missing or unknown", async () => {
    const { main, team } = teamHouse();
    const others = {
      ...main,
      phase: "cutovr",
      apps: {},
      accessTests: { apps: { wiki: [{ allow: ["group:editors", "bob@example.org"] }], komga: [] } },
    };
    const project = makeProject({ house: others });
    put(project, { apps: { ...team.apps, komga: main.apps.komga } });
    project.put("teams/wiki.yaml", "apps:\n  wiki: {host: \n");
    const { out } = await cli(project, ["check"]);
    assert.deepEqual(
      [...out.matchAll(/✖ (\S+) +(.{30})/g)].map(([, place, text]) => [place, text!.trim()]),
      [
        ["teams/wiki.yaml:2:9", "a { opens here and is never cl"],
        ["6:3", "phase   must be one of coexist"],
      ],
    );
    put(project, { users: team.users });
    assert.match((await cli(project, ["check"])).out, /✖ \S+ +apps +is empty: name at least one app/);
  });

  it("is told what an unreadable file cannot change", async () => {
    const { main } = teamHouse();
    const tunnels = {
      home: { accountId: "0".repeat(32), zoneId: "0".repeat(32), apps: ["wiki"], authenticate: false },
    };
    for (const [apps, expected] of [
      [["komga"], /apps +must be a map.*, not a list/],
      [null, undefined],
      [undefined, undefined],
    ] as const) {
      const project = makeProject({ house: { ...main, apps, tunnels } as never });
      project.put("teams/wiki.yaml", "apps:\n  wiki: {host: \n");
      const { out } = await cli(project, ["check"]);
      assert.match(out, /teams\/wiki\.yaml:2:9 +a \{ opens here/);
      if (expected === undefined) assert.doesNotMatch(out, / apps /);
      else assert.match(out, expected);
    }
    // The file may have the tunnel's app.
    const project = makeProject({ house: { ...main, tunnels } as never });
    project.put("teams/wiki.yaml", "apps:\n  wiki: {host: \n");
    assert.doesNotMatch((await cli(project, ["check"])).out, /no such app/);
    project.put("teams/wiki.yaml", "users: {groups: {editors: [eve@example.org]}}\n");
    assert.match((await cli(project, ["check"])).out, /tunnels\.home\.apps\[0\] +no such app/);
  });

  it("limits a file to its namespaces, where the stack file says so", async () => {
    const project = changedTeam(({ apps }) => {
      apps.wiki!.namespace = "payroll";
    });
    assert.match(
      (await cli(project, ["check"])).out,
      /apps\.wiki\.namespace +teams\/wiki\.yaml may define apps in wiki only/,
    );
    project.write("house", teamHouse({}).main);
    assert.equal((await cli(project, ["check"])).code, 0);
  });

  it("is told once that a file may not open an app, and not how it could consent", async () => {
    for (const access of ["public", { policy: "allow: {or: [{accept: true}]}" }]) {
      const project = changedTeam(({ apps }) => {
        apps.wiki!.access = access;
      });
      const { out } = await cli(project, ["check"]);
      assert.match(out, /^Pulumi\.house\.yaml: 1 problem$/m);
      assert.match(
        out,
        /apps\.wiki\.access +(?:lets|may let) in everybody.*; teams\/wiki\.yaml is limited to namespace wiki/,
      );
      assert.doesNotMatch(out, /consent/);
      project.write("house", teamHouse({}).main);
      assert.match((await cli(project, ["check"])).out, /consent/);
    }
  });

  it("limits such a file by the apps and the catalogue of the others", async () => {
    const project = changedTeam(({ apps }) => {
      apps.wiki!.host = "wiki.preview.example.org";
    });
    const { main } = teamHouse();
    const previews = {
      namespace: "previews",
      host: "*.preview.example.org",
      service: { name: "p", port: 80 },
    };
    const wiki = { route: { mcp_client: true } };
    project.write("house", {
      ...main,
      apps: { ...main.apps, previews: { ...previews, access: "admins" } },
      catalogue: { wiki },
    });
    const { out } = await cli(project, ["check"]);
    assert.match(
      out,
      /teams\/wiki\.yaml:\d+:5 +apps\.wiki\.host +takes wiki\.preview\.example\.org from \*\.preview\.example\.org of apps\.previews \(the stack file:/,
    );
    assert.match(
      out,
      /teams\/wiki\.yaml:\d+:3 +apps\.wiki\.profile +the catalogue entry "wiki" sets mcp_client, which sends/,
    );
  });
});

describe("init --diff for a stack with app files", () => {
  const wikiObjects = JSON.stringify({ kind: "List", apiVersion: "v1", items: wikiCluster(houseUid) });

  it("does not miss the apps of an app file, and refuses a broken one", async () => {
    const { main, team } = teamHouse();
    const project = makeProject({ house: main });
    put(project, team);
    const diff = (): Promise<Ran> =>
      cli(project, ["init", "house", "--diff", "--from", "-"], { stdin: wikiObjects });
    assert.doesNotMatch((await diff()).out, /wiki\.example\.org|^ +wiki:/m);
    project.write("house", { ...main, appFiles: {} });
    assert.match((await diff()).out, /^ +wiki:/m);
    project.write("house", main);
    project.put("teams/wiki.yaml", "apps: [\n");
    const refused = await diff();
    assert.equal(refused.code, 1);
    assert.match(refused.err, /^Pulumi\.house\.yaml: 1 problem\n\n {2}teams\/wiki\.yaml:1:7 /);
  });
});
