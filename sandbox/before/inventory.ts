import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** What a cluster has before the migration, beside what its stack file says of its apps. */
export interface Inventory {
  /** `<namespace>/<Service>` → the port that its pods listen on. */
  pods: Record<string, number>;
  /** Services of apps that the stack file does not have. */
  services?: { namespace: string; name: string; port: number }[];
  /** By class. */
  ingresses: Record<string, IngressBefore[]>;
}

export interface IngressBefore {
  namespace: string;
  name: string;
  /** For class tailscale the machine's name in the tailnet, else an FQDN. */
  host: string;
  /** `port`: number, or name of a port of the Service. */
  backend: { service: string; port: number | string };
  /** Secret with the certificate; Tailscale has its own. */
  secretName?: string;
  annotations?: Record<string, string>;
}

/** @param stack `octavo` or `alfred` */
export function readInventory(stack: string): Inventory {
  return parse(readFileSync(new URL(`${stack}.yaml`, import.meta.url), "utf8")) as Inventory;
}
