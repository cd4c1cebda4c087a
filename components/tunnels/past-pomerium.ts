import type { Report } from "../../stack-file/problems.ts";
import { pomeriumNamespace } from "../cluster/names.ts";
import type { Phase } from "../cluster/phase.ts";
import { servedBy, type TunnelApp } from "./carried-hosts.ts";
import { isChallengeDetour } from "./checks.ts";
import type { Tunnels } from "./config.ts";
import { isOrigin, leadsToIngressNginx, leadsToService, type NginxOrigins, origin } from "./origins.ts";
import { describeMatch, dnsForm, matchesHost, type Rule } from "./rules.ts";
import { isWide } from "./wide-path.ts";

/** What the checks of tunnels need of an app. */
export interface CheckedApp extends TunnelApp {
  /** Key in the stack file. The hosts of one app share it. */
  key: string;
  /** Key path: `apps.<key>`. */
  at: string;
  namespace: string;
  service: { name: string };
  /** Paths that may have their own Service. */
  paths: readonly { service: { name: string } }[];
}

/** Parts of the stack that decide whether a rule leads past Pomerium. */
interface Context {
  phase: Phase | undefined;
  apps: readonly CheckedApp[];
  authenticateHost: string | undefined;
  /** Where Pomerium answers HTTPS. */
  reach: { ip: string; port: number };
  ingressNginx: NginxOrigins;
}

/**
 * Refuses extra rules that take the whole host of an app or of the sign-in pages past Pomerium. Warns of rules that do so
 * for some paths, for hosts below a wildcard, or by another host.
 *
 * @param checked The rules that have no other mistake.
 * @param carriedBy Hosts of the apps and of the sign-in pages, and the tunnel that carries each.
 */
export function checkPastPomerium(
  tunnels: Tunnels,
  checked: ReadonlySet<Rule>,
  carriedBy: ReadonlyMap<string, string>,
  context: Context,
  report: Report,
): void {
  for (const [name, { extraRules }] of Object.entries(tunnels))
    for (const [i, rule] of extraRules.entries()) {
      const at = ["tunnels", name, "extraRules", i];
      if (!checked.has(rule) || answersNothing(rule) || leadsToPomerium(rule, context)) continue;
      const isWhole = rule.path === undefined || isWide(rule.path);
      const host = rule.hostname === undefined ? undefined : dnsForm(rule.hostname);
      const app = context.apps.find((each) => each.host === host);
      const what = `leads ${describeMatch(rule)} to ${rule.service}, past Pomerium`;
      if (app !== undefined || (host !== undefined && host === context.authenticateHost)) {
        const carrier = carriedBy.get(host!);
        // Another check reports a host in two tunnels.
        if (carrier !== undefined && carrier !== name) continue;
        if (app !== undefined && leadsAsThePhaseSays(rule, app, context)) continue;
        if (rule.path !== undefined && isChallengeDetour(rule.path)) continue;
        const whose = app?.at ?? "the sign-in pages";
        if (!isWhole) report.warning(at, `${what}: the access of ${whose} does not apply there`);
        else if (carrier === undefined)
          report.problem(
            at,
            `${what}, but the host is that of ${whose}; ${carryInstead(name, app, context)} in place of this rule`,
          );
        else
          report.problem(
            [...at, "path"],
            `${what}, and matches paths that it does not name; name those that the service answers, such as ^/photos/`,
          );
        continue;
      }
      const owner = ownerOf(rule.service, context.apps);
      if (owner !== undefined)
        report.warning(
          at,
          `${what}, straight to the Service of ${owner.at}: its access does not apply there`,
        );
      const taken = context.apps.filter(
        (each) =>
          isWhole &&
          !carriedBy.has(each.host) &&
          matchesHost(rule, each.host) &&
          !leadsAsThePhaseSays(rule, each, context),
      );
      if (taken.length > 0)
        report.warning(
          at,
          `${what}, and no tunnel carries ${taken[0]!.host}${
            taken.length === 1 ? "" : ` and ${taken.length - 1} more`
          }: requests for it that reach this tunnel would go there; name ${taken.length === 1 ? "its app" : "their apps"} under \`apps\``,
        );
    }
}

function carryInstead(tunnel: string, app: CheckedApp | undefined, { reach }: Context): string {
  if (app === undefined) return `write \`authenticate: true\` on tunnels.${tunnel}`;
  return app.host.startsWith("*")
    ? `lead the host to ${origin(reach.ip, reach.port)}`
    : `name ${app.key} under tunnels.${tunnel}.apps`;
}

const answersNothing = ({ service }: Rule): boolean => service.startsWith("http_status:");

function leadsToPomerium({ service }: Rule, { reach }: Context): boolean {
  return (
    isOrigin(service, reach.ip, reach.port) ||
    leadsToService(service, { namespace: pomeriumNamespace, name: "pomerium-proxy" })
  );
}

/** Whether ingress-nginx answers the app in this phase, and the rule leads there. Phase retired has another check for it. */
function leadsAsThePhaseSays({ service }: Rule, app: CheckedApp, { phase, ingressNginx }: Context): boolean {
  const { address } = ingressNginx;
  const toNginx =
    leadsToIngressNginx(service, ingressNginx) || (address !== undefined && isOrigin(service, address));
  return (
    toNginx &&
    (phase === undefined || phase === "retired" || servedBy(phase, app, ingressNginx) === "ingress-nginx")
  );
}

/** The app to whose Service an address leads by name. */
function ownerOf(service: string, apps: readonly CheckedApp[]): CheckedApp | undefined {
  return apps.find(({ namespace, service: own, paths }) =>
    [own, ...paths.map((path) => path.service)].some(({ name }) =>
      leadsToService(service, { namespace, name }),
    ),
  );
}
