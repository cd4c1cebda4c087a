import { z } from "zod";
import {
  classOf,
  hasPomeriumAnnotations,
  isIngress,
  labelOf,
  pomeriumIngress,
  type Resource,
} from "../resource.ts";
import { classes, type ResourceRule } from "../rule.ts";

const options = z.strictObject({ classes });

type Said = readonly [reason: string, fix: string];

/** Types whose effect no rule can read, each with the reason and the alternative. */
const opaque: readonly (readonly [type: RegExp, ...Said])[] = [
  [
    /^kubernetes:helm\.sh\/v3:Release$/,
    "its provider renders the chart, so no rule sees its objects",
    "use kubernetes:helm.sh/v4:Chart, whose objects are resources of the stack, or look at `helm template` yourself",
  ],
  [
    /^kubernetes:.*:(?:Ingress|Pomerium|PolicyFilter|Deployment|StatefulSet|Service)Patch$/,
    "it changes an object that others own, so no rule sees what comes out",
    "change the object where it is made",
  ],
  [
    /^kubernetes:gateway\.networking\.k8s\.io\/.*:(?:HTTP|GRPC)Route(?:Patch)?$/,
    "it is a route of the Gateway API, and no rule sees which paths it opens",
    "make an Ingress instead, or look at the route and its PolicyFilters yourself",
  ],
];

/** Why an Ingress with annotations for Pomerium is not judged. */
function ofAnotherClass(resource: Resource, known: readonly string[]): Said | undefined {
  if (!isIngress(resource) || !hasPomeriumAnnotations(resource) || pomeriumIngress(resource, known))
    return undefined;
  const own = String(classOf(resource.props));
  return [
    `it has annotations for Pomerium, and its IngressClass ${own} is not one of Pomerium's, so the rules about routes leave it out`,
    `if Pomerium serves the class, add it to the option classes of the rules about routes: "classes": ${JSON.stringify([...new Set([...known, own])])}; otherwise remove the annotations`,
  ];
}

export const notSeen: ResourceRule<z.output<typeof options>> = {
  name: "not-seen",
  description: "The rules can read what the program makes.",
  level: "advisory",
  options,
  check(resource, { classes }) {
    const [, ...said] = opaque.find(([type]) => type.test(resource.type)) ?? [];
    const [reason, fix] = said.length > 0 ? said : (ofAnotherClass(resource, classes) ?? []);
    return reason === undefined || fix === undefined
      ? []
      : [{ resource: labelOf(resource), urn: resource.urn, reason, fix }];
  },
};
