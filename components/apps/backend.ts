import type { LiveService } from "../cluster/live.ts";
import type { ServiceBackend } from "./ingress.ts";

/** An app that names a backend. */
export interface BackendOwner {
  /** Key path of the app: `apps.komga`. */
  at: string;
  namespace: string;
  service: ServiceBackend;
}

export interface BackendProblem {
  /** Key path: `apps.komga.service.port`. */
  at: string;
  message: string;
}

/**
 * Why Pomerium would not reach an app's pods. ingress-nginx takes a Service's port, its name, or the pods'
 * port; Pomerium only the first two, and for the third falls back without a word to an address on which
 * nothing listens.
 *
 * @param service The live Service of that name; undefined where there is none.
 */
export function checkBackend(app: BackendOwner, service: LiveService | undefined): BackendProblem[] {
  const { name, port } = app.service;
  const whole = `${app.namespace}/${name}`;
  if (!service)
    return [{ at: `${app.at}.service.name`, message: `there is no Service ${whole} in the cluster` }];

  // The name outside leads to any port; only a port's name has to be known here.
  if (service.type === "ExternalName" && typeof port === "number") return [];

  const at = `${app.at}.service.port`;
  const byName = typeof port === "string";
  const found = service.ports.find((own) => (byName ? own.name : own.port) === port);
  if (!found) return [{ at, message: missingPort(whole, port, service) }];

  // By number, Pomerium looks for pods that listen on the target port's number, and a name has none. What it
  // falls back to is the Service's address, which for this one is the pods' own.
  if (
    service.headless &&
    !byName &&
    typeof found.targetPort === "string" &&
    found.targetPort !== String(port)
  )
    return [
      {
        at,
        message: `${port} of headless Service ${whole} leads to the pods' port "${found.targetPort}", which Pomerium finds by name only; ${
          found.name ? `write ${found.name}` : "give the Service's port a name and write that"
        }`,
      },
    ];
  return [];
}

function missingPort(whole: string, port: number | string, { ports }: LiveService): string {
  const target = ports.find((own) => own.targetPort === port);
  if (target) return `${port} is the pods' port; the Service's is ${target.port}: write ${target.port}`;
  const known = ports.map((own) => (own.name ? `${own.port} (${own.name})` : String(own.port))).join(", ");
  return `Service ${whole} has no port ${port}; ${known ? `it has ${known}` : "it has none at all"}`;
}
