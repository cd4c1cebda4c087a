import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, cluster, house, makeProject } from "../project.ts";

describe("access", () => {
  const project = makeProject({ house: house() });

  it("shows people and apps as a table", async () => {
    const { code, out } = await cli(project, ["access"]);
    assert.equal(code, 0);
    assert.match(out, /^house · now · coexist$/m);
    assert.match(out, /admin-user@gmail\.com +alice@gmail\.com +stranger +anonymous/);
    assert.match(out, /^komga .*●.*●.*○.*○/m);
    assert.match(out, /^wiki +●/m);
  });

  it("writes the format that is asked for to the file that is asked for, and nothing else", async () => {
    const { code, out } = await cli(project, ["access", "--format", "html", "--output", "access.html"], {
      colour: true,
    });
    assert.equal(code, 0);
    assert.equal(out, "");
    const page = readFileSync(join(project.directory, "access.html"), "utf8");
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /komga\.example\.org/);
    await cli(project, ["access", "--output", "access.txt"], { colour: true });
    assert.ok(!readFileSync(join(project.directory, "access.txt"), "utf8").includes("\u001b"));
  });

  it("looks for a relative kubeconfig in the project's folder, wherever the command runs", async () => {
    const own = { ...house().cluster, kubeconfig: "./keys/kube.yaml" };
    const absolute = { ...own, kubeconfig: "/keys/kube.yaml" };
    const { directory } = makeProject({
      relative: { ...house(), cluster: own },
      absolute: { ...house(), cluster: absolute },
    });
    const asked: (string | undefined)[] = [];
    const readCluster = async ({ kubeconfig }: { kubeconfig?: string }) => {
      asked.push(kubeconfig);
      return cluster([]);
    };
    const at = (cwd: string, ...argv: string[]) =>
      cli({ directory: cwd }, ["access", "--at", "live", ...argv], { readCluster });
    await at(directory, "relative");
    await at(join(directory, "sub"), "relative");
    await at("/", "relative", "--cwd", directory);
    await at("/", "absolute", "--cwd", directory);
    const expected = join(directory, "keys/kube.yaml");
    assert.deepEqual(asked, [expected, expected, expected, "/keys/kube.yaml"]);
  });

  it("gives programs JSON and pull requests Markdown", async () => {
    const json = JSON.parse((await cli(project, ["access", "--json"])).out) as {
      kind: string;
      apps: object[];
    };
    assert.equal(json.kind, "access-matrix");
    assertDocumented(json);
    assert.equal(json.apps.length, 2);
    assert.match((await cli(project, ["access", "--format", "markdown"])).out, /^\| --- /m);
  });

  it("says when the file cannot be written", async () => {
    const { code, err } = await cli(project, ["access", "--output", "no/such/folder/x"]);
    assert.equal(code, 1);
    assert.match(err, /^error: cannot write no\/such\/folder\/x: /);
  });

  it("shows what a cluster's own Ingresses let through, and no other class's", async () => {
    const live = cluster([
      {
        namespace: "wiki",
        name: "wiki",
        ingressClass: "pomerium",
        annotations: { "ingress.pomerium.io/policy": '[{"allow":{"or":[{"email":"bob@gmail.com"}]}}]' },
        rules: [{ host: "wiki.example.org", paths: [{ path: "/", exact: false }] }],
        tls: [],
        anyHost: false,
        solver: false,
      },
      {
        namespace: "old",
        name: "old",
        ingressClass: "nginx",
        annotations: {},
        rules: [{ host: "old.example.org", paths: [{ path: "/", exact: false }] }],
        tls: [],
        anyHost: false,
        solver: false,
      },
    ]);
    const { code, out } = await cli(project, ["access", "--at", "live"], { live });
    assert.equal(code, 0);
    assert.match(out, /bob@gmail\.com/);
    assert.doesNotMatch(out, /old/);
  });

  it("names a live row by the app of the stack file whose Ingress it is, and only then", async () => {
    const ingress = (namespace: string, name: string, host: string, path = "/") => ({
      ...{ namespace, name, ingressClass: "pomerium", tls: [], anyHost: false, solver: false },
      annotations: {},
      rules: [{ host, paths: [{ path, exact: false }] }],
    });
    const live = cluster([
      ingress("komga", "komga-pomerium-ingress", "komga.example.org"),
      ingress("komga", "komga-pomerium-ingress-open", "komga.example.org", "/opds"),
      ingress("wiki", "by-hand", "wiki.example.org"),
      ingress("other", "komga-pomerium-ingress", "other.example.org"),
    ]);
    const { out } = await cli(project, ["access", "--at", "live", "--json"], { live });
    assertDocumented(JSON.parse(out));
    const { apps } = JSON.parse(out) as { apps: { name: string; at: string }[] };
    assert.deepEqual(
      apps.map(({ name, at }) => [name, at]),
      [
        ["komga", "Ingress komga/komga-pomerium-ingress"],
        ["wiki/by-hand", "Ingress wiki/by-hand"],
        ["other/komga-pomerium-ingress", "Ingress other/komga-pomerium-ingress"],
      ],
    );
    const table = await cli(project, ["access", "--at", "live"], { live });
    assert.match(table.out, /^komga$/m);
  });
});
