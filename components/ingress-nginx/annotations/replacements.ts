import type { Access } from "../../../policies/access/routes.ts";
import { parseNetwork } from "../../../stack-file/networks.ts";
import type { ReplacedBy, Replacement } from "./judgement.ts";
import { networksOf, networkTexts, within } from "./networks.ts";

/** A judgement that holds for an app only if it holds for each of its paths too. */
function everywhere(judge: ReplacedBy): ReplacedBy {
  return (value, app, of) => {
    const site = judge(value, app, of);
    if (site.by === undefined) return site;
    for (const { path, access = app.access, route = app.route } of app.paths ?? []) {
      const there: Replacement = judge(value, { access, route }, of);
      if (there.by === undefined) return { but: `${there.but ?? ""} (at its path ${path})` };
    }
    return site;
  };
}

/** `access.from` admits no address that ingress-nginx refused. */
export const byNetworks: ReplacedBy = everywhere((value, { access }) => {
  const from = "from" in access ? access.from : [];
  const had = `; ingress-nginx admitted ${networkTexts(value).join(", ") || "no readable network"} only`;
  if (from.length === 0) return { but: had };
  const admitted = networksOf(value);
  const wider = from.filter((text) => {
    const network = parseNetwork(text);
    return network === undefined || !within(network, admitted);
  });
  if (wider.length === 0) return { by: "`access.from`" };
  return { but: `${had}, not all of ${wider.join(", ")}` };
});

/** People sign in by name, which is more than a shared password. It replaces nothing where nobody signs in. */
export const bySignIn: ReplacedBy = everywhere((_, { access }) => {
  const but = unguarded(access);
  return but === undefined ? { by: "people sign in instead" } : { but };
});

/** Pomerium checks the authority of a client's certificate, but no common name, and asks nothing on a public route. */
export const byCertificate: ReplacedBy = everywhere((_, { access, route }, of) => {
  if (route.tls_downstream_client_ca_secret === undefined) return {};
  if (of("auth-tls-match-cn") !== "") return { but: "; auth-tls-match-cn has no equivalent" };
  const but = access.kind === "policy" ? undefined : unguarded(access);
  return but === undefined ? { by: "`route.tls_downstream_client_ca_secret`" } : { but };
});

/** Where callers are not asked who they are, as the end of a sentence; undefined when they always are. */
function unguarded(access: Access): string | undefined {
  switch (access.kind) {
    case "public":
      return ", but the app is public";
    case "policy":
      return ", but what the app's own policy asks for is not judged here";
    case "people":
    case "apiOnly":
      return access.api.length === 0
        ? undefined
        : `, but not at its open paths ${access.api.map(({ path }) => path).join(", ")}`;
  }
}
