import { strict as assert } from "node:assert";
import type { ReadinessRow } from "../../../../components/cluster/readiness.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, house, makeProject } from "../project.ts";

const rows: ReadinessRow[] = [
  { name: "phase", items: [{ subject: "house", ok: true, note: "has been brought to cutover" }] },
  {
    name: "hosts",
    items: [
      { subject: "komga.example.org", ok: true },
      {
        subject: "old.example.org",
        ok: false,
        note: "no app has this host",
        fix: "pulumi config set --stack house …",
      },
    ],
  },
];

describe("ready", () => {
  const made = makeProject({
    house: { ...house(), ingressNginx: { helmRelease: "ingress-nginx" } },
    bare: house(),
    hybrid: {
      ...house(),
      ingressNginx: { helmRelease: "ingress-nginx", stays: { "www.example.org": "public" } },
    },
  });

  it("has nothing to wait for on a cluster that stays in coexist on purpose", async () => {
    const { code, out } = await cli(made, ["ready", "hybrid"], { readiness: [] });
    assert.equal(code, 0);
    assert.equal(
      out,
      "hybrid: stays in coexist on purpose (ingressNginx.stays), so nothing has to be ready\n",
    );
  });

  it("shows what is missing and how to fix it, and exits with 1", async () => {
    const { code, out } = await cli(made, ["ready", "house"], { readiness: rows });
    assert.equal(code, 1);
    assert.match(out, /^house: not ready for retired$/m);
    assert.match(out, /^hosts +1\/2$/m);
    assert.match(out, /old\.example\.org +no app has this host/);
    assert.match(out, /^ {4}pulumi config set --stack house …$/m);
  });

  it("accepts overridden gates, and names them", async () => {
    const [phase, hosts] = rows as [ReadinessRow, ReadinessRow];
    const { code, out } = await cli(made, ["ready", "house"], {
      readiness: [phase, { ...hosts, override: "nobody uses it" }],
    });
    assert.equal(code, 0);
    assert.match(out, /^house: every gate holds, or is overridden$/m);
    assert.match(out, /OVERRIDDEN: nobody uses it/);
  });

  it("promises no more than that the gates hold, and names the next step", async () => {
    const { code, out } = await cli(made, ["ready", "house"], { readiness: rows.slice(0, 1) });
    assert.equal(code, 0);
    assert.match(out, /^house: every gate holds$/m);
    assert.match(out, /^ {4}pulumi config set --stack house phase retired && pulumi preview --stack house$/m);
  });

  it("names the command that sets the phase back after a look, unless the file says retired already", async () => {
    const ingressNginx = { helmRelease: "ingress-nginx" };
    const project = makeProject({
      house: { ...house(), phase: "cutover", ingressNginx },
      gone: { ...house(), phase: "retired", ingressNginx },
    });
    const { out } = await cli(project, ["ready", "house"], { readiness: rows.slice(0, 1) });
    assert.match(out, /set the phase back\n {4}pulumi config set --stack house phase cutover\n$/);
    const retired = await cli(project, ["ready", "gone"], { readiness: rows.slice(0, 1) });
    assert.equal(retired.code, 0);
    assert.match(retired.out, /\n {4}pulumi preview --stack gone\n$/);
  });

  it("gives programs the same as JSON", async () => {
    const { code, out } = await cli(made, ["ready", "house", "--json"], { readiness: rows });
    assert.equal(code, 1);
    const { stack, ready, rows: told } = JSON.parse(out);
    assertDocumented(JSON.parse(out));
    assert.deepEqual([stack, ready], ["house", false]);
    assert.deepEqual(told[1].missing[0].subject, "old.example.org");
  });

  it("says when nothing of ingress-nginx has an effect any more", async () => {
    const { code, out } = await cli(made, ["ready", "house"], { readiness: [] });
    assert.equal(code, 0);
    assert.match(out, /nothing of ingress-nginx has an effect any more/);
    assert.doesNotMatch(out, /next/);
  });

  it("does not ask the cluster of a stack without ingressNginx", async () => {
    const { code, err } = await cli(made, ["ready", "bare"]);
    assert.equal(code, 1);
    assert.match(err, /ingressNginx +missing/);
  });
});
