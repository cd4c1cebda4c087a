import type { Observation } from "./answer.ts";
import type { Context } from "./context.ts";
import type { Setting } from "./difference.ts";

/** The route setting that most likely makes the new answer like the old one; none if no setting does. */
export function advise(
  old: Observation | undefined,
  fresh: Observation,
  { place }: Pick<Context, "place">,
): { setting?: Setting } {
  if (place === undefined || fresh.failure !== undefined) return {};
  const write = settingFor(old, fresh, place.route);
  return write === undefined ? {} : { setting: { at: place.at, write } };
}

function settingFor(
  old: Observation | undefined,
  fresh: Extract<Observation, { status: number }>,
  route: NonNullable<Context["place"]>["route"],
): string | undefined {
  const was = old?.failure === undefined ? old : undefined;
  const worked = was !== undefined && was.status < 500;
  switch (fresh.status) {
    case 502:
    case 503:
      // Pomerium does not get through to the app. Nothing else is known of it here.
      if (!worked) return undefined;
      if (!route.secure_upstream) return "secure_upstream: true";
      return route.tls_skip_verify ? undefined : "tls_skip_verify: true";
    case 408:
    case 504:
      return worked && route.timeout !== "0s" ? "timeout: 0s" : undefined;
    default: {
      const sendsElsewhere =
        fresh.redirect !== undefined && was !== undefined && fresh.redirect.host !== was.redirect?.host;
      const refuses = [400, 403, 404, 421].includes(fresh.status) && worked && was.status !== fresh.status;
      return (sendsElsewhere || refuses) && !route.preserve_host_header && route.host_rewrite === undefined
        ? "preserve_host_header: true"
        : undefined;
    }
  }
}
