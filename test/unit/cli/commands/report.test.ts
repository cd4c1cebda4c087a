import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ExportedCluster } from "../../../../discovery/exported-cluster.ts";
import { cli, cluster, house, houseUid, makeProject, wikiCluster } from "../project.ts";

const objects = wikiCluster(houseUid);

/** The parts of a page. */
const parts = (html: string): string[] =>
  [...html.matchAll(/<section class="panel" id="(\w+)">/g)].map(([, id]) => id!);

describe("report", () => {
  const migrating = { ...house(), ingressNginx: { helmRelease: "ingress-nginx" } };
  const project = makeProject({ house: migrating, bare: house() });
  project.commit();

  it("has a part for each thing that is known, and no other", async () => {
    const stdin = JSON.stringify({ kind: "List", items: objects });
    const partsOf = async (...argv: string[]): Promise<string[]> => {
      const { code, out, err } = await cli(project, ["report", "house", ...argv], { stdin });
      assert.equal(code, 0, err);
      return parts(out);
    };
    assert.deepEqual(await partsOf(), ["access"]);
    assert.deepEqual(await partsOf("--from", "HEAD"), ["access", "changes"]);
    assert.deepEqual(await partsOf("--nginx", "-"), ["access", "changes", "audit"]);
  });

  it("reads the stack's own cluster for everything with --live", async () => {
    const outside = {
      live: cluster([]),
      openCluster: async () => new ExportedCluster(objects),
      readiness: [
        { name: "hosts", items: [{ subject: "old.example.org", ok: false, note: "no app has this host" }] },
      ],
    };
    const { code, out, err } = await cli(
      project,
      ["report", "house", "--live", "--output", "r.html"],
      outside,
    );
    assert.deepEqual([code, out, err], [0, "", ""]);
    const html = readFileSync(join(project.directory, "r.html"), "utf8");
    assert.deepEqual(parts(html), ["access", "changes", "readiness", "audit"]);
    assert.match(html, /1 of 1 app was open to everybody, none will be/);
    assert.match(html, /komga answers there now/);
    assert.match(html, /not ready for retired/);
    assert.match(html, /cluster read from context house · commit [0-9a-f]{12}/);
    const bare = await cli(project, ["report", "bare", "--live"], outside);
    assert.deepEqual(parts(bare.out), ["access", "changes", "audit"]);
  });

  it("says how the comparison with ingress-nginx is made where it is absent", async () => {
    const { out } = await cli(project, ["report", "house", "--from", "HEAD"]);
    assert.match(out, /add --nginx live, or --nginx &lt;export&gt;/);
    assert.doesNotMatch((await cli(project, ["report", "bare", "--from", "HEAD"])).out, /--nginx/);
  });

  it("names the commit, and files that differ from it", async () => {
    const changed = makeProject({ house: house() });
    assert.doesNotMatch((await cli(changed, ["report"])).out, / · commit /);
    changed.commit();
    assert.match((await cli(changed, ["report"])).out, / · commit [0-9a-f]{12} · content/);
    changed.put("notes.txt", "later");
    assert.match(
      (await cli(changed, ["report"])).out,
      / · commit [0-9a-f]{12} and changes that are not committed/,
    );
  });
});
