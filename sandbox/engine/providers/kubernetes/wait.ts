import { setTimeout as sleep } from "node:timers/promises";
import { isProperties } from "../../values.ts";
import type { Operand } from "../provider.ts";
import type { ApiClient } from "./client.ts";
import { annotation, at, describe, type KubeObject, text } from "./object.ts";
import { type Readiness, readiness } from "./readiness.ts";
import { parseWaitFor } from "./wait-for.ts";

/** Seconds that Pulumi's provider waits when it is not told otherwise. */
const DEFAULT_TIMEOUT = 600;
const FIRST_POLL_MS = 100;
const SLOWEST_POLL_MS = 1000;

/** Kinds whose deletion, too, is not waited for under `pulumi.com/skipAwait`. */
const SKIP_ON_DELETE =
  /^(v1\/(Namespace|Pod|ReplicationController)|apps\/v1\/(DaemonSet|Deployment|StatefulSet)|batch\/v1\/Job)$/;

function timeoutOf(object: KubeObject, timeout: number | undefined): number {
  return timeout ?? (Number(annotation(object, "pulumi.com/timeoutSeconds")) || DEFAULT_TIMEOUT);
}

function skips(object: KubeObject): boolean {
  return annotation(object, "pulumi.com/skipAwait") === "true";
}

/** The object did not become what was waited for; `object` is its last known state. */
export class WaitError extends Error {
  readonly object: KubeObject;

  constructor(message: string, object: KubeObject) {
    super(message);
    this.object = object;
  }
}

/**
 * Waits until an object is ready: by its annotation `pulumi.com/waitFor`, else by what its kind means by it.
 *
 * @returns the object by then.
 * @throws WaitError when it failed, when time is up, or when the run is interrupted.
 */
export async function untilReady(
  client: ApiClient,
  created: KubeObject,
  { signal }: Pick<Operand, "signal">,
  timeout: number | undefined,
): Promise<KubeObject> {
  if (skips(created)) return created;
  const judge = await judgeOf(client, created);
  let object = created;
  for await (const _ of polls(timeoutOf(created, timeout), signal)) {
    const found = await client.get(created);
    if (!found) throw new WaitError(`${describe(created)} is gone again`, object);
    object = found;
    const state = judge(object);
    if (!state) return object;
    if ("failed" in state) throw new WaitError(`${describe(object)} failed: ${state.failed}`, object);
  }
  const state = judge(object);
  if (!state) return object;
  const missing = "failed" in state ? state.failed : state.waitingFor;
  const why = signal.aborted
    ? "the run was interrupted"
    : `time is up after ${timeoutOf(created, timeout)} s`;
  throw new WaitError(`${describe(object)} is there, but ${why} waiting for ${missing}`, object);
}

async function judgeOf(client: ApiClient, object: KubeObject): Promise<(object: KubeObject) => Readiness> {
  const waitFor = annotation(object, "pulumi.com/waitFor");
  if (waitFor) {
    const expectations = parseWaitFor(waitFor);
    return (live) => {
      const open = expectations.filter((each) => !each.isMet(live));
      return open.length === 0 ? undefined : { waitingFor: open.map((each) => each.text).join(" and ") };
    };
  }
  if (object.kind === "PersistentVolumeClaim" && (await bindsLate(client, object))) return () => undefined;
  return readiness;
}

/** A claim of a class that binds with its first consumer stays pending until a Pod uses it. */
async function bindsLate(client: ApiClient, claim: KubeObject): Promise<boolean> {
  const name = text(at(claim, "spec", "storageClassName"));
  if (!name) return false;
  const found = await client.get({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
  });
  return found?.volumeBindingMode === "WaitForFirstConsumer";
}

/**
 * Waits until the object is gone, or another one has taken its name.
 *
 * @throws Error when time is up, with what still holds the object.
 */
export async function untilGone(
  client: ApiClient,
  object: KubeObject,
  { signal }: Pick<Operand, "signal">,
  timeout: number | undefined,
): Promise<void> {
  const kind = `${text(object.apiVersion)}/${text(object.kind)}`;
  if (skips(object) && SKIP_ON_DELETE.test(kind)) return;
  const uid = at(object, "metadata", "uid");
  let live: KubeObject | undefined = object;
  for await (const _ of polls(timeoutOf(object, timeout), signal)) {
    live = await client.get(object);
    if (!live || at(live, "metadata", "uid") !== uid) return;
  }
  const finalizers = at(live, "metadata", "finalizers");
  const held = Array.isArray(finalizers) ? `; held by its finalizers ${finalizers.join(", ")}` : "";
  const status = at(live, "status", "conditions");
  const conditions = Array.isArray(status)
    ? status.filter(isProperties).map((each) => text(each.message))
    : [];
  const why = signal.aborted ? "the run was interrupted" : `time is up after ${timeoutOf(object, timeout)} s`;
  throw new Error(
    `${describe(object)} is still there: ${why}${held}${conditions.map((each) => `; ${each}`).join("")}`,
  );
}

/** Yields at once and then ever more slowly, until time is up or the run ends. */
async function* polls(seconds: number, signal: AbortSignal): AsyncGenerator<void> {
  const end = performance.now() + seconds * 1000;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, SLOWEST_POLL_MS)) {
    yield;
    const left = end - performance.now();
    if (left <= 0 || signal.aborted) return;
    await sleep(Math.min(pause, left), undefined, { signal }).catch(() => {});
  }
}
