import { removeKey } from "../../stack-file/commands.ts";
import type { Report } from "../../stack-file/problems.ts";
import { counted, few } from "../../stack-file/text.ts";
import { kubectl } from "../cluster/commands.ts";
import { objectId } from "../cluster/objects.ts";
import type { Phase } from "../cluster/phase.ts";
import { hostsOf, ingressesFor } from "./annotations/hosts.ts";
import type { IngressNginxConfig, IngressNginxInput } from "./config.ts";
import type { LiveIngressNginx } from "./live.ts";
import type { StackView } from "./stack-view.ts";

/**
 * Whether the cluster stays in coexist on purpose: ingress-nginx serves the hosts that the stack file names, and Pomerium
 * serves the apps.
 *
 * @see https://www.pomerium.com/docs/deploy/k8s/ingress
 */
export function staysInCoexist({
  ingressNginx,
}: {
  ingressNginx?: Pick<IngressNginxConfig, "stays">;
}): boolean {
  return ingressNginx?.stays !== undefined;
}

/** A host that stays cannot be an app or abandoned, and the phase must be coexist. */
export function checkStays(
  stack: string,
  { stays, abandon }: Pick<IngressNginxInput, "stays" | "abandon">,
  apps: readonly { at: string; host: string }[],
  phase: Phase | undefined,
  report: Report,
): void {
  if (stays === undefined) return;
  if (phase !== undefined && phase !== "coexist")
    report.problem(
      ["phase"],
      "is to go on, but ingressNginx.stays says that this cluster stays in coexist; remove that key first",
      removeKey(stack, ["ingressNginx", "stays"]),
    );
  for (const { at, host } of apps)
    if (Object.hasOwn(stays, host))
      report.problem(
        ["ingressNginx", "stays", host],
        `does not stay: ${at} has this host; remove one of the two`,
      );
  for (const key of Object.keys(abandon))
    report.problem(
      ["ingressNginx", "abandon", key],
      "is not lost: ingressNginx.stays keeps ingress-nginx; remove one of the two",
    );
}

/** Up to this number, hosts are named one by one. */
const mostNames = 5;

/** Lists which hosts stay at ingress-nginx, those that the stack file does not name, and apps that it still serves. */
export function hybridLines(
  { cluster, apps, ingressNginx }: Pick<StackView, "cluster" | "apps" | "ingressNginx">,
  { controllers }: Pick<LiveIngressNginx, "controllers">,
): string[] {
  const { stays = {} } = ingressNginx ?? {};
  const ingresses = [
    ...new Map(controllers.flatMap((each) => each.ingresses).map((each) => [objectId(each), each])).values(),
  ];
  const served = new Set(ingresses.flatMap(hostsOf));
  const named = Object.keys(stays);
  const there = named.filter((host) => served.has(host));
  const ofApps = apps.map(({ host }) => host);
  const unnamed = [...served].filter((host) => !named.includes(host) && !ofApps.includes(host)).sort();
  return [
    ...(there.length === 0
      ? []
      : [`${counted(there.length, "host stays", "hosts stay")} at ingress-nginx: ${few(there, mostNames)}`]),
    ...named
      .filter((host) => !served.has(host))
      .map((host) => `! ${host} is to stay at ingress-nginx, which has no Ingress for it`),
    ...(unnamed.length === 0
      ? []
      : [
          `! ingress-nginx serves ${few(unnamed, mostNames)}, which ${unnamed.length === 1 ? "is neither an app nor" : "are neither apps nor"} named by ingressNginx.stays`,
        ]),
    ...apps.flatMap(({ host }) =>
      ingressesFor(host, ingresses).map(
        ({ namespace, name }) =>
          `! ${host} is served by ingress-nginx too, past Pomerium; if nobody needs that: ${kubectl(cluster, `delete ingress --namespace ${namespace} ${name}`)}`,
      ),
    ),
  ];
}
