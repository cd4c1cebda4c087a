import type { Access } from "../../policies/access/routes.ts";
import type { Report } from "../../stack-file/problems.ts";
import type { AppConfig, AppContext } from "./config.ts";
import { isPathless } from "./ingress.ts";

/**
 * Refuses networks for an app behind a tunnel. Pomerium sees the address of cloudflared, which is often in the
 * network of the policy. So the policy would let in everybody or nobody.
 *
 * @param tunnels The apps that each tunnel carries, by the tunnel's name.
 * @param hidesCallers Whether every node answers for Pomerium, in its own name.
 */
export function checkNetworks(
  apps: readonly Pick<AppConfig, "name" | "at" | "access" | "paths">[],
  tunnels: Readonly<Record<string, { apps: readonly string[] }>>,
  exposure: AppContext["exposure"],
  report: Report,
  hidesCallers = false,
): void {
  const places = apps.flatMap(({ name, at, access, paths }) => [
    { name, at, access },
    ...paths.flatMap((path) =>
      path.access === undefined ? [] : [{ name, at: path.at, access: path.access }],
    ),
  ]);
  for (const { name, at, access } of places) {
    const key = networksKey(access);
    if (key === undefined) continue;
    const carriers = Object.keys(tunnels).filter((tunnel) => tunnels[tunnel]!.apps.includes(name));
    const how =
      carriers.length > 0
        ? `the tunnel ${carriers.join(" and ")} carries this app`
        : exposure === "tunnelOnly"
          ? "only a tunnel leads to this cluster"
          : undefined;
    if (how === undefined && hidesCallers)
      report.problemAt(
        `${at}.access.${key}`,
        "pomerium.address.trafficPolicy is Cluster, so Pomerium may see a node's address in place of the caller's: the networks would let in everybody or nobody. Take them out, or write trafficPolicy: Local, with which only nodes that run Pomerium answer",
      );
    if (how !== undefined)
      report.problemAt(
        `${at}.access.${key}`,
        `${how}, so Pomerium sees the address of cloudflared and not the caller's: the networks would let in everybody or nobody. Take them out, or restrict the app in Cloudflare Access`,
      );
  }
}

/** Warns of streams of bytes in a tunnel: they go over the CONNECT method, which a proxy in front must pass on. */
export function warnOfStreams(
  apps: readonly Pick<AppConfig, "key" | "route">[],
  tunnels: Readonly<Record<string, { apps: readonly string[] }>>,
  report: Report,
): void {
  for (const [tunnel, { apps: carried }] of Object.entries(tunnels))
    for (const [i, name] of carried.entries())
      if (apps.some(({ key, route }) => key === name && isPathless(route)))
        report.warning(
          ["tunnels", tunnel, "apps", i],
          `${name} is a stream of bytes: Pomerium's command line opens it by the CONNECT method, which Cloudflare's proxy must pass on; upstream advises against a proxy in front`,
        );
}

/** The key of an app's access that names networks; undefined if none does. */
function networksKey(access: Access): "from" | "policy" | undefined {
  if (access.kind === "public") return undefined;
  if (access.kind === "policy")
    return JSON.stringify(access.policy).includes('"source_ip"') ? "policy" : undefined;
  return access.from.length > 0 ? "from" : undefined;
}
