import type { Api } from "../../sandbox/cluster/api.ts";
import type { DestroyOptions } from "../../sandbox/pulumi/workspace.ts";
import { type Stored, stored } from "./snapshot.ts";

/** Objects that Kubernetes itself deletes: Certificates of nginx Ingresses, and the namespace's default account. */
export const goesAlong = /^(certificates |serviceaccounts ingress-nginx\/default$)/;

export const nginx = { namespace: "ingress-nginx", instance: "ingress-nginx" };

/** Whether an object belongs to ingress-nginx or is an Ingress of its class. */
export function isLeaving(name: string, { metadata, spec }: Stored): boolean {
  if (goesAlong.test(name)) return false;
  if (name.startsWith("ingresses ")) return spec?.ingressClassName === "nginx";
  return (
    metadata.labels?.["app.kubernetes.io/instance"] === nginx.instance ||
    metadata.namespace === nginx.namespace ||
    name === `namespaces /${nginx.namespace}`
  );
}

/** An object without its status and resource version, so that two texts differ only after another change. */
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

/** All objects that meet the test, each as a text that changes only when somebody changes the object. */
export async function snapshot(
  api: Api,
  test: (name: string, object: Stored) => boolean,
): Promise<Map<string, string>> {
  const all = [...(await stored(api))].filter(([name, object]) => test(name, object));
  return new Map(all.map(([name, object]) => [name, untouched(object)]));
}

/** Whether an object is an Ingress that belongs neither to ingress-nginx nor to Pomerium. */
export const isForeign = (name: string, { spec }: Stored): boolean =>
  name.startsWith("ingresses ") && !["nginx", "pomerium"].includes(spec?.ingressClassName ?? "");

/** The other documented way to remove ingress-nginx: a destroy of its component only. */
export const onlyIngressNginx: DestroyOptions = { targets: ["**:IngressNginx**"], runProgram: true };
