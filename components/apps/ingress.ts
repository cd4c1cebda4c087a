import type { Input } from "@pulumi/pulumi";
import type { Authorization, RoutePath } from "../../policies/access/routes.ts";
import type { Route } from "../../policies/annotations/annotations.ts";
import { renderRoute } from "../../policies/annotations/render.ts";
import { renderPolicy } from "../../policies/language/render.ts";
import type { types } from "../cluster/kubernetes.ts";

/** Where Pomerium sends an app's requests. */
export interface ServiceBackend {
  /** Service in the namespace of the Ingress. */
  name: string;
  /** The Service's own port, by number or name; never the pods' target port. */
  port: number | string;
}

/**
 * Who may pass, as annotations. Pomerium accepts public and a policy together, and then public wins. So no value of
 * this type has both.
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
 * @throws RouteError if this version of Pomerium would refuse the route.
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

/** Whether the app is a stream of bytes (TCP, UDP or SSH). It has no paths, and Pomerium refuses any. */
export function isPathless({ tcp_upstream, udp_upstream, ssh_upstream }: Route): boolean {
  return Boolean(tcp_upstream || udp_upstream || ssh_upstream);
}

/**
 * Some paths of one host, to one Service.
 *
 * @param args.secretName Secret of the host's certificate. Without one, Pomerium serves the host with a certificate of
 *   its settings.
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
  return {
    ingressClassName: ingressClass,
    rules: [
      {
        host,
        http: {
          paths: isPathless(route)
            ? [{ pathType: "ImplementationSpecific", backend }]
            : paths.map(({ path, exact }) => ({ path, pathType: exact ? "Exact" : "Prefix", backend })),
        },
      },
    ],
    ...(secretName === undefined ? {} : { tls: [{ hosts: [host], secretName }] }),
  };
}
