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

describe("the preview of controllers that are kept", () => {
  const keep = { "ingress/edge": "serves the public apps" };

  it("names each with the reason, also if an installation is retired", () => {
    const own = nginxWith([]);
    assert.deepEqual(
      announced({ ...own, controllers: [...own.controllers, kept] }, { helmRelease: "ingress-nginx", keep }),
      ["2 objects and 0 Ingresses stay as they are, kept from deletion until retired", line],
    );
  });

  it("contains nothing else if no installation is retired", () => {
    const only = nginxWith([], { controllers: [kept], installation: [], classes: [] });
    assert.deepEqual(announced(only, { keep }), [line]);
  });

  it("does not contain a deleted controller", () => {
    const none = nginxWith([], { controllers: [], installation: [], classes: [] });
    assert.deepEqual(announced(none, { keep }), ["nothing of it is in this cluster"]);
  });
});
