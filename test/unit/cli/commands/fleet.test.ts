import { strict as assert } from "node:assert";
import { ExportedCluster } from "../../../../discovery/exported-cluster.ts";
import { controllerObjects } from "../../discovery/before.ts";
import { cli, house, houseUid, makeProject, publicApp } from "../project.ts";

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
        "! broken: 1 problem; see: check broken",
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
    assert.match(down.out, /^! house: audit: connect ECONNREFUSED 192\.0\.2\.1:6443$/m);
  });

  it("is one page too, and a table for pull requests", async () => {
    const { out: html } = await cli(project, ["fleet", "--format", "html"]);
    assert.match(html, /^<!doctype html>/);
    assert.match(html, /3 stacks, 5 apps, 1 public, 1 problem/);
    assert.match(html, /<th scope="row">house<\/th><td data-head="phase">coexist<\/td>/);
    assert.match(html, /<h4>broken<\/h4>/);
    const { out: markdown } = await cli(project, ["fleet", "--format", "markdown"]);
    assert.match(markdown, /^\| `house` \| coexist \| 2 \| 2 \| 0 \| 1 \| 0 \|$/m);
  });
});
