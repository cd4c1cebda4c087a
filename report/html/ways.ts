/** How requests come in. */
export interface Ways {
  /** Address to which the router forwards port 443. Absent if only tunnels lead in. */
  router?: string;
  tunnels: readonly { name: string; apps: readonly string[] }[];
  /** Host of the sign-in pages, and the identity provider. */
  signIn: { host: string; provider: string };
  /** App → `namespace/service:port`. */
  services: Readonly<Record<string, string>>;
}

/** The parts of a stack that decide the way of requests. */
export interface Routed {
  cluster: { exposure: "direct" | "tunnelOnly" };
  pomerium: {
    reach: { ip: string; port: number };
    authenticateHost: string;
    identityProvider: { provider: string };
  };
  tunnels: readonly { name: string; apps: readonly string[] }[];
  apps: readonly (Backend & {
    name: string;
    namespace: string;
    paths?: readonly (Backend & { path: string })[];
  })[];
}

interface Backend {
  service: { name: string; port: number | string };
}

/** The ways into a stack's apps. */
export function waysOf({ cluster, pomerium, tunnels, apps }: Routed): Ways {
  return {
    ...(cluster.exposure === "direct" ? { router: pomerium.reach.ip || "assigned" } : {}),
    tunnels,
    signIn: { host: pomerium.authenticateHost, provider: pomerium.identityProvider.provider },
    services: Object.fromEntries(
      apps.flatMap(({ name, namespace, service, paths = [] }) =>
        [{ path: "", service }, ...paths].map((each) => [
          `${name}${each.path}`,
          `${namespace}/${each.service.name}:${each.service.port}`,
        ]),
      ),
    ),
  };
}
