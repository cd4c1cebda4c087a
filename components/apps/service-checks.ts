import type { Problem } from "../../stack-file/problems.ts";
import type { LiveCluster, LiveService } from "../cluster/live.ts";
import { pomeriumNamespace, verifyService } from "../cluster/names.ts";
import type { CheckedApp } from "./checks.ts";

/** Whether an app is Pomerium's verify page, which this program deploys itself. */
export function isVerify({ namespace, service }: Pick<CheckedApp, "namespace" | "service">): boolean {
  return namespace === pomeriumNamespace && service.name === verifyService.name;
}

/**
 * Problems of the apps' Services. The verify page is an exception: this program deploys it, so the cluster need not
 * have its Service yet.
 */
export function serviceProblems(
  apps: readonly Pick<CheckedApp, "at" | "namespace" | "service" | "paths">[],
  { services }: Pick<LiveCluster, "services">,
): Problem[] {
  const live = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service]));
  const backends = apps.flatMap((app) => [
    app,
    ...(app.paths ?? [])
      .filter(({ service }) => service !== app.service)
      .map(({ at, service }) => ({ at, service, namespace: app.namespace })),
  ]);
  // The hosts of one app have the same Services.
  const each = new Map(backends.map((backend) => [`${backend.at} ${backend.namespace}`, backend]));
  return [...each.values()]
    .filter((backend) => !isVerify(backend))
    .flatMap((backend) => backendProblems(backend, live.get(`${backend.namespace}/${backend.service.name}`)));
}

/**
 * Finds out why Pomerium would not reach an app's pods. ingress-nginx accepts a Service's port, its name, or the pods'
 * port. Pomerium accepts only the first two. For the third it silently uses an address on which nothing listens.
 *
 * @param service The live Service of that name; undefined if there is none.
 */
export function backendProblems(
  app: Pick<CheckedApp, "at" | "namespace" | "service">,
  service: LiveService | undefined,
): Problem[] {
  const { name, port } = app.service;
  const whole = `${app.namespace}/${name}`;
  if (!service)
    return [{ at: `${app.at}.service.name`, message: `there is no Service ${whole} in the cluster` }];

  // An external name accepts any port number. Only a port's name must exist in the Service.
  if (service.type === "ExternalName" && typeof port === "number") return [];

  const at = `${app.at}.service.port`;
  const byName = typeof port === "string";
  const found = service.ports.find((own) => (byName ? own.name : own.port) === port);
  if (!found) return [{ at, message: missingPort(whole, port, service) }];

  // For a port number, Pomerium looks for pods that listen on the target port's number. A named target port has no
  // number, so Pomerium uses the Service's address. A headless Service has no address except those of its pods.
  if (
    service.headless &&
    !byName &&
    typeof found.targetPort === "string" &&
    found.targetPort !== String(port)
  )
    return [
      {
        at,
        message: `${port} of headless Service ${whole} leads to the pods' port "${found.targetPort}", which Pomerium finds only by name; ${
          found.name ? `write ${found.name}` : "give the Service's port a name and write that"
        }`,
      },
    ];
  return [];
}

function missingPort(whole: string, port: number | string, { ports }: LiveService): string {
  const target = ports.find((own) => own.targetPort === port);
  if (target) return `${port} is the pods' port; the Service's port is ${target.port}: write ${target.port}`;
  const known = ports.map((own) => (own.name ? `${own.port} (${own.name})` : String(own.port))).join(", ");
  return `Service ${whole} has no port ${port}; ${known ? `it has ${known}` : "it has none at all"}`;
}
