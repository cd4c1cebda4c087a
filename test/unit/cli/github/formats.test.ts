import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { changedHouse, cli, house, makeProject, type Project, publicApp } from "../project.ts";

/** The line of a stack file that an annotation points at. */
function lineAt(project: Project, annotation: RegExpExecArray | null): string {
  assert.ok(annotation);
  const file = readFileSync(join(project.directory, "Pulumi.house.yaml"), "utf8");
  return file.split("\n")[Number(annotation[1]) - 1]!.trim();
}

describe("--format github", () => {
  it("of check annotates every problem and warning at its line, with its command", async () => {
    const broken = house();
    broken.apps.komga!.access = { groups: ["readrs"] };
    broken.phase = "cutovre";
    const unset = house();
    unset.pomerium.identityProvider = { provider: "google", clientId: "client" } as never;
    const project = makeProject({ house: broken, unset });
    const { code, out, err } = await cli(project, ["check", "--format", "github"]);
    assert.equal(code, 1);
    assert.equal(err, "");
    const phase = /^::error file=Pulumi\.house\.yaml,line=(\d+),col=3,title=phase::must be one of/m.exec(out);
    assert.equal(lineAt(project, phase), "pomerium-migration:phase: cutovre");
    const group =
      /^::error file=Pulumi\.house\.yaml,line=(\d+),col=13,title=apps\.komga\.access\.groups\[0\]::/m.exec(
        out,
      );
    assert.equal(lineAt(project, group), "- readrs");
    assert.match(
      out,
      /^::warning file=Pulumi\.unset\.yaml,line=\d+,col=5,title=pomerium\.\S+::missing%0Apulumi config set --stack unset --secret --path pomerium\.identityProvider\.clientSecret$/m,
    );
  });

  it("of check says nothing about files without a problem", async () => {
    const { code, out } = await cli(makeProject({ house: house() }), ["check", "--format", "github"]);
    assert.deepEqual({ code, out }, { code: 0, out: "" });
  });

  it("of test annotates the assertion that fails, and the app without a test", async () => {
    const wrong = house();
    wrong.accessTests.apps = { wiki: [{ allow: ["alice@gmail.com"], deny: ["stranger"] }] };
    const project = makeProject({ house: wrong });
    const { code, out } = await cli(project, ["test", "--format", "github"]);
    assert.equal(code, 1);
    const failed =
      /^::error file=Pulumi\.house\.yaml,line=(\d+),col=\d+,title=accessTests\.apps\.wiki\[0\]\.allow\[0\]::alice@gmail\.com must pass at .*%0A.*or change/m.exec(
        out,
      );
    assert.equal(lineAt(project, failed), "- alice@gmail.com");
    assert.match(out, /^::warning file=\S+,line=\d+,col=\d+,title=accessTests\.apps\.komga::no test denies/m);
  });

  it("of test and diff annotates a refused stack file, and fails", async () => {
    const project = makeProject({ house: house() });
    project.commit();
    project.write("house", { ...house(), phase: "cutovre" });
    for (const command of ["test", "diff"]) {
      const { code, out, err } = await cli(project, [command, "--format", "github"]);
      assert.equal(code, 1);
      assert.match(out, /^::error file=Pulumi\.house\.yaml,line=6,col=3,title=phase::must be one of/m);
      assert.match(err, /^Pulumi\.house\.yaml: 1 problem/);
    }
  });

  it("of test and diff writes all annotations to the file of --output, also those of a refused stack file", async () => {
    const wrong = house();
    wrong.accessTests.apps.wiki = [{ allow: ["alice@gmail.com"], deny: ["stranger"] }];
    const project = makeProject({ house: wrong, broken: house() });
    project.commit();
    project.write("broken", { ...house(), phase: "cutovre" });
    const written = async (...words: string[]): Promise<string> => {
      const { code, out } = await cli(project, [...words, "--format", "github", "--output", "annotations"]);
      assert.deepEqual({ code, out }, { code: 1, out: "" });
      return readFileSync(join(project.directory, "annotations"), "utf8");
    };
    assert.match(
      await written("test"),
      /^::error file=Pulumi\.broken\.yaml,line=6,\S+title=phase::.*\n::error file=Pulumi\.house\.yaml,line=/,
    );
    assert.match(await written("test", "broken"), /^::error file=Pulumi\.broken\.yaml,line=6,.*\n$/);
    assert.match(await written("diff", "broken"), /^::error file=Pulumi\.broken\.yaml,line=6,.*\n$/);
  });

  it("of diff names no line for a problem that only the former revision has", async () => {
    const project = makeProject({ house: { ...house(), phase: "cutovre" } });
    project.commit();
    project.write("house", house());
    const { code, out, err } = await cli(project, ["diff", "--format", "github"]);
    assert.equal(code, 1);
    assert.match(out, /^::error file=Pulumi\.house\.yaml,title=phase::must be one of/);
    assert.match(err, /^Pulumi\.house\.yaml at HEAD: 1 problem/);
  });

  it("of diff warns at the line that opens something, and notes at the others who gains and loses", async () => {
    const project = changedHouse((now) => {
      now.users.groups.readers = ["bob@gmail.com"];
      now.apps.ddns = publicApp("ddns.example.org");
    });
    const { code, out } = await cli(project, ["diff", "--format", "github"]);
    assert.equal(code, 0);
    const opened =
      /^::warning file=Pulumi\.house\.yaml,line=(\d+),col=7,title=apps\.ddns\.access::ddns\.example\.org\/ becomes public$/m.exec(
        out,
      );
    assert.equal(lineAt(project, opened), "access:");
    const gained =
      /^::notice file=Pulumi\.house\.yaml,line=(\d+),col=11,title=users\.groups\.readers\[0\]::bob@gmail\.com may reach komga\.example\.org\/.*: group readers$/m.exec(
        out,
      );
    assert.equal(lineAt(project, gained), "- bob@gmail.com");
    const lost =
      /^::notice file=Pulumi\.house\.yaml,line=(\d+),col=7,title=users\.groups\.readers::alice@gmail\.com loses komga\.example\.org\/.*: removed from group readers$/m.exec(
        out,
      );
    assert.equal(lineAt(project, lost), "readers:");
  });

  it("of diff names no line of the file for a view that is not the file", async () => {
    const project = changedHouse((now) => {
      now.apps.ddns = publicApp("ddns.example.org");
    });
    const { out } = await cli(project, ["diff", "--from", "now", "--to", "HEAD", "--format", "github"]);
    assert.match(
      out,
      /^::notice file=Pulumi\.house\.yaml,title=apps\.ddns::ddns\.example\.org\/ is no longer public: .*%0Addns\.example\.org\/ is no longer reachable: /m,
    );
    assert.doesNotMatch(out, /line=/);
  });

  it("gathers the changes that one line makes into one annotation", async () => {
    const project = changedHouse((now) => {
      now.apps.wiki!.access = { groups: ["readers"] };
    });
    const { out } = await cli(project, ["diff", "--format", "github"]);
    const places = out
      .trim()
      .split("\n")
      .map((line) => /line=\d+/.exec(line)?.[0]);
    assert.equal(new Set(places).size, places.length);
  });

  it("names the file from the root of the repository", async () => {
    const project = makeProject({ house: { ...house(), phase: "cutovre" } });
    const root = makeProject();
    execFileSync("cp", ["-r", project.directory, join(root.directory, "home")]);
    root.commit();
    const { out } = await cli({ directory: join(root.directory, "home") }, ["check", "--format", "github"]);
    assert.match(out, /^::error file=home\/Pulumi\.house\.yaml,line=6,/);
  });

  it("cannot be asked for together with --json", async () => {
    for (const command of ["check", "test", "diff"]) {
      const { code, err } = await cli(makeProject({ house: house() }), [
        command,
        "--json",
        "--format",
        "github",
      ]);
      assert.equal(code, 2);
      assert.match(err, /--json and --format github exclude each other/);
    }
  });
});
