import { z } from "zod";
import { isMap } from "../../../stack-file/paths.ts";
import { isLabelledIngressNginx, type PodTemplate, runsIngressNginx } from "../ingress-nginx-marks.ts";
import { isHidden, isKubernetes, kindOf, labelOf, mapAt, type Resource, textsIn } from "../resource.ts";
import type { ResourceRule } from "../rule.ts";

/** Components of this project, which keep their objects by hooks. */
const ownParents = /\bpomerium-migration:[\w-]+:\w+\$/;

const isKeptByThisProject = ({ urn }: Pick<Resource, "urn">): boolean => ownParents.test(urn);

/** Charts of ingress-nginx by name, from a repository, a registry or a file: `rke2-ingress-nginx`, `./ingress-nginx-4.11.3.tgz`. */
const chart = /(?:^|[/-])ingress-nginx(?:-\d[^/]*)?(?:\.tgz)?\/?(?:[:@].*)?$/;

const isChart = (resource: Pick<Resource, "type">): boolean =>
  isKubernetes(resource) && ["Release", "Chart"].includes(kindOf(resource));

/** Whether a deletion can take ingress-nginx with it, though the object does not say so. */
export const mayContainIngressNginx = (resource: Pick<Resource, "type">): boolean =>
  isChart(resource) || resource.type === "kubernetes:core/v1:Namespace";

/** Whether an object belongs to an installation of ingress-nginx. */
export function isIngressNginx(resource: Pick<Resource, "type" | "props">): boolean {
  if (/^kubernetes-ingress-nginx:.*:IngressController$/.test(resource.type)) return true;
  if (!isKubernetes(resource)) return false;
  const { props } = resource;
  const kind = kindOf(resource);
  const { labels, name, namespace } = mapAt(props, "metadata");
  if (isMap(labels) && isLabelledIngressNginx(textsIn(labels))) return true;
  if (namespace === "ingress-nginx") return true;
  if (kind === "Namespace") return /^ingress-nginx(?:-controller)?$/.test(String(name ?? ""));
  if (kind === "IngressClass") return mapAt(props, "spec").controller === "k8s.io/ingress-nginx";
  if (isChart(resource))
    return (
      props.namespace === "ingress-nginx" ||
      [props.chart, props.name].some((text) => chart.test(String(text ?? "")))
    );
  const template = mapAt(props, "spec", "template");
  const { containers } = mapAt(template, "spec");
  return Array.isArray(containers) && runsIngressNginx(template as unknown as PodTemplate);
}

const nginxOptions = z.strictObject({
  retired: z
    .boolean()
    .default(false)
    .describe("Whether ingress-nginx serves nothing any more, so that its objects may go."),
});

/**
 * A policy pack does not see what a run deletes. A protected resource is safe without that: Pulumi itself refuses to
 * delete it.
 */
export const ingressNginxKept: ResourceRule<z.output<typeof nginxOptions>> = {
  name: "ingress-nginx",
  description: "Objects of ingress-nginx stay until it is retired.",
  level: "advisory",
  options: nginxOptions,
  check(resource, { retired }) {
    if (retired || resource.isProtected || isKeptByThisProject(resource) || !isIngressNginx(resource))
      return [];
    return [
      {
        resource: labelOf(resource),
        urn: resource.urn,
        reason: "belongs to ingress-nginx, and a line removed from the program would delete it",
        fix: "set the resource option protect: true, so that Pulumi refuses, or the rule's option retired: true once ingress-nginx serves nothing any more",
      },
    ];
  },
};

const serviceOptions = z.strictObject({});

/** Whether the world outside the cluster knows the address of a Service. */
function hasAddressOutside({ props }: Resource): boolean {
  const { type } = mapAt(props, "spec");
  return type === "LoadBalancer" || type === "NodePort" || isHidden(type);
}

/** A policy pack does not see replacements either. */
export const serviceKept: ResourceRule<z.output<typeof serviceOptions>> = {
  name: "service",
  description: "A Service keeps its address: no run replaces it.",
  level: "advisory",
  options: serviceOptions,
  check(resource) {
    if (resource.isProtected || isKeptByThisProject(resource)) return [];
    if (resource.type !== "kubernetes:core/v1:Service" || !hasAddressOutside(resource)) return [];
    return [
      {
        resource: labelOf(resource),
        urn: resource.urn,
        reason: "has an address outside the cluster, which a replacement would change",
        fix: "set the resource option protect: true, so that Pulumi refuses to replace it",
      },
    ];
  },
};
