import type { Api } from "../cluster/api.ts";
import { startCertManager } from "./cert-manager.ts";
import type { Controller, Log } from "./controller.ts";
import { startIngressNginx } from "./ingress-nginx.ts";
import { startPomerium } from "./pomerium.ts";

/**
 * Starts the stand-ins for the controllers whose pods kwok only pretends to run: Pomerium, cert-manager,
 * ingress-nginx.
 *
 * They watch the API server and write what the real controllers would write: statuses, Secrets, Certificates, the
 * webhook configuration. They route no request, and they contact nothing outside this machine.
 */
export function startControllers({ api }: { api: Api }, log?: Log): Controller {
  const controllers = [startPomerium(api, log), startCertManager(api, log), startIngressNginx(api, log)];
  return {
    ready: Promise.all(controllers.map(({ ready }) => ready)).then(() => {}),
    stop: async () => {
      await Promise.all(controllers.map((controller) => controller.stop()));
    },
  };
}
