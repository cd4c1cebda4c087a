import { z } from "zod";
import { labelOf } from "../resource.ts";
import { classes, pomerium, type ResourceRule } from "../rule.ts";
import { openFilter } from "./open-filter.ts";
import { isWhole, type OpenRoute, openRoutes } from "./open-routes.ts";

const options = z.strictObject({
  classes,
  pomerium,
  consent: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Hosts that may be public, such as `status.example.org`; with a path, that path alone and what is below it: `komga.example.org/api`. A PolicyFilter by its kind and name: `PolicyFilter web/open`.",
    ),
  openPaths: z
    .enum(["consent", "free"])
    .default("consent")
    .describe("Whether paths that are open without a session need consent too, or only whole hosts."),
});

/** The text of a route in a consent, without a slash at its end. */
const written = (route: OpenRoute): string =>
  isWhole(route) ? route.host : route.host + route.path.replace(/\/$/, "");

function isConsented(route: OpenRoute, consent: readonly string[]): boolean {
  const own = written(route);
  return consent.some((given) => {
    const entry = given.replace(/\/$/, "");
    return entry === route.host || entry === own || (entry.includes("/") && own.startsWith(`${entry}/`));
  });
}

/** Everybody on the internet reaches a public route, so somebody has to have wanted it. */
export const publicRoute: ResourceRule<z.output<typeof options>> = {
  name: "public-route",
  description: "A route that Pomerium opens to everybody needs consent.",
  level: "mandatory",
  options,
  check(resource, { consent, openPaths, ...read }) {
    const { open, unknown: unknownRoute } = openRoutes(resource, read);
    const filter = openFilter(resource, read.pomerium);
    const unknown = unknownRoute ?? filter.unknown;
    const asked = open.filter(
      (route) => (isWhole(route) || openPaths === "consent") && !isConsented(route, consent),
    );
    const places = [...new Set(asked.map(written))];
    const label = labelOf(resource);
    const about = { resource: label, urn: resource.urn };
    const config = (more: readonly string[]): string =>
      `"public-route": { "consent": ${JSON.stringify([...consent, ...more])} }`;
    return [
      ...(places.length === 0
        ? []
        : [
            {
              ...about,
              reason: `everybody reaches ${places.join(", ")} without signing in`,
              fix: `give its policy people, or consent in the config of the policy pack: ${config(places)}`,
            },
          ]),
      ...(filter.isOpen && !consent.includes(label)
        ? [
            {
              ...about,
              reason: "everybody reaches, without signing in, each route of the Gateway API that names it",
              fix: `give its policy people, or consent in the config of the policy pack: ${config([label])}`,
            },
          ]
        : []),
      ...(unknown === undefined
        ? []
        : [
            {
              ...about,
              reason: `whether it is open to everybody cannot be told: ${unknown}`,
              fix: "write hosts, paths and annotations that are known before the run, and plain paths",
            },
          ]),
    ];
  },
};
