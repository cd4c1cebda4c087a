import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { cli, makeProject, type Project } from "../project.ts";
import { put, type Team, teamHouse } from "./team.ts";

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
