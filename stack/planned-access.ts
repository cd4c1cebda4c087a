import type { LiveIngress } from "../components/cluster/live.ts";
import { liveIngress, solverLabel } from "../components/cluster/live.ts";
import type { TunnelStack } from "../components/tunnels/carried-hosts.ts";
import { fromIngress } from "../policies/access/matrix/ingress.ts";
import {
  isOpenedAsSolver,
  refusedRules,
  servedByPomerium,
} from "../policies/access/matrix/served-by-pomerium.ts";
import type { ProtectedApp } from "../policies/access/matrix/view.ts";
import { isHidden, isIngress, notYetKnown } from "../policies/guardrails/resource.ts";
import { isMap } from "../stack-file/paths.ts";
import { isPomeriums, type PlannedChange, strange } from "./planned-objects.ts";

type Tree = Readonly<Record<string, unknown>>;

/** Who may reach what, according to the objects of a preview. */
export interface PlannedAccess {
  /** The Ingresses as they are in the cluster now. */
  live: ProtectedApp[];
  /** The Ingresses as the program asks for them, whatever others have set. */
  asked: ProtectedApp[];
  /** The Ingresses after the run, with the fields that others have set. */
  after: ProtectedApp[];
  /** Objects that may open something in a way that is not understood here, each with the reason. */
  unknown: { label: string; reason: string }[];
  /** Ingresses of Pomerium that the run takes over. A preview does not show what they were before. */
  takenOver: string[];
}

/**
 * Reads from the objects of a preview who may reach what, before and after the run. The program's own idea of access is
 * not asked: only hosts, paths and annotations count, as Pomerium will read them.
 *
 * @param pomerium Release of Pomerium, `v0.33.1`.
 * @param stack The stack of the preview, for the hosts and the origin of its tunnels.
 */
export function plannedAccess(
  changes: readonly PlannedChange[],
  pomerium?: string,
  stack?: TunnelStack,
): PlannedAccess {
  const found: PlannedAccess = { live: [], asked: [], after: [], unknown: [], takenOver: [] };
  const apps = (object: Tree, label: string): ProtectedApp[] => appsOf(object, label, pomerium);
  for (const change of changes) {
    const { op, label, asked, live, asks } = change;
    const reason = strange(change, stack);
    if (reason !== undefined) found.unknown.push({ label, reason });
    if (!isIngress(change)) continue;
    if (live) found.live.push(...apps(live, label));
    if (!asks) continue;
    if (op === "import" && isPomeriums(asks)) found.takenOver.push(label);
    found.asked.push(...apps(asks, label));
    // Nothing is written to an unchanged object.
    found.after.push(...apps(op === "same" ? (live ?? asks) : written(asks, asked, live), label));
  }
  return found;
}

/** The object after a write: annotations and labels that the program has never set stay. */
function written(asks: Tree, asked: Tree | undefined, live: Tree | undefined): Tree {
  // A value that is not known before the run cannot be joined with another one, and `readable` refuses it.
  const { metadata } = asks;
  if (!isMap(metadata)) return asks;
  const joined = (field: "annotations" | "labels"): object | undefined => {
    const of = (object: Tree | undefined): unknown =>
      (object as { metadata?: Tree } | undefined)?.metadata?.[field];
    const [own, before, now] = [of(asks) ?? {}, of(asked), of(live)];
    if (!isMap(own) || !isMap(now)) return undefined;
    const foreign = Object.entries(now).filter(([key]) => !(isMap(before) && key in before));
    return { [field]: { ...Object.fromEntries(foreign), ...own } };
  };
  return { ...asks, metadata: { ...metadata, ...joined("annotations"), ...joined("labels") } };
}

function appsOf(object: Tree, label: string, pomerium: string | undefined): ProtectedApp[] {
  if (!isPomeriums(object)) return [];
  const read = readable(object);
  if (read === undefined) {
    const place = label.split(" ").at(-1)!;
    const unreadable = "not known before the run";
    return [
      {
        name: place,
        at: label,
        host: `(${label})`,
        routes: [{ paths: [{ path: "/", exact: false }], authorization: { unreadable } }],
      },
    ];
  }
  const { namespace, name, annotations } = read;
  const opened = isOpenedAsSolver(read);
  const hidden = Object.entries(annotations).find(([, value]) => isHidden(value));
  return servedByPomerium(read).map((rule) => {
    const app = fromIngress({
      namespace,
      name,
      annotations,
      ...rule,
      opened,
      ...(pomerium === undefined ? {} : { pomerium }),
    });
    const unreadable =
      hidden === undefined || opened ? refusedRules(read) : `${hidden[0]} is not known before the run`;
    if (unreadable === undefined) return app;
    return { ...app, routes: app.routes.map((route) => ({ ...route, authorization: { unreadable } })) };
  });
}

/** An Ingress among a preview's values; undefined if its rules are not known. */
function readable(object: Tree): LiveIngress | undefined {
  const { metadata, spec } = object;
  if (!isMap(metadata) || !isMap(spec)) return undefined;
  const { annotations, labels } = metadata;
  if (![annotations ?? {}, labels ?? {}].every(isMap)) return undefined;
  const { rules, tls, defaultBackend } = spec;
  // The hosts of `tls` count only where a default backend has no other host.
  const read = [rules, defaultBackend ? tls : [], (labels as Tree | undefined)?.[solverLabel]];
  if ([notYetKnown, '"[secret]"'].some((hidden) => JSON.stringify(read).includes(hidden))) return undefined;
  try {
    return liveIngress(object as unknown as Parameters<typeof liveIngress>[0]);
  } catch {
    return undefined;
  }
}
