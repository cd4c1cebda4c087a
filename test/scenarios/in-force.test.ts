import { strict as assert } from "node:assert";
import { assertAtRest, refusal, succeeded, useStage } from "../support/stage.ts";

/** Pomerium reports on an Ingress only after it is written. It may then refuse the Ingress. */
describe("an update with a route that Pomerium refuses", function () {
  this.timeout(300_000);
  const { workspace, configure } = useStage("alfred");
  const refused = ({ values }: { values: Record<string, unknown> }): void => {
    const { grafana } = values.apps as Record<string, { route?: object }>;
    assert.ok(grafana);
    grafana.route = { ...grafana.route, set_request_headers_secret: "there-is-no-such-secret" };
  };

  it("fails with the name of the Ingress and the reason", async () => {
    await configure("coexist");
    succeeded(await workspace().up());
    await configure("coexist", refused);
    const why = refusal(await workspace().up());
    assert.match(why, /Ingress monitoring\/grafana-pomerium-ingress: .*there-is-no-such-secret/);
    assert.match(why, /the route before the change stays in force/);
  });

  it("fails again in the next run, although Pulumi has nothing left to change in the Ingress", async () => {
    assert.match(refusal(await workspace().up()), /grafana-pomerium-ingress/);
  });

  it("succeeds when the stack file is correct, and the next preview is empty", async () => {
    await configure("coexist");
    succeeded(await workspace().up());
    await assertAtRest(workspace());
  });
});
