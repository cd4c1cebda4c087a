import { isIPv6 } from "node:net";
import { sameAddress } from "../../stack-file/networks.ts";

/** The parts of a stack by which a service of ingress-nginx is recognised. */
export interface NginxOrigins {
  /** Address of its LoadBalancer Service. */
  address?: string;
  /** Hosts that stay at ingress-nginx on purpose. Then every app is Pomerium's. */
  stays?: object;
  /** The installations that phase retired removes. */
  installations?: readonly {
    namespace: string;
    from: { helmRelease: string } | { manifest: string };
  }[];
}

/** Address at which Pomerium or ingress-nginx terminates TLS. */
export function origin(address: string, port = 443): string {
  return `https://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** The parts of a service's address; undefined for sockets and cloudflared's own services. */
function serviceParts(
  service: string,
): { scheme: string; host: string; port?: string | undefined } | undefined {
  const [, scheme, inBrackets, name, port] =
    /^([a-z]+):\/\/(?:\[([^\]]+)\]|([^/:@\s]+))(?::(\d+))?$/i.exec(service) ?? [];
  const host = inBrackets ?? name;
  return scheme === undefined || host === undefined
    ? undefined
    : { scheme: scheme.toLowerCase(), host: host.toLowerCase(), port };
}

/** Whether a service is the {@link origin} of an address. The default port of https may be left out. */
export function isOrigin(service: string, address: string, port = 443): boolean {
  const { scheme, host = "", port: given = "443" } = serviceParts(service) ?? {};
  return scheme === "https" && given === String(port) && sameAddress(host, address);
}

/** Default ports of the schemes for which an address of ingress-nginx answers. */
const webPorts: Readonly<Record<string, string>> = { http: "80", ws: "80", https: "443", wss: "443" };

/**
 * Whether a service is part of an ingress-nginx that phase retired removes. It is, if it is port 80 or 443 of its
 * address, or the name of one of its Services inside the cluster. Its address may be that of a node, where other ports
 * are somebody else's.
 */
export function leadsToIngressNginx(service: string, { address, installations = [] }: NginxOrigins): boolean {
  const { scheme = "", host, port = webPorts[scheme] ?? "" } = serviceParts(service) ?? {};
  if (host === undefined || installations.length === 0) return false;
  if (address !== undefined && sameAddress(host, address)) return Object.values(webPorts).includes(port);
  const [name = "", inNamespace] = host.split(".");
  return installations.some(({ namespace, from }) => {
    const starts = ["ingress-nginx", ...("helmRelease" in from ? [from.helmRelease] : [])];
    return namespace === inNamespace && starts.some((start) => name.startsWith(start));
  });
}

/** Whether an address is the name that a Service has inside the cluster: `komga-svc.komga`, also with `.svc` and more. */
export function leadsToService(
  address: string,
  { namespace, name }: { namespace: string; name: string },
): boolean {
  const { host = "" } = serviceParts(address) ?? {};
  const own = `${name}.${namespace}`;
  return host.replace(/\.$/, "") === own || host === `${own}.svc` || host.startsWith(`${own}.svc.`);
}
