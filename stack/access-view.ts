import { otherIngresses } from "../components/apps/checks.ts";
import { refuseAnotherCluster } from "../components/cluster/identity.ts";
import type { LiveCluster, LiveIngress } from "../components/cluster/live.ts";
import { ingressNames, pomeriumIngressClass } from "../components/cluster/names.ts";
import { objectId } from "../components/cluster/objects.ts";
import type { PomeriumStatus } from "../components/cluster/pomerium-status.ts";
import { isIsolated } from "../components/network-policies/config.ts";
import type { PomeriumConfig } from "../components/pomerium/config.ts";
import { fromIngress } from "../policies/access/matrix/ingress.ts";
import {
  isOpenedAsSolver,
  refusedRules,
  servedByPomerium,
} from "../policies/access/matrix/served-by-pomerium.ts";
import { appsOf, type ProtectedApp, type View } from "../policies/access/matrix/view.ts";
import type { Stack } from "./stack.ts";

/** Who may reach what according to the stack file. */
export function viewOfStack(name: string, stack: Stack): View {
  const { version, settings } = stack.pomerium;
  const apps = stack.apps.map((app) =>
    stack.isolation.length === 0 ? app : { ...app, isolated: isIsolated(app, stack.isolation) },
  );
  return {
    name,
    apps: appsOf(apps, version, settings),
    directory: stack.directory,
    fileOf: (at) => stack.placeOf(at)?.file,
  };
}

/** The part of a live cluster that says who may reach what. */
export interface LiveState extends Pick<LiveCluster, "uid" | "ingresses"> {
  pomerium: Pick<PomeriumStatus, "settings">;
}

/** Who may reach what on a live cluster. */
export interface LiveView extends View {
  /** The apps of Ingresses that do not belong to the stack. No run changes them. */
  others: readonly ProtectedApp[];
}

/**
 * Who may reach what according to the Ingresses of a live cluster.
 *
 * @throws StackFileError if the stack means another cluster.
 */
export function liveView(
  stack: Pick<Stack, "name" | "cluster" | "pomerium" | "apps">,
  live: LiveState,
): LiveView {
  refuseAnotherCluster(stack, live);
  const protect = (ingresses: readonly LiveIngress[]): ProtectedApp[] =>
    ingresses.flatMap((ingress) => protectedApps(ingress, live, stack.pomerium));
  return {
    name: "live",
    apps: protect(live.ingresses.filter(({ ingressClass }) => ingressClass === pomeriumIngressClass)),
    others: protect(otherIngresses(stack.apps, live.ingresses)),
  };
}

/** The apps of a live cluster. An Ingress of an app of the stack file has the app's name. */
export function underStackNames(
  { apps }: Pick<Stack, "apps">,
  live: readonly ProtectedApp[],
): ProtectedApp[] {
  const names = new Map(
    apps.flatMap((app) => ingressNames(app).map((own) => [objectId({ ...app, name: own }), app.name])),
  );
  return live.map((app) => ({ ...app, name: names.get(app.name) ?? app.name }));
}

/**
 * A stack's view of the same cluster, with the apps that no run changes. A second Ingress for the host of a stack's app
 * is not among them: a preview refuses it until it is deleted.
 */
export function besideOthers(view: View, { others }: Pick<LiveView, "others">): View {
  const hosts = new Set(view.apps.map(({ host }) => host));
  return { ...view, apps: [...view.apps, ...others.filter(({ host }) => !hosts.has(host))] };
}

function protectedApps(
  ingress: LiveIngress,
  live: LiveState,
  { version, settings }: Pick<PomeriumConfig, "version" | "settings">,
): ProtectedApp[] {
  const { namespace, name, annotations } = ingress;
  const status = live.pomerium.settings?.ingress[`${namespace}/${name}`];
  const opened = isOpenedAsSolver(ingress);
  // The stack file may be about to change the authority of client certificates.
  const inForce =
    live.pomerium.settings === undefined ? settings : { ...settings, downstreamMtls: undefined };
  const authority = live.pomerium.settings?.hasClientAuthority ? { hasClientAuthority: true } : {};
  return servedByPomerium(ingress).map((rule) => {
    const read = fromIngress({ namespace, name, annotations, ...rule, opened, pomerium: version });
    const app = {
      ...read,
      routes: read.routes.map((route) => ({ ...route, ...authority })),
      settings: inForce,
    };
    // Pomerium still serves the previous state of the Ingress, which cannot be read any more.
    const unreadable =
      status?.reconciled === false
        ? `Pomerium has not taken it: ${status.error ?? "no reason given"}`
        : status === undefined && refusedRules(ingress);
    if (!unreadable) return app;
    return { ...app, routes: app.routes.map((route) => ({ ...route, authorization: { unreadable } })) };
  });
}
