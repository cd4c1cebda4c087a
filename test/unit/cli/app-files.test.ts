import { strict as assert } from "node:assert";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { decidingChanges } from "../../../cli/deciding.ts";
import { commitOf } from "../../../cli/git.ts";
import { assertDocumented } from "../../support/documented.ts";
import { cli, house, houseUid, makeProject, type Project, type Ran, wikiCluster } from "./project.ts";

/** The wiki team's file, and a house that names it and has no wiki of its own. */
function teamHouse(limits: object = { namespaces: ["wiki"] }) {
  const main = { ...house(), appFiles: { "teams/wiki.yaml": limits } as Record<string, object> };
  delete main.apps.wiki;
  delete main.accessTests.apps.wiki;
  const team = {
    users: { groups: { editors: ["bob@example.org"] } as Record<string, string[]> },
    apps: {
      wiki: {
        namespace: "wiki",
        service: { name: "wiki", port: 80 },
        access: { groups: ["editors"] } as unknown,
      },
    } as Record<string, { namespace: string; service: object; access: unknown; host?: string }>,
    accessTests: {
      apps: {
        wiki: [{ allow: ["group:editors"], deny: ["alice@gmail.com", "stranger", "anonymous"] }],
      } as Record<string, object[]>,
    },
  };
  return { main, team };
}

type Team = ReturnType<typeof teamHouse>["team"];

function put(project: Project, team: object): void {
  project.put("teams/wiki.yaml", stringify(team));
}

/** A repository in which the team's file is committed, and then changed. */
function changedTeam(change: (team: Team) => void): Project {
  const { main, team } = teamHouse();
  const project = makeProject({ house: main });
  put(project, team);
  project.commit();
  change(team);
  put(project, team);
  return project;
}

const lineOf = (project: Project, text: string): number =>
  readFileSync(join(project.directory, "teams/wiki.yaml"), "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

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

describe("test --write for a stack with app files", () => {
  const untested = (): Project => {
    const { main, team } = teamHouse();
    const project = makeProject({ house: { ...main, accessTests: {} } });
    put(project, { users: team.users, apps: team.apps });
    return project;
  };

  it("writes the tests of an app into its file, and changes no other line", async () => {
    const project = untested();
    const { code, out } = await cli(project, ["test", "--write"]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^Pulumi\.house\.yaml: \d tests for 1 app added: komga\nteams\/wiki\.yaml: \d tests? for 1 app added: wiki\n$/,
    );
    const written = parse(readFileSync(join(project.directory, "teams/wiki.yaml"), "utf8")) as Team;
    const { team } = teamHouse();
    assert.deepEqual([written.users, written.apps], [team.users, team.apps]);
    assert.deepEqual(Object.keys(written.accessTests.apps), ["wiki"]);
    assert.match(
      (await cli(project, ["test", "--write"])).out,
      /^Pulumi\.house\.yaml: every app is tested; nothing to add\n$/,
    );
    assert.equal((await cli(project, ["test"])).code, 0);
  });

  it("prints the tests of each file in its own form", async () => {
    const { out } = await cli(untested(), ["test", "--write", "--stdout"]);
    assert.match(
      out,
      /^# Pulumi\.house\.yaml\nconfig:\n {2}pomerium-migration:accessTests:\n {4}apps:\n {6}komga:\n/,
    );
    assert.match(out, /^\n# teams\/wiki\.yaml\naccessTests:\n {2}apps:\n {4}wiki:\n/m);
  });

  it("stays in the file that already has tests of the app", async () => {
    const { main, team } = teamHouse({});
    const project = makeProject({
      house: { ...main, accessTests: { apps: { wiki: [{ allow: ["group:editors"] }] } } },
    });
    put(project, { users: team.users, apps: team.apps });
    assert.match(
      (await cli(project, ["test", "--write"])).out,
      /^Pulumi\.house\.yaml: \d tests for 2 apps added: komga, wiki\n$/,
    );
    assert.equal((await cli(project, ["test"])).code, 0);
  });

  it("writes nothing if a file cannot take more, or belongs to several stacks", async () => {
    const project = untested();
    const before = readFileSync(join(project.directory, "Pulumi.house.yaml"), "utf8");
    const { team } = teamHouse();
    const anchored = `${stringify({ users: team.users, apps: team.apps })}accessTests: &all {apps: {}}\n`;
    project.put("teams/wiki.yaml", anchored);
    const refused = await cli(project, ["test", "--write"]);
    assert.equal(refused.code, 1);
    assert.match(
      refused.err,
      /teams\/wiki\.yaml: accessTests has an anchor .* --write --stdout prints the tests/,
    );
    assert.equal(readFileSync(join(project.directory, "Pulumi.house.yaml"), "utf8"), before);
    put(project, { users: team.users, apps: team.apps });
    project.put("Pulumi.second.yaml", before);
    const shared = await cli(project, ["test", "--write"]);
    assert.match(
      shared.err,
      /teams\/wiki\.yaml is a file of several stacks, so write one after the other: npx pomerium-migration test second --write\. Nothing was written/,
    );
    assert.equal(readFileSync(join(project.directory, "Pulumi.house.yaml"), "utf8"), before);
  });
});

describe("a change of an app file", () => {
  const letIn = (team: Team): void => {
    team.users.groups.editors = ["bob@example.org", "carol@example.org"];
  };

  it("is compared as a change of the stack file is, and not taken for a change of the code", async () => {
    const { code, out } = await cli(changedTeam(letIn), ["diff", "--fail-on", "public"]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^access {3}\+1 {2}carol@example\.org {2}may reach {2}wiki\.example\.org\/ {2}group editors \(users\.groups\.editors\[1\] in teams\/wiki\.yaml\)$/m,
    );
    assert.doesNotMatch(out, /code that computes/);
    const data = JSON.parse((await cli(changedTeam(letIn), ["diff", "--json"])).out) as { rows: object[] };
    assertDocumented(data);
    assert.equal((data.rows[0] as { file?: string }).file, "teams/wiki.yaml");
    const strict = await cli(changedTeam(letIn), ["diff", "--fail-on", "gain"]);
    assert.equal(strict.code, 3);
  });

  it("is none of access if an app moves between the files", async () => {
    const { main, team } = teamHouse({});
    const all = {
      ...main,
      appFiles: {},
      users: { ...main.users, groups: { ...main.users.groups, ...team.users.groups } },
      apps: { ...main.apps, ...team.apps },
    };
    const project = makeProject({ house: all });
    const unchanged = /^access {3}unchanged\npublic {3}none\nopen to anonymous: .*unchanged$/m;
    project.commit();
    project.write("house", main);
    put(project, team);
    assert.match((await cli(project, ["diff"])).out, unchanged);
    project.commit();
    project.write("house", all);
    assert.match((await cli(project, ["diff"])).out, unchanged);
  });

  it("is compared with the file of the revision, also if that is gone", async () => {
    const { main, team } = teamHouse();
    const project = makeProject({ house: main });
    put(project, team);
    project.commit();
    rmSync(join(project.directory, "teams"), { recursive: true });
    project.write("house", { ...main, appFiles: {} });
    assert.match((await cli(project, ["diff"])).out, /^gone +wiki\.example\.org/m);
  });

  it("is refused with the revision's name if the revision lacks the file or has a wrong one", async () => {
    const { main, team } = teamHouse();
    const project = makeProject({ house: main });
    project.commit();
    put(project, team);
    const missing = await cli(project, ["diff"]);
    assert.equal(missing.code, 1);
    assert.match(missing.err, /^Pulumi\.house\.yaml at HEAD: 1 problem\n\n.*teams\/wiki\.yaml is missing/);
    put(project, { ...team, phase: "retired" });
    project.commit();
    put(project, team);
    assert.match(
      (await cli(project, ["diff"])).err,
      /^Pulumi\.house\.yaml at HEAD: 1 problem\n\n {2}teams\/wiki\.yaml:\d+:1 +phase/,
    );
  });

  it("is annotated in its file", async () => {
    const project = changedTeam((team) => {
      letIn(team);
      team.accessTests.apps.wiki = [{ deny: ["carol@example.org"] }];
    });
    const { out } = await cli(project, ["diff", "--format", "github"]);
    assert.match(
      out,
      new RegExp(
        `^::notice file=teams/wiki\\.yaml,line=${lineOf(project, "carol@")},col=9,title=users\\.groups\\.editors\\[1\\]::carol@example\\.org may reach wiki`,
        "m",
      ),
    );
    const tested = await cli(project, ["test", "--format", "github"]);
    assert.equal(tested.code, 1);
    assert.match(
      tested.out,
      /^::error file=teams\/wiki\.yaml,line=\d+,col=13,title=accessTests\.apps\.wiki\[0\]\.deny\[0\]::carol/m,
    );
    assert.match(
      tested.out,
      /^::warning file=teams\/wiki\.yaml,line=\d+,col=5,title=accessTests\.apps\.wiki::no test denies/m,
    );
  });

  it("is annotated from the root of the repository, where the project is in a folder of it", async () => {
    const { main, team } = teamHouse();
    const project = makeProject();
    const inner = { ...project, directory: join(project.directory, "clusters") };
    project.put("clusters/Pulumi.yaml", "name: pomerium-migration\nruntime: nodejs\n");
    project.put("clusters/teams/wiki.yaml", stringify(team));
    project.write("house", main);
    renameSync(join(project.directory, "Pulumi.house.yaml"), join(inner.directory, "Pulumi.house.yaml"));
    project.commit();
    letIn(team);
    project.put("clusters/teams/wiki.yaml", stringify(team));
    const { out } = await cli(inner, ["diff", "--format", "github"]);
    assert.match(out, /^::notice file=clusters\/teams\/wiki\.yaml,line=\d+,col=9,/m);
  });

  it("is in the comment on a pull request, with its annotations", async () => {
    const project = changedTeam(letIn);
    const { out } = await cli(project, [
      "comment",
      "--stack",
      "house",
      "--output",
      "comment.md",
      "--annotations",
    ]);
    const text = readFileSync(join(project.directory, "comment.md"), "utf8");
    assert.match(text, /carol@example\.org/);
    assert.doesNotMatch(text, /code that decides/);
    assert.match(out, /^::notice file=teams\/wiki\.yaml,line=\d+,col=9,title=users\.groups\.editors\[1\]/m);
  });

  it("counts as one of the code if the file is more than an app file on either side", async () => {
    const project = makeProject({ house: house() });
    for (const [file, text] of Object.entries({
      "a.yaml": "apps: {}\n",
      "b.yaml": "kind: List\n",
      "c.yaml": "apps: {}\n",
      "d.json": "{}",
    }))
      project.put(file, text);
    project.commit();
    const commit = await commitOf(project.directory, "HEAD");
    const now = {
      "a.yaml": "users: {}\n",
      "b.yaml": "apps: {}\n",
      "c.yaml": "apps: {}\nkind: List\n",
      "d.json": '{"apps": {}}',
    };
    for (const [file, text] of Object.entries(now)) project.put(file, text);
    project.put("Pulumi.yaml", "apps: {}\n");
    assert.deepEqual(await decidingChanges(project.directory, commit), [
      "Pulumi.yaml",
      "b.yaml",
      "c.yaml",
      "d.json",
    ]);
    rmSync(join(project.directory, "a.yaml"));
    assert.ok(!(await decidingChanges(project.directory, commit)).includes("a.yaml"));
  });
});
