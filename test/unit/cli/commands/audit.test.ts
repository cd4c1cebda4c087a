import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ExportedCluster } from "../../../../discovery/exported-cluster.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { objectsBefore } from "../../discovery/before.ts";
import { cli, makeProject } from "../project.ts";

const alfred = objectsBefore("alfred");
const listed = (items: readonly object[]) => JSON.stringify({ apiVersion: "v1", kind: "List", items });

describe("the command audit", () => {
  it("announces a large export on standard error before it is parsed, and says how to export objects", async () => {
    const project = makeProject();
    const large = JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: alfred,
      note: "x".repeat(3_600_000),
    });
    const told = await cli(project, ["audit", "--from", "-", "--json"], { stdin: large });
    assert.equal(told.err, "reading 4 MB of objects …\n");
    assert.equal(JSON.parse(told.out).hosts.length, 3);
    const table = await cli(project, ["audit", "--from", "-"], { stdin: "NAME   CLASS\nweb    nginx\n" });
    assert.match(
      table.err,
      /^error: no Kubernetes object in standard input\n.*kubectl prints them with -o yaml$/m,
    );
  });

  it("exits with 0 while nothing blocks, and with 1 when something must change first", async () => {
    const project = makeProject();
    const fine = await cli(project, ["audit", "--from", "-"], { stdin: listed(alfred) });
    assert.equal(fine.code, 0, fine.err);
    assert.match(
      fine.out,
      /^Audit of ingress-nginx from standard input: 3 hosts \(0 with nothing to\sdecide\),\s1\scontroller/,
    );
    const broken = alfred.filter(({ metadata }) => metadata.name !== "grafana-svc");
    const blocked = await cli(project, ["audit", "--from", "-"], { stdin: listed(broken) });
    assert.equal(blocked.code, 1);
    assert.match(
      blocked.out,
      /To change first\n {2}grafana-alfred\.very-very-dark-gray\.top\n {4}- there is no Service/,
    );
  });

  it("prints JSON with the fields of its documentation, and the same content hash for the same cluster", async () => {
    const project = makeProject();
    const of = async (items: readonly object[]) =>
      JSON.parse((await cli(project, ["audit", "--from", "-", "--json"], { stdin: listed(items) })).out);
    const result = await of(alfred);
    assertDocumented(result);
    assertDocumented(await of(alfred.filter(({ metadata }) => metadata.name !== "grafana-svc")));
    assert.deepEqual([result.version, result.kind, result.date], [1, "audit", "2026-11-26T12:00:00.000Z"]);
    assert.match(result.hash, /^[0-9a-f]{64}$/);
    assert.equal((await of(alfred)).hash, result.hash);
    assert.notEqual((await of(alfred.filter(({ kind }) => kind !== "Service"))).hash, result.hash);
  });

  it("reads a live cluster, and writes Markdown or HTML to a file", async () => {
    const project = makeProject();
    const openCluster = async () => new ExportedCluster(alfred);
    const outside = { contexts: ["alfred"], openCluster };
    assert.equal((await cli(project, ["audit", "--format", "html", "--output", "a.html"], outside)).code, 0);
    assert.match(readFileSync(join(project.directory, "a.html"), "utf8"), /^<!doctype html>/);
    const { out } = await cli(project, ["audit", "--format", "markdown"], outside);
    assert.match(out, /^# Audit of ingress-nginx\n\nFrom context alfred: 3 hosts/);
    assert.equal((await cli(project, ["audit"], { ...outside, contexts: ["a", "b"] })).code, 2);
  });

  it("prints commands that can be pasted: with the context that was read, in JSON as in text", async () => {
    const webhook = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "left-behind" },
      webhooks: [
        {
          name: "validate.nginx.ingress.kubernetes.io",
          failurePolicy: "Fail",
          rules: [{ apiGroups: ["networking.k8s.io"], resources: ["ingresses"] }],
          clientConfig: { service: { namespace: "gone", name: "gone" } },
        },
      ],
    };
    const outside = {
      contexts: ["edge"],
      openCluster: async () => new ExportedCluster([...alfred, webhook]),
    };
    const command = "kubectl --context edge delete validatingwebhookconfiguration left-behind";
    const { out } = await cli(makeProject(), ["audit", "--json"], outside);
    assert.deepEqual(JSON.parse(out).blockers.at(-1).fix, command);
    const text = (await cli(makeProject(), ["audit"], outside)).out;
    assert.ok(text.replace(/\s+/g, " ").includes(command), text);
  });

  it("needs no project folder", async () => {
    const { code } = await cli({ directory: "/" }, ["audit", "--from", "-"], { stdin: listed(alfred) });
    assert.equal(code, 0);
  });
});
