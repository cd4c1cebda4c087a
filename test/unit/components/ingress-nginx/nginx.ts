import type { LiveIngress } from "../../../../components/cluster/live.ts";
import { rulesOf } from "../../../../components/ingress-nginx/controller.ts";
import type { LiveController, LiveIngressNginx } from "../../../../components/ingress-nginx/live.ts";

const nginxNamespace = { apiVersion: "v1", kind: "Namespace", name: "ingress-nginx" };

const nginxDeployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "ingress-nginx",
  name: "ingress-nginx-controller",
};

/** A controller of the stack's installation, with default rules. */
export function controller(more: Partial<LiveController> = {}): LiveController {
  return {
    workload: nginxDeployment,
    plan: "retire",
    rules: rulesOf(undefined, "ingress-nginx"),
    classes: ["nginx"],
    ingresses: [],
    settings: {},
    headers: {},
    streams: [],
    ...more,
  };
}

/** A cluster with one installation, which its controller serves; each part can then be changed. */
export function nginxWith(ingresses: LiveIngress[], more: Partial<LiveIngressNginx> = {}): LiveIngressNginx {
  return {
    controllers: [controller({ ingresses })],
    installation: [nginxNamespace, nginxDeployment],
    classes: ["nginx"],
    ingresses,
    streams: [],
    strangers: {},
    unrecognised: [],
    unserved: [],
    installers: [],
    deadWebhooks: [],
    ...more,
  };
}
