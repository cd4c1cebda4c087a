import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** Objects of a cluster before the migration, in addition to the apps in its stack file. */
export interface Inventory {
  /** Port on which the pods of a Service listen, by `<namespace>/<Service>`. Default: the Service's port. */
  pods: Record<string, number>;
  /** Services of apps that are not in the stack file. */
  services?: { namespace: string; name: string; port: number }[];
  /** Ingresses by class. */
  ingresses: Record<string, IngressBefore[]>;
}

export interface IngressBefore {
  namespace: string;
  name: string;
  /** FQDN. For class tailscale, the machine's name in the tailnet. */
  host: string;
  /** `port` is a number, or the name of a port of the Service. */
  backend: { service: string; port: number | string };
  /** Secret with the certificate. Tailscale makes its own certificates. */
  secretName?: string;
  annotations?: Record<string, string>;
}

/** @param stack `octavo` or `alfred` */
export function readInventory(stack: string): Inventory {
  return parse(readFileSync(new URL(`${stack}.yaml`, import.meta.url), "utf8")) as Inventory;
}
