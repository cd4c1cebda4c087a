import type { Access, AppPath } from "../../policies/access/routes.ts";
import type { Route } from "../../policies/annotations/annotations.ts";
import type { Phase } from "../cluster/phase.ts";
import type { IngressNginxConfig } from "./config.ts";

/** The part of an app that this subject needs. */
export interface AppView {
  /** The key, or `<key>.<host>` for a further host of the app. */
  name: string;
  /** Key in the stack file. Default: the name. */
  key?: string;
  /** Key path: `apps.<name>`. */
  at: string;
  host: string;
  namespace: string;
  service: { name: string; port: number | string };
  access: Access;
  /** Paths of the host that Pomerium routes apart: to another Service, or with another access. Default: none. */
  paths?: readonly (AppPath & { service: { name: string; port: number | string }; route?: Route })[];
  /** Annotations of its Ingress for other tools. Default: none. */
  metadata?: { annotations: Readonly<Record<string, string>> };
  /** Everything that Pomerium is told about the route, with the settings of the catalogue entry. */
  route: Route;
  /** Names of nginx Ingresses of the same namespace. */
  replaces: readonly string[];
  /** Protections that go without a replacement → why. */
  accept: Readonly<Record<string, string>>;
}

/** The part of a stack that this subject needs. */
export interface StackView {
  name: string;
  phase: Phase;
  cluster: { context: string };
  apps: readonly AppView[];
  /** Absent when the stack file has no `ingressNginx`. */
  ingressNginx?: IngressNginxConfig;
}
