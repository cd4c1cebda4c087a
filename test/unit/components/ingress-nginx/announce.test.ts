import { strict as assert } from "node:assert";
import { announceIngressNginx } from "../../../../components/ingress-nginx/announce.ts";
import type { LiveIngressNginx } from "../../../../components/ingress-nginx/live.ts";
import { ingress, stackOf } from "../../stack/state.ts";
import { controller, nginxWith } from "./nginx.ts";

const edge = { apiVersion: "apps/v1", kind: "DaemonSet", namespace: "ingress", name: "edge" };
const publicApps = [ingress("blog", "blog", ["blog.example.org"])];
const kept = controller({ workload: edge, plan: "keep", ingresses: publicApps });
const line = "DaemonSet ingress/edge is not retired: serves the public apps (1 Ingress)";

function announced(nginx: LiveIngressNginx, ingressNginx: object): string[] {
  const stack = stackOf({ phase: "coexist", ingressNginx: { address: "192.168.0.171", ...ingressNginx } });
  return announceIngressNginx(stack, { ingresses: [] }, nginx, "kept", []);
}

describe("what a preview says about controllers that are kept", () => {
  const keep = { "ingress/edge": "serves the public apps" };

  it("names each with the reason, beside an installation that is retired", () => {
    const own = nginxWith([]);
    assert.deepEqual(
      announced({ ...own, controllers: [...own.controllers, kept] }, { helmRelease: "ingress-nginx", keep }),
      ["2 objects and 0 Ingresses stay as they are, kept from deletion until retired", line],
    );
  });

  it("is all there is to say when none is retired", () => {
    const only = nginxWith([], { controllers: [kept], installation: [], classes: [] });
    assert.deepEqual(announced(only, { keep }), [line]);
  });

  it("is not said of a controller that is gone", () => {
    const none = nginxWith([], { controllers: [], installation: [], classes: [] });
    assert.deepEqual(announced(none, { keep }), ["nothing of it is in this cluster"]);
  });
});
