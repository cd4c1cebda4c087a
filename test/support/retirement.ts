import type { Api } from "../../sandbox/cluster/api.ts";
import type { DestroyOptions } from "../../sandbox/pulumi/workspace.ts";
import { type Stored, stored } from "./snapshot.ts";

/** What Kubernetes itself removes with it: what ingress-nginx' Ingresses own, and what every namespace has. */
export const goesAlong = /^(certificates |serviceaccounts ingress-nginx\/default$)/;

export const nginx = { namespace: "ingress-nginx", instance: "ingress-nginx" };

/** Whether an object is ingress-nginx' own, or an Ingress of its class. */
export function isLeaving(name: string, { metadata, spec }: Stored): boolean {
  if (goesAlong.test(name)) return false;
  if (name.startsWith("ingresses ")) return spec?.ingressClassName === "nginx";
  return (
    metadata.labels?.["app.kubernetes.io/instance"] === nginx.instance ||
    metadata.namespace === nginx.namespace ||
    name === `namespaces /${nginx.namespace}`
  );
}

/** An object without what its controllers write: whoever has changed anything else of it shows. */
function untouched({ status: _, metadata, ...rest }: Stored & { status?: unknown }): string {
  const {
    resourceVersion: __,
    managedFields = [],
    ...own
  } = metadata as Stored["metadata"] & {
    managedFields?: { subresource?: string }[];
  };
  const managers = managedFields.filter(({ subresource }) => subresource !== "status");
  return JSON.stringify({ ...rest, metadata: { ...own, managers } });
}

/** Every object that meets a test, as whoever wanted it left it. */
export async function snapshot(
  api: Api,
  test: (name: string, object: Stored) => boolean,
): Promise<Map<string, string>> {
  const all = [...(await stored(api))].filter(([name, object]) => test(name, object));
  return new Map(all.map(([name, object]) => [name, untouched(object)]));
}

/** Ingresses that are neither ingress-nginx' nor Pomerium's. */
export const isForeign = (name: string, { spec }: Stored): boolean =>
  name.startsWith("ingresses ") && !["nginx", "pomerium"].includes(spec?.ingressClassName ?? "");

/** The README's other way to remove ingress-nginx. */
export const onlyIngressNginx: DestroyOptions = { targets: ["**:IngressNginx**"], runProgram: true };
