import { strict as assert } from "node:assert";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIo } from "../../../../cli/io.ts";
import type { LiveIngress } from "../../../../components/cluster/live.ts";
import { ExportedCluster } from "../../../../discovery/exported-cluster.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { FakeApiServer, writeKubeconfig } from "../../../support/fake-api-server.ts";
import {
  changedHouse,
  cli,
  cluster,
  house,
  houseUid,
  makeProject,
  type Project,
  publicApp,
  wikiCluster,
} from "../project.ts";

const ingress = (annotations: Record<string, string>): LiveIngress => ({
  namespace: "wiki",
  name: "wiki",
  ingressClass: "pomerium",
  annotations,
  rules: [{ host: "wiki.example.org", paths: [{ path: "/", exact: false }] }],
  tls: [],
  anyHost: false,
  solver: false,
});

const policy = (emails: string[]): Record<string, string> => ({
  "ingress.pomerium.io/policy": JSON.stringify([{ allow: { or: emails.map((email) => ({ email })) } }]),
});

describe("diff", () => {
  it("says that nothing changes when nothing does", async () => {
    const { code, out } = await cli(changedHouse(), ["diff", "--fail-on", "gain,public,loss"]);
    assert.equal(code, 0);
    assert.match(out, /^house · HEAD → now\n\naccess {3}unchanged$/m);
  });

  it("names who gains and who loses, where, and by which line, and fails on request", async () => {
    const project = changedHouse((now) => {
      now.users.groups.readers = ["bob@gmail.com"];
      now.accessTests.apps.wiki = [{ deny: ["stranger"] }];
    });
    const { code, out } = await cli(project, ["diff"]);
    assert.equal(code, 0);
    assert.match(out, /\+1 +bob@gmail\.com +may reach +komga\.example\.org\/ .*users\.groups\.readers\[0\]/);
    assert.match(out, /-1 +alice@gmail\.com +loses +komga\.example\.org\/ .*removed from group readers/);
    for (const [kinds, expected] of [
      ["gain", 3],
      ["loss", 3],
      ["public,loss", 3],
      ["public", 0],
    ] as const)
      assert.equal((await cli(project, ["diff", "--fail-on", kinds])).code, expected, kinds);
  });

  it("fails on a host that becomes public, where that is asked for", async () => {
    const project = changedHouse((now) => {
      now.apps.ddns = publicApp("ddns.example.org");
    });
    const { code, out } = await cli(project, ["diff", "--fail-on", "public"]);
    assert.equal(code, 3);
    assert.match(out, /^public .*ddns\.example\.org/m);
  });

  it("says that the identity provider or client certificates change, because no list of people shows it", async () => {
    const project = changedHouse((now) => {
      now.pomerium.identityProvider.clientId = "another";
    });
    const { out } = await cli(project, ["diff"]);
    assert.match(out, /^access {3}unchanged$/m);
    assert.match(out, /^! the identity provider changes \(pomerium\.identityProvider: clientId\)/m);
    const unchanged = await cli(changedHouse(), ["diff"]);
    assert.doesNotMatch(unchanged.out, /identity provider/);
  });

  it("compares two revisions without the working tree", async () => {
    const project = changedHouse((now) => {
      now.users.groups.readers = ["alice@gmail.com", "bob@gmail.com"];
    });
    project.commit();
    project.put("Pulumi.house.yaml", "no: sense");
    const { code, out } = await cli(project, ["diff", "--from", "HEAD~1", "--to", "HEAD"]);
    assert.equal(code, 0);
    assert.match(out, /\+1 +bob@gmail\.com/);
  });

  it("treats a stack file that a revision does not have as empty, and says so", async () => {
    const project = changedHouse();
    project.write("fresh", house());
    const { code, out } = await cli(project, ["diff", "fresh"]);
    assert.equal(code, 0);
    assert.match(out, /\+2 +admin-user@gmail\.com/);
    assert.match(out, /^! HEAD has no Pulumi\.fresh\.yaml: everything is new$/m);
  });

  it("reads the stack file of a project that is not at the top of its repository", async () => {
    const outer = makeProject();
    outer.put("clusters/Pulumi.yaml", "name: pomerium-migration\n");
    const inner: Project = { ...outer, directory: join(outer.directory, "clusters") };
    const source = makeProject({ house: house() });
    const text = readFileSync(join(source.directory, "Pulumi.house.yaml"), "utf8");
    outer.put("clusters/Pulumi.house.yaml", text);
    outer.commit();
    writeFileSync(
      join(inner.directory, "Pulumi.house.yaml"),
      text.replace("- alice@gmail.com", "- bob@gmail.com"),
    );
    const { out } = await cli(inner, ["diff"]);
    assert.match(out, /\+1 +bob@gmail\.com/);
    assert.doesNotMatch(out, /everything is new/);
  });

  it("names the revision whose stack file is refused", async () => {
    const project = makeProject({ house: { ...house(), phase: "cutovre" } });
    project.commit();
    project.write("house", house());
    const { code, err } = await cli(project, ["diff"]);
    assert.equal(code, 1);
    assert.match(err, /^Pulumi\.house\.yaml at HEAD: 1 problem\n\n {2}6:3 {3}phase /);
  });

  it("says that it does not know a revision, and what to do in a shallow clone", async () => {
    const { code, err } = await cli(changedHouse(), ["diff", "--from", "no-such-branch"]);
    assert.equal(code, 1);
    assert.match(err, /git knows no revision "no-such-branch"; in a shallow clone, fetch more/);
  });

  it("says that a folder has no history", async () => {
    const { code, err } = await cli(makeProject({ house: house() }), ["diff"]);
    assert.equal(code, 1);
    assert.match(err, /is in no git repository, so it has no revision "HEAD"/);
  });

  it("never takes a revision for an option of git", async () => {
    const project = changedHouse();
    const { code, err } = await cli(project, ["diff", "--from=--output=planted"]);
    assert.equal(code, 1);
    assert.match(err, /git knows no revision "--output=planted"/);
    assert.ok(!existsSync(join(project.directory, "planted")));
  });

  it("warns when the code that computes access has changed since the revision", async () => {
    const project = makeProject({ house: house() });
    project.put("policies/catalogue/apps/media.ts", "export {};");
    project.commit();
    assert.doesNotMatch((await cli(project, ["diff"])).out, /the code that decides/);
    project.put("policies/catalogue/apps/media.ts", "export const komga = 1;");
    const { out } = await cli(project, ["diff"]);
    assert.match(
      out,
      /^! the code that computes access has changed since HEAD \(policies\/catalogue\/apps\/media\.ts\)/m,
    );
  });

  it("fails with --fail-on if changed code may have opened something, and not for tests and documents", async () => {
    for (const [file, expected] of [
      ["policies/access/routes.ts", 3],
      ["index.ts", 3],
      ["docs/page.md", 0],
      ["test/x.ts", 0],
    ] as const) {
      const project = makeProject({ house: house() });
      project.put(file, "before");
      project.commit();
      project.put(file, "after");
      assert.equal((await cli(project, ["diff", "--fail-on", "public"])).code, expected, file);
      assert.equal((await cli(project, ["diff"])).code, 0);
    }
  });

  it("compares the cluster's own Ingresses with the stack file", async () => {
    const live = cluster([ingress(policy(["admin-user@gmail.com", "mallory@gmail.com"]))]);
    const { code, out } = await cli(makeProject({ house: house() }), ["diff", "--from", "live"], { live });
    assert.equal(code, 0);
    assert.match(out, /^house · live → now$/m);
    assert.match(out, /-1 +mallory@gmail\.com +loses +wiki\.example\.org\//);
    assert.match(out, /\+1 +alice@gmail\.com +may reach +komga\.example\.org\//);
  });

  it("leaves an Ingress of others out of a comparison with the cluster, in both directions", async () => {
    const demo = { ...ingress(policy(["mallory@gmail.com"])), namespace: "demo" };
    const live = cluster([{ ...demo, rules: [{ ...demo.rules[0]!, host: "demo.example.org" }] }]);
    for (const views of [
      ["--from", "live"],
      ["--from", "now", "--to", "live"],
    ]) {
      const { out } = await cli(makeProject({ house: house() }), ["diff", ...views], { live });
      assert.doesNotMatch(out, /demo|mallory/);
    }
    const { out } = await cli(makeProject({ house: house() }), ["access", "--at", "live"], { live });
    assert.match(out, /^demo\/wiki +●/m);
  });

  it("reports an Ingress that Pomerium has not accepted as unreadable", async () => {
    const live = cluster([ingress(policy(["admin-user@gmail.com"]))], {
      settings: {
        reconciled: true,
        current: true,
        warnings: [],
        ingress: { "wiki/wiki": { reconciled: false, error: "tls: get secret wiki/wiki-tls" } },
      },
    });
    const { out } = await cli(makeProject({ house: house() }), ["diff", "--from", "live"], { live });
    assert.match(out, /Ingress wiki\/wiki is not readable: Pomerium has not taken it: tls: get secret/);
  });

  it("asks a cluster and writes nothing to it", async () => {
    const server = new FakeApiServer();
    const url = await server.start();
    try {
      server.objects = {
        "/api/v1/namespaces/kube-system": { metadata: { name: "kube-system", uid: houseUid } },
        "/apis/networking.k8s.io/v1/ingresses": {
          items: [
            {
              metadata: {
                namespace: "wiki",
                name: "wiki",
                uid: "1",
                annotations: policy(["mallory@gmail.com"]),
              },
              spec: {
                ingressClassName: "pomerium",
                rules: [{ host: "wiki.example.org", http: { paths: [{ path: "/", pathType: "Prefix" }] } }],
              },
            },
          ],
        },
      };
      const project = makeProject({ house: house() });
      const kubeconfig = join(project.directory, "kubeconfig");
      writeKubeconfig(kubeconfig, url, ["house"]);
      project.write("house", { ...house(), cluster: { ...house().cluster, kubeconfig } });
      const { readCluster } = processIo();
      const { code, out, err } = await cli(project, ["diff", "--from", "live"], { readCluster });
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, /-1 +mallory@gmail\.com +loses +wiki\.example\.org\//);
      assert.ok(server.asked.length > 0 && server.asked.every(({ method }) => method === "GET"));
      server.status = 401;
      const refused = await cli(project, ["diff", "--from", "live"], { readCluster });
      assert.equal(refused.code, 1);
      assert.match(refused.err, /^error: GET .*: 401 credentials were not accepted\n$/);
    } finally {
      server.stop();
    }
  });

  it("reads an open path on the cluster as a separate route", async () => {
    const open: LiveIngress = {
      ...ingress({ "ingress.pomerium.io/allow_public_unauthenticated_access": "true" }),
      name: "wiki-api",
      rules: [{ host: "wiki.example.org", paths: [{ path: "/api/", exact: false }] }],
    };
    const live = cluster([ingress(policy(["admin-user@gmail.com"])), open]);
    const { out } = await cli(makeProject({ house: house() }), ["diff", "--from", "live"], { live });
    assert.match(out, /^ +- +wiki\.example\.org\/api\//m);
    assert.match(out, /^public {3}none$/m);
  });

  it("refuses to compare with another cluster than the stack means", async () => {
    const live = cluster([], { uid: "99999999-0000-0000-0000-000000000000" });
    const { code, out, err } = await cli(makeProject({ house: house() }), ["diff", "--from", "live"], {
      live,
    });
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.ok(err.includes(houseUid));
  });

  it("gives programs every row and every note as JSON", async () => {
    const project = changedHouse((now) => {
      now.users.groups.readers = ["alice@gmail.com", "bob@gmail.com"];
    });
    const diff = JSON.parse((await cli(project, ["diff", "--json"])).out) as {
      kind: string;
      stack: string;
      notes: string[];
      rows: { person: string; host: string; before: string; after: string; keyPath: string }[];
    };
    assertDocumented(diff);
    assert.equal(diff.kind, "access-diff");
    assert.equal(diff.stack, "house");
    assert.deepEqual(diff.notes, []);
    assert.deepEqual(
      diff.rows.map(({ person, host, before, after, keyPath }) => [person, host, before, after, keyPath]),
      [["bob@gmail.com", "komga.example.org", "deny", "allow", "users.groups.readers[1]"]],
    );
  });

  describe("with --nginx", () => {
    const migrating = () => ({ ...house(), ingressNginx: { helmRelease: "ingress-nginx" } });
    const project = makeProject({ house: migrating() });
    project.commit();

    it("shows who passed under ingress-nginx, from the stack's own cluster", async () => {
      const openCluster = async ({ context }: { context: string }) => {
        assert.equal(context, "house");
        return new ExportedCluster(wikiCluster(houseUid));
      };
      const { code, out } = await cli(project, ["diff", "--nginx", "live"], { openCluster });
      assert.equal(code, 0);
      assert.match(
        out,
        /^Under ingress-nginx \(context house\): 1 of 1 app was open to everybody, none will be\n +1 {2}everybody → people {2}wiki$/m,
      );
      const other = async () => new ExportedCluster(wikiCluster("another"));
      const refused = await cli(project, ["diff", "--nginx", "live"], { openCluster: other });
      assert.equal(refused.code, 1);
      assert.match(refused.err, /this stack means the cluster/);
    });

    it("reads an export too, and refuses that of another cluster", async () => {
      const stdin = JSON.stringify({ kind: "List", items: wikiCluster(houseUid) });
      const { code, out } = await cli(project, ["diff", "--nginx", "-", "--json"], { stdin });
      assert.equal(code, 0);
      assertDocumented(JSON.parse(out));
      const { nginx } = JSON.parse(out);
      assert.deepEqual(
        [nginx.source, nginx.before, nginx.after, nginx.hosts],
        [
          "standard input",
          { apps: 1, open: 1 },
          { apps: 2, open: [] },
          [
            {
              host: "wiki.example.org",
              app: "wiki",
              newHost: "wiki.example.org",
              ingresses: ["wiki/wiki"],
              guards: [],
              paths: [],
              after: "people",
              openPaths: 0,
            },
          ],
        ],
      );
      assert.match(
        (await cli(project, ["diff", "--nginx", "-", "--format", "markdown"], { stdin })).out,
        /^\| 1 \| everybody \| people \| `wiki` \|$/m,
      );
      const another = { stdin: JSON.stringify({ kind: "List", items: wikiCluster("another") }) };
      const refused = await cli(project, ["diff", "--nginx", "-"], another);
      assert.deepEqual(
        [refused.code, /is of the cluster another, and the stack house means/.test(refused.err)],
        [1, true],
      );
    });

    it("is offered while the apps are on their way, and not afterwards", async () => {
      const hint = /add --nginx live, or --nginx <export>/;
      assert.match((await cli(project, ["diff"])).out, hint);
      const { loadBalancerIP, coexistPort: _, ...pomerium } = migrating().pomerium;
      const cutover = makeProject({
        house: { ...migrating(), phase: "cutover", pomerium: { loadBalancerIP, ...pomerium } },
        bare: house(),
      });
      cutover.commit();
      for (const stack of ["house", "bare"]) {
        const { code, out } = await cli(cutover, ["diff", stack]);
        assert.deepEqual([code, hint.test(out)], [0, false], stack);
      }
    });
  });
});
