import { strict as assert } from "node:assert";
import { assertAtRest, refusal, succeeded, useStage } from "../support/stage.ts";

/** Pomerium reports on an Ingress only after it is written, and may refuse it then. */
describe("an up whose route Pomerium refuses", function () {
  this.timeout(300_000);
  const { workspace, configure } = useStage("alfred");
  const refused = ({ values }: { values: Record<string, unknown> }): void => {
    const { grafana } = values.apps as Record<string, { route?: object }>;
    assert.ok(grafana);
    grafana.route = { ...grafana.route, set_request_headers_secret: "there-is-no-such-secret" };
  };

  it("fails, and says which Ingress and why", async () => {
    await configure("coexist");
    succeeded(await workspace().up());
    await configure("coexist", refused);
    const why = refusal(await workspace().up());
    assert.match(why, /Ingress monitoring\/grafana-pomerium-ingress: .*there-is-no-such-secret/);
    assert.match(why, /the route before the change stays in force/);
  });

  it("fails again at the next up, although Pulumi has nothing left to change in the Ingress", async () => {
    assert.match(refusal(await workspace().up()), /grafana-pomerium-ingress/);
  });

  it("succeeds once the stack file is right, and then there is nothing to do", async () => {
    await configure("coexist");
    succeeded(await workspace().up());
    await assertAtRest(workspace());
  });
});
