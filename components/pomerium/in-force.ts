import { sameAddress } from "../../stack-file/networks.ts";
import type { LiveService } from "../cluster/live.ts";
import type { PomeriumStatus } from "../cluster/pomerium-status.ts";
import type { AddressConfig } from "./address.ts";
import * as names from "./names.ts";

/** The addresses that Pomerium's Service has, and those of the stack file that it does not have. */
export function missingAddresses(
  address: AddressConfig,
  services: readonly LiveService[],
): { exists: boolean; given: readonly string[]; missing: readonly string[] } {
  const service = services.find(
    ({ namespace, name }) => namespace === names.namespace && name === names.proxyService,
  );
  const given = service?.addresses ?? [];
  const wanted = address.kind === "loadBalancer" ? address.ips : [];
  return {
    exists: service !== undefined,
    given,
    missing: wanted.filter((ip) => !given.some((each) => sameAddress(each, ip))),
  };
}

/** Finds out whether the load balancer gave Pomerium another address than the stack file says; empty if not. */
export function addressNotInForce(address: AddressConfig, services: readonly LiveService[]): string[] {
  const { exists, given, missing } = missingAddresses(address, services);
  if (!exists || address.kind !== "loadBalancer") return [];
  const label = `Service ${names.namespace}/${names.proxyService}`;
  if (address.ips.length === 0)
    return given.length > 0
      ? []
      : [
          `${label} has no address: no load balancer of the cluster gives it one. Check it, or write another way under pomerium.address`,
        ];
  if (missing.length === 0) return [];
  const has = given.length === 0 ? "no address" : `the address ${given.join(", ")}`;
  return [
    `${label} has ${has}, and the stack file says ${missing.join(", ")}: the load balancer does not give out that address. Check its pool, or write the address that it gives`,
  ];
}

/** Finds out why the running Pomerium does not use the current settings; empty if it does. */
export function settingsNotInForce({ settings, readyReplicas }: PomeriumStatus): string[] {
  if (readyReplicas === 0) return ["Pomerium: none of its pods is ready"];
  if (settings?.reconciled && settings.current) return [];
  return [`Pomerium/${names.settingsObject}: ${settings?.error ?? "settings not in force"}`];
}
