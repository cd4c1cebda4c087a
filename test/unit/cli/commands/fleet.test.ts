import { strict as assert } from "node:assert";
import { join } from "node:path";
import { ExportedCluster } from "../../../../discovery/exported-cluster.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { controllerObjects } from "../../discovery/before.ts";
import { cli, house, houseUid, makeProject, publicApp, wikiCluster } from "../project.ts";

const migrating = { ...house(), ingressNginx: { helmRelease: "ingress-nginx" } };

describe("fleet", () => {
  const open = house();
  open.apps.ddns = publicApp("ddns.example.org");
  const project = makeProject({ house: migrating, open, broken: { ...house(), phase: "later" } });

  it("has all stacks in one table, and a stack that cannot be read is a row", async () => {
    const { code, out } = await cli(project, ["fleet"]);
    assert.equal(code, 1);
    assert.equal(
      out,
      [
        "stack   phase    apps  people  public  open paths  problems",
        "broken  ?        ?     ?       ?       ?           1",
        "house   coexist  2     2       0       1           0",
        "open    coexist  3     2       1       1           0",
        "",
        "! broken: 1 problem; see: npx pomerium-migration check broken",
        "",
      ].join("\n"),
    );
    assert.equal((await cli(project, ["fleet", "house", "open"])).code, 0);
  });

  it("counts failed access tests as problems", async () => {
    const failing = house();
    failing.accessTests.apps.wiki = [{ allow: ["stranger"] }];
    const { code, out } = await cli(makeProject({ failing }), ["fleet", "--json"]);
    assert.deepEqual([code, JSON.parse(out).stacks[0].problems], [1, 1]);
  });

  it("asks each cluster with --live, and goes on if one does not answer", async () => {
    const readiness = [
      { name: "phase", items: [{ subject: "house", ok: true }] },
      { name: "hosts", items: [{ subject: "old.example.org", ok: false }] },
    ];
    const objects = [
      ...controllerObjects(),
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid: houseUid } },
    ];
    const outside = { readiness, openCluster: async () => new ExportedCluster(objects) };
    const { code, out } = await cli(project, ["fleet", "house", "open", "--live", "--json"], outside);
    assert.equal(code, 0);
    const { version, kind, stacks } = JSON.parse(out);
    assert.deepEqual(
      [version, kind, stacks.map(({ live }: { live: object }) => live)],
      [
        1,
        "fleet",
        [
          { ready: { ready: false, verdict: "not ready (1/2)" }, audit: { hosts: 0, blockers: 0 } },
          {
            ready: { ready: true, verdict: "no ingress-nginx in the file" },
            audit: { hosts: 0, blockers: 0 },
          },
        ],
      ],
    );
    const silent = async () => {
      throw new Error("connect ECONNREFUSED 192.0.2.1:6443");
    };
    const down = await cli(project, ["fleet", "house", "--live"], { readiness, openCluster: silent });
    assert.equal(down.code, 1);
    assert.match(down.out, /^house +coexist +2 .*not ready \(1\/2\) +\?$/m);
    const failed = await cli(project, ["fleet", "house", "--live", "--json"], {
      readiness,
      openCluster: silent,
    });
    for (const text of [out, failed.out]) assertDocumented(JSON.parse(text));
    assert.match(down.out, /^! house: audit: connect ECONNREFUSED 192\.0\.2\.1:6443$/m);
  });

  /** The part of a page about one stack. */
  const panelOf = (html: string, name: string): string => {
    const found = [...html.matchAll(/<section class="panel" id="[^"]+"><h2>([^<]*)<\/h2>/g)];
    const at = found.findIndex(([, title]) => title === name);
    assert.notEqual(at, -1, `no panel ${name}`);
    return html.slice(found[at]!.index, found[at + 1]?.index);
  };

  it("has a tab for each stack on its page, with the parts that report shows", async () => {
    const outside = {
      readiness: [{ name: "hosts", items: [{ subject: "old.example.org", ok: false, fix: "fix it" }] }],
      openCluster: async () => new ExportedCluster(wikiCluster(houseUid)),
    };
    const { out } = await cli(project, ["fleet", "house", "open", "--live", "--format", "html"], outside);
    const { out: alone } = await cli(project, ["report", "house", "--nginx", "live"], outside);
    const { out: gates } = await cli(project, ["ready", "house", "--json"], outside);
    const titleOf = (html: string): string | undefined => /<title>(.*)<\/title>/.exec(html)?.[1];
    assert.deepEqual([titleOf(out), titleOf(alone)], ["Fleet", "house · access, changes, audit"]);
    const house = panelOf(out, "house");
    /** Ids and the names of regions have the stack in them; the rest of a part is the same. */
    const plain = (html: string): string => html.replaceAll("stack-0-", "").replaceAll(" of house", "");
    for (const part of ["Access", "Audit"]) {
      const [, body = ""] =
        new RegExp(`<h2>${part}</h2>([\\s\\S]*?)</section>\\n?(?:<section class="panel"|</main>)`).exec(
          alone,
        ) ?? [];
      assert.ok(body.length > 500, part);
      assert.ok(plain(house).includes(body), part);
    }
    assert.match(house, /<div id="stack-0-readiness">.*not ready for retired/);
    for (const { missing } of JSON.parse(gates).rows)
      for (const { subject, fix } of missing) assert.match(house, new RegExp(`${subject}.*${fix}`));
    // Without ingress-nginx in the file there is nothing to be ready for.
    const open = panelOf(out, "open");
    assert.match(open, /id="stack-1-access"[\s\S]*id="stack-1-audit"/);
    assert.doesNotMatch(open, /readiness/);
  });

  it("says on its page why a stack could not be read, with the place and the command", async () => {
    const several = makeProject({ house: migrating, broken: { ...house(), phase: "later", domain: 7 } });
    const { out } = await cli(several, ["fleet", "--live", "--format", "html"], {
      openCluster: async () => new ExportedCluster(wikiCluster("99999999-2222-3333-4444-555555555555")),
    });
    const broken = panelOf(out, "broken");
    assert.match(broken, /<h3>stack file not read<\/h3>/);
    assert.match(broken, /<h4>Pulumi\.broken\.yaml \d+:\d+ phase<\/h4><ul><li>[^<]*coexist/);
    assert.match(broken, /<h4>Pulumi\.broken\.yaml \d+:\d+ domain<\/h4>/);
    assert.doesNotMatch(broken, /class="part"/);
    const house1 = panelOf(out, "house");
    assert.match(house1, /<h3>readiness not read<\/h3><ul><li>no test asked for a cluster<\/li>/);
    assert.match(house1, /<h3>audit not read<\/h3><h4>Pulumi\.house\.yaml cluster\.uid<\/h4>/);
    assert.match(house1, /<details class="part" open><summary>Access/);
    assert.match(out, /id="tab-stack-0">broken <span class="count">stack file not read<\/span>/);
  });

  it("reads a relative kubeconfig from the project's folder, as a preview does", async () => {
    const relative = makeProject({
      house: { ...house(), cluster: { ...house().cluster, kubeconfig: "clusters/house.yaml" } },
    });
    const asked: unknown[] = [];
    await cli(relative, ["fleet", "--live"], {
      openCluster: async ({ kubeconfig }) => {
        asked.push(kubeconfig);
        return new ExportedCluster(wikiCluster(houseUid));
      },
    });
    assert.deepEqual(asked, [join(relative.directory, "clusters/house.yaml")]);
  });

  it("is one page too, and a table for pull requests", async () => {
    const { out: html } = await cli(project, ["fleet", "--format", "html"]);
    assert.match(html, /^<!doctype html>/);
    assert.match(html, /3 stacks, 5 apps, 1 public, 1 problem/);
    assert.match(
      html,
      /<th scope="row"><a href="#stack-1">house<\/a><\/th><td data-head="phase">coexist<\/td>/,
    );
    assert.match(html, /<h4>broken<\/h4>/);
    const { out: markdown } = await cli(project, ["fleet", "--format", "markdown"]);
    assert.match(markdown, /^\| `house` \| coexist \| 2 \| 2 \| 0 \| 1 \| 0 \|$/m);
  });
});
