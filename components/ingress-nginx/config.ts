import type { GateName } from "./gates/names.ts";

export interface IngressNginxConfig {
  namespace: string;
  /** Address of its LoadBalancer; there whenever a tunnel leads to it. */
  address?: string;
  from: { helmRelease: string } | { manifest: "baremetal" };
  /** Hosts that go with ingress-nginx although no app takes them over → why. */
  abandon: Record<string, string>;
  /** Gates that do not hold back `retired` → why. */
  override: Partial<Record<GateName, string>>;
}
