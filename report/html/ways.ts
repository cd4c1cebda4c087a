/** How requests come in: what stands between a caller and the services. */
export interface Ways {
  /** Address to which the router leads port 443; absent when nothing but tunnels leads in. */
  router?: string;
  tunnels: readonly { name: string; apps: readonly string[] }[];
  /** Host of the sign-in pages, and who vouches for people there. */
  signIn: { host: string; provider: string };
  /** App → `namespace/service:port`. */
  services: Readonly<Record<string, string>>;
}

/** The part of a stack that leads requests. */
export interface Routed {
  cluster: { exposure: "direct" | "tunnelOnly" };
  pomerium: {
    loadBalancerIP: string;
    authenticateHost: string;
    identityProvider: { provider: string };
  };
  tunnels: readonly { name: string; apps: readonly string[] }[];
  apps: readonly { name: string; namespace: string; service: { name: string; port: number | string } }[];
}

/** The ways into a stack's apps. */
export function waysOf({ cluster, pomerium, tunnels, apps }: Routed): Ways {
  return {
    ...(cluster.exposure === "direct" ? { router: pomerium.loadBalancerIP } : {}),
    tunnels,
    signIn: { host: pomerium.authenticateHost, provider: pomerium.identityProvider.provider },
    services: Object.fromEntries(
      apps.map(({ name, namespace, service }) => [name, `${namespace}/${service.name}:${service.port}`]),
    ),
  };
}
