import type { LiveService } from "../cluster/live.ts";
import type { PomeriumStatus } from "../cluster/pomerium-status.ts";
import * as names from "./names.ts";

/** Finds out whether the load balancer gave Pomerium another address than the stack file says; empty if not. */
export function addressNotInForce(loadBalancerIP: string, services: readonly LiveService[]): string[] {
  const service = services.find(
    ({ namespace, name }) => namespace === names.namespace && name === names.proxyService,
  );
  const addresses = service?.addresses ?? [];
  if (service === undefined || addresses.includes(loadBalancerIP)) return [];
  const has = addresses.length === 0 ? "no address" : `the address ${addresses.join(", ")}`;
  return [
    `Service ${names.namespace}/${names.proxyService} has ${has}, and pomerium.loadBalancerIP is ${loadBalancerIP}: the load balancer does not give out that address. Check its pool, or write the address that it gives`,
  ];
}

/** Finds out why the running Pomerium does not use the current settings; empty if it does. */
export function settingsNotInForce({ settings, readyReplicas }: PomeriumStatus): string[] {
  if (readyReplicas === 0) return ["Pomerium: none of its pods is ready"];
  if (settings?.reconciled && settings.current) return [];
  return [`Pomerium/${names.settingsObject}: ${settings?.error ?? "settings not in force"}`];
}
