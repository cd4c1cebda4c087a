import type { Access } from "../../policies/access/routes.ts";
import type { Route } from "../../policies/annotations/annotations.ts";

export interface AppConfig {
  /** Key in the stack file, and the name of everything that belongs to the app. */
  name: string;
  /** `apps.<name>`. */
  at: string;
  host: string;
  /** Zone of `certificates.zones` in which the host lies. */
  zone: string;
  namespace: string;
  /** Port: the Service's own port or its name, never the pods' target port. */
  service: { name: string; port: number | string };
  access: Access;
  /** Everything else that Pomerium is told about the route, catalogue and stack file merged. */
  route: Route;
  /** Secret of the host's certificate, in the app's namespace. */
  tlsSecret: string;
  /** nginx Ingresses of the same namespace that the app takes over from. */
  replaces: string[];
  /** Protections of those that go without a replacement, by ingress-nginx' annotation without its prefix → why. */
  accept: Record<string, string>;
  /** Its tunnel rule leads to Pomerium ahead of the phase, or stays behind at ingress-nginx; absent, it follows. */
  migrated?: boolean;
  /** Catalogue entry that the app follows. */
  profile?: string;
}
