import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { isLeaving, snapshot } from "../support/retirement.ts";
import { assertAtRest, succeeded, useStage } from "../support/stage.ts";

const stranger = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "error-pages", namespace: "ingress-nginx" },
  data: { "404.html": "not here" },
} satisfies KubernetesObject & { data: object };

/** What stays of what looks like ingress-nginx' own. */
const staying = ["configmaps ingress-nginx/error-pages", "namespaces /ingress-nginx"];

const moved = {
  name: "ingresses home-assistant/home-assistant-nginx",
  path: "/apis/networking.k8s.io/v1/namespaces/home-assistant/ingresses/home-assistant-nginx",
};

/** A cluster where ingress-nginx' namespace and Ingresses are not its own alone. */
describe("where somebody has things of their own in ingress-nginx' namespace", function () {
  this.timeout(240_000);
  const { sandbox, workspace, configure } = useStage("alfred", ({ cluster }) => cluster.apply([stranger]));
  const api = () => sandbox().cluster.api;
  const others = () => snapshot(api(), (name) => staying.includes(name) || name === moved.name);
  let untouched: Map<string, string>;

  it("an adopted Ingress that somebody gives to another class is let go by the runs that follow, not deleted", async () => {
    await configure("coexist");
    succeeded(await workspace().up());
    await api().mergePatch(moved.path, { spec: { ingressClassName: "tailscale" } });
    untouched = await others();
    assert.deepEqual([...untouched.keys()].sort(), [...staying, moved.name].sort());
    // The first lets it stay, and the second forgets it.
    for (let run = 0; run < 2; run++) {
      succeeded(await workspace().up());
      assert.deepEqual(await others(), untouched);
    }
    await assertAtRest(workspace());
  });

  it("retired removes everything else: neither what is there, nor the namespace, nor that Ingress is touched", async () => {
    for (const phase of ["cutover", "retired"] as const) {
      await configure(phase);
      succeeded(await workspace().up());
      assert.deepEqual(await others(), untouched);
    }
    assert.deepEqual([...(await snapshot(api(), isLeaving)).keys()].sort(), staying);
  });

  it("the next preview is empty", () => assertAtRest(workspace()));

  it("a stack file that speaks of ingress-nginx no more is then accepted, and deletes nothing", async () => {
    const before = await snapshot(api(), () => true);
    await configure("retired", ({ values }) => {
      delete values.ingressNginx;
    });
    succeeded(await workspace().preview());
    succeeded(await workspace().up());
    assert.deepEqual([...(await snapshot(api(), () => true)).keys()].sort(), [...before.keys()].sort());
    assert.deepEqual(await others(), untouched);
    await assertAtRest(workspace());
  });
});
