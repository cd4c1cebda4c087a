import type { LiveIngress } from "../components/cluster/live.ts";
import { liveIngress, solverLabel } from "../components/cluster/live.ts";
import { pomeriumIngressClass } from "../components/cluster/names.ts";
import { isOpenedAsSolver, servedByPomerium } from "../components/cluster/served-by-pomerium.ts";
import { fromIngress } from "../policies/access/matrix/ingress.ts";
import type { ProtectedApp } from "../policies/access/matrix/view.ts";

type Tree = Readonly<Record<string, unknown>>;

/** One object of a preview: as it is, and as a run would leave it. */
export interface PlannedChange {
  op: string;
  /** `kubernetes:networking.k8s.io/v1:Ingress`. */
  type: string;
  /** `Ingress komga/komga-ingress`. */
  label: string;
  /** What the last run asked for. */
  asked?: Tree;
  /** The live object. */
  live?: Tree;
  /** What this run asks for; absent for a deletion. */
  asks?: Tree;
}

/** Who may reach what, according to the objects of a preview. */
export interface PlannedAccess {
  /** The Ingresses as they are in the cluster now. */
  live: ProtectedApp[];
  /** The Ingresses as the program asks for them, whatever others have set. */
  asked: ProtectedApp[];
  /** The Ingresses as the run leaves them: what others have set stays. */
  after: ProtectedApp[];
  /** Objects that may open something in a way that is not understood here, each with the reason. */
  unknown: { label: string; reason: string }[];
  /** Ingresses of Pomerium that the run takes over. A preview does not show what they were before. */
  takenOver: string[];
}

/** How Pulumi writes a value that is known only after the run. */
const notYetKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Kinds that lead requests to an app, and that this project neither makes nor understands. */
const strangeKinds =
  /:(?:Ingress(?:List|Patch|ClassPatch)|(?:HTTP|GRPC|TLS|TCP|UDP)Route|Gateway|GatewayClass|PolicyFilter)$/;

const isIngress = ({ type }: PlannedChange): boolean =>
  /^kubernetes:(?:networking\.k8s\.io|extensions)\/[^:]+:Ingress$/.test(type);

/**
 * Reads from the objects of a preview who may reach what, before and after the run. The program's own idea of access is
 * not asked: only hosts, paths and annotations count, as Pomerium will read them.
 *
 * @param pomerium Release of Pomerium, `v0.33.1`.
 */
export function plannedAccess(changes: readonly PlannedChange[], pomerium?: string): PlannedAccess {
  const found: PlannedAccess = { live: [], asked: [], after: [], unknown: [], takenOver: [] };
  const apps = (object: Tree, label: string): ProtectedApp[] => appsOf(object, label, pomerium);
  for (const change of changes) {
    const { op, label, asked, live, asks } = change;
    const reason = strange(change);
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

/** Why an object may open something in a way that is not understood; undefined for others and for unchanged ones. */
function strange(change: PlannedChange): string | undefined {
  const { op, type, live, asks } = change;
  if (op === "same" || !asks) return undefined;
  if (strangeKinds.test(type))
    return "this kind of object can open a way to an app, and its effect is not computed";
  if (isIngress(change) && op !== "import" && !isPomeriums(asks))
    return "its IngressClass is not Pomerium's, so Pomerium does not protect it";
  if (/^kubernetes:core\/v1:Service$/.test(type) && isExposed(asks) && !(live && isExposed(live)))
    return "the Service gets an address outside the cluster, past Pomerium";
  return undefined;
}

function isExposed({ spec, metadata }: Tree): boolean {
  const { type } = (spec ?? {}) as { type?: unknown };
  const { name, namespace } = (metadata ?? {}) as { name?: unknown; namespace?: unknown };
  const isPomerium = namespace === "pomerium" && name === "pomerium-proxy";
  return !isPomerium && (type === "LoadBalancer" || type === "NodePort");
}

interface Ingress {
  metadata?: { annotations?: Record<string, unknown>; labels?: unknown };
  spec?: { ingressClassName?: unknown };
}

/** A class that is not known yet is counted as Pomerium's: the program hands it on once Pomerium is ready. */
function isPomeriums(object: Tree): boolean {
  const { spec, metadata } = object as Ingress;
  if ([spec, metadata, metadata?.annotations].some((whole) => isHidden(whole))) return true;
  const own = spec?.ingressClassName ?? metadata?.annotations?.["kubernetes.io/ingress.class"];
  return own === pomeriumIngressClass || own === notYetKnown;
}

/** The object after a write: annotations and labels that the program has never set stay. */
function written(asks: Tree, asked: Tree | undefined, live: Tree | undefined): Tree {
  // What is not known before the run cannot be joined with anything, and `readable` refuses it.
  const { metadata } = asks;
  if (!isMap(metadata)) return asks;
  const joined = (field: "annotations" | "labels"): object | undefined => {
    const of = (object: Tree | undefined): unknown => (object as Ingress | undefined)?.metadata?.[field];
    const [own, before, now] = [of(asks) ?? {}, of(asked), of(live)];
    if (!isMap(own) || !isMap(now)) return undefined;
    const foreign = Object.entries(now).filter(([key]) => !(isMap(before) && key in before));
    return { [field]: { ...Object.fromEntries(foreign), ...own } };
  };
  return { ...asks, metadata: { ...metadata, ...joined("annotations"), ...joined("labels") } };
}

const isMap = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

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
    if (hidden === undefined || opened) return app;
    const unreadable = `${hidden[0]} is not known before the run`;
    return { ...app, routes: app.routes.map((route) => ({ ...route, authorization: { unreadable } })) };
  });
}

const isHidden = (value: unknown): boolean => value === notYetKnown || value === "[secret]";

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
