import { refuseAnotherCluster } from "../components/cluster/identity.ts";
import type { LiveCluster, LiveIngress } from "../components/cluster/live.ts";
import { pomeriumIngressClass as ingressClass } from "../components/cluster/names.ts";
import type { PomeriumStatus } from "../components/cluster/pomerium-status.ts";
import { fromIngress } from "../policies/access/matrix/ingress.ts";
import { appsOf, type ProtectedApp, type View } from "../policies/access/matrix/view.ts";
import type { Stack } from "./stack.ts";

/** Who may reach what, as a stack file says. */
export function viewOfStack(name: string, stack: Stack): View {
  return { name, apps: appsOf(stack.apps, stack.pomerium.version), directory: stack.directory };
}

/** What the view of a live cluster is made from. */
export interface LiveState extends Pick<LiveCluster, "uid" | "ingresses"> {
  pomerium: Pick<PomeriumStatus, "settings">;
}

/**
 * Who may reach what on a live cluster, as its Ingresses tell Pomerium.
 *
 * @throws StackFileError when it is not the cluster that the stack means.
 */
export function liveView(stack: Pick<Stack, "name" | "cluster" | "pomerium">, live: LiveState): View {
  refuseAnotherCluster(stack, live);
  return {
    name: "live",
    apps: live.ingresses
      .filter((ingress) => ingress.ingressClass === ingressClass)
      .flatMap((ingress) => protectedApps(ingress, live, stack.pomerium.version)),
  };
}

function protectedApps(
  { namespace, name, annotations, rules }: LiveIngress,
  live: LiveState,
  pomerium: string,
): ProtectedApp[] {
  const status = live.pomerium.settings?.ingress[`${namespace}/${name}`];
  return rules.map((rule) => {
    const app = fromIngress({ namespace, name, annotations, ...rule, pomerium });
    if (status?.reconciled !== false) return app;
    // Pomerium goes on serving what it took last, which the Ingress no longer says.
    const unreadable = `Pomerium has not taken it: ${status.error ?? "no reason given"}`;
    return { ...app, routes: app.routes.map((route) => ({ ...route, authorization: { unreadable } })) };
  });
}
