import type { Api } from "../cluster/api.ts";
import { startCertManager } from "./cert-manager.ts";
import type { Controller, Log } from "./controller.ts";
import { startIngressNginx } from "./ingress-nginx.ts";
import { startPomerium } from "./pomerium.ts";

/** Starts every stand-in for a controller that has no real workload in the sandbox. */
export function startControllers({ api }: { api: Api }, log?: Log): Controller {
  const controllers = [startPomerium(api, log), startCertManager(api, log), startIngressNginx(api, log)];
  return {
    ready: Promise.all(controllers.map(({ ready }) => ready)).then(() => {}),
    stop: async () => {
      await Promise.all(controllers.map((controller) => controller.stop()));
    },
  };
}
