import { newestRelease } from "../../language/releases.ts";
import type { Policy } from "../../language/types.ts";
import type { PublicContext } from "../consent.ts";
import type { RoutePath } from "../routes.ts";
import { anonymous, decider } from "./decider.ts";
import { mentionsOf } from "./mentions.ts";
import { probes } from "./probes.ts";

/** Methods to try where a policy names some: the open one may be one that it does not name. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"];

/**
 * Whether a policy lets in a caller without a session somewhere at a place, with at least one method from at least one
 * network. A place that is closed at some paths is still open at all others, so it needs the consent of a public one.
 * Paths that Pomerium answers itself do not count.
 *
 * @param paths Paths of the route that has the policy. Default: the whole host.
 * @param certificates Whether Pomerium knows an authority of client certificates there. Without one, it takes every
 *   client for valid, so a rule about invalid certificates closes nothing. With one, a missing certificate is not valid.
 */
export function opensSomewhere(
  policy: Policy,
  pomerium = newestRelease,
  paths: readonly RoutePath[] = [{ path: "/", exact: false }],
  certificates = false,
): boolean {
  const routes = [{ paths, authorization: { policy } }];
  const app = { name: "", at: "", host: "host.invalid", routes, pomerium };
  const named = mentionsOf([app]);
  // A path that no rule closes by its beginning either.
  const others = paths.flatMap(({ path, exact }) => (exact ? [] : [`${path.replace(/\/$/, "")}/~other`]));
  const asked = {
    ...named,
    paths: [...named.paths, ...others],
    methods: named.methods.length === 0 ? [] : [...methods, ...named.methods],
  };
  const decide = decider(app);
  return probes(asked).some(
    (probe) =>
      decide.verdict(anonymous, {
        ...probe,
        clientCertificate: "none",
        invalidClientCertificate: certificates,
      }).decision === "allow",
  );
}

/** Like {@link opensSomewhere}, at a place of a stack. */
export function isOpenAt(policy: Policy, { version, asksForCertificates }: PublicContext): boolean {
  return opensSomewhere(policy, version, undefined, asksForCertificates);
}

/** Like {@link opensSomewhere}, where it is not known whether Pomerium knows an authority of client certificates. */
export function mayOpenSomewhere(policy: Policy, pomerium?: string, paths?: readonly RoutePath[]): boolean {
  return [false, true].some((certificates) => opensSomewhere(policy, pomerium, paths, certificates));
}
