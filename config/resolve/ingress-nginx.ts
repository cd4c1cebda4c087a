import type { IngressNginxInput } from "../schema/cluster.ts";
import type { IngressNginxConfig } from "../stack.ts";

export function resolveIngressNginx({ namespace, address, ...from }: IngressNginxInput): IngressNginxConfig {
  return { namespace, ...(address === undefined ? {} : { address }), from };
}
