import type { LiveCluster } from "../cluster/live.ts";

/** How far the running Pomerium is, in one line, from what it reports itself. */
export function readiness({ pomerium: { settings, readyReplicas } }: Pick<LiveCluster, "pomerium">): string {
  if (!settings) return "Pomerium is not installed yet";
  const routes = Object.entries(settings.ingress);
  const served = routes.filter(([, { reconciled }]) => reconciled);
  const missing = routes
    .filter(([, { reconciled }]) => !reconciled)
    .map(([name, { error }]) => `${name}${error ? ` (${error})` : ""}`);
  const inForce = settings.reconciled && settings.current;
  return [
    ...(readyReplicas === 0 ? ["no pod of Pomerium is ready"] : []),
    inForce ? "settings in force" : `settings not in force${settings.error ? `: ${settings.error}` : ""}`,
    `${served.length}/${routes.length} routes served${missing.length > 0 ? ` · missing: ${missing.join(", ")}` : ""}`,
    ...settings.warnings.map((warning) => `warning: ${warning}`),
  ].join(" · ");
}
