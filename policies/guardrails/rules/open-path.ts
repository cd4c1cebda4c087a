import { z } from "zod";
import { labelOf } from "../resource.ts";
import { classes, pomerium, type ResourceRule } from "../rule.ts";
import { isWhole, openRoutes } from "./open-routes.ts";
import { boundaryFindings } from "./policy.ts";

const options = z.strictObject({ classes, pomerium });

/** Pomerium compares prefixes letter by letter: `/api` also opens `/apixyz`. */
export const openPath: ResourceRule<z.output<typeof options>> = {
  name: "open-path",
  description: "A path that is open without a session ends at a segment.",
  level: "mandatory",
  options,
  check(resource, options) {
    const { open } = openRoutes(resource, options);
    const loose = open.filter((route) => !route.exact && !isWhole(route) && !route.path.endsWith("/"));
    return [
      ...loose.map(({ host, path }) => ({
        resource: labelOf(resource),
        urn: resource.urn,
        reason: `everybody also reaches ${host}${path}xyz, because Pomerium compares the prefix ${path} letter by letter`,
        fix: `write two paths: { path: "${path}", pathType: "Exact" } and { path: "${path}/", pathType: "Prefix" }`,
      })),
      ...boundaryFindings(resource, options),
    ];
  },
};
