import { backendProblems } from "../components/apps/service-checks.ts";
import type { Backend, LiveService } from "../components/cluster/live.ts";
import { serviceNamed } from "./lookup.ts";

/** Where an app's requests go, in the words of the stack file. */
export interface OwnBackend {
  namespace: string;
  name: string;
  /** The Service's own port, which Pomerium needs. */
  port: number | string;
  /** Why it is not the port in the Ingress. */
  why?: string;
  /** Why Pomerium would not reach it. */
  problem?: string;
}

/**
 * The Service's own port for a backend of an Ingress. ingress-nginx also takes the pods' port; Pomerium does not.
 */
export function ownBackend(
  namespace: string,
  { service: name, port = 80 }: Backend,
  services: readonly LiveService[],
): OwnBackend {
  const service = serviceNamed(services, { namespace, name });
  const own = service === undefined ? port : ownPort(service, port);
  const [problem] = backendProblems({ at: "", namespace, service: { name, port: own } }, service);
  return {
    namespace,
    name,
    port: own,
    ...(own === port ? {} : { why: whyAnother(service, port) }),
    ...(problem === undefined ? {} : { problem: problem.message }),
  };
}

function whyAnother(service: LiveService | undefined, port: number | string): string {
  const isOwn = service?.ports.some((each) => each.port === port || each.name === port);
  return isOwn
    ? `the Ingress has ${port}; Pomerium finds the pods' port of a headless Service by name only`
    : `the Ingress has ${port}, the pods' port, which Pomerium does not take`;
}

function ownPort({ headless, ports }: LiveService, port: number | string): number | string {
  const exact = ports.find((each) => each.port === port || each.name === port);
  const found = exact ?? ports.find(({ targetPort }) => targetPort === port);
  if (found === undefined) return port;
  // Pomerium finds the pods' port of a headless Service only by the name of the Service's port.
  if (headless && typeof found.targetPort === "string" && found.name !== undefined) return found.name;
  return exact === undefined ? found.port : port;
}
