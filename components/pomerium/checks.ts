import { posix } from "node:path";
import { accessRoutes } from "../../policies/access/routes.ts";
import { annotationPrefix } from "../../policies/annotations/annotations.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Problem } from "../../stack-file/problems.ts";
import type { AppConfig } from "../apps/config.ts";
import type { LiveCluster, LiveIngress } from "../cluster/live.ts";
import { ingressName, isIngressName, openIngressName, verifyService } from "../cluster/names.ts";
import { objectLabel } from "../cluster/objects.ts";
import type { LivePomerium } from "./live.ts";
import * as names from "./names.ts";

/** An app's Ingresses that the cluster has already, as `App` takes them. */
export function existingIngresses(
  { existing }: Pick<LivePomerium, "existing">,
  { name, namespace }: Pick<AppConfig, "name" | "namespace">,
): string[] {
  return [ingressName(name), openIngressName(name)]
    .filter((ingress) => existing.includes(objectLabel({ kind: "Ingress", namespace, name: ingress })))
    .map((ingress) => `${namespace}/${ingress}`);
}

/** The verify page as far as the cluster has it already, as `Verify` takes it. */
export function existingVerify({
  existing,
  verifySelector,
}: Pick<LivePomerium, "existing" | "verifySelector">): {
  deployment?: string;
  service?: string;
  selector?: Record<string, string>;
} {
  const { name } = verifyService;
  const has = (kind: string): boolean =>
    existing.includes(objectLabel({ kind, namespace: names.namespace, name }));
  const id = `${names.namespace}/${name}`;
  return {
    ...(has("Deployment") ? { deployment: id } : {}),
    ...(has("Service") ? { service: id } : {}),
    ...(verifySelector ? { selector: verifySelector } : {}),
  };
}

/**
 * What stands in the way of taking over what somebody has made of Pomerium by hand, or of what the stack file says
 * being all that holds afterwards.
 */
export function existingProblems(
  stack: Pick<Stack, "name" | "cluster" | "apps" | "pomerium">,
  { ingresses }: Pick<LiveCluster, "ingresses">,
  live: LivePomerium,
): Problem[] {
  return [
    ...volumeProblems(stack, live),
    ...workloadProblems(stack, live),
    ...rivals(stack, ingresses, live),
    ...openedByHand(stack, ingresses, live),
  ];
}

/** A volume and its claim are taken as they are: what they say cannot be changed, and made anew they would be empty. */
function volumeProblems(
  { name, cluster: { context }, pomerium: { storage } }: Pick<Stack, "name" | "cluster" | "pomerium">,
  { volume, store }: Pick<LivePomerium, "volume" | "store">,
): Problem[] {
  if (!("pebble" in storage)) return [];
  const at = "pomerium.storage.pebble.hostPath";
  const wanted = storage.pebble.hostPath;
  if (volume === undefined) return storeProblems({ name, context, wanted, store, movable: true });
  const { hostPath } = volume;
  if (hostPath === undefined)
    return [
      {
        at,
        message: `the claim ${names.namespace}/${names.persistentVolumeClaim} that is there holds the volume ${volume.name}, which is no folder of a node; this gives it up, and with it every session`,
        mend: `kubectl --context ${context} --namespace ${names.namespace} delete deployment/${names.workload} pvc/${names.persistentVolumeClaim}`,
      },
    ];
  if (withoutSlash(hostPath) !== withoutSlash(wanted))
    return [
      {
        at,
        message: `the sessions lie in ${hostPath} (volume ${volume.name}), and a volume does not move; the stack file says ${wanted}`,
        mend: `pulumi config set --stack ${name} --path '${at}' '${hostPath}'`,
      },
    ];
  if (volume.released)
    return [
      {
        at,
        message: `the volume ${volume.name} is kept for a claim that is gone, and no other gets it; its files stay`,
        mend: `kubectl --context ${context} patch persistentvolume ${volume.name} --type json --patch '[{"op":"remove","path":"/spec/claimRef"}]'`,
      },
    ];
  return storeProblems({ name, context, wanted, store, movable: false });
}

/** Another folder would be a new store, and everybody would have to sign in again. */
function storeProblems({
  name,
  context,
  wanted,
  store,
  movable,
}: {
  name: string;
  context: string;
  wanted: string;
  store: string | undefined;
  /** Whether the stack file can still say another folder. */
  movable: boolean;
}): Problem[] {
  const opened = `${withoutSlash(wanted)}${names.pebblePath.slice(names.dataMount.length)}`;
  if (store === undefined || withoutSlash(store) === opened) return [];
  const at = "pomerium.storage.pebble.hostPath";
  const message = `the sessions lie in ${store}, and Pomerium would open ${opened}, which is empty`;
  const [folder, last] = [posix.dirname(store), posix.basename(store)];
  if (movable && last === posix.basename(opened))
    return [{ at, message, mend: `pulumi config set --stack ${name} --path '${at}' '${folder}'` }];
  return [
    {
      at,
      message: `${message}; stop Pomerium, then move the folder on its node: mv ${store} ${opened}`,
      mend: `kubectl --context ${context} --namespace ${names.namespace} scale deployment ${names.workload} --replicas 0`,
    },
  ];
}

/** Unlike a Deployment, which is stopped and left, a StatefulSet has the name that this program's needs. */
function workloadProblems(
  { cluster: { context }, pomerium: { storage } }: Pick<Stack, "cluster" | "pomerium">,
  { foreign }: Pick<LivePomerium, "foreign">,
): Problem[] {
  const { namespace, workload: name } = names;
  if (!("pebble" in storage) || !foreign.includes(objectLabel({ kind: "StatefulSet", namespace, name })))
    return [];
  return [
    {
      at: "pomerium",
      message: `the StatefulSet ${namespace}/${name} that is there cannot be changed into this program's; without it Pomerium is away until the run has made its own, the sessions stay in their volume`,
      mend: `kubectl --context ${context} --namespace ${namespace} delete statefulset ${name}`,
    },
  ];
}

const withoutSlash = (folder: string): string => folder.replace(/(?<=.)\/+$/, "");

/**
 * Ingresses that Pomerium serves under another name than an app's, for the app's host: two routes for one host, and
 * whoever is refused by one may pass by the other.
 */
function rivals(
  { cluster: { context }, apps }: Pick<Stack, "cluster" | "apps">,
  ingresses: readonly LiveIngress[],
  { foreign }: Pick<LivePomerium, "foreign">,
): Problem[] {
  const own = new Set(
    apps.flatMap(({ name, namespace }) =>
      [ingressName(name), openIngressName(name)].map((each) => `${namespace}/${each}`),
    ),
  );
  const others = ingresses.filter(
    ({ ingressClass, solver, namespace, name }) =>
      ingressClass === names.ingressClass &&
      !solver &&
      !own.has(`${namespace}/${name}`) &&
      // One of this program's for an app that has gone, or has another name now, goes with this run.
      !(isIngressName(name) && !foreign.includes(objectLabel({ kind: "Ingress", namespace, name }))),
  );
  return apps.flatMap((app) =>
    others
      .filter(({ rules }) => rules.some(({ host }) => host === app.host))
      .map(({ namespace, name, rules }) => {
        const hosts = new Set(rules.map(({ host }) => host).filter((host) => host !== app.host));
        const more = hosts.size > 0 ? `; it serves ${[...hosts].join(", ")} too` : "";
        return {
          at: `${app.at}.host`,
          message: `Ingress ${namespace}/${name} is a route for ${app.host} too, so that who is refused by one may pass by the other${more}`,
          mend: `kubectl --context ${context} --namespace ${namespace} delete ingress ${name}`,
        };
      }),
  );
}

/** Annotations by which people pass beside the policy. */
const opening = [
  "allow_public_unauthenticated_access",
  "allow_any_authenticated_user",
  "allowed_domains",
  "allowed_users",
  "allowed_groups",
  "allowed_idp_claims",
  "cors_allow_preflight",
].map((name) => annotationPrefix + name);

/**
 * What lets more people in than the stack file says, and would go on doing so: a run takes off what kubectl has set
 * where it takes an Ingress over, but not what another tool has set, and looks at none that is its own already.
 */
function openedByHand(
  { cluster: { context }, apps }: Pick<Stack, "cluster" | "apps">,
  ingresses: readonly LiveIngress[],
  { foreign, annotators }: Pick<LivePomerium, "foreign" | "annotators">,
): Problem[] {
  return apps.flatMap((app) => {
    const [site, open] = accessRoutes(app.access);
    const closed = [
      ...(site.authorization.public ? [] : [ingressName(app.name)]),
      ...(open === undefined || open.authorization.public ? [] : [openIngressName(app.name)]),
    ];
    return ingresses
      .filter(({ namespace, name }) => namespace === app.namespace && closed.includes(name))
      .flatMap(({ namespace, name, annotations }) => {
        const setters = annotators[`${namespace}/${name}`] ?? {};
        const isForeign = foreign.includes(objectLabel({ kind: "Ingress", namespace, name }));
        return opening
          .filter((key) => key in annotations && !goes(setters[key] ?? "", isForeign))
          .map((key) => ({
            at: `${app.at}.access`,
            message: `Ingress ${namespace}/${name} lets others in by ${key}: ${annotations[key]}, set ${setters[key] ? `by ${setters[key]}` : "by hand"}, which no run takes off`,
            mend: `kubectl --context ${context} --namespace ${namespace} annotate ingress ${name} ${key}-`,
          }));
      });
  });
}

/** Whether a run takes off what `manager` has set and the program does not say. */
function goes(manager: string, isForeign: boolean): boolean {
  const followed = isForeign ? ["pulumi-kubernetes", "kubectl", "before-first-apply"] : ["pulumi-kubernetes"];
  return followed.some((prefix) => manager.startsWith(prefix));
}

/**
 * What the announcement says of what somebody has made of Pomerium by hand: what is taken over as it is, what in place,
 * what is stopped, and what is left for a person to remove. Nothing where there is none of it, or not any more. Which
 * of the objects that are taken over differ from what the program says, Pulumi's own diff shows.
 */
export function existingLines(
  { apps, cluster: { context }, pomerium: { storage } }: Pick<Stack, "apps" | "cluster" | "pomerium">,
  cluster: Pick<LiveCluster, "record" | "pomerium">,
  { foreign }: Pick<LivePomerium, "foreign">,
): string[] {
  const here = (kind: string, name: string, namespace?: string): string[] => {
    const label = objectLabel({ kind, name, ...(namespace ? { namespace } : {}) });
    return foreign.includes(label) ? [label] : [];
  };
  const { namespace } = names;
  const pebble = "pebble" in storage;
  const volume = [
    ...here("PersistentVolume", names.persistentVolume),
    ...here("PersistentVolumeClaim", names.persistentVolumeClaim, namespace),
  ];
  const unchanged = [
    ...(cluster.pomerium.foreignNamespace ? [`Namespace ${namespace}`] : []),
    ...(cluster.pomerium.foreignBootstrapSecret ? [`Secret ${namespace}/${names.bootstrapSecret}`] : []),
    ...(pebble ? volume : []),
  ];
  const changed = [
    ...here("CustomResourceDefinition", "pomerium.ingress.pomerium.io"),
    ...here("Pomerium", names.settingsObject),
    ...here("Secret", names.identityProviderSecret, namespace),
    ...(pebble ? [] : here("Secret", names.storageSecret, namespace)),
    ...here("Service", names.proxyService, namespace),
    ...(pebble ? [] : here("Deployment", names.workload, namespace)),
    ...here("Deployment", verifyService.name, namespace),
    ...here("Service", verifyService.name, namespace),
    ...apps.flatMap((app) =>
      [ingressName(app.name), openIngressName(app.name)].flatMap((name) =>
        here("Ingress", name, app.namespace),
      ),
    ),
  ];
  const stopped = pebble ? here("Deployment", names.workload, namespace) : [];
  const generator = "pomerium-gen-secrets";
  const left = [
    ...here("Job", generator, namespace),
    ...here("ServiceAccount", generator, namespace),
    ...here("ClusterRole", generator),
    ...here("ClusterRoleBinding", generator),
  ];
  const line = (what: string, labels: string[]): string[] =>
    labels.length > 0 ? [`${what}: ${labels.join(", ")}`] : [];
  return [
    // Once the cluster has been brought to a phase, these are no news any more, and they stay as they are.
    ...(cluster.record === undefined ? line("taken over as it is", unchanged) : []),
    ...line("taken over, changed where it differs", changed),
    ...line("stopped, and left without pods", stopped),
    ...(left.length > 0
      ? [
          `left, and of no use any more: kubectl --context ${context} --namespace ${namespace} delete job,serviceaccount,clusterrole,clusterrolebinding ${generator} --ignore-not-found`,
        ]
      : []),
  ];
}
