import { z } from "zod";
import { labelOf } from "../resource.ts";
import type { ResourceRule } from "../rule.ts";

const options = z.strictObject({});

/** Types whose effect no rule can read, each with the reason and the alternative. */
const opaque: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  "kubernetes:helm.sh/v3:Release": [
    "its provider renders the chart, so no rule sees its objects",
    "use kubernetes:helm.sh/v4:Chart, whose objects are resources of the stack, or look at `helm template` yourself",
  ],
  "kubernetes:networking.k8s.io/v1:IngressPatch": [
    "it changes an Ingress that others own, so no rule sees what comes out",
    "change the Ingress where it is made",
  ],
};

export const notSeen: ResourceRule<z.output<typeof options>> = {
  name: "not-seen",
  description: "The rules can read what the program makes.",
  level: "advisory",
  options,
  check(resource) {
    const found = opaque[resource.type];
    if (found === undefined) return [];
    const [reason, fix] = found;
    return [{ resource: labelOf(resource), urn: resource.urn, reason, fix }];
  },
};
