import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { Authorization, RoutePath } from "../../policies/access/routes.ts";
import type { Route } from "../../policies/annotations/annotations.ts";
import { renderRoute } from "../../policies/annotations/render.ts";
import { renderPolicy } from "../../policies/language/render.ts";

/** Where Pomerium sends an app's requests. */
export interface ServiceBackend {
  /** Service in the namespace of the Ingress. */
  name: string;
  /** The Service's own port, by number or name; never the pods' target port. */
  port: number | string;
}

/**
 * Who may pass, as annotations. Public and a policy together are accepted by Pomerium, and public wins: so
 * no value of this type holds both.
 */
export type AuthorizationAnnotations =
  | {
      "ingress.pomerium.io/allow_public_unauthenticated_access": "true";
      "ingress.pomerium.io/policy"?: never;
    }
  | {
      "ingress.pomerium.io/policy": string;
      "ingress.pomerium.io/allow_public_unauthenticated_access"?: never;
    };

/** Who may pass, as annotations. */
export function authorizationAnnotations(authorization: Authorization): AuthorizationAnnotations {
  return authorization.public
    ? { "ingress.pomerium.io/allow_public_unauthenticated_access": "true" }
    : { "ingress.pomerium.io/policy": renderPolicy(authorization.policy) };
}

/**
 * All annotations of an app's Ingress.
 *
 * @throws RouteError when this version of Pomerium would not take the route as written.
 */
export function ingressAnnotations(args: {
  authorization: Authorization;
  route: Route;
  pomeriumVersion: string;
}): Record<string, string> {
  return Object.assign(
    renderRoute(args.route, args.pomeriumVersion),
    authorizationAnnotations(args.authorization),
  );
}

/**
 * Some paths of one host, to one Service.
 *
 * @param args.secretName Secret of the host's certificate; without one, Pomerium serves the host with a
 *   certificate of its settings.
 */
export function ingressSpec(args: {
  host: string;
  paths: readonly RoutePath[];
  service: ServiceBackend;
  route: Route;
  ingressClass: Input<string>;
  secretName?: Input<string>;
}): types.input.networking.v1.IngressSpec {
  const { host, paths, service, route, ingressClass, secretName } = args;
  const port = typeof service.port === "number" ? { number: service.port } : { name: service.port };
  const backend = { service: { name: service.name, port } };
  // A stream of bytes has no path, and Pomerium refuses one.
  const pathless = route.tcp_upstream || route.udp_upstream || route.ssh_upstream;
  return {
    ingressClassName: ingressClass,
    rules: [
      {
        host,
        http: {
          paths: pathless
            ? [{ pathType: "ImplementationSpecific", backend }]
            : paths.map(({ path, exact }) => ({ path, pathType: exact ? "Exact" : "Prefix", backend })),
        },
      },
    ],
    ...(secretName === undefined ? {} : { tls: [{ hosts: [host], secretName }] }),
  };
}
