import { strict as assert } from "node:assert";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { decidingChanges } from "../../../../cli/deciding-files.ts";
import { commitOf } from "../../../../cli/git.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, house, makeProject } from "../project.ts";
import { changedTeam, lineOf, put, type Team, teamHouse } from "./team.ts";

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

  it("is said if it lets callers in the cluster past Pomerium, at its line", async () => {
    const { main, team } = teamHouse();
    const project = makeProject({ house: { ...main, isolate: true } });
    put(project, team);
    project.commit();
    Object.assign(team.apps.wiki!, { isolate: false });
    put(project, team);
    const says = "wiki/wiki is no longer isolated: every pod of the cluster may connect there, past Pomerium";
    assert.match((await cli(project, ["diff"])).out, new RegExp(`^! ${says}$`, "m"));
    const data = JSON.parse((await cli(project, ["diff", "--json"])).out) as { notes: string[] };
    assert.deepEqual(data.notes, [says]);
    const { out } = await cli(project, ["diff", "--format", "github"]);
    assert.equal(
      out,
      `::warning file=teams/wiki.yaml,line=${lineOf(project, "isolate")},col=5,title=apps.wiki.isolate::${says}\n`,
    );
  });

  it("of the stack file about what the app file may do is said by diff", async () => {
    const { main, team } = teamHouse({ namespaces: ["wiki"], hosts: ["wiki.example.org"] });
    const project = makeProject({ house: main });
    put(project, team);
    project.commit();
    project.write("house", { ...main, appFiles: { "teams/wiki.yaml": { namespaces: ["wiki"] } } });
    const { out } = await cli(project, ["diff"]);
    assert.match(out, /^access {3}unchanged$/m);
    assert.match(out, /^! teams\/wiki\.yaml may now have every free host$/m);
    assert.doesNotMatch((await cli(project, ["diff", "--from", "HEAD", "--to", "HEAD"])).out, /^!/m);
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
