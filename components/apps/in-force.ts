import type { LiveIngress } from "../cluster/live.ts";
import { objectId } from "../cluster/objects.ts";
import type { IngressStatus, PomeriumStatus } from "../cluster/pomerium-status.ts";
import { type IngressOwner, ownIngresses } from "./checks.ts";

/** Clocks of the API server and of Pomerium's node may differ by this much, in milliseconds. */
const clockSkew = 5_000;

/**
 * Lists the Ingresses whose current version Pomerium does not serve, and why. Pomerium keeps the last accepted route.
 * If it refuses a new policy, the old and perhaps looser one stays in force, and Pulumi does not notice.
 */
export function routesNotInForce(
  apps: readonly IngressOwner[],
  ingresses: readonly LiveIngress[],
  { settings }: PomeriumStatus,
): string[] {
  return apps.flatMap((app) => {
    const own = ownIngresses(app).map(objectId);
    return ingresses
      .filter((ingress) => own.includes(objectId(ingress)))
      .flatMap((ingress) => {
        const id = objectId(ingress);
        const why = notInForce(ingress, settings?.ingress[id]);
        return why === undefined ? [] : [`Ingress ${id}: ${why}`];
      });
  });
}

/** Lists Pomerium's warnings about the apps' Ingresses. */
export function routeWarnings(apps: readonly IngressOwner[], { settings }: PomeriumStatus): string[] {
  return apps
    .flatMap(ownIngresses)
    .map(objectId)
    .flatMap((id) => (settings?.ingress[id]?.warnings ?? []).map((warning) => `Ingress ${id}: ${warning}`));
}

function notInForce(ingress: LiveIngress, status: IngressStatus | undefined): string | undefined {
  if (status === undefined) return "Pomerium has not reported on it";
  if (!status.reconciled) return status.error ?? "not accepted, without a reason";
  const changed = changedAt(ingress);
  if (changed === undefined || status.observedAt === undefined) return undefined;
  return Date.parse(status.observedAt) + clockSkew < Date.parse(changed)
    ? `changed at ${changed}, and Pomerium's last report is of ${status.observedAt}`
    : undefined;
}

/** Time of the last change of the object, without changes of its status. */
function changedAt({ managedFields = [] }: Pick<LiveIngress, "managedFields">): string | undefined {
  return managedFields
    .filter(({ subresource }) => subresource === undefined)
    .flatMap(({ time }) => time ?? [])
    .sort()
    .at(-1);
}
