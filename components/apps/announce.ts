import { isWildcard, withoutWildcard } from "../../stack-file/hosts.ts";
import type { LiveCluster } from "../cluster/live.ts";
import type { AppConfig } from "./config.ts";
import { isPathless } from "./ingress.ts";

type AnnouncedApp = Pick<AppConfig, "name" | "host" | "namespace" | "service" | "route">;

/**
 * The lines of a preview about apps that need more than a browser, or that answer several hosts.
 *
 * @param origin Public address of a host in the stack's phase.
 */
export function appLines(
  apps: readonly AnnouncedApp[],
  { services }: Pick<LiveCluster, "services">,
  origin: (host: string) => string,
): string[] {
  return apps.flatMap((app) => [
    ...(isPathless(app.route) ? [streamLine(app, portOf(app, services), origin(app.host))] : []),
    ...(isWildcard(app.host)
      ? [
          `${app.name} answers every host below ${withoutWildcard(app.host)} that no other app has; its certificate covers one level`,
        ]
      : []),
  ]);
}

/** The command that connects to a stream of bytes. It needs the address where that is not the host's port 443. */
function streamLine({ name, host, route }: AnnouncedApp, port: number | string, address: string): string {
  const protocol = route.udp_upstream ? "udp" : "tcp";
  const url = address === `https://${host}` ? "" : ` --pomerium-url ${address}`;
  return `${name} needs Pomerium's command line: pomerium-cli ${protocol} ${host}:${port}${url}`;
}

/** The number of the Service's port, which is part of a stream's address. */
function portOf({ namespace, service }: AnnouncedApp, services: LiveCluster["services"]): number | string {
  const live = services.find((each) => each.namespace === namespace && each.name === service.name);
  return live?.ports.find(({ name }) => name === service.port)?.port ?? service.port;
}
