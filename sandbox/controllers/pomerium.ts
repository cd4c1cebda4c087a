import type { Api } from "../cluster/api.ts";
import { type Controller, type Log, startController } from "./controller.ts";
import { addressesOf, classesOf, classOf, publishAddresses } from "./ingress-class.ts";
import {
  hasCondition,
  type Ingress,
  type IngressClass,
  isGoing,
  type Lookup,
  type Pod,
  type Secret,
  type Service,
} from "./objects.ts";
import { NEWEST } from "./pomerium-annotations.ts";
import { checkIngress } from "./pomerium-ingress.ts";
import { checkSettings, type Outcome, type Settings } from "./pomerium-settings.ts";

const SETTINGS = "global";
const SERVICE = { namespace: "pomerium", name: "pomerium-proxy" };

/**
 * Stand-in for Pomerium's ingress controller.
 *
 * Imitates, while a Pomerium pod is ready: the checks of the settings and of the Ingresses of Pomerium's class. The
 * result is in the status of `Pomerium/global`. Each accepted Ingress gets the proxy's address in its status.
 *
 * Does not imitate: routing, sign-in, the evaluation of policies, or the store.
 */
export function startPomerium(api: Api, log: Log = () => {}): Controller {
  const skippedBefore = new Set<string>();
  const seen = new Map<string, string>();
  return startController<{
    settings: Settings;
    pods: Pod;
    secrets: Secret;
    services: Service;
    ingresses: Ingress;
    classes: IngressClass;
  }>({
    name: "pomerium",
    api,
    log,
    watches: {
      settings: "/apis/ingress.pomerium.io/v1/pomerium",
      pods: "/api/v1/pods",
      secrets: "/api/v1/secrets",
      services: "/api/v1/services",
      ingresses: "/apis/networking.k8s.io/v1/ingresses",
      classes: "/apis/networking.k8s.io/v1/ingressclasses",
    },
    reconcile: async ({ settings, pods, secrets, services, ingresses, classes }) => {
      const pod = pods.list().find(isServing);
      const global = settings.get(undefined, SETTINGS);
      if (pod === undefined || global === undefined || isGoing(global)) return;
      const lookup: Lookup = {
        secret: (namespace, name) => secrets.get(namespace, name),
        service: (namespace, name) => services.get(namespace, name),
      };

      const verdict = checkSettings(global, lookup);
      for (const line of verdict.skipped.filter((each) => !skippedBefore.has(each))) {
        skippedBefore.add(line);
        log(`pomerium: ${line}`);
      }
      const settingsStatus = outcome(global.metadata.generation, verdict.error, verdict.warnings);
      const own = classesOf("pomerium.io/ingress-controller", classes.list());
      const routed = ingresses.list().filter((each) => own.has(classOf(each) ?? "") && !isGoing(each));
      // The controller ignores all Ingresses until its settings are in force.
      const outcomes = verdict.error === undefined ? checkAll(routed, lookup, minorVersion(pod)) : undefined;
      await writeStatus(api, global, settingsStatus, outcomes, changedSince(seen, routed));

      const addresses = addressesOf(services.get(SERVICE.namespace, SERVICE.name));
      if (outcomes === undefined || addresses.length === 0) return;
      const taken = routed.filter((each) => outcomes[keyOf(each)]?.reconciled);
      await Promise.all(taken.map((each) => publishAddresses(api, each, addresses)));
    },
  });
}

function isServing(pod: Pod): boolean {
  const { labels = {} } = pod.metadata;
  return (
    labels["app.kubernetes.io/name"] === "pomerium" &&
    labels["app.kubernetes.io/component"] === "proxy" &&
    hasCondition(pod.status?.conditions, "Ready") &&
    !isGoing(pod)
  );
}

/** The 33 of `pomerium/ingress-controller:v0.33.1`. An image tag without a version counts as the newest. */
function minorVersion(pod: Pod): number {
  const image = pod.spec.containers.find(({ name }) => name === "pomerium")?.image ?? "";
  const minor = /:v0\.(\d+)/.exec(image)?.[1];
  return minor === undefined ? NEWEST : Number(minor);
}

function keyOf({ metadata }: Ingress): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function checkAll(ingresses: Ingress[], lookup: Lookup, minor: number): Record<string, Outcome> {
  return Object.fromEntries(
    ingresses.map((each) => [
      keyOf(each),
      outcome(each.metadata.generation, checkIngress(each, lookup, minor)),
    ]),
  );
}

function outcome(
  generation: number | undefined,
  error: string | undefined,
  warnings: string[] = [],
): Outcome {
  return {
    reconciled: error === undefined,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(error === undefined ? {} : { error }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** Keys of the Ingresses that changed since the last call. A changed annotation does not raise the generation. */
function changedSince(seen: Map<string, string>, ingresses: Ingress[]): Set<string> {
  const changed = new Set<string>();
  for (const ingress of ingresses) {
    const now = JSON.stringify([ingress.metadata.annotations, ingress.spec]);
    if (seen.get(keyOf(ingress)) !== now) changed.add(keyOf(ingress));
    seen.set(keyOf(ingress), now);
  }
  return changed;
}

/**
 * Writes the differences from the current status. Each changed Ingress gets a new report even if the result is the
 * same, as from the real controller. The entry of a deleted Ingress is removed.
 */
async function writeStatus(
  api: Api,
  { metadata, status = {} }: Settings,
  settingsStatus: Outcome,
  ingress: Record<string, Outcome> | undefined,
  changedIngresses: ReadonlySet<string>,
): Promise<void> {
  const patch: { settingsStatus?: Patch; ingress?: Record<string, Patch | null> } = {};
  if (!same(status.settingsStatus, settingsStatus)) patch.settingsStatus = stamped(settingsStatus);
  if (ingress !== undefined) {
    const before = status.ingress ?? {};
    const changed = Object.entries(ingress).filter(
      ([key, after]) => changedIngresses.has(key) || !same(before[key], after),
    );
    const gone = Object.keys(before).filter((key) => ingress[key] === undefined);
    if (changed.length > 0 || gone.length > 0) {
      patch.ingress = Object.fromEntries([
        ...changed.map(([key, after]) => [key, stamped(after)] as const),
        ...gone.map((key) => [key, null] as const),
      ]);
    }
  }
  if (Object.keys(patch).length === 0) return;
  await api.mergePatch(`/apis/ingress.pomerium.io/v1/pomerium/${metadata.name}/status`, { status: patch });
}

type Patch = { [K in keyof Outcome]: Outcome[K] | null };

/** Absent fields become null, so that the merge patch removes an earlier error. */
function stamped(after: Outcome): Patch {
  const observedAt = new Date().toISOString().replace(/\.\d+/, "");
  return { error: null, warnings: null, ...after, observedAt };
}

function same(before: Outcome | undefined, after: Outcome): boolean {
  const relevant = (each: Outcome | undefined) =>
    JSON.stringify([each?.reconciled, each?.observedGeneration, each?.error, each?.warnings ?? []]);
  return relevant(before) === relevant(after);
}
