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

/** Objects that stay, although they look like ingress-nginx's own. */
const staying = ["configmaps ingress-nginx/error-pages", "namespaces /ingress-nginx"];

const moved = {
  name: "ingresses home-assistant/home-assistant-nginx",
  path: "/apis/networking.k8s.io/v1/namespaces/home-assistant/ingresses/home-assistant-nginx",
};

/** A cluster where other people also use ingress-nginx's namespace and Ingresses. */
describe("with somebody else's objects in ingress-nginx's namespace,", function () {
  this.timeout(240_000);
  const { sandbox, workspace, configure } = useStage("alfred", ({ cluster }) => cluster.apply([stranger]));
  const api = () => sandbox().cluster.api;
  const others = () => snapshot(api(), (name) => staying.includes(name) || name === moved.name);
  let untouched: Map<string, string>;

  it("an adopted Ingress that somebody moves to another class is released by the next runs, not deleted", async () => {
    await configure("coexist");
    succeeded(await workspace().up());
    await api().mergePatch(moved.path, { spec: { ingressClassName: "tailscale" } });
    untouched = await others();
    assert.deepEqual([...untouched.keys()].sort(), [...staying, moved.name].sort());
    // The first run keeps the Ingress unchanged, and the second removes it from the state.
    for (let run = 0; run < 2; run++) {
      succeeded(await workspace().up());
      assert.deepEqual(await others(), untouched);
    }
    await assertAtRest(workspace());
  });

  it("retired removes the rest of ingress-nginx, and does not touch those objects, the namespace or that Ingress", async () => {
    for (const phase of ["cutover", "retired"] as const) {
      await configure(phase);
      succeeded(await workspace().up());
      assert.deepEqual(await others(), untouched);
    }
    assert.deepEqual([...(await snapshot(api(), isLeaving)).keys()].sort(), staying);
  });

  it("the preview after retired is empty", () => assertAtRest(workspace()));

  it("a stack file without ingressNginx is accepted after retired, and deletes nothing", async () => {
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
