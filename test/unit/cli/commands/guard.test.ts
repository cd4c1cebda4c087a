import { strict as assert } from "node:assert";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, makeProject } from "../project.ts";

describe("guard", () => {
  const project = makeProject();
  const urn = "urn:pulumi:house::other::kubernetes:networking.k8s.io/v1:Ingress::status";
  const inputs = (annotations: Record<string, string>) => ({
    metadata: { name: "status", namespace: "web", annotations },
    spec: { ingressClassName: "pomerium", rules: [{ host: "status.example.org" }] },
  });
  const preview = (annotations: Record<string, string>, more: object = {}) =>
    JSON.stringify({
      steps: [{ op: "create", urn, newState: { custom: true, inputs: inputs(annotations) } }],
      changeSummary: { create: 1 },
      ...more,
    });
  const open = { "ingress.pomerium.io/allow_public_unauthenticated_access": "true" };
  const guard = (stdin: string, ...options: string[]) => cli(project, ["guard", "-", ...options], { stdin });

  it("names the resource, the reason and the fix, and fails", async () => {
    const { code, out } = await guard(preview(open));
    assert.equal(code, 1);
    assert.equal(
      out,
      [
        "guard rails: 1 mandatory in 1 resource",
        "",
        "  ✖ Ingress web/status   public-route",
        "      everybody reaches status.example.org without signing in",
        '      give its policy people, or consent in the config of the policy pack: "public-route": { "consent": ["status.example.org"] }',
        "",
      ].join("\n"),
    );
  });

  it("takes levels and consent from a config, and passes with advice alone", async () => {
    project.put("rails.json", '{ "public-route": "advisory" }');
    const advised = await guard(preview(open), "--config", "rails.json");
    assert.equal(advised.code, 0);
    assert.match(advised.out, /^guard rails: 1 advisory in 1 resource$/m);
    project.put("rails.json", '{ "public-route": { "consent": ["status.example.org"] } }');
    assert.deepEqual(
      [(await guard(preview(open), "--config", "rails.json")).out, (await guard(preview({}))).out],
      ["guard rails: nothing to say\n", "guard rails: nothing to say\n"],
    );
  });

  it("fails for a preview that failed, because it does not show everything", async () => {
    const failed = { diagnostics: [{ severity: "error", message: "broken" }] };
    const { code, out } = await guard(preview({}, failed));
    assert.equal(code, 1);
    assert.match(out, /^the preview failed, so it does not show everything that a run would do$/m);
  });

  it("fails for steps and unchanged resources that the preview does not show, whatever the config says", async () => {
    const reasons = async (steps: object[], changeSummary: object) => {
      project.put("rails.json", '{ "all": "disabled" }');
      const text = JSON.stringify({ steps, changeSummary });
      const { code, out } = await guard(text, "--json", "--config", "rails.json");
      const { findings } = JSON.parse(out) as { findings: { reason: string }[] };
      assert.equal(code, findings.length > 0 ? 1 : 0);
      return findings.map(({ reason }) => reason);
    };
    const stack = { op: "same", urn: "urn:pulumi:house::other::pulumi:pulumi:Stack::other-house" };
    const component = { op: "same", urn: "urn:pulumi:house::other::x:y:Z::z", newState: { custom: false } };
    const whole = { op: "create", urn, newState: { custom: true, inputs: inputs(open) } };
    assert.deepEqual(await reasons([{ op: "create", urn }], {}), [
      "the preview shows that it would create, but not what the object is",
    ]);
    assert.deepEqual(await reasons([{ op: "delete", urn, oldState: { custom: true } }], {}), [
      "the preview shows that it would delete, but not what the object is",
    ]);
    assert.deepEqual(await reasons([{ ...whole, op: "recreate" }], {}), [
      'what the operation "recreate" does is not known here',
    ]);
    assert.deepEqual(await reasons([stack, whole], { create: 1, same: 15 }), [
      "it shows 1 of 15 unchanged resources, and the rules also judge unchanged ones",
    ]);
    assert.deepEqual(await reasons([stack, component, whole], { create: 1, same: 2 }), []);
    assert.deepEqual(await reasons([{ op: "refresh", urn }, { op: "read", urn }, whole], { create: 1 }), []);
  });

  it("gives programs the same as JSON", async () => {
    const { out } = await guard(preview(open), "--json");
    assertDocumented(JSON.parse(out));
    const { findings } = JSON.parse(out) as { findings: { rule: string; level: string; urn: string }[] };
    assert.deepEqual(
      findings.map(({ rule, level, urn }) => [rule, level, urn]),
      [["public-route", "mandatory", urn]],
    );
  });

  it("says what is wrong with a file that it cannot read, and with a config", async () => {
    assert.match((await guard("no JSON")).err, /standard input is not the output of `pulumi preview --json/);
    assert.match((await cli(project, ["guard", "none.json"])).err, /cannot read none\.json: ENOENT/);
    project.put("rails.json", '{ "public-rout": "advisory", "store": "x" }');
    const { code, err } = await guard(preview({}), "--config", "rails.json");
    assert.equal(code, 1);
    assert.match(
      err,
      /rails\.json: public-rout: no such rule; did you mean "public-route"\?\n +store: its level/,
    );
    project.put("rails.json", "[]");
    assert.match(
      (await guard(preview({}), "--config", "rails.json")).err,
      /rails\.json is not a map of rules/,
    );
  });
});
